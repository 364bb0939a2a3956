/** A sketch is the model itself but for its values: whatever one has, the other has. */
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { loadModel } from '../../../src/core/model/load.ts'
import type { Model, Rows } from '../../../src/core/model/model.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { sketchOf } from '../../../src/core/model/sketch.ts'
import { cuesOf } from '../../../src/core/model/variation.ts'
import { operationsOf, planNetwork, type PlanOptions } from '../../../src/core/plan/plan.ts'
import { DEFAULT_LIMITS } from '../../../src/node/limits.ts'
import { memory, resolve, scenario, visible, type Raw } from './resolving.ts'

const folder = fileURLToPath(new URL('../../../scenarios/', import.meta.url))
const shipped = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.json'))
  .sort()

/** All of a model but its files and texts, each array of rows by its shape. */
function shapeOf({ scenario, files, warnings, variation, ...model }: Model): unknown {
  return { ...(shapesIn(model) as object), points: variation?.points.map(shapeOf), axes: variation?.axes }
}

function shapesIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(shapesIn)
  if ('rows' in value && 'columns' in value) {
    const { rows, columns, free } = value as Rows
    return { rows, columns, masked: free !== undefined }
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shapesIn(part)]))
}

/** What is compiled, bound and allocated for a model. */
function planOf(model: Model, options: PlanOptions): unknown {
  const plan = planNetwork(model, DEFAULT_LIMITS, options)
  return {
    operations: operationsOf(plan).map(({ label, kernel, constants, buffers, workgroups }) => ({
      label,
      kernel,
      constants,
      buffers,
      workgroups,
    })),
    buffers: plan.buffers.map(({ name, bytes, lifetime }) => ({ name, bytes, lifetime })),
  }
}

test.each(shipped)(
  '%s: the sketch has the groups, shapes, kernels and buffers of the model',
  async (path) => {
    const file = join(folder, path)
    const read = (name: string): Promise<Uint8Array> => readFile(join(dirname(file), name))
    const model = await loadModel(await readFile(file, 'utf8'), { file: path, read })
    const sketch = sketchOf(model, model.scenario)
    expect(shapeOf(sketch)).toEqual(shapeOf(model))
    const cues = (of: Model): number[] => of.stimulus.map((_, index) => cuesOf(of, index).length)
    expect(cues(sketch)).toEqual(cues(model))
    for (const options of [{}, { resident: true }])
      expect(planOf(sketch, options)).toEqual(planOf(model, options))
  },
)

/** Rows from each kind of source and what changes their number, none of them known from a file alone. */
const told: Record<string, Raw> = {
  values: { kind: 'values', values: [[1, 1, 1, 1, 1, 1]] },
  random: { kind: 'random', count: 4, distribution: 'binary' },
  one: { kind: 'random', distribution: 'normal' },
  zeros: { kind: 'zeros', count: 5 },
  memory: { kind: 'rows', of: 'xi' },
  selected: { kind: 'rows', of: 'xi', select: [2, 0] },
  copied: { kind: 'rows', of: 'stimulus.0', select: [0, 0, 0] },
  pairs: { kind: 'rows', of: 'w' },
  mean: { kind: 'random', count: 4, distribution: 'binary', transform: [{ op: 'mean' }] },
  masked: { kind: 'zeros', count: 2, corrupt: { op: 'mask', fraction: 0.5 } },
  grown: { kind: 'zeros', count: 2, edits: [{ op: 'row', row: 2, values: [1, 1, 1, 1, 1, 1] }] },
  edited: { kind: 'zeros', count: 2, edits: [{ op: 'clear', row: 0 }] },
}

test('a sketch from nothing has every number of rows that the scenario tells', async () => {
  const base = { kind: 'hebbian', patterns: { kind: 'random', count: 7, distribution: 'binary' } }
  const raw = scenario({
    neurons: { visible: visible({ bias: told.values, init: told.zeros }), hidden: visible({ size: 3 }) },
    memories: { xi: memory({ rule: 'hebbian', tau: 1, bias: { kind: 'zeros' } }) },
    synapses: { w: { layer: 'visible', base }, j: { layer: 'hidden', base: { kind: 'zeros' } } },
    stimulus: Object.values(told).map((patterns) => ({ kind: 'clamp', layer: 'visible', patterns })),
    probes: {
      overlap: { kind: 'overlap', layer: 'visible', patterns: told.selected },
      similarity: { kind: 'similarity', memory: 'xi', patterns: { kind: 'zeros' } },
    },
  })
  expect(shapeOf(sketchOf(undefined, parseScenario(raw)))).toEqual(shapeOf(await resolve(raw)))
})

test('points have the cues that they damage in different ways, and copies of them', async () => {
  const cue = { kind: 'rows', of: 'xi', select: [0, 1], corrupt: { op: 'flip', fraction: 0.5 } }
  const patterns = [cue, { kind: 'rows', of: 'stimulus.0' }, { kind: 'zeros' }]
  const raw = scenario({
    stimulus: patterns.map((one) => ({ kind: 'clamp', layer: 'visible', patterns: one })),
    replicas: {
      vary: {
        'stimulus.0.patterns.corrupt.fraction': { values: [0, 0.5, 1] },
        'neurons.visible.bias': { values: [0, 1] },
      },
    },
  })
  const sketch = sketchOf(undefined, parseScenario(raw))
  expect(sketch.stimulus.map((_, index) => cuesOf(sketch, index).length)).toEqual([3, 3, 1])
  expect(shapeOf(sketch)).toEqual(shapeOf(await resolve(raw)))
})

test('what only a file can tell is as in the network that there is, at the same place', async () => {
  const idx = { kind: 'idx', path: 'none' }
  const parts = (patterns: Raw): Raw =>
    scenario({
      stimulus: [
        { kind: 'clamp', layer: 'visible', patterns },
        { kind: 'clamp', layer: 'visible', patterns: { kind: 'rows', of: 'stimulus.0' } },
      ],
      probes: { m: { kind: 'overlap', layer: 'visible', patterns: { ...idx } } },
    })
  const current = await resolve({ ...parts({ kind: 'zeros', count: 9 }), probes: {} })
  const sketch = sketchOf(current, parseScenario(parts(idx)))
  expect(sketch.stimulus.map((item) => item.patterns.rows)).toEqual([9, 9])
  expect(sketch.probes).toMatchObject([{ patterns: { rows: 1, columns: 6 } }])
})

describe('a hyperedge has one number of rows', () => {
  const file = (layer: string): Raw => ({ kind: 'npy', path: `parts.npz#${layer}` })
  const random = { kind: 'random', distribution: 'binary', count: 9 }
  const joining = (between: Raw): Raw =>
    scenario({
      neurons: { visible: visible(), hidden: visible({ size: 3 }), third: visible({ size: 2 }) },
      memories: { p: { kind: 'product', between } },
    })
  const countsOf = (current: Model | undefined, between: Raw): (number | undefined)[] =>
    sketchOf(current, parseScenario(joining(between))).hyperedges.flatMap(({ factors }) =>
      factors.map(({ init }) => init.rows),
    )
  const three = { visible: file('visible'), hidden: file('hidden'), third: file('third') }

  test('of the network that there is, for a layer that it did not join too', async () => {
    const current = await resolve(joining({ hidden: random, third: random }))
    expect(countsOf(current, three)).toEqual([9, 9, 9])
    expect(countsOf(undefined, three)).toEqual([1, 1, 1])
  })

  test('of the scenario, where one of its layers tells it', async () => {
    const current = await resolve(joining({ hidden: random, third: random }))
    expect(countsOf(current, { ...three, third: { ...random, count: 4 } })).toEqual([4, 4, 4])
    expect(countsOf(current, { ...three, third: { kind: 'rows', of: 'p.visible' } })).toEqual([9, 9, 9])
  })

  test('and no two', () => {
    expect(() => countsOf(undefined, { visible: random, hidden: { ...random, count: 4 } })).toThrow(
      'memories.p.between.hidden: has 4 rows, but `visible` has 9',
    )
  })
})

test('a scenario that contradicts itself has no sketch', () => {
  const raw = scenario({ memories: { xi: memory({ to: 'hiden' }) } })
  expect(() => sketchOf(undefined, parseScenario(raw))).toThrow('memories.xi.to: no layer is called `hiden`')
})
