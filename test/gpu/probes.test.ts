/** Every kind of probe in every form, beside float64. */
import { expect, test } from 'vitest'
import { PROBE_KINDS, type ProbeKind, type ProbeOf } from '../../src/core/kinds/probes/table.ts'
import { loadModel } from '../../src/core/model/load.ts'
import type { Model, Rows } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { planNetwork } from '../../src/core/plan/plan.ts'
import { DEFAULT_LIMITS } from '../../src/node/limits.ts'
import { buildModel, normalRows, signRows, symmetricRows } from '../build.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../../src/core/run/checkpoint.ts'
import type { Simulation, SimulationOptions } from '../../src/core/run/simulation.ts'
import { readShipped } from '../scenario.ts'
import { expectLikeReference, withSimulation } from './helpers/compare.ts'

const LIMITS = { ...DEFAULT_LIMITS, maxStorageBuffersPerShaderStage: 10 }

const SIZE = 37
const ROWS = 5
const stream = new RandomStream(5, 'probes')

type Asked<K extends ProbeKind> = Omit<ProbeOf<K, Rows>, 'kind' | 'name' | 'every'>

/** Patterns of which every third entry is not compared. */
function withZeros(rows: Rows): Rows {
  return { ...rows, data: rows.data.map((value, at) => (at % 3 === 0 ? 0 : value)) }
}

/** What each kind is asked of the network below. */
const ASKED: { readonly [K in ProbeKind]: readonly Asked<K>[] } = {
  energy: [{}],
  overlap: [
    { layer: 'v', patterns: signRows(stream, 3, SIZE) },
    { layer: 'h', patterns: normalRows(stream, 6, ROWS) },
  ],
  errors: [
    { layer: 'v', patterns: withZeros(signRows(stream, 6, SIZE)) },
    { layer: 'u', patterns: signRows(stream, 3, ROWS) },
  ],
  'sign-overlap': [{ layer: 'v', patterns: withZeros(signRows(stream, 6, SIZE)) }],
  kept: [
    { layer: 'v', patterns: signRows(stream, 7, SIZE), threshold: 0.05 },
    { layer: 'u', patterns: normalRows(stream, 3, ROWS), threshold: -0.1 },
  ],
  distance: [
    { of: 'xi', target: { matrix: normalRows(stream, ROWS, SIZE), isHollow: false }, scale: 0.3 },
    { of: 'w', target: { matrix: normalRows(stream, ROWS, ROWS), isHollow: true }, scale: -2 },
  ],
  similarity: [{ memory: 'xi', patterns: normalRows(stream, ROWS, SIZE) }],
  speed: [{ layer: 'v' }, { layer: 'u' }],
  snapshot: [{ of: 'v' }, { of: 'h' }, { of: 'xi' }, { of: 'w' }],
}

const FORMS: readonly (readonly [string, SimulationOptions])[] = [
  ['in kernels of its own', { resident: 'off' }],
  ['in the resident kernel', { resident: 'on' }],
  ['in the resident kernel of one lane', { resident: 'on', lanes: 1 }],
]

/** All that a probe may name, a clamp, a current, and replicas that are not alike. */
function network(kinds: readonly ProbeKind[]): Model {
  const rows = (count: number, size: number, scale = 1) => normalRows(stream, count, size, scale)
  return buildModel({
    replicas: 3,
    time: { dt: 0.1, integrator: 'exponential-euler' },
    layers: [
      { name: 'v', size: SIZE, lagrangian: { kind: 'tanh', gain: 2 }, init: rows(3, SIZE) },
      { name: 'h', size: ROWS, lagrangian: { kind: 'softmax', beta: 1 }, tau: 0 },
      { name: 'u', size: ROWS, lagrangian: { kind: 'linear', gain: 1 }, tau: 2, init: rows(3, ROWS) },
    ],
    memories: [
      { name: 'xi', from: 'v', to: 'u', init: rows(ROWS, SIZE, 0.1), rule: 'hebbian', tau: 5 },
      { name: 'up', from: 'u', to: 'h', init: rows(ROWS, ROWS, 0.3) },
    ],
    synapses: [{ name: 'w', layer: 'u', tau: 3, strength: 0.5 }],
    stimulus: [
      { kind: 'clamp', layer: 'u', patterns: rows(1, ROWS), start: 4, stop: 6 },
      { kind: 'current', layer: 'v', patterns: rows(2, SIZE), dwell: 2 },
    ],
    probes: kinds.flatMap((kind) =>
      ASKED[kind].map(
        (asked, index) =>
          ({ kind, name: `${kind} ${index}`, every: 1 + index, ...asked }) as Model['probes'][number],
      ),
    ),
  })
}

/** The kinds that a form has; it refuses the others by name. */
function kindsOf({ resident }: SimulationOptions): ProbeKind[] {
  return PROBE_KINDS.filter((kind) => {
    const { notBatched } = planNetwork(network([kind]), LIMITS, { resident: resident === 'on' })
    if (notBatched !== undefined)
      expect(notBatched).toContain(`the resident kernel does not support the probe \`${kind} 0\` (${kind})`)
    return notBatched === undefined
  })
}

// All kinds at once: a resident kernel compiles slowly.
test.each(FORMS)('%s every kind of probe is what float64 says', async (_, options) => {
  for (const kind of PROBE_KINDS) expect(ASKED[kind].length).toBeGreaterThan(0)
  const kinds = kindsOf(options)
  expect(kinds.length).toBeGreaterThan(0)
  await expectLikeReference(network(kinds), 9, options)
})

test('the distance of a memory in every format, and of a matrix that all replicas share, is what float64 says', async () => {
  const [N, M] = [70, 66]
  const signs = signRows(stream, M, N)
  const init = { ...signs, data: signs.data.map((sign) => 0.5 * sign) }
  const target = { matrix: normalRows(stream, M, N), isHollow: false }
  const probe = (of: string) => ({ kind: 'distance', name: of, of, every: 1, target, scale: 2 }) as const
  const model = buildModel({
    replicas: 2,
    layers: [
      { name: 'v', size: N, lagrangian: { kind: 'tanh', gain: 1 }, init: normalRows(stream, 2, N) },
      { name: 'h', size: M, lagrangian: { kind: 'tanh', gain: 1 } },
    ],
    memories: [
      { name: 'signs', from: 'v', to: 'h', init, scale: 0.5, format: 'binary' },
      { name: 'halves', from: 'v', to: 'h', init, format: 'f16' },
      { name: 'floats', from: 'v', to: 'h', init },
    ],
    synapses: [
      { name: 'fixed', layer: 'v', base: { kind: 'matrix', matrix: symmetricRows(stream, N, 0.1) } },
    ],
    probes: [
      probe('signs'),
      probe('halves'),
      probe('floats'),
      { ...probe('fixed'), target: { matrix: normalRows(stream, N, N), isHollow: true } },
    ],
  })
  await expectLikeReference(model, 2, {})
})

/** The mean of some samples of a probe at every tick, of its values or its terms. */
function meanOfTicks(all: readonly ArrayLike<number>[], from: number, to: number): number[] {
  const rows = all.slice(Math.max(0, from), to + 1)
  return Array.from(rows[0] as ArrayLike<number>, (_, at) => {
    let sum = 0
    for (const row of rows) sum += row[at] as number
    return sum / rows.length
  })
}

test('running means are those of the samples, and go on from a checkpoint in a file', async () => {
  const [over, since, ticks] = [4, 5, 12]
  const scenario = {
    version: 1,
    time: { dt: 0.1, ticks },
    replicas: 2,
    neurons: { v: { size: 9, lagrangian: { kind: 'tanh', gain: 2 } } },
    synapses: {
      w: {
        layer: 'v',
        base: { kind: 'hebbian', patterns: { kind: 'random', count: 2, distribution: 'normal' } },
      },
    },
    stimulus: [
      { kind: 'initial', layer: 'v', patterns: { kind: 'random', count: 2, distribution: 'normal' } },
    ],
    probes: Object.fromEntries(
      [{}, { averageOver: over }, { averageSince: since }].flatMap((average, index) =>
        [
          { kind: 'energy' },
          { kind: 'overlap', layer: 'v', patterns: { kind: 'rows', of: 'w' } },
          { kind: 'snapshot', of: 'v' },
        ].map((probe) => [`${probe.kind}${index}`, { ...probe, ...average }]),
      ),
    ),
  }
  const model = await loadModel(JSON.stringify(scenario), { read: readShipped })
  const seriesOf = ({ series }: Simulation) =>
    series.map(({ value, terms }) => ({ value: [...value], terms: terms && [...terms] }))
  const whole = await withSimulation(model, async (simulation) => {
    // The checkpoint of tick 7 is asked for while later ticks run.
    await simulation.step(7)
    const saving = simulation.checkpoint()
    await simulation.step(ticks - 7)
    const checkpoint = decodeCheckpoint(encodeCheckpoint(await saving))
    await simulation.flush()
    const series = seriesOf(simulation)
    await simulation.restore(checkpoint)
    await simulation.step(ticks - 7)
    await simulation.flush()
    expect(seriesOf(simulation)).toEqual(series)
    return series
  })
  for (let kind = 0; kind < 3; kind++)
    for (const key of ['value', 'terms'] as const) {
      const [plain, window, start] = [0, 3, 6].map((first) => whole[first + kind]?.[key])
      if (plain === undefined) continue
      for (let tick = 0; tick <= ticks; tick++) {
        const isTotal = key === 'value' && kind === 0
        const close = (is: ArrayLike<number> | undefined, should: number[]): void => {
          expect(Array.from(is ?? [])).toEqual(isTotal ? should : should.map(Math.fround))
        }
        close(window?.[tick], meanOfTicks(plain, tick - over + 1, tick))
        close(start?.[tick], meanOfTicks(plain, tick < since ? tick : since, tick))
      }
    }
})

test('synapses of which a probe reads the entries stand whole, and are refused in factors', () => {
  const model = network(['distance'])
  expect(planNetwork(model, LIMITS, { variants: {} }).matrices.has('w/excess')).toBe(false)
  expect(() => planNetwork(model, LIMITS, { variants: { synapses: 'factored' } })).toThrow(
    /synapses=factored: `w` has the probe `distance 1` of its entries, which is not possible in factors; use whole/,
  )
})
