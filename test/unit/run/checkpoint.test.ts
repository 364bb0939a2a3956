import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodeNpz, encodeNpz } from '../../../src/core/data/npz.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import type { Variants } from '../../../src/core/plan/variants.ts'
import { checkResumable, decodeCheckpoint, encodeCheckpoint } from '../../../src/core/run/checkpoint.ts'
import type { Checkpoint } from '../../../src/core/run/simulation.ts'

const scenario = parseScenario({
  version: 1,
  time: { dt: 0.1, ticks: 10 },
  neurons: { v: { size: 2, lagrangian: { kind: 'tanh' } } },
  synapses: { w: { layer: 'v', tau: 2, strength: 0.1 } },
  probes: { e: { kind: 'energy', every: 4 }, p: { kind: 'snapshot', of: 'v', every: 4 } },
})

const checkpoint: Checkpoint = {
  tick: 7,
  origin: { tick: 3, time: 0.30000000000000004 },
  seed: 1,
  arrays: {
    v: { shape: [2], data: Float32Array.of(1e-30, -0.1) },
    w: { shape: [2, 2], data: Float32Array.of(1, 2, 2, 3) },
  },
  series: [
    {
      name: 'e',
      kind: 'energy',
      shape: [],
      tick: [0, 4],
      time: [0, 0.4],
      value: [Float64Array.of(0.1), Float64Array.of(0.1 + 0.2)],
      terms: [Float32Array.of(0.1, 0), Float32Array.of(0.1, 0.2)],
      termNames: ['v', 'w'],
    },
    {
      name: 'p',
      kind: 'snapshot',
      shape: [2],
      tick: [0, 4],
      time: [0, 0.4],
      value: [Float32Array.of(0, 1), Float32Array.of(2, 3)],
    },
  ],
  warnings: ['the energy rose'],
  scenario,
}

const encoded = encodeCheckpoint(checkpoint)

test('what is decoded is what was encoded, bit by bit', () => {
  expect(decodeCheckpoint(encoded)).toEqual(checkpoint)
})

test('a checkpoint before the first sample comes back without samples', () => {
  const empty = checkpoint.series.map((one) => ({
    ...one,
    tick: [],
    time: [],
    value: [],
    ...(one.terms ? { terms: [] } : {}),
  }))
  const decoded = decodeCheckpoint(
    encodeCheckpoint({ ...checkpoint, tick: 0, origin: { tick: 0, time: 0 }, series: empty }),
  )
  expect(decoded.series.map(({ tick, value }) => [tick, value])).toEqual([
    [[], []],
    [[], []],
  ])
})

test('a file that is something else, cut short or of another version is refused in one line', () => {
  expect(() => decodeCheckpoint(encodeNpz({}))).toThrow(
    /is not a checkpoint: it has no array `checkpoint`; give/,
  )
  expect(() => decodeCheckpoint(encoded.subarray(0, encoded.length >> 1))).toThrow(
    /not a readable .npz archive/,
  )
  const withHeader = (text: string): Uint8Array =>
    encodeNpz({
      checkpoint: { shape: [text.length], data: Uint8Array.from(text, (letter) => letter.charCodeAt(0)) },
    })
  expect(() => decodeCheckpoint(withHeader('{"version": 2}'))).toThrow(
    /version 2, this engram reads version 1; run/,
  )
  expect(() => decodeCheckpoint(withHeader('{'))).toThrow(
    /its array `checkpoint` is missing or not readable; take/,
  )
  const { origin, seed } = checkpoint
  const header = JSON.stringify({ version: 1, termNames: {}, tick: 3, origin, seed, warnings: [], scenario })
  expect(() => decodeCheckpoint(withHeader(header))).toThrow(/its array `e.tick` is missing/)
})

test('a run goes on with the same scenario only, its length aside', () => {
  const resume = (change: object): (() => void) => {
    return () =>
      checkResumable(decodeCheckpoint(encoded), {
        scenario: parseScenario({ ...scenario, ...change }),
        files: {},
      })
  }
  expect(resume({})).not.toThrow()
  expect(resume({ time: { ...scenario.time, ticks: 7 } })).not.toThrow()
  expect(resume({ time: { ...scenario.time, ticks: 6 } })).toThrow(
    /time.ticks: .* at tick 7, the run ends at 6/,
  )
  expect(resume({ seed: 2 })).toThrow(/^seed: the checkpoint was made with 1, the scenario has 2; resume/)
  expect(resume({ time: { ...scenario.time, dt: 0.2 } })).toThrow(
    /^time.dt: .* with 0.1, the scenario has 0.2/,
  )
  expect(resume({ name: 'another', description: 'text', lesson: { story: ['text'] } })).not.toThrow()
  expect(resume({ probes: { ...scenario.probes, q: { kind: 'energy' } } })).not.toThrow()
  const { e, p } = scenario.probes
  expect(resume({ probes: { p } })).toThrow(
    /^probes.e: the checkpoint was made with {"kind":"energy","every":4}, the scenario has nothing/,
  )
  expect(resume({ probes: { e: { ...e, every: 5 }, p } })).toThrow(
    /^probes.e.every: .* with 4, the scenario has 5/,
  )
})

test('a run goes on with the same files only; without their hashes it says so', () => {
  const old = checkpoint
  const files = { 'x.npy': 'a'.repeat(64) }
  const made = { ...old, files }
  expect(checkResumable(decodeCheckpoint(encodeCheckpoint(made)), { scenario, files })).toEqual([])
  // A file of an added probe is not known.
  expect(checkResumable(made, { scenario, files: { ...files, 'y.npy': 'b'.repeat(64) } })).toEqual([])
  expect(() => checkResumable(made, { scenario, files: { 'x.npy': 'b'.repeat(64) } })).toThrow(
    /^x.npy is not what the checkpoint was made with; put the file of that run back/,
  )
  expect(checkResumable(decodeCheckpoint(encodeCheckpoint(old)), { scenario, files })).toEqual([
    expect.stringMatching(/^the checkpoint does not tell what its data were .*: x.npy must be as then$/),
  ])
  expect(checkResumable(old, { scenario, files: {} })).toEqual([])
})

test('kernels under names of earlier versions have those of today', () => {
  const before = { 'recall:xi': '8x1/64', 'project:xi': '2x1/32', fold: 'off', resident: 'shared' }
  const { variants } = decodeCheckpoint(encodeCheckpoint({ ...checkpoint, variants: before as Variants }))
  expect(variants).toEqual({
    'matvec:xi': '8x1/64',
    'matvec-transposed:xi': '2x1/32',
    symv: 'off',
    resident: 'subgroup',
  })
})

describe('a damaged checkpoint is refused with what is wrong', () => {
  const arrays = decodeNpz(encoded)
  const header = JSON.parse(new TextDecoder().decode(Uint8Array.from(arrays.checkpoint!.data))) as Record<
    string,
    unknown
  >
  const withHeader = (change: object): Uint8Array => {
    const data = new TextEncoder().encode(JSON.stringify({ ...header, ...change }))
    return encodeNpz({ ...arrays, checkpoint: { shape: [data.length], data } })
  }

  test.each<[string, object, RegExp]>([
    ...[-5, 1.5, 'x', null, 2 ** 31, [7]].map((tick): [string, object, RegExp] => [
      `tick ${JSON.stringify(tick)}`,
      { tick },
      /: tick must be .*, not /,
    ]),
    ...['tick', 'origin', 'seed', 'warnings', 'scenario', 'termNames'].map(
      (key): [string, object, RegExp] => [`no ${key}`, { [key]: undefined }, RegExp(`: ${key} is missing`)],
    ),
    ['origin after the tick', { origin: { tick: 8, time: 1 } }, /origin.tick is 8, after its tick 7/],
    ['origin without time', { origin: { tick: 0 } }, /origin.time is missing/],
    ['another seed', { seed: 2 }, /seed is 2, its scenario has 1/],
    ['unknown variant', { variants: { nothing: 'on' } }, /variants: there is no nothing=on/],
    ['variant of no tile', { variants: { matvec: '0x0' } }, /variants: there is no matvec=0x0/],
    ['rings of text', { rings: { w: ['1'] } }, /rings.w.0 must be number, not "1"/],
    ['scenario of nothing', { scenario: {} }, /scenario: version: is missing/],
    ['scenario of another schema', { scenario: { ...scenario, more: 1 } }, /scenario: more: unknown key/],
    ['hash of no SHA-256', { files: { 'x.npy': 'abc' } }, /files.x.npy must be a SHA-256, not "abc"/],
    ['no names of terms', { termNames: {} }, /termNames.e is missing/],
    ['more terms', { termNames: { e: ['v', 'w', 'x'] } }, /`e.terms` has the shape \(2, 2\), not \(2, 3\)/],
  ])('%s', (_, change, reason) => {
    expect(() => decodeCheckpoint(withHeader(change))).toThrow(/is not a checkpoint of engram: /)
    expect(() => decodeCheckpoint(withHeader(change))).toThrow(reason)
  })

  test.each<
    [string, Record<string, { shape: number[]; data: Float32Array | Float64Array | Int32Array }>, RegExp]
  >([
    [
      'a state not finite',
      { 'state.v': { shape: [2], data: Float32Array.of(1, NaN) } },
      /`state.v` has NaN at entry 1/,
    ],
    [
      'a state in float64',
      { 'state.v': { shape: [2], data: Float64Array.of(1, 2) } },
      /`state.v` must be float32/,
    ],
    [
      'ticks that fall',
      { 'e.tick': { shape: [2], data: Int32Array.of(4, 0) } },
      /`e.tick` must rise .* has 0 at entry 1/,
    ],
    [
      'a tick later than its own',
      { 'e.tick': { shape: [2], data: Int32Array.of(0, 8) } },
      /to 7 at most, and has 8/,
    ],
    ['ticks in float64', { 'p.tick': { shape: [2], data: Float64Array.of(0, 4) } }, /`p.tick` must be int32/],
    [
      'fewer times',
      { 'p.time': { shape: [1], data: Float64Array.of(0) } },
      /`p.time` has the shape \(1\), `p.tick` has 2/,
    ],
    [
      'fewer values',
      { 'p.value': { shape: [1, 2], data: Float32Array.of(0, 1) } },
      /`p.value` has the shape \(1, 2\)/,
    ],
    [
      'a single value',
      { 'p.value': { shape: [], data: Float32Array.of(0) } },
      /`p.value` has the shape \(\)/,
    ],
    [
      'a time not finite',
      { 'p.time': { shape: [2], data: Float64Array.of(0, NaN) } },
      /`p.time` is NaN at entry 1/,
    ],
    [
      'times that fall',
      { 'p.time': { shape: [2], data: Float64Array.of(0, -7) } },
      /`p.time` must rise, and has -7 at entry 1/,
    ],
    [
      'a sample that is not finite',
      { 'p.value': { shape: [2, 2], data: Float32Array.of(0, 1, NaN, 3) } },
      /`p.value` is NaN at entry 2/,
    ],
  ])('%s', (_, change, reason) => {
    expect(() => decodeCheckpoint(encodeNpz({ ...arrays, ...change }))).toThrow(reason)
  })

  test.each([
    'empty',
    'nan',
    'negtick',
    'noorigin',
    'noscen',
    'noterms',
    'null',
    'series',
    'strtick',
    'variants',
  ])('ck_%s.npz', (name) => {
    const bytes = readFileSync(new URL(`../../cases/checkpoints/ck_${name}.npz`, import.meta.url))
    expect(() => decodeCheckpoint(bytes)).toThrow(
      /^is not a checkpoint of engram: .*; take another checkpoint$/,
    )
  })
})
