/** Tokens that attend to each other, against the equations of the Energy Transformer. */
import type { Chart } from '../analysis/chart.ts'
import type { ScenarioInput } from '../model/schema.ts'
import { upTo } from './error-free.ts'
import { type Reproduction, type Stated, atMost } from './reproduction.ts'
import { apartInTime, normalRows } from './small-networks.ts'

/** Tokens, their width, heads, and rows of a head. */
const [T, D, HEADS, SIZE] = [6, 8, 2, 3]
const N = T * D
const [BETA, EPS, DT] = [0.7, 0.1, 0.1]

interface Weights {
  /** Rows of all heads, head by head. */
  readonly query: readonly (readonly number[])[]
  readonly key: readonly (readonly number[])[]
}

function scenario(
  seed: number,
  start: readonly number[],
  { query, key }: Weights,
  beta: number,
  ticks: number,
): ScenarioInput {
  const written = (values: readonly (readonly number[])[]) =>
    ({ kind: 'values', values: values.map((row) => [...row]) }) as const
  return {
    version: 1,
    name: 'Energy transformer',
    description: `${T} tokens of ${D} neurons attend to each other with ${HEADS} heads; the energy falls.`,
    seed,
    time: { dt: DT, ticks, integrator: 'euler' },
    neurons: {
      tokens: {
        size: [T, D],
        lagrangian: { kind: 'layernorm', gamma: 1, eps: EPS },
        init: written([start]),
      },
    },
    memories: {
      attention: {
        kind: 'attention',
        layer: 'tokens',
        heads: HEADS,
        size: SIZE,
        beta,
        init: { query: written(query), key: written(key) },
      },
    },
    probes: { energy: { kind: 'energy' }, tokens: { kind: 'snapshot', of: 'tokens' } },
  }
}

/** E = -(1/beta) sum_h sum_C log sum_(B != C) exp(beta K_hB . Q_hC), K = W_K g, Q = W_Q g. */
function attentionEnergy(g: Float64Array, { query, key }: Weights, beta: number): number {
  const projected = (row: readonly number[], token: number): number =>
    row.reduce((sum, weight, d) => sum + weight * g[token * D + d]!, 0)
  let energy = 0
  for (const h of upTo(HEADS)) {
    const own = (all: Weights['key']) => all.slice(h * SIZE, (h + 1) * SIZE)
    const [Q, K] = [own(query), own(key)].map((some) =>
      upTo(T).map((token) => some.map((row) => projected(row, token))),
    ) as [number[][], number[][]]
    for (const C of upTo(T)) {
      const sum = upTo(T)
        .filter((B) => B !== C)
        .reduce((all, B) => all + Math.exp(beta * K[B]!.reduce((dot, k, r) => dot + k * Q[C]![r]!, 0)), 0)
      energy -= Math.log(sum) / beta
    }
  }
  return energy
}

/** g = (x - mean) / sqrt(variance + eps) over the layer, and L = N sqrt(variance + eps). */
function layernorm(x: Float64Array): { readonly g: Float64Array; readonly L: number } {
  const mean = x.reduce((sum, value) => sum + value, 0) / N
  const root = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / N + EPS)
  return { g: x.map((value) => (value - mean) / root), L: N * root }
}

/** -dE/dg by central differences, whose error is 1e-9 here. */
function descent(g: Float64Array, weights: Weights): Float64Array {
  const h = 1e-4
  return g.map((value, i) => {
    const moved = (by: number): number => attentionEnergy(g.with(i, value + by), weights, BETA)
    return (moved(-h) - moved(h)) / (2 * h)
  })
}

interface Trajectory {
  readonly states: readonly Float64Array[]
  readonly energies: readonly number[]
}

/** dx/dt = -x - dE/dg by Euler steps in float64, with the energy x.g - L + E. */
function trajectory(start: readonly number[], weights: Weights, ticks: number): Trajectory {
  const states: Float64Array[] = []
  const energies: number[] = []
  let x = Float64Array.from(start)
  for (const tick of upTo(ticks + 1)) {
    const { g, L } = layernorm(x)
    states.push(x)
    energies.push(x.reduce((sum, value, i) => sum + value * g[i]!, 0) - L + attentionEnergy(g, weights, BETA))
    if (tick === ticks) break
    const force = descent(g, weights)
    x = x.map((value, i) => value + DT * (force[i]! - value))
  }
  return { states, energies }
}

const EQUATIONS: Stated = {
  kind: 'theory',
  equations: 'dx/dt = -x - dE/dg with the energy of attention of arXiv:2302.07253, by Euler steps',
}

/** The attention of the Energy Transformer. */
export const energyTransformer: Reproduction = {
  id: 'energy-transformer',
  title: 'Tokens that attend to each other have an energy',
  citation: 'Hoover et al., arXiv:2302.07253 (NeurIPS 2023)',
  claim:
    'With E = -(1/beta) sum_h sum_C log sum_(B != C) exp(beta K_hB . Q_hC) tokens move along -dE/dg, and the energy falls monotonically.',
  method:
    `${T} tokens of ${D} neurons, one layer norm over all of them, ${HEADS} heads of ${SIZE}. The equations are integrated in float64 by the same Euler steps, the derivative by differences ` +
    'of the energy as it stands in the paper. Tokens leak here, which adds x.g - L to the energy. Over the run states and energies may differ by a hundred roundings of float32 of ' +
    'the largest; a rise may be 16.',
  duration: { quick: '1 s', full: '1 s' },
  constants: { beta: BETA },
  wrong: { constant: 'beta', value: 1.1 * BETA },
  unaffected: [],
  async measure(lab, chosen) {
    const ticks = { quick: 60, full: 200 }[chosen]
    const weights = {
      query: normalRows(lab.seed, 'query', HEADS * SIZE, D, 0.8),
      key: normalRows(lab.seed, 'key', HEADS * SIZE, D, 0.8),
    }
    const start = normalRows(lab.seed, 'tokens', 1, N, 1)[0]!
    const exact = trajectory(start, weights, ticks)
    const time = upTo(ticks + 1).map((tick) => tick * DT)
    let found: number[] = []
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'time / tau', domain: [0, ticks * DT] },
      y: { label: 'energy' },
      marks: [
        { kind: 'line', x: time, y: exact.energies, label: 'equations in float64', colour: 1 },
        {
          kind: 'points',
          x: time.filter((_, k) => k % 4 === 0).slice(0, Math.ceil(found.length / 4)),
          y: found.filter((_, k) => k % 4 === 0),
          label: 'measured',
          colour: 0,
        },
      ],
    })
    lab.progress(0, chart())
    const input = scenario(lab.seed, start, weights, lab.constants.beta!, ticks)
    const states = await lab.run('energy-transformer', input, ({ series }) => {
      const by = (name: string) => series.find((one) => one.name === name)!.value
      found = by('energy').map((value) => value[0]!)
      return by('tokens').map((value) => Float64Array.from(value))
    })
    const rises = found.slice(1).map((value, k) => value - found[k]!)
    const rounding = 100 * 2 ** -23
    const largest = (values: ArrayLike<number>): number =>
      Math.max(...Array.from(values, (value) => Math.abs(value)))
    const apart = apartInTime(states, exact.states)
    const size = largest(exact.energies)
    return {
      checks: [
        atMost('difference of a state, relative', rounding, apart / largest(exact.states.at(-1)!), EQUATIONS),
        atMost(
          'difference of the energy, relative',
          rounding,
          apartInTime(
            found.map((one) => [one]),
            exact.energies.map((one) => [one]),
          ) / size,
          EQUATIONS,
        ),
        atMost(
          'largest rise of the energy in a step, relative',
          16 * 2 ** -23,
          Math.max(...rises) / size,
          EQUATIONS,
        ),
      ],
      chart: chart(),
    }
  },
}
