import { expect, test } from 'vitest'
import { encodeNpz } from '../../../src/core/data/npz.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
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
  const decoded = decodeCheckpoint(encodeCheckpoint({ ...checkpoint, tick: 0, series: empty }))
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
  const header = JSON.stringify({ version: 1, termNames: {}, tick: 1, scenario })
  expect(() => decodeCheckpoint(withHeader(header))).toThrow(/its array `e.tick` is missing/)
})

test('a run goes on with the same scenario only, its length aside', () => {
  const resume = (change: object): (() => void) => {
    return () => checkResumable(decodeCheckpoint(encoded), parseScenario({ ...scenario, ...change }))
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
  expect(resume({ probes: { ...scenario.probes, q: { kind: 'energy' } } })).toThrow(
    /^probes.q: the checkpoint was made with nothing, the scenario has {"kind":"energy","every":1}/,
  )
})
