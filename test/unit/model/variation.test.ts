import { describe, expect, it } from 'vitest'
import type { Model, Stimulus } from '../../../src/core/model/model.ts'
import { runningParameters, withParameter } from '../../../src/core/model/parameters.ts'
import { loadModel } from '../../../src/core/model/load.ts'
import { setPath, valueAt } from '../../../src/core/model/path.ts'
import { axisValues, networkOf, repetitionOf, withVariation } from '../../../src/core/model/variation.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { hidden, resolve, scenario, visible, type Raw } from './resolving.ts'

const BETA = 'neurons.hidden.lagrangian.beta'
const FLIP = 'stimulus.0.patterns.corrupt.fraction'

const cue = (parts: Raw = {}): Raw => ({
  kind: 'initial',
  layer: 'visible',
  patterns: { kind: 'rows', of: 'xi', select: [0, 1], corrupt: { op: 'flip', fraction: 0.5 } },
  ...parts,
})
const varying = (vary: Raw, parts: Raw = {}, count?: number): Raw =>
  scenario({ stimulus: [cue()], ...parts, replicas: { ...(count === undefined ? {} : { count }), vary } })

const axes = (model: Model): Record<string, number[]> =>
  Object.fromEntries(model.variation!.axes.map((axis) => [axis.path, [...axisValues(model, axis)]]))

describe('the axes of a variation', () => {
  it('that are added keep the replicas of a point, which must be a whole number', () => {
    const added = (count: number): unknown =>
      withVariation(varying({ [BETA]: { values: [1, 2, 3, 4] } }, {}, count), [`${FLIP}=0,0.1,0.2`])
    expect(added(8)).toMatchObject({ replicas: { count: 24 } })
    expect(() => added(10)).toThrow(
      'replicas.count: 10 replicas are no whole number at each of the 4 points of the scenario, and each point of the new grid takes as many; set it to 4 times the replicas of a point',
    )
  })

  it('divide a range into equal differences or equal ratios, both ends included', async () => {
    const linear = await resolve(varying({ [BETA]: { from: 1, to: 3, steps: 5 } }))
    expect(linear.variation!.axes[0]!.values).toEqual([1, 1.5, 2, 2.5, 3])
    const log = await resolve(varying({ [BETA]: { from: 0.1, to: 10, steps: 5, scale: 'log' } }))
    expect(log.variation!.axes[0]!.values).toEqual([0.1, 0.316227766017, 1, 3.16227766017, 10])
  })

  it('make a grid, the first the slowest, the replicas of a point next to each other', async () => {
    const model = await resolve(
      varying({ [BETA]: { values: [1, 2] }, 'neurons.visible.tau': { values: [3, 4, 5] } }, {}, 12),
    )
    expect(model.replicas).toBe(12)
    expect(axes(model)).toEqual({
      [BETA]: [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2],
      'neurons.visible.tau': [3, 3, 4, 4, 5, 5, 3, 3, 4, 4, 5, 5],
    })
    const last = networkOf(model, 11)
    expect(last.layers.map(({ tau, lagrangian }) => [tau, lagrangian])).toEqual([
      [5, { kind: 'tanh', gain: 1 }],
      [0, { kind: 'softmax', beta: 2 }],
    ])
    expect([last.replicas, repetitionOf(model, 11)]).toEqual([2, 1])
  })

  it('have as many replicas as points when no count is given', async () => {
    const model = await resolve(varying({ [BETA]: { values: [1, 2] }, seed: { from: 1, to: 3, steps: 3 } }))
    expect([model.replicas, model.variation!.repetitions]).toEqual([6, 1])
  })
})

describe('the points of a variation', () => {
  it('are the networks of scenarios of their own', async () => {
    const vary = { [FLIP]: { values: [0, 0.5] }, 'neurons.visible.bias': { values: [0, 1] } }
    const model = await resolve(varying(vary, {}, 8))
    const alone = await resolve(
      scenario({
        neurons: { visible: visible({ bias: 1 }), hidden: hidden() },
        stimulus: [cue({ patterns: { ...patterns(cue()), corrupt: { op: 'flip', fraction: 0 } } })],
        replicas: 2,
      }),
    )
    expect(networkOf(model, 2)).toEqual(alone)
    expect(networkOf(model, 2).memories[0]!.init).toBe(model.memories[0]!.init)
  })

  it('damage cues with the seed of each, and draw the network once', async () => {
    const parts = { replicas: 2, stimulus: [cue()] }
    const model = await resolve(varying({ seed: { values: [1, 2] } }, {}, 4))
    const [one, two] = model.variation!.points
    expect(one!.stimulus).toEqual((await resolve(scenario({ ...parts, seed: 1 }))).stimulus)
    expect([one!.seed, two!.seed]).toEqual([1, 2])
    expect(two!.memories[0]!.init.data).toBe(one!.memories[0]!.init.data)
    const rows = (item: Stimulus | undefined): number[] => [...item!.patterns.data]
    expect(rows(two!.stimulus[0])).not.toEqual(rows(one!.stimulus[0]))
    const flips = rows(two!.stimulus[0]).filter((x, k) => x !== model.memories[0]!.init.data[k])
    expect(flips).toHaveLength(6)
  })

  it('show again what they take from a cue that varies', async () => {
    const copy = { kind: 'current', layer: 'visible', patterns: { kind: 'rows', of: 'stimulus.0' } }
    const model = await resolve(varying({ [FLIP]: { values: [0, 1] } }, { stimulus: [cue(), copy] }))
    for (const { stimulus } of model.variation!.points)
      expect(stimulus[1]!.patterns.data).toEqual(stimulus[0]!.patterns.data)
    expect(model.variation!.points[1]!.stimulus[1]).not.toEqual(model.variation!.points[0]!.stimulus[1])
  })

  it('follow a parameter that is moved, and keep what varies', async () => {
    const model = await resolve(varying({ [BETA]: { values: [1, 2] } }))
    expect(runningParameters(model)).not.toContain(BETA)
    const moved = withParameter(model, 'neurons.visible.tau', 7)
    expect(moved.variation!.points.map(({ layers }) => [layers[0]!.tau, layers[1]!.lagrangian])).toEqual([
      [7, { kind: 'softmax', beta: 1 }],
      [7, { kind: 'softmax', beta: 2 }],
    ])
    expect(() => withParameter(model, BETA, 3)).toThrow(
      `${BETA}: varies by replica; change replicas.vary and load the scenario again`,
    )
  })

  it('are in the float64 reference what each is alone', async () => {
    const warm = { neurons: { visible: visible({ temperature: 0.1 }), hidden: hidden() } }
    const model = await resolve(
      varying({ [BETA]: { values: [1, 5] }, [FLIP]: { values: [0, 0.5] } }, warm, 12),
    )
    const all = createReference(model)
    all.step(9)
    const alone = model.variation!.points.flatMap((point) => {
      const one = createReference(point)
      one.step(9)
      return [...one.read('visible')]
    })
    expect([...all.read('visible')]).toEqual(alone)
    expect(all.energy()).toHaveLength(12)
  })
})

describe('a path', () => {
  it('names an axis, or a part of one, though it has dots of its own', () => {
    const raw = varying({ [BETA]: { from: 1, to: 2, steps: 2 } })
    const steps = setPath(raw, `replicas.vary.${BETA}.steps=5`)
    expect(valueAt(steps, `replicas.vary.${BETA}`)).toEqual({ from: 1, to: 2, steps: 5 })
    const other = setPath(raw, `replicas.vary.neurons.visible.tau={"values":[1,2]}`)
    expect(valueAt(other, 'replicas.vary.neurons.visible.tau.values.1')).toBe(2)
    expect(() => setPath(raw, `replicas.vary.${BETA}.step=5`)).toThrow(
      new RegExp(`replicas.vary.${BETA}.step: unknown key`),
    )
  })
})

const ranged = { from: 1, to: 2, steps: 2 }

const wrong: [string, Raw, string, RegExp][] = [
  ['nothing that varies', varying({}), 'replicas.vary', /at least one/],
  [
    'half a range',
    varying({ [BETA]: { from: 1, to: 2 } }),
    `replicas.vary.${BETA}`,
    /needs from, to and steps/,
  ],
  ['a range and values', varying({ [BETA]: { ...ranged, values: [1] } }), `replicas.vary.${BETA}`, /either/],
  [
    'a log scale from 0',
    varying({ [BETA]: { ...ranged, from: 0, scale: 'log' } }),
    `replicas.vary.${BETA}`,
    /goes from 0 to 2, which has no log scale; start and end above 0/,
  ],
  [
    'one step of a range',
    varying({ [BETA]: { ...ranged, steps: 1 } }),
    `replicas.vary.${BETA}`,
    /steps 2 or more/,
  ],
  [
    'an unknown key',
    varying({ [BETA]: { ...ranged, step: 2 } }),
    `replicas.vary.${BETA}.step`,
    /did you mean `steps`/,
  ],
  [
    'an unknown path',
    varying({ 'neurons.hiden.lagrangian.beta': ranged }),
    'replicas.vary.neurons.hiden.lagrangian.beta',
    /no such parameter; did you mean `neurons.hidden.lagrangian.beta`\?/,
  ],
  [
    'the end of a path',
    varying({ beta: ranged }),
    'replicas.vary.beta',
    /mean `neurons.hidden.lagrangian.beta`\?/,
  ],
  [
    'a size',
    varying({ 'neurons.visible.size': ranged }),
    'replicas.vary.neurons.visible.size',
    /cannot differ from replica to replica; choose one of neurons.visible.tau/,
  ],
  [
    'the seed of patterns',
    varying({ 'memories.xi.init.seed': { values: [1, 2] } }),
    'replicas.vary.memories.xi.init.seed',
    /same patterns, drawn with the seed of the scenario; for independent networks vary `seed` and set replicas.independent/,
  ],
  ['the clock', varying({ 'time.dt': ranged }), 'replicas.vary.time.dt', /share the clock; vary tau/],
  [
    'a rate',
    varying({ 'neurons.visible.every': ranged }),
    'replicas.vary.neurons.visible.every',
    /share the clock; vary neurons.visible.tau/,
  ],
  [
    'a value out of range',
    varying({ [BETA]: { values: [1, -1] } }),
    `replicas.vary.${BETA}`,
    /its value -1: must be a number > 0/,
  ],
  [
    'a seed that is no integer',
    varying({ seed: { from: 1, to: 2, steps: 3 } }),
    'replicas.vary.seed',
    /value 1.5: must be an integer/,
  ],
  [
    'a layer that becomes adiabatic',
    varying({ 'neurons.visible.tau': { from: 0, to: 2, steps: 3 } }),
    'replicas.vary.neurons.visible.tau',
    /its value 0: must not become 0/,
  ],
  [
    'a time constant too short for euler',
    varying(
      { 'neurons.visible.tau': { values: [1, 0.01] } },
      { time: { dt: 0.1, ticks: 1, integrator: 'euler' } },
    ),
    'replicas.vary.neurons.visible.tau',
    /its value 0.01: euler is unstable/,
  ],
  [
    'a count that is no multiple',
    varying({ [BETA]: ranged }, {}, 5),
    'replicas.count',
    /is 5, but vary has 2 points; .* such as 6/,
  ],
  [
    'too many points',
    varying({ [BETA]: { ...ranged, steps: 300 }, 'neurons.visible.tau': { ...ranged, steps: 300 } }),
    'replicas.vary',
    /has 90000 points, but at most 65535/,
  ],
  [
    'independent networks with one seed',
    scenario({ replicas: { vary: { seed: { values: [1, 2, 1] } }, independent: true } }),
    'replicas.vary.seed',
    /has 1 twice, which is one network; give each seed once$/,
  ],
  [
    'a seed with an order for all',
    varying({ seed: ranged }, { stimulus: [cue({ kind: 'clamp', order: 'shuffle' })] }),
    'replicas.vary.seed',
    /stimulus.0 draws one order/,
  ],
  [
    'a seed with draws for all',
    varying({ seed: ranged }, { stimulus: [cue({ kind: 'clamp', order: 'random' })] }),
    'replicas.vary.seed',
    /stimulus.0 draws one order/,
  ],
  [
    'a seed with dwells that are drawn for all',
    varying({ seed: ranged }, { stimulus: [cue({ kind: 'clamp', dwell: { min: 1, max: 2 } })] }),
    'replicas.vary.seed',
    /stimulus.0 draws one order/,
  ],
]

it.each(wrong)('%s is refused in one line', async (_, raw, path, reason) => {
  const error = await resolve(raw).catch((thrown: unknown) => thrown as Error)
  expect(error).toMatchObject({ name: 'ModelError', place: { file: 's.json', path } })
  expect((error as Error).message).toMatch(reason)
  expect((error as Error).message).not.toContain('\n')
})

it('rows that no replica of a point is dealt are warned of, with the count that would use them', async () => {
  const model = await resolve(varying({ [BETA]: ranged }))
  expect(model.warnings).toEqual([
    'stimulus.0.patterns: 2 rows for 1 replicas of each point, so the last 1 are not used; set replicas.count to 4',
  ])
})

it('a probe that can count nothing, and a mean that begins after the run, are warned of', async () => {
  const kept = { kind: 'kept', layer: 'visible', patterns: { kind: 'zeros' }, threshold: 1.5 }
  const late = { kind: 'energy', averageSince: 11 }
  const { warnings } = await resolve(scenario({ probes: { kept, late } }))
  expect(warnings).toEqual([
    'probes.kept.threshold: is 1.5, outside -1 to 1',
    'probes.late.averageSince: has no effect: the run ends at tick 10',
  ])
  const all = { kept: { ...kept, threshold: -1 }, late: { ...late, averageSince: 10 } }
  expect((await resolve(scenario({ probes: all }))).warnings).toEqual([])
})

describe('independent networks by options', () => {
  const read = () => Promise.reject(new Error('no file'))
  const load = (raw: Raw, options: { set?: string[]; vary?: string[]; seed?: number }) =>
    loadModel(JSON.stringify(raw), { read, ...options })

  it('take `independent` beside varied seeds, whichever comes first', async () => {
    const model = await load(scenario(), { set: ['replicas.independent=true'], vary: ['seed=1:3:3'] })
    expect([model.replicas, model.variation!.isIndependent]).toEqual([3, true])
    // A part of replicas that are an object is set before they are multiplied.
    const { replicas } = await load(varying({ [BETA]: ranged }, {}, 2), {
      set: ['replicas.count=4'],
      vary: ['seed=1:3:3'],
    })
    expect(replicas).toBe(12)
  })

  it('refuse a seed that none of them would have', async () => {
    const options = { set: ['replicas.independent=true'], vary: ['seed=1:3:3'], seed: 7 }
    await expect(load(scenario(), options)).rejects.toThrow(
      /^--seed: has no effect: each network has a seed of replicas.vary.seed; leave it out$/,
    )
    // Otherwise the seed draws the patterns that all replicas share.
    expect((await load(scenario(), { vary: ['seed=1:3:3'], seed: 7 })).seed).toBe(7)
  })
})

function patterns(item: Raw): Raw {
  return item.patterns as Raw
}
