/** What the shipped scenarios promise in their descriptions. */
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { labelPurity } from '../../src/core/analysis/purity.ts'
import { decodeIdx } from '../../src/core/data/idx.ts'
import type { Model } from '../../src/core/model/model.ts'
import { createSimulation } from '../../src/core/run/simulation.ts'
import { loadShipped, readShipped } from '../scenario.ts'
import { testDevice } from './device.ts'

interface Finished {
  readonly model: Model
  readonly state: (name: string) => Float32Array
  readonly warnings: readonly string[]
  /** Last value of a probe. */
  readonly last: (probe: string) => ArrayLike<number>
  readonly first: (probe: string) => ArrayLike<number>
}

async function finish(name: string): Promise<Finished> {
  const { device } = await testDevice()
  const model = await loadShipped(name)
  const simulation = await createSimulation(device, model)
  await simulation.step(model.time.ticks)
  await simulation.flush()
  const names = [...model.layers, ...model.memories].map((group) => group.name)
  const states = new Map<string, Float32Array>()
  for (const each of names) states.set(each, (await simulation.read(each)).data)
  const { series, warnings } = simulation
  simulation.destroy()
  const of = (probe: string): readonly ArrayLike<number>[] =>
    series.find((one) => one.name === probe)?.value ?? []
  return {
    model,
    warnings,
    state: (each) => states.get(each) ?? new Float32Array(),
    last: (probe) => of(probe).at(-1) ?? [],
    first: (probe) => of(probe)[0] ?? [],
  }
}

function argmax(values: ArrayLike<number>): number {
  return Array.from(values).reduce(
    (best, value, index, all) => (value > (all[best] as number) ? index : best),
    0,
  )
}

/** How many replicas end nearest (by cosine) to the pattern of their own number. */
function recalled(
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
  it('digits: at least 98 of 100 are recalled from their upper halves, the energy never rising', async () => {
    const { state, warnings, first, last } = await finish('digits')
    expect(recalled(state('visible'), state('xi'), 784, (replica) => replica)).toBeGreaterThanOrEqual(98)
    expect(warnings).toEqual([])
    for (let replica = 0; replica < 100; replica++)
      expect(last('energy')[replica]).toBeLessThan(first('energy')[replica] as number)
  })

  it('hebbian-learning: nearest rows divide the digits with a label purity of at least 0.6', async () => {
    const { model, state } = await finish('hebbian-learning')
    const labels = decodeIdx(gunzipSync(await readShipped('data/digits-labels-idx1-ubyte.gz'))).data
    const images = (model.stimulus[0] as Model['stimulus'][number]).patterns
    const purity = labelPurity({ rows: 20, columns: 784, data: state('xi') }, images, labels)
    expect(purity).toBeGreaterThanOrEqual(0.6)
  })

  it('dense-memory: 1,000 patterns in 256 neurons, every replica ends on its own', async () => {
    const { last, warnings } = await finish('dense-memory')
    const overlaps = last('overlap')
    for (let replica = 0; replica < 20; replica++)
      expect(overlaps[replica * 20 + replica]).toBeGreaterThan(0.99)
    expect(warnings).toEqual([])
  })

  it('hierarchical: the class of the digit wins and its image is recalled', async () => {
    const { state, last, warnings } = await finish('hierarchical')
    const classes = last('classes')
    const right = Array.from({ length: 50 }, (_, replica) => replica).filter(
      (replica) =>
        argmax(Array.from(classes).slice(replica * 10, replica * 10 + 10)) === Math.floor((2 * replica) / 10),
    )
    expect(right.length).toBeGreaterThanOrEqual(45)
    expect(recalled(state('visible'), state('images'), 784, (replica) => 2 * replica)).toBeGreaterThanOrEqual(
      45,
    )
    expect(warnings).toEqual([])
  })
})
