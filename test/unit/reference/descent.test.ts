/** The claim of the theory for the whole class: on random graphs of layers, over all couplings, the energy never rises. */
import { expect, test } from 'vitest'
import { PROJECTIONS } from '../../../src/core/kinds/couplings/attention.ts'
import { columnsOf } from '../../../src/core/kinds/couplings/convolution.ts'
import type { CouplingKind } from '../../../src/core/kinds/couplings/table.ts'
import type { Lagrangian, Model } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { buildModel, normalRows, type Parts, symmetricRows } from '../../build.ts'
import { GEOMETRIES, NETWORKS, sparseRows, symmetricEntries } from '../../couplings.ts'

const GRAPHS = 40
const TICKS = 400

/** Those whose activations are bounded: a product of three layers of others may have no lowest energy. */
const BOUNDED: readonly Lagrangian[] = [
  { kind: 'tanh', gain: 1.3 },
  { kind: 'sigmoid', gain: 0.8 },
  { kind: 'softmax', beta: 1.5 },
  { kind: 'spherical', eps: 1e-3 },
  { kind: 'layernorm', gamma: 1, delta: 0.1, eps: 1e-3 },
]

/** A chain of dense memories that joins all layers, and beside it a few couplings of any kind. */
function randomGraph(seed: number): { readonly model: Model; readonly kinds: readonly CouplingKind[] } {
  const stream = new RandomStream(seed, 'graph')
  const one = <T>(choices: readonly T[]): T => choices[stream.integer(choices.length)] as T
  const chance = (p: number): boolean => stream.uniform() < p
  const form = one(GEOMETRIES)
  const tokens = [2 + stream.integer(4), 1 + stream.integer(3)] as const
  const area = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
  // The first two layers are an image and its features, the third has tokens.
  const sizes = [area(form.image), area(form.features), area(tokens), 1 + stream.integer(9), 5]
  const count = 2 + stream.integer(4)
  const names = ['a', 'b', 'c', 'd', 'e'].slice(0, count)
  const kinds: CouplingKind[] = ['dense']
  const memories: NonNullable<Parts['memories']>[number][] = []
  const synapses: NonNullable<Parts['synapses']>[number][] = []
  const hyperedges: NonNullable<Parts['hyperedges']>[number][] = []
  const attention: NonNullable<Parts['attention']>[number][] = []
  const size = (name: string): number => sizes[names.indexOf(name)] as number
  const weights = (rows: number, columns: number) => normalRows(stream, rows, columns, 1 / Math.sqrt(columns))
  const pair = (): readonly [string, string] => {
    const from = one(names)
    return [from, one(names.filter((name) => name !== from))]
  }

  // A kind that is missing here fails the first test.
  const others: Partial<Record<CouplingKind, (name: string) => void>> = {
    dense(name) {
      const [from, to] = pair()
      const learns = chance(0.5)
      const init = weights(size(to), size(from))
      memories.push({ name, from, to, init, ...(learns ? { rule: 'hebbian', tau: 3 } : {}) })
    },
    convolution(name) {
      const init = weights(form.features[0], columnsOf(form))
      memories.push({ name, from: 'a', to: 'b', kind: 'convolution', geometry: form, init, ...(chance(0.5) ? { rule: 'hebbian', tau: 3 } : {}) }) // prettier-ignore
    },
    sparse(name) {
      const [from, to] = pair()
      const rows = Array.from({ length: size(to) }, () => stream.integer(Math.min(size(from), 6) + 1))
      const init = sparseRows(stream, size(from), rows)
      memories.push({ name, from, to, kind: 'sparse', init, ...(chance(0.5) ? { rule: 'hebbian', tau: 3 } : {}) }) // prettier-ignore
    },
    product(name) {
      const layers = names.slice(0, 2 + stream.integer(Math.min(count, 4) - 1))
      const factors = layers.map((layer) => ({ part: layer, layer, init: weights(3, size(layer)) }))
      // Patterns that learn feed each other: with a large scale their energy has no lower bound, and the state leaves.
      const own = chance(0.5) ? ({ rule: 'hebbian', tau: 3, scale: 0.02 } as const) : { scale: 1.5 }
      hyperedges.push({ name, factors, ...own })
    },
    attention(name) {
      if (count < 3) {
        others.lateral?.(name)
        return
      }
      const factors = PROJECTIONS.map((part) => ({ part, layer: 'c', init: weights(4, tokens[1]) }))
      attention.push({ kind: 'attention', name, layer: 'c', tokens, heads: 2, size: 2, beta: 0.9, factors, rule: 'fixed', every: 1 }) // prettier-ignore
    },
    'sparse-lateral'(name) {
      const layer = one(names)
      const drawn = Array.from({ length: size(layer) ** 2 }, () => chance(0.3))
      const matrix = symmetricEntries(stream, size(layer), (i, j) => drawn[i * size(layer) + j]!)
      synapses.push({ kind: 'sparse-lateral', name, layer, base: { kind: 'csr', matrix }, ...(chance(0.5) ? { tau: 2, strength: 1 } : {}) }) // prettier-ignore
    },
    lateral(name) {
      const layer = one(names)
      const base = { kind: 'matrix', matrix: symmetricRows(stream, size(layer), 0.3) } as const
      synapses.push({ name, layer, base, ...(chance(0.6) ? { tau: 2, strength: 0.7 } : {}) })
    },
  }
  names.slice(1).forEach((to, index) => {
    const from = names[index] as string
    memories.push({ name: `chain${index}`, from, to, init: weights(size(to), size(from)) })
  })
  for (let more = 0; more < 3; more++) {
    const kind = one(Object.keys(others) as CouplingKind[])
    others[kind]?.(`more${more}`)
    kinds.push(kind)
  }
  const isLast = (name: string): boolean => name === names.at(-1)
  const reached = [...memories.slice(count - 1).flatMap(({ from, to }) => [from, to]), ...synapses.map(({ layer }) => layer), ...attention.map(({ layer }) => layer), ...hyperedges.flatMap(({ factors }) => factors.map(({ layer }) => layer))] // prettier-ignore
  return {
    model: buildModel({
      layers: names.map((name) => ({
        name,
        size: size(name),
        lagrangian: one(BOUNDED),
        // The end of the chain may follow at once, where nothing else reaches it.
        tau: isLast(name) && !reached.includes(name) && chance(0.5) ? 0 : 0.5 + 3 * stream.uniform(),
        bias: normalRows(stream, 1, size(name), 0.5),
        init: normalRows(stream, 1, size(name), 1.5),
      })),
      memories,
      synapses,
      hyperedges,
      attention,
      time: { dt: 0.01, ticks: TICKS, integrator: one(['euler', 'exponential-euler', 'heun', 'rk4']) },
    }),
    kinds,
  }
}

const GRAPH_SEEDS = Array.from({ length: GRAPHS }, (_, seed) => seed)

test('the graphs have couplings of every kind', () => {
  const kinds = new Set(GRAPH_SEEDS.flatMap((seed) => randomGraph(seed).kinds))
  expect([...kinds].sort()).toEqual(Object.keys(NETWORKS).sort())
})

test.each(GRAPH_SEEDS)('the energy of random graph %i never rises', (seed) => {
  const reference = createReference(randomGraph(seed).model)
  let before = reference.energy()[0]!.total
  const first = before
  for (let tick = 0; tick < TICKS; tick++) {
    reference.step()
    const after = reference.energy()[0]!.total
    // Near rest a fall is lost in the rounding of the sum.
    expect(after - before, `tick ${tick}`).toBeLessThan(1e-11 * (1 + Math.abs(before)))
    before = after
  }
  expect(before).toBeLessThan(first - 1e-3)
})
