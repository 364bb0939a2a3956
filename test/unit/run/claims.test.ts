import { beforeAll, describe, expect, test } from 'vitest'
import { encodeNpy, type NpyArray } from '../../../src/core/data/npy.ts'
import { encodeNpz } from '../../../src/core/data/npz.ts'
import { ModelError } from '../../../src/core/errors.ts'
import { checkEnd } from '../../../src/core/model/claims.ts'
import { loadExpected } from '../../../src/core/model/expected.ts'
import type { Model } from '../../../src/core/model/model.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { type Plan, planNetwork } from '../../../src/core/plan/plan.ts'
import { createJudge, type Judge } from '../../../src/core/run/claims.ts'
import { NO_LIMITS } from '../../../src/node/limits.ts'
import { type Raw, reader, resolve, scenario } from '../model/resolving.ts'

/** Two replicas, ten ticks: a speed with one number a replica, an overlap with three, an energy, a state. */
const claiming = (...expect: Raw[]): Raw =>
  scenario({
    replicas: 2,
    probes: {
      speed: { kind: 'speed', layer: 'visible', every: 5 },
      overlap: { kind: 'overlap', layer: 'visible', patterns: { kind: 'rows', of: 'xi' }, every: 5 },
      energy: { kind: 'energy', every: 5 },
      state: { kind: 'snapshot', of: 'visible', every: 10 },
    },
    ...(expect.length === 0 ? {} : { expect }),
  })

let planned: { readonly model: Model; readonly plan: Plan }
beforeAll(async () => {
  const model = await resolve(claiming())
  planned = { model, plan: planNetwork(model, NO_LIMITS) }
})

function judgeOf(claim: Raw, expected?: NpyArray): Judge {
  const model = { ...planned.model, scenario: parseScenario(claiming(claim)) }
  return createJudge(planned.plan, model, expected === undefined ? undefined : new Map([[0, expected]]))
}

/** Samples of the probe of a claim, one every five ticks; of an energy its terms, half of the total each. */
function judged(claim: Raw, samples: number[][], expected?: NpyArray): Judge {
  const judge = judgeOf(claim, expected)
  samples.forEach((sample, index) => {
    const value = Float32Array.from(sample)
    const terms =
      value.length === 2 ? { terms: Float32Array.from(sample.flatMap((one) => [one / 2, one / 2])) } : {}
    judge.observe({ probe: claim.probe as string, tick: 5 * index, time: 0, value, ...terms })
  })
  return judge
}

function found(claim: Raw, samples: number[][], expected?: NpyArray): string {
  const [{ state, found: text } = { state: '', found: '' }] = judged(claim, samples, expected).verdicts
  return `${state}: ${text}`
}

const speed = { probe: 'speed' }
const overlap = { probe: 'overlap' }
const THREE = [
  [0, 1],
  [0.2, 0.7],
  [0.5, 0.6],
]
const OVERLAPS = [0, 1, 2].map((k) => [0.9, 0.1, 0.2 + k / 10, 0.1, 0.8, 0.3])

describe('a claim', () => {
  test.each([
    ['at the end is about the last sample', { ...speed, atLeast: 0.5 }, 'holds: 0.5'],
    ['of each number fails by one', { ...speed, atLeast: 0.51 }, 'fails: 0.5, replica 0'],
    ['tells the worst of numbers that hold', { ...speed, atMost: 0.7 }, 'holds: 0.6'],
    ['of the mean is about all replicas', { ...speed, of: 'mean', atLeast: 0.54 }, 'holds: 0.55'],
    ['of the smallest', { ...speed, of: 'min', atLeast: 0.51 }, 'fails: 0.5'],
    ['of the largest', { ...speed, of: 'max', atLeast: 0.51 }, 'holds: 0.6'],
    ['at a tick is about its sample', { ...speed, at: 5, between: [0.1, 0.7] }, 'holds: 0.7'],
    ['between two values fails above', { ...speed, at: 5, between: [0.1, 0.6] }, 'fails: 0.7, replica 1'],
    ['between two values fails below', { ...speed, at: 5, between: [0.3, 0.9] }, 'fails: 0.2, replica 0'],
    [
      'about all samples names the worst',
      { ...speed, at: 'always', atMost: 0.9 },
      'fails: 1 at tick 0, replica 1',
    ],
    [
      'about all samples holds',
      { ...speed, of: 'mean', at: 'always', between: [0.4, 0.6] },
      'holds: 0.55 at tick 10',
    ],
    [
      'never rises fails where one number rises',
      { ...speed, neverRises: true },
      'fails: largest rise 0.5 at tick 10, replica 0',
    ],
    [
      'never rises is about the number made of all',
      { ...speed, of: 'max', neverRises: true },
      'holds: largest rise -0.1 at tick 10',
    ],
    [
      'never rises allows its tolerance',
      { ...speed, neverRises: true, tolerance: 0.51 },
      'holds: largest rise 0.5 at tick 10',
    ],
  ])('%s', (_, claim, says) => expect(found(claim, THREE)).toBe(says))

  test.each([
    ['names replica and number', { ...overlap, atLeast: 0.2 }, 'fails: 0.1, replica 0, number 1'],
    ['of selected numbers', { ...overlap, select: [2], atLeast: 0.3 }, 'holds: 0.3'],
    [
      'of the largest of each replica',
      { ...overlap, replica: 'max', atLeast: 0.85 },
      'fails: 0.8, replica 1',
    ],
    [
      'of the mean over replicas of the largest',
      { ...overlap, replica: 'max', of: 'mean', atLeast: 0.84 },
      'holds: 0.85',
    ],
    [
      'of the smallest over replicas of the mean',
      { ...overlap, replica: 'mean', of: 'min', atLeast: 0.41 },
      'fails: 0.4',
    ],
  ])('%s', (_, claim, says) =>
    expect(
      found(claim, OVERLAPS).replace(/\d\.\d{3,}/, (text) => String(Number(Number(text).toPrecision(4)))),
    ).toBe(says),
  )

  test('is undecided until its sample is there, and tells what there is', () => {
    const [first] = THREE as [number[]]
    expect(found({ ...speed, of: 'max', atLeast: 0.5 }, [])).toBe('undecided: ')
    expect(found({ ...speed, of: 'max', atLeast: 0.5 }, [first])).toBe('undecided: 1')
    expect(found({ ...speed, at: 5, of: 'max', atLeast: 0.5 }, [first])).toBe('undecided: ')
    expect(found({ ...speed, at: 'always', of: 'max', atLeast: 0.5 }, [first])).toBe('undecided: 1 at tick 0')
    expect(found({ ...speed, at: 'always', of: 'max', atLeast: 2 }, [first])).toBe('fails: 1 at tick 0')
  })

  test('fails where a number is not finite, whatever it says', () => {
    const claims = [
      { atLeast: 0 },
      { atMost: 2 },
      { between: [0, 2] },
      { neverRises: true },
      { atMost: 2, at: 'always' },
    ]
    for (const claim of claims)
      for (const of of ['each', 'mean', 'min', 'max'])
        for (const at of [0, 1, 2]) {
          const samples = THREE.map((_, index) => (index === at ? [NaN, 0.1] : [0.1, 0.1]))
          const isSeen = at === 2 || 'neverRises' in claim || 'at' in claim
          expect([claim, of, at, found({ ...speed, of, ...claim }, samples).split(':')[0]]).toEqual([
            claim,
            of,
            at,
            isSeen ? 'fails' : 'holds',
          ])
        }
  })

  test('that an energy never rises allows the rounding of its terms, and no more', () => {
    const rising = (by: number): string =>
      found({ probe: 'energy', neverRises: true }, [
        [8, 8],
        [4, 4],
        [4, 4 * (1 + by)],
      ])
    expect(rising(0.9e-5)).toMatch(/^holds/)
    expect(rising(1.2e-5)).toMatch(/^fails: largest rise 0\.000048\d+ at tick 10, replica 1$/)
  })

  test('that a value never rises adds small rises up', () => {
    const samples = Array.from({ length: 3 }, (_, k) => [1, 1 + 0.6 * k])
    expect(found({ ...speed, neverRises: true, tolerance: 1 }, samples)).toBe(
      'fails: largest rise 1.2 at tick 10, replica 1',
    )
  })

  test('of samples after the end of the run is none; an earlier tick begins a new run', () => {
    const judge = judged({ ...speed, atMost: 0.5 }, [
      [0, 0],
      [1, 1],
      [0, 0],
      [9, 9],
    ])
    expect(judge.verdicts[0]).toMatchObject({ state: 'holds', value: 0 })
    judge.observe({ probe: 'speed', tick: 0, time: 0, value: Float32Array.of(3, 3) })
    expect(judge.verdicts[0]).toMatchObject({ state: 'undecided', value: 3 })
  })

  test('is decided by what there is where a run ends sooner', () => {
    const ended = (claim: Raw): string => {
      const judge = judged(claim, THREE.slice(0, 2))
      judge.finish(7)
      return `${judge.verdicts[0]?.state}: ${judge.verdicts[0]?.found}`
    }
    expect(ended({ ...speed, of: 'max', atLeast: 0.5 })).toBe('holds: 0.7')
    expect(ended({ ...speed, of: 'max', at: 10, atLeast: 0.5 })).toBe(
      'fails: no sample: the run ended at tick 7',
    )
    expect(ended({ ...speed, of: 'min', at: 'always', atMost: 0.5 })).toBe('holds: 0.2 at tick 5')
    expect(ended({ ...overlap, probe: 'state', atLeast: -1 })).toMatch(/^holds/)
  })
})

describe('a claim that samples equal an array', () => {
  const equals = (parts: Raw = {}): Raw => ({
    ...speed,
    equals: { file: 'e.npz', rtol: 0, atol: 0.01, ...parts },
  })
  const array = (shape: number[], ...data: number[]): NpyArray => ({ shape, data: Float64Array.from(data) })
  test.each([
    ['one sample', equals(), array([2], 0.5, 0.6), 'holds: largest difference 2.38419e-8'],
    [
      'one sample, beyond the tolerance',
      equals(),
      array([2], 0.5, 0.62),
      'fails: largest difference 0.02, replica 1',
    ],
    [
      'a relative tolerance',
      equals({ atol: 0, rtol: 0.05 }),
      array([2], 0.5, 0.62),
      'holds: largest difference 0.02',
    ],
    [
      'the last of a series',
      equals(),
      array([3, 2], 9, 9, 9, 9, 0.5, 0.6),
      'holds: largest difference 2.38419e-8',
    ],
    [
      'a tick of a series',
      { ...equals(), at: 5 },
      array([3, 2], 9, 9, 0.2, 0.5, 9, 9),
      'fails: largest difference 0.2, replica 1',
    ],
    [
      'all of a series',
      { ...equals(), at: 'always' },
      array([3, 2], 0, 1, 0.2, 0.7, 0.5, 0.7),
      'fails: largest difference 0.1 at tick 10, replica 1',
    ],
    [
      'a series that ends sooner',
      { ...equals(), at: 'always' },
      array([2, 2], 0, 1, 0.2, 0.7),
      'fails: largest difference NaN at tick 10, replica 0',
    ],
    ['no number', equals(), array([2], NaN, 0.6), 'fails: largest difference NaN, replica 0'],
  ])('%s', (_, claim, expected, says) =>
    expect(
      found(claim, THREE, expected).replace(/0\.\d{5,}/, (text) =>
        String(Number(Number(text).toPrecision(4))),
      ),
    ).toBe(says),
  )

  test('stays undecided without it', () => {
    const judge = judged(equals(), THREE)
    judge.finish(10)
    expect(judge.verdicts[0]).toMatchObject({ state: 'undecided', found: '' })
  })

  test('of another shape is refused', () => {
    expect(() => judgeOf(equals(), array([3], 1, 2, 3))).toThrow(
      'expect.0.equals: the array has the shape (3), a sample of `speed` (2); give such an array, or a series of them',
    )
    expect(() => judgeOf({ ...equals(), at: 10 }, array([2, 2], 1, 2, 3, 4))).toThrow(
      'expect.0.equals: the array has 2 samples, none of tick 10; give more, or an earlier tick',
    )
  })

  test('is read from .npz and .npy', async () => {
    const wanted = { shape: [2], data: Float32Array.of(1, 2) }
    const files = { 'e.npz': encodeNpz({ 'speed.value': wanted }), 'e.npy': encodeNpy(wanted) }
    const load = async (parts: Raw): Promise<unknown> => {
      const { scenario: checked } = await resolve(claiming(equals(parts)))
      return (await loadExpected(checked, { file: 's.json', read: reader(files).read })).get(0)?.shape
    }
    expect(await load({})).toEqual([2])
    expect(await load({ file: 'e.npy' })).toEqual([2])
    await expect(load({ array: 'x' })).rejects.toThrow(
      's.json: expect.0.equals.array: e.npz holds no array `x`; give speed.value',
    )
    await expect(load({ file: 'e.npy', array: 'x' })).rejects.toThrow(
      's.json: expect.0.equals.array: e.npy is no .npz and has one array; leave array out',
    )
    await expect(load({ file: 'f.npy' })).rejects.toThrow(
      's.json: expect.0.equals: f.npy does not exist; check the name',
    )
    await expect(load({ file: '../f.npy' })).rejects.toThrow(
      /^s\.json: expect\.0\.equals: "\.\.\/f\.npy" is outside/,
    )
  })
})

describe('a claim is refused', () => {
  test.each([
    [
      'about a probe that there is not',
      { probe: 'sped', atLeast: 0 },
      'expect.0.probe',
      'no probe is called `sped`; did you mean `speed`?',
    ],
    [
      'that says nothing',
      speed,
      'expect.0',
      'claims nothing; give atLeast, atMost, between, neverRises or equals',
    ],
    [
      'that has two bounds',
      { ...speed, atLeast: 0, atMost: 1 },
      'expect.0',
      'has atLeast and atMost; give between [smallest, largest]',
    ],
    [
      'that says two things',
      { ...speed, atLeast: 0, neverRises: true },
      'expect.0',
      'has atLeast and neverRises; write a claim for each',
    ],
    [
      'about a tick without a sample',
      { ...speed, atLeast: 0, at: 7 },
      'expect.0.at',
      'the probe `speed` is sampled every 5 ticks, not at tick 7; give 5 or 10',
    ],
    [
      'from high to low',
      { ...speed, between: [2, 1] },
      'expect.0.between',
      'goes from 2 to 1; give the smaller number first',
    ],
    [
      'that never rises at the end',
      { ...speed, neverRises: true, at: 'end' },
      'expect.0.at',
      'neverRises is about all samples; leave `at` out',
    ],
    [
      'with a tolerance that nothing needs',
      { ...speed, atLeast: 1, tolerance: 1 },
      'expect.0.tolerance',
      'belongs to neverRises; leave it out',
    ],
    [
      'that compares the mean with an array',
      { ...speed, of: 'mean', equals: { file: 'a.npy' } },
      'expect.0.of',
      'equals compares every number of a sample; leave `of` out',
    ],
    [
      'that compares one number with an array',
      { ...speed, select: [0], equals: { file: 'a.npy' } },
      'expect.0.select',
      'equals compares every number of a sample; leave it out',
    ],
  ])('%s', async (_, claim, path, reason) => {
    const error = await resolve(claiming(claim)).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ModelError)
    expect((error as ModelError).message).toBe(`s.json: ${path}: ${reason}`)
  })

  test('in an empty list', async () => {
    await expect(resolve({ ...claiming(), expect: [] })).rejects.toThrow('s.json: expect: must not be empty')
  })

  test('about a number that no sample has', () => {
    expect(() => judgeOf({ ...overlap, select: [1, 3], atLeast: 0 })).toThrow(
      'expect.0.select: a sample of `overlap` has 3 numbers, and none 3; give 0 to 2',
    )
    expect(() => judgeOf({ ...speed, select: [1], atLeast: 0 })).toThrow(
      'a sample of `speed` has one number; leave select out',
    )
  })

  test('about a tick after the end, where it is tested', async () => {
    const { scenario: late } = await resolve(claiming({ ...speed, atLeast: 0, at: 15 }))
    expect(() => checkEnd(late)).toThrow(
      'expect.0.at: tick 15 comes after the end of the run, tick 10; give an earlier tick, or set time.ticks to 15',
    )
  })
})
