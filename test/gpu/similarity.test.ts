import { describe, expect, test } from 'vitest'
import type { Model } from '../../src/core/model/model.ts'
import { parseScenario } from '../../src/core/model/parse.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { resolveModel } from '../../src/core/model/resolve.ts'
import type { SimulationOptions } from '../../src/core/run/simulation.ts'
import { similarity } from '../../src/core/kinds/probes/values.ts'
import { buildModel, normalRows, rowsOf } from '../build.ts'
import { withSimulation } from './helpers/compare.ts'
import { expectWithin, ULP } from './helpers/within.ts'

/** From numbers below float32's normal ones to its largest: squares of all but the middle ones leave float32. */
const MAGNITUDES = [1e-43, 1e-40, 1.2e-38, 1e-37, 1e-30, 1e-19, 1, 1e19, 1e30, 3e37]
const FORMS: readonly (readonly [string, SimulationOptions, readonly number[]])[] = [
  ['in a kernel of its own', { resident: 'off' }, [1, 7, 8, 9, 63, 64, 65]],
  ['in the resident kernel', { resident: 'on' }, [1, 7, 8, 9]],
  ['in the resident kernel of one lane', { resident: 'on', lanes: 1 }, [1, 7, 8, 9]],
]

/** Rows and patterns of all sizes, each row beside a pattern of another size; the last row is zero. */
function network(columns: number): Model {
  const stream = new RandomStream(columns, 'similarity')
  const sized = (shift: number) => {
    const rows = normalRows(stream, MAGNITUDES.length, columns)
    return MAGNITUDES.map((_, row) =>
      [...rows.data.subarray(row * columns, (row + 1) * columns)].map(
        (value) =>
        Math.fround((Math.sign(value) * MAGNITUDES[(row + shift) % MAGNITUDES.length]!) * Math.min(3, Math.max(0.3, Math.abs(value)))), // prettier-ignore
      ),
    )
  }
  const zero = Array<number>(columns).fill(0)
  return buildModel({
    layers: [
      { name: 'v', size: columns, lagrangian: { kind: 'linear', gain: 1 } },
      { name: 'h', size: MAGNITUDES.length + 1, lagrangian: { kind: 'linear', gain: 1 } },
    ],
    memories: [{ name: 'xi', from: 'v', to: 'h', init: rowsOf([...sized(0), zero]) }],
    probes: [
      {
        kind: 'similarity',
        name: 'q',
        every: 1,
        memory: 'xi',
        patterns: rowsOf([...sized(3), zero.map(() => 1)]),
      },
    ],
  })
}

describe.each(FORMS)('the cosine %s', (_, options, sizes) => {
  test.each(sizes)('of rows of every size is that of float64: %i columns', async (columns) => {
    const model = network(columns)
    const [memory] = model.memories
    const [probe] = model.probes
    if (probe?.kind !== 'similarity') throw new Error('the probe is a similarity')
    const expected = similarity(Float64Array.from(memory!.init.data), probe.patterns)
    expect(expected.at(-1)).toBe(0)
    await withSimulation(
      model,
      async (simulation) => {
        expect(simulation.plan.batched !== undefined).toBe(options.resident === 'on')
        await simulation.step(0)
        await simulation.flush()
        const value = [...simulation.series[0]!.value[0]!]
        expectWithin(value, expected, (columns + 8) * ULP, 'row')
      },
      options,
    )
  })
})

test.each([1, 3])(
  'of the arrays of hyperedges as they learn is that of what is read, %i replicas',
  async (replicas) => {
    const normal = (count: number) => ({ kind: 'random', distribution: 'normal', count })
    const probe = (memory: string, count: number) => ({
      kind: 'similarity',
      memory,
      patterns: normal(count),
      every: 5,
    })
    const scenario = parseScenario({
      version: 1,
      time: { dt: 0.1, ticks: 20 },
      neurons: {
        a: { size: 7, lagrangian: { kind: 'tanh', gain: 1 }, bias: 0.3 },
        b: { size: [3, 5], lagrangian: { kind: 'layernorm' }, bias: normal(1) },
      },
      memories: {
        p: { kind: 'product', between: { a: normal(4), b: normal(4) }, rule: 'hebbian', tau: 1 },
        t: { kind: 'attention', layer: 'b', size: 2, beta: 1, init: { query: normal(2), key: normal(2) } },
      },
      probes: { a: probe('p.a', 4), b: probe('p.b', 4), key: probe('t.key', 2) },
      replicas,
    })
    const model = await resolveModel(scenario, {
      read: () => Promise.reject(new Error('there are no files')),
    })
    await withSimulation(model, async (simulation) => {
      await simulation.step(20)
      await simulation.flush()
      for (const probe of model.probes) {
        if (probe.kind !== 'similarity') throw new Error('the probe is a similarity')
        const { data } = await simulation.read(probe.memory)
        const size = probe.patterns.data.length
        const copies = Array.from({ length: data.length / size }, (_, copy) =>
          similarity(Float64Array.from(data.subarray(copy * size, (copy + 1) * size)), probe.patterns),
        )
        const series = simulation.series.find(({ name }) => name === probe.name)
        const expected = Array.from({ length: replicas }, (_, r) => copies[r % copies.length]!).flat()
        expect(series?.tick.at(-1)).toBe(20)
        expectWithin([...series!.value.at(-1)!], expected, 40 * ULP, probe.memory)
        expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.05)
      }
    })
  },
)
