/** What the shipped scenarios promise in their descriptions, and what their lessons tell of the tries. */
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { labelPurity } from '../../src/core/analysis/purity.ts'
import { decodeIdx } from '../../src/core/data/idx.ts'
import { withValues } from '../../src/core/model/lesson.ts'
import { loadModel } from '../../src/core/model/load.ts'
import type { Model } from '../../src/core/model/model.ts'
import { setValue, valueAt } from '../../src/core/model/path.ts'
import { type Verdict, createJudge } from '../../src/core/run/claims.ts'
import type { Simulation } from '../../src/core/run/simulation.ts'
import type { Series } from '../../src/core/run/series.ts'
import { expectedDistance, meanSquare } from '../../src/core/reproduce/pavlovian.ts'
import { samplesOf } from '../../src/app/session/recorder.ts'
import { LESSONS } from '../lessons.ts'
import { loadShipped, readShipped } from '../scenario.ts'
import { withSimulation } from './helpers/compare.ts'

/** What a run of a scenario, or of a try, has come to. */
interface Outcome {
  readonly model: Model
  /** The samples of a probe after some ticks: [replicas][patterns], of the first REPLICAS. */
  readonly at: (probe: string, tick: number) => number[][]
  /** Values of a layer or a memory at the end. */
  readonly state: (name: string) => Float32Array
  /** First and last value of a probe. */
  readonly first: (probe: string) => ArrayLike<number>
  readonly last: (probe: string) => ArrayLike<number>
  /** Xi, or W, or the state of the first layer where there is neither, after TICKS, or at the end if that is sooner. */
  readonly matrix: Float32Array
  readonly columns: number
  /** What the run found worth a warning, such as an energy that rises. */
  readonly warnings: readonly string[]
  /** What has been found of the claims of the scenario. */
  readonly verdicts: readonly Verdict[]
  /** The same of the try. */
  readonly tried: readonly Verdict[]
}

const known = new Map<string, Promise<Outcome>>()

/** Runs a scenario as it is shipped, or with one of its tries; once. */
function outcome(id: string, label?: string): Promise<Outcome> {
  const key = `${id} ${label ?? ''}`
  const found = known.get(key) ?? run(id, label)
  known.set(key, found)
  return found
}

/** Replicas that are enough to see it, and ticks after which it is seen: software adapters count both. */
const REPLICAS = 20
const TICKS = 2000
const ENOUGH: Readonly<Record<string, number>> = {
  asynchronous: 1000,
  convolution: 35,
  digits: 100,
  'energy-transformer': 24,
  'fast-synapses': 300,
  hierarchical: 200,
  sequences: 700,
  sparse: 16,
}

/** Fewer replicas of a try where each costs much. */
const FEWER: Readonly<Record<string, number>> = { 'dense-memory': 10, 'energy-transformer': 2 }

/** Ticks of a scenario that runs whole, where what its description promises is there sooner. */
const SOONER: Readonly<Record<string, number>> = { 'hebbian-learning': 6000 }

/** Scenarios whose descriptions promise something of all replicas, or of the end: as shipped they run whole. */
const WHOLE = ['asynchronous', 'digits', 'hebbian-learning', 'dense-memory', 'hierarchical']

/** What varies, in four steps. */
function coarse(replicas: unknown): unknown {
  if (typeof replicas !== 'object') return undefined
  const axes = Object.entries((replicas as { vary: Readonly<Record<string, object>> }).vary)
  const steps = ([path, axis]: [string, object]): [string, object] =>
    path === 'seed' ? [path, { values: [1, 2, 3, 4] }] : [path, { ...axis, steps: 4 }]
  return { vary: Object.fromEntries(axes.map(steps)) }
}

async function run(id: string, label?: string): Promise<Outcome> {
  const lesson = LESSONS[id]!
  const wanted = label === undefined ? undefined : lesson.tries.find((one) => one.label === label)
  if (label !== undefined && wanted === undefined) throw new Error(`${id} has no try "${label}"`)
  const isWhole = label === undefined && WHOLE.includes(id)
  const shipped = await loadShipped(id)
  let raw: unknown = wanted === undefined ? shipped.scenario : withValues(shipped.scenario, wanted.set)
  const few = label === undefined ? REPLICAS : (FEWER[id] ?? REPLICAS)
  raw = setValue(raw, 'replicas', coarse(valueAt(raw, 'replicas')) ?? Math.min(shipped.replicas, few))
  const model = isWhole
    ? shipped
    : await loadModel(JSON.stringify(raw), { file: `${id}.json`, read: readShipped })
  const ticks = Math.min(model.time.ticks, ENOUGH[id] ?? TICKS)
  const body = async (simulation: Simulation): Promise<Outcome> => {
    await simulation.step(ticks)
    await simulation.flush()
    const { data, shape } = await simulation.read(
      (model.memories[0] ?? model.synapses[0] ?? model.layers[0])!.name,
    )
    const states = new Map<string, Float32Array>()
    if (isWhole) {
      await simulation.step((SOONER[id] ?? model.time.ticks) - ticks)
      await simulation.flush()
      for (const { name } of [...model.layers, ...model.memories])
        states.set(name, (await simulation.read(name)).data)
    }
    // A try has claims of its own; those of the scenario are about the run as shipped.
    const judges = [model.scenario.expect, wanted?.expect].map((claims) => {
      const { expect: own, ...scenario } = model.scenario
      return createJudge(simulation.plan, {
        ...model,
        scenario: claims ? { ...scenario, expect: claims } : scenario,
      })
    })
    for (const sample of samplesOf(simulation.series)) for (const judge of judges) judge.observe(sample)
    const series = (name: string): Series => simulation.series.find((one) => one.name === name)!
    const rowsOf = (values: ArrayLike<number>): number[][] => {
      const count = values.length / model.replicas
      return Array.from({ length: Math.min(model.replicas, REPLICAS) }, (_, r) =>
        Array.from(values).slice(r * count, (r + 1) * count),
      )
    }
    return {
      model,
      at: (probe, tick) => rowsOf(series(probe).value[series(probe).tick.indexOf(tick)]!),
      state: (name) => states.get(name)!,
      first: (probe) => series(probe).value[0]!,
      last: (probe) => series(probe).value.at(-1)!,
      matrix: data,
      columns: shape.at(-1)!,
      verdicts: judges[0]!.verdicts,
      tried: judges[1]!.verdicts,
      warnings: simulation.warnings.filter((one) => isWhole || !model.warnings.includes(one)),
    }
  }
  // What is shipped runs in the kernels that a user's run takes.
  return withSimulation(model, body, isWhole ? { resident: 'auto' } : {})
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

/** How many replicas are nearer to their own pattern than to any other, and near. */
const recalled = (overlaps: number[][], own: (replica: number) => number): number =>
  overlaps.filter((row, r) => row[own(r)]! > 0.9 && row.indexOf(Math.max(...row)) === own(r)).length

test('every shipped scenario has a lesson', async () => {
  for (const id of Object.keys(LESSONS)) await expect(loadShipped(id)).resolves.toHaveProperty('layers')
})

describe('the claims of a scenario', () => {
  test.each(Object.keys(LESSONS))('%s: hold as far as it runs here', async (id) => {
    const { model, verdicts } = await outcome(id)
    const { replicas } = await loadShipped(id)
    const wrong = verdicts.filter(({ state }, index) => {
      const { of, at = 'always' } = model.scenario.expect![index]!
      // A mean over replicas is that of all replicas.
      if (of === 'mean' && model.replicas < replicas) return false
      return state === 'fails' || (state === 'undecided' && at !== 'always')
    })
    expect(wrong).toEqual([])
    expect(verdicts.length).toBeGreaterThanOrEqual(2)
  })

  test.each([
    ['hopfield', 'Overload it'],
    ['fast-synapses', 'Freeze the synapses'],
    ['convolution', 'Random filters'],
    ['sequences', 'Stay'],
    ['pavlov', 'Learn four times as fast'],
    ['dense-memory', 'Back to pairs'],
    ['softmax-synapses', 'Learn ten times as fast'],
  ])('%s: fail with the try "%s"', async (id, label) => {
    const { verdicts } = await outcome(id, label)
    expect(verdicts.some(({ state }) => state === 'fails')).toBe(true)
  })
})

const CLAIMED = Object.entries(LESSONS).flatMap(([id, { tries }]) =>
  tries.filter(({ expect }) => expect !== undefined).map(({ label }) => [id, label] as const),
)

test.each(CLAIMED)('%s: the claims of the try "%s" hold as far as it runs here', async (id, label) => {
  const { tried } = await outcome(id, label)
  expect(tried.filter(({ state }) => state === 'fails')).toEqual([])
  expect(tried.some(({ state }) => state === 'holds')).toBe(true)
})

describe('digits', () => {
  const own = (r: number): number => r
  test('as shipped are recalled', async () => {
    const { at, warnings } = await outcome('digits')
    expect(recalled(at('overlap', 100), own)).toBeGreaterThanOrEqual(19)
    expect(warnings).toEqual([])
  })
  test('melt at a small beta: all states become one mixture', async () => {
    const { at } = await outcome('digits', 'Melt the memories')
    expect(recalled(at('overlap', 100), own)).toBe(0)
    const first = at('overlap', 100)[0]!
    for (const row of at('overlap', 100))
      row.forEach((value, k) => expect(Math.abs(value - first[k]!)).toBeLessThan(0.02))
  })
  test('of which three quarters are hidden are recalled by about half', async () => {
    const count = recalled((await outcome('digits', 'Hide three quarters')).at('overlap', 100), own)
    expect(count).toBeGreaterThan(4)
    expect(count).toBeLessThan(16)
  })
  test('are recalled later, but as well, by a hidden layer with a pace of its own', async () => {
    const slow = await outcome('digits', 'Slow the hidden layer down')
    const fast = await outcome('digits')
    // Of half the step: the same times.
    expect(slow.model.time.dt).toBe(fast.model.time.dt / 2)
    expect(recalled(slow.at('overlap', 100), own)).toBeGreaterThanOrEqual(19)
    expect(mean(slow.at('overlap', 20).map((row, r) => row[r]!))).toBeLessThan(
      mean(fast.at('overlap', 10).map((row, r) => row[r]!)) - 0.05,
    )
    expect(slow.warnings).toEqual([])
  })
})

describe('dense memories', () => {
  const own = (r: number): number => r
  const count = async (label?: string): Promise<number> =>
    recalled((await outcome('dense-memory', label)).at('overlap', 100), own)
  test('as shipped are all recalled', async () => expect(await count()).toBe(20))
  test('of degree 2 recall none', async () => expect(await count('Back to pairs')).toBe(0))
  test('lose most cues with 40 % of the signs flipped', async () =>
    expect(await count('Flip 40 % of the signs')).toBeLessThan(5))
  test('hold in noise', async () => expect(await count('Add noise')).toBe(10))
})

describe('the phase diagram', () => {
  /** Overlap with the own digit: lines of beta (or of seeds), columns of damage. */
  const diagram = async (label?: string): Promise<number[][]> => {
    const values = (await outcome('phase-diagram', label)).at('overlap', 150).map(([own]) => own!)
    return [0, 1, 2, 3].map((line) => values.slice(4 * line, 4 * line + 4))
  }
  test.each([undefined, 'Hide instead of flip', 'Another digit'])(
    'has a mixture, recall and mistakes: %s',
    async (label) => {
      const [melted, , , sharp] = (await diagram(label)) as [number[], number[], number[], number[]]
      for (const overlap of melted) expect(overlap).toBeCloseTo(melted[0]!, 2)
      expect(melted[0]).toBeLessThan(0.4)
      expect(sharp.slice(0, 2)).toEqual([expect.closeTo(1, 2), expect.closeTo(1, 2)])
      expect(sharp[3]).toBeLessThan(0.6)
    },
  )
  test('is a matter of luck far from the digit and nowhere near it', async () => {
    const lines = await diagram('Draw other damage')
    for (const line of lines) expect(line.slice(0, 2)).toEqual([expect.closeTo(1, 2), expect.closeTo(1, 2)])
    const last = lines.map((line) => line[3]!)
    expect(Math.max(...last) - Math.min(...last)).toBeGreaterThan(0.01)
  })
})

describe('fast synapses', () => {
  const end = async (label?: string): Promise<number> =>
    (await outcome('fast-synapses', label)).at('overlap', 300)[0]![0]!
  test('as shipped hold the pattern', async () => expect(await end()).toBeGreaterThan(0.95))
  test('that are frozen lose it', async () => expect(await end('Freeze the synapses')).toBeLessThan(0.5))
  test('that are slow lose it as well', async () => expect(await end('Make them slow')).toBeLessThan(0.7))
  test('support a state that is no pattern', async () => {
    const overlaps = (await outcome('fast-synapses', 'Start far away')).at('overlap', 300)[0]!
    expect(Math.max(...overlaps)).toBeLessThan(0.5)
  })
})

describe('memories that learn', () => {
  /** Mean cosine between two rows. */
  const likeness = ({ matrix, columns }: Outcome): number => {
    const rows = Array.from({ length: matrix.length / columns }, (_, k) =>
      matrix.subarray(k * columns, (k + 1) * columns),
    )
    const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
    const cosines = rows.flatMap((a, i) =>
      rows.slice(i + 1).map((b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))),
    )
    return mean(cosines)
  }
  test('as shipped become different from each other, without competition all the same', async () => {
    expect(likeness(await outcome('hebbian-learning'))).toBeLessThan(0.7)
    expect(likeness(await outcome('hebbian-learning', 'No competition'))).toBeGreaterThan(0.98)
  })
  test('learn hardly anything when they are a hundred times slower', async () => {
    const moved = async (label?: string): Promise<number> =>
      1 - mean((await outcome('hebbian-learning', label)).at('change', 2000)[0]!)
    expect(await moved('A hundred times slower')).toBeLessThan(0.05)
    expect(await moved()).toBeGreaterThan(0.5)
  })
  test('forget the lower halves that they are not shown', async () => {
    const lower = ({ matrix, columns }: Outcome): number => {
      const size = (from: number): number =>
        matrix.reduce(
          (sum, x, at) => (at % columns >= from && at % columns < from + columns / 2 ? sum + x * x : sum),
          0,
        )
      return size(columns / 2) / size(0)
    }
    expect(lower(await outcome('hebbian-learning'))).toBeGreaterThan(0.3)
    expect(lower(await outcome('hebbian-learning', 'Hide the lower halves'))).toBeLessThan(0.1)
  })
})

describe('three layers', () => {
  const own = (r: number): number => 2 * r
  const count = async (label?: string): Promise<number> =>
    recalled((await outcome('hierarchical', label)).at('overlap', 200), own)
  const certainty = async (tick: number, label?: string): Promise<number> =>
    mean((await outcome('hierarchical', label)).at('classes', tick).map((row) => Math.max(...row)))
  test('as shipped find prototype and class at once', async () => {
    expect(await certainty(20)).toBeGreaterThan(0.9)
    expect(await count()).toBeGreaterThanOrEqual(19)
  })
  test('with slow prototypes wait for them, and the energy falls all the same', async () => {
    const label = 'Reverse the time scales'
    expect(await certainty(20, label)).toBeLessThan(0.7)
    expect(await certainty(200, label)).toBeGreaterThan(0.9)
    expect((await outcome('hierarchical', label)).warnings).toEqual([])
  })
  test('mistake some digits under more noise', async () => {
    expect(await count('More noise')).toBeLessThan(await count())
  })
  test('with uncertain prototypes recall nothing', async () => {
    expect(await count('Uncertain prototypes')).toBe(0)
    expect(await certainty(200, 'Uncertain prototypes')).toBeLessThan(0.3)
  })
})

describe('the Hopfield network', () => {
  const overlap = async (tick: number, label?: string): Promise<number> =>
    (await outcome('hopfield', label)).at('overlap', tick)[0]![0]!
  test('as shipped keeps its pattern', async () => expect(await overlap(300)).toBeGreaterThan(0.99))
  test('overloaded loses it', async () => expect(await overlap(300, 'Overload it')).toBeLessThan(0.5))
  test('completes a start with 20 % of the signs flipped', async () => {
    expect(await overlap(0, 'Flip 20 % of the signs')).toBeCloseTo(0.6, 2)
    expect(await overlap(300, 'Flip 20 % of the signs')).toBeGreaterThan(0.99)
  })
  test('with a gain below 1 falls silent', async () =>
    expect(await overlap(300, 'Too soft to remember')).toBeLessThan(0.15))
})

describe('memories that follow what they see', () => {
  const similarity = async (tick: number, label?: string): Promise<number> =>
    mean((await outcome('softmax-synapses', label)).at('similarity', tick)[0]!)
  test('as shipped approach their noisy versions', async () => {
    expect(await similarity(0)).toBeCloseTo(0.92, 1)
    expect(await similarity(2000)).toBeGreaterThan(0.998)
  })
  test('do so ten times as fast with a tenth of tau', async () => {
    // Not exactly: euler's steps are ten times as long as well.
    expect(await similarity(100, 'Learn ten times as fast')).toBeCloseTo(await similarity(1000), 2)
  })
  test('become alike when all rows learn', async () =>
    expect(await similarity(2000, 'Let all rows learn')).toBeLessThan(0.75))
  test('reach noisier pictures too', async () => {
    expect(await similarity(0, 'Noisier pictures')).toBeLessThan(0.75)
    expect(await similarity(2000, 'Noisier pictures')).toBeGreaterThan(0.99)
  })
})

describe('one neuron at a time', () => {
  const overlaps = async (tick: number, label?: string): Promise<number[]> =>
    (await outcome('asynchronous', label)).at('overlap', tick).map((row, r) => row[r]!)
  test('settles near m = tanh(m / T)', async () => {
    expect(mean(await overlaps(0))).toBeCloseTo(0.4, 1)
    const m = 0.9974
    expect(m).toBeCloseTo(Math.tanh(m / 0.3), 4)
    expect(Math.abs(mean(await overlaps(3000)) - m)).toBeLessThan(0.01)
  })
  test('frozen never goes up in energy', async () => {
    const { at } = await outcome('asynchronous', 'Freeze')
    expect(Math.min(...(await overlaps(1000, 'Freeze')))).toBeGreaterThan(0.9)
    for (let tick = 20; tick <= 1000; tick += 10)
      at('energy', tick).forEach(([energy], r) =>
        expect(energy).toBeLessThanOrEqual(at('energy', tick - 10)[r]![0]! + 1e-3),
      )
  })
  test('melts above T = 1', async () => expect(mean(await overlaps(1000, 'Melt'))).toBeLessThan(0.2))
  test('all at once is there after a few ticks, where single steps have hardly begun', async () => {
    expect(Math.min(...(await overlaps(20, 'All at once')))).toBeGreaterThan(0.95)
    expect(Math.max(...(await overlaps(20)))).toBeLessThan(0.55)
  })
})

describe('a hyperedge', () => {
  /** Overlaps of the layer that is not shown with the three parts of its own, at the end of each scene: one line a scene. */
  const called = async (layer: string, phase: number, label?: string): Promise<number[][]> => {
    const { at } = await outcome('hyperedge', label)
    return [0, 1, 2].map((scene) => at(layer, 180 * phase + 60 * scene + 57)[0]!)
  }
  const PHASES = [
    ['which', 0],
    ['what', 1],
    ['where', 2],
  ] as const
  test.each(PHASES)('lets two of three layers call the third: %s', async (layer, phase) => {
    const rows = await called(layer, phase)
    rows.forEach((row, scene) =>
      row.forEach((overlap, other) =>
        other === scene ? expect(overlap).toBeGreaterThan(0.9) : expect(overlap).toBeLessThan(0.3),
      ),
    )
  })
  test('of pairs gives one answer to all questions', async () => {
    const [first, ...others] = (await called('which', 0, 'Pairs instead')) as [number[], ...number[][]]
    expect(Math.min(...first)).toBeGreaterThan(0.1)
    for (const row of others) row.forEach((overlap, k) => expect(overlap).toBeCloseTo(first[k]!, 1))
  })
  test('is silent when one layer is shown', async () => {
    for (const layer of ['which', 'where'])
      for (const row of await called(layer, 0, 'Only the picture'))
        for (const overlap of row) expect(Math.abs(overlap)).toBeLessThan(1e-6)
  })
  test('answers rightly, and more faintly, to damaged cues', async () => {
    for (const [scene, row] of (await called('which', 0, 'Damage both')).entries()) {
      expect(argmax(row)).toBe(scene)
      expect(row[scene]).toBeLessThan(0.5)
    }
  })
})

describe('local filters', () => {
  const overlap = async (tick: number, label?: string): Promise<number> =>
    (await outcome('convolution', label)).at('overlap', tick)[0]![0]!
  test('complete a picture from 30 % of its pixels', async () => {
    expect(await overlap(0)).toBeCloseTo(0.3, 2)
    expect(await overlap(35)).toBeGreaterThan(0.95)
    expect((await outcome('convolution')).warnings).toEqual([])
  })
  test('close a hole that is wider than they are', async () => {
    expect(await overlap(0, 'A hole')).toBeLessThan(0.9)
    expect(await overlap(35, 'A hole')).toBeGreaterThan(0.95)
  })
  test('outvote flipped pixels', async () => {
    expect(await overlap(0, 'Noise')).toBeCloseTo(0.6, 2)
    expect(await overlap(35, 'Noise')).toBeGreaterThan(0.9)
  })
  test('of nothing complete nothing', async () =>
    expect(await overlap(35, 'Random filters')).toBeLessThan(0.35))
})

describe('a sequence', () => {
  /** Each digit that is seen, and the tick from which on. */
  const seen = async (label?: string): Promise<(readonly [digit: number, tick: number])[]> => {
    const { at } = await outcome('sequences', label)
    const found: [number, number][] = []
    for (let tick = 0; tick <= ENOUGH.sequences!; tick += 5) {
      const digit = argmax(['zeroToFour', 'fiveToNine'].flatMap((probe) => at(probe, tick)[0]!))
      if (found.at(-1)?.[0] !== digit) found.push([digit, tick])
    }
    return found
  }
  const digits = async (label?: string): Promise<number[]> => (await seen(label)).map(([digit]) => digit)
  test('as shipped counts', async () => expect(await digits()).toEqual([0, 1, 2, 3, 4]))
  test('with the present stronger than the past stays', async () => expect(await digits('Stay')).toEqual([0]))
  test('counts backwards when each digit calls the one before', async () =>
    expect(await digits('Count backwards')).toEqual([0, 9, 8, 7, 6]))
  test('goes half as fast with twice the delay', async () => {
    const at2 = async (label?: string): Promise<number> =>
      (await seen(label)).find(([digit]) => digit === 2)![1]
    const ratio = (await at2('A longer delay')) / (await at2())
    expect(ratio).toBeGreaterThan(1.7)
    expect(ratio).toBeLessThan(2.2)
  })
})

describe('a random stream', () => {
  const K = 8
  const k = Math.tanh(1)
  const distance = async (tick: number, label?: string): Promise<number> =>
    (await outcome('pavlov', label)).at('distance', tick)[0]![0]! / k ** 2
  /** <H^2> of the patterns that are shown. */
  const square = async (label?: string): Promise<number> =>
    meanSquare((await outcome('pavlov', label)).model.stimulus[0]!.patterns)
  const expected = async (tick: number, tau: number, label?: string): Promise<number> =>
    expectedDistance(tick, tau, await distance(0, label), await square(label))
  const overlaps = async (label?: string): Promise<number[][]> =>
    (await outcome('pavlov', label)).at('overlap', 420)
  const own = (replica: number): number => replica
  test('is learnt as the closed form says, and what was learnt is recalled', async () => {
    for (const [tick, tolerance] of [
      [50, 0.05],
      [100, 0.1],
    ] as const)
      expect(Math.abs((await distance(tick)) / (await expected(tick, 100)) - 1)).toBeLessThan(tolerance)
    expect(await distance(400)).toBeLessThan(1.5 * (await expected(400, 100)))
    expect(recalled(await overlaps(), own)).toBe(K)
    expect((await outcome('pavlov')).warnings).toEqual([])
  })
  test('is learnt faster, scatters more and is forgotten in part with a quarter of tau', async () => {
    const label = 'Learn four times as fast'
    expect(await distance(50, label)).toBeLessThan((await distance(50)) / 2)
    expect(await distance(400, label)).toBeGreaterThan(3 * (await distance(400)))
    expect(recalled(await overlaps(label), own)).toBeLessThan(K)
  })
  test('leaves hardly any scatter where the patterns come in turn', async () => {
    expect(await distance(400, 'One after the other')).toBeLessThan((await distance(400)) / 5)
    expect(recalled(await overlaps('One after the other'), own)).toBe(K)
  })
  test('of patterns that are alike is learnt as well, but all cues end in one state', async () => {
    const label = 'Correlated patterns'
    expect(Math.abs((await distance(50, label)) / (await expected(50, 100, label)) - 1)).toBeLessThan(0.05)
    const rows = await overlaps(label)
    expect(new Set(rows.map(argmax)).size).toBe(1)
    expect(recalled(rows, own)).toBe(0)
  })
})

describe('a hundred thousand neurons', () => {
  const overlaps = async (tick: number, label?: string): Promise<number[]> =>
    (await outcome('sparse', label)).at('overlap', tick)[0]!
  test('recall a picture by near couplings and far links', async () => {
    expect((await overlaps(0))[0]).toBeLessThan(0.2)
    expect((await overlaps(16))[0]).toBeGreaterThan(0.95)
    expect(Math.abs((await overlaps(16))[1]!)).toBeLessThan(0.05)
  })
  test('with neighbours alone make another picture', async () => {
    const [own] = await overlaps(16, 'Only neighbours')
    expect(own).toBeGreaterThan(0.3)
    expect(own).toBeLessThan(0.85)
  })
  test('with far links alone leave the noise as it is', async () =>
    expect((await overlaps(16, 'Only far links'))[0]).toBeLessThan(0.5))
  test('carry half a picture across the sheet', async () => {
    expect((await overlaps(0, 'Half a picture'))[0]).toBeLessThan(0.6)
    expect((await overlaps(8, 'Half a picture'))[0]).toBeGreaterThan(0.95)
  })
})

describe('an energy transformer', () => {
  /** Overlap of each replica with its own digit, from 2 on. */
  const own = async (label?: string): Promise<number[]> =>
    (await outcome('energy-transformer', label)).at('overlap', 24).map((row, r) => row[r + 2]!)
  test('draws the missing patches, the energy never rising', async () => {
    expect(Math.min(...(await own()))).toBeGreaterThan(0.9)
    const { at, warnings } = await outcome('energy-transformer')
    expect(at('overlap', 24).map(argmax)).toEqual([2, 3, 4, 5])
    expect(warnings).toEqual([])
    for (let tick = 4; tick <= 24; tick += 4)
      at('energy', tick).forEach(([energy], r) => expect(energy).toBeLessThan(at('energy', tick - 4)[r]![0]!))
  })
  test('without attention draws mixtures', async () =>
    expect(Math.max(...(await own('No attention')))).toBeLessThan(0.85))
  test('without memory draws nothing', async () =>
    expect(Math.max(...(await own('No memory')))).toBeLessThan(0.6))
  test('is content with five patches', async () =>
    expect(Math.min(...(await own('Five of sixteen')))).toBeGreaterThan(0.85))
})

function argmax(values: ArrayLike<number>): number {
  return Array.from(values).reduce(
    (best, value, index, all) => (value > (all[best] as number) ? index : best),
    0,
  )
}

/** How many replicas end nearest (by cosine) to the pattern of their own number. */
function nearest(
  states: Float32Array,
  patterns: Float32Array,
  size: number,
  own: (replica: number) => number,
): number {
  const replicas = states.length / size
  const rows = patterns.length / size
  const row = (data: Float32Array, index: number): Float32Array =>
    data.subarray(index * size, (index + 1) * size)
  let count = 0
  for (let replica = 0; replica < replicas; replica++) {
    const cosines = Array.from({ length: rows }, (_, index) =>
      cosine(row(states, replica), row(patterns, index)),
    )
    if (argmax(cosines) === own(replica)) count++
  }
  return count
}

function cosine(a: Float32Array, b: Float32Array): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] as number), 0)
}

describe('shipped scenarios', () => {
  test('digits: at least 98 of 100 are recalled from their upper halves, the energy never rising', async () => {
    const { state, warnings, first, last } = await outcome('digits')
    expect(nearest(state('visible'), state('xi'), 784, (replica) => replica)).toBeGreaterThanOrEqual(98)
    expect(warnings).toEqual([])
    for (let replica = 0; replica < 100; replica++)
      expect(last('energy')[replica]).toBeLessThan(first('energy')[replica] as number)
  })

  test('hebbian-learning: nearest rows divide the digits with a label purity of at least 0.6', async () => {
    const { model, state } = await outcome('hebbian-learning')
    const labels = decodeIdx(gunzipSync(await readShipped('data/digits-labels-idx1-ubyte.gz'))).data
    const images = (model.stimulus[0] as Model['stimulus'][number]).patterns
    const purity = labelPurity({ rows: 20, columns: 784, data: state('xi') }, images, labels)
    expect(purity).toBeGreaterThanOrEqual(0.6)
  })

  test('dense-memory: 1,000 patterns in 256 neurons, every replica ends on its own', async () => {
    const { last, warnings } = await outcome('dense-memory')
    const overlaps = last('overlap')
    for (let replica = 0; replica < 20; replica++)
      expect(overlaps[replica * 20 + replica]).toBeGreaterThan(0.99)
    expect(warnings).toEqual([])
  })

  test('hierarchical: the class of the digit wins and its image is recalled', async () => {
    const { state, last, warnings } = await outcome('hierarchical')
    const classes = last('classes')
    const right = Array.from({ length: 50 }, (_, replica) => replica).filter(
      (replica) =>
        argmax(Array.from(classes).slice(replica * 10, replica * 10 + 10)) === Math.floor((2 * replica) / 10),
    )
    expect(right.length).toBeGreaterThanOrEqual(45)
    expect(nearest(state('visible'), state('images'), 784, (replica) => 2 * replica)).toBeGreaterThanOrEqual(
      45,
    )
    expect(warnings).toEqual([])
  })
})

test('no scenario and no try is warned of an energy that rises, or of an oscillation', async () => {
  for (const [id, { tries }] of Object.entries(LESSONS))
    for (const label of [undefined, ...tries.map((one) => one.label)])
      expect((await outcome(id, label)).warnings, `${id}: ${label ?? 'as shipped'}`).toEqual([])
})
