/** The energy of a network in float64 (docs/theory.md, "Energy, and why it falls"). */
import { couplingFacts, hasEnergy } from '../kinds/couplings/table.ts'
import { leakFacts } from '../kinds/leaks/table.ts'
import { movingRule } from '../kinds/rules/table.ts'
import { squaredDistance } from '../math/algebra.ts'
import { jointMemory } from '../model/energy.ts'
import type { Model } from '../model/model.ts'
import { type Variables, get } from './variables.ts'

/** The energy of one replica and its terms, one for each layer, memory and synapse. */
export interface Energy {
  readonly total: number
  /** By name: layers, then memories, then synapses, each in the order of the model. */
  readonly terms: Readonly<Record<string, number>>
}

/** Activations by layer name, of one replica. */
export type Activations = ReadonlyMap<string, Float64Array>

/**
 * The energy of replica r with the activations g:
 *
 * layer   (x - b - current).g - L(x), or L*(x) - (b + current).x where the output leaks
 * memory  -g_to^T (Xi g_from + offset), for rule hebbian + 1/2 |Xi - Lambda|^2
 * joint   |v|^2/2 - b.v in the visible layer, -L(h) = -(1/beta) log sum exp(beta (Xi v - |Xi|^2/2)) in the hidden one
 * Couplings without an energy have no term.
 * synapse -1/2 g^T W g, for kappa > 0 + |W - J|^2 / (4 kappa)
 */
export function energyOf(
  model: Model,
  { state, biases, currents, bases, kappas, lambdas }: Variables,
  g: Activations,
  r: number,
): Energy {
  const joint = jointMemory(model)
  const terms: Record<string, number> = {}
  for (const layer of model.layers) {
    const { name, leak } = layer
    const current = get(currents, name)
    const b = get(biases, name)[r]!.map((bi, i) => bi + current[i]!)
    terms[name] = leakFacts(leak).energy(layer, state(name, r), get(g, name), b)
  }
  for (const memory of model.memories.filter(hasEnergy)) {
    const { name, to, rule } = memory
    const xi = state(name, r)
    const elastic = movingRule(rule)?.isElastic ? squaredDistance(xi, get(lambdas, name)) / 2 : 0
    const energy = couplingFacts(memory).energy(memory, xi, g) + elastic
    // The memory of a joint energy has no separate term: the term of the hidden layer, -L(h), includes it.
    if (memory === joint) terms[to] = terms[to]! + energy
    else terms[name] = energy
  }
  for (const synapse of model.synapses.filter(hasEnergy)) {
    const { name } = synapse
    const W = state(name, r)
    const kappa = get(kappas, name)
    const elastic = kappa > 0 ? squaredDistance(W, get(bases, name)) / (4 * kappa) : 0
    terms[name] = couplingFacts(synapse).energy(synapse, W, g) + elastic
  }
  for (const edge of model.hyperedges) {
    const { name, tau } = edge
    const A = state(name, r)
    const elastic = tau === undefined ? 0 : squaredDistance(A, get(lambdas, name)) / 2
    terms[name] = couplingFacts(edge).energy(edge, A, g) + elastic
  }
  return { total: Object.values(terms).reduce((sum, term) => sum + term, 0), terms }
}
