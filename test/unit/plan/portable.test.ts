/** Plans for the smallest adapters that WebGPU allows, as that of Safari: nothing shipped needs more, or it is refused by a line. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ModelError } from '../../../src/core/errors.ts'
import { INTEGRATOR_KINDS } from '../../../src/core/kinds/integrators/table.ts'
import { loadModel } from '../../../src/core/model/load.ts'
import type { Model } from '../../../src/core/model/model.ts'
import { operationsOf, type Plan, planNetwork, type PlanOptions } from '../../../src/core/plan/plan.ts'
import { DEFAULT_LIMITS } from '../../../src/node/limits.ts'
import type { ScenarioInput } from '../../../src/core/model/schema.ts'
import { loadShipped, readShipped } from '../../scenario.ts'

/** Defaults of WebGPU that a plan has no field for. */
const INVOCATIONS = 256
const SHARED_BYTES = 16_384

const BYTES: Readonly<Record<string, number>> = { f32: 4, u32: 4, i32: 4, 'vec4<f32>': 16 }

/** Bytes of the workgroup's own memory in a kernel. */
function sharedBytes(source: string, constants: Readonly<Record<string, number>>): number {
  return [...source.matchAll(/^var<workgroup> \w+: (.*);/gm)].reduce((sum, [line, type = '']) => {
    const [, entry = type, length = '1'] = /^array<(.*), (\w+)>$/.exec(type) ?? []
    const bytes = BYTES[entry]! * (constants[length] ?? Number(length))
    if (Number.isNaN(bytes)) throw new Error(`the test cannot count the bytes of \`${line}\``)
    return sum + bytes
  }, 0)
}

/** What of a plan goes beyond the limits. */
function beyond(plan: Plan): string[] {
  const kernels = operationsOf(plan).flatMap(({ label, kernel, constants }) => {
    const bound = kernel.bindings.length + (kernel.clocked ? 1 : 0) + (kernel.varied ? 1 : 0)
    const written = Number(/@workgroup_size\((\d+)\)/.exec(kernel.source)?.[1] ?? 0)
    const size = Math.max(constants.WORKGROUP ?? 0, written)
    const shared = sharedBytes(kernel.source, constants)
    return [
      ...(bound > DEFAULT_LIMITS.maxStorageBuffersPerShaderStage ? [`${label} binds ${bound}`] : []),
      ...(size > INVOCATIONS || size === 0 ? [`${label} has workgroups of ${size}`] : []),
      ...(shared > SHARED_BYTES ? [`${label} shares ${shared} bytes`] : []),
    ]
  })
  const buffers = plan.buffers.filter(({ bytes }) => bytes > DEFAULT_LIMITS.maxStorageBufferBindingSize)
  return [...kernels, ...buffers.map(({ name, bytes }) => `${name} has ${bytes} bytes`)]
}

/** Nothing, or the line of a refusal that ends with a remedy. */
const REMEDY = /^$|^[^\n]+; use an integrator of one stage, or [^\n]+$/

/** Why a model cannot be planned within the limits; empty where it can. */
function refusalOf(model: Model, options: PlanOptions): string {
  try {
    return beyond(planNetwork(model, DEFAULT_LIMITS, options)).join('\n')
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    return error.message
  }
}

/** Adapters: a GPU without and with subgroups, one that computes on the CPU; the plain form and the resident one. */
const ADAPTERS: readonly PlanOptions[] = [
  {},
  { lanes: 32 },
  { lanes: 4, software: true },
  { lanes: 1, resident: true },
  { lanes: 32, resident: true },
]

const shipped = readdirSync('scenarios')
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))

const gallery = [...readFileSync('docs/gallery.md', 'utf8').matchAll(/^## (.*)\n[^]*?```json\n([^]*?)```/gm)]

const read = (path: string): never => {
  throw new Error(`${path}: scenarios of the gallery read no file`)
}

const models: readonly { readonly name: string; readonly model: () => Promise<Model> }[] = [
  ...shipped.map((name) => ({ name, model: () => loadShipped(name) })),
  ...gallery.map(([, name = '', json = '']) => ({
    name,
    model: () => loadModel(json, { file: name, read }),
  })),
]

test('there are scenarios of both kinds', () => {
  expect([shipped.length >= 15, gallery.length >= 5]).toEqual([true, true])
})

describe.each(models)('$name', ({ model: load }) => {
  test('is planned within 8 storage buffers a kernel, 256 invocations, 16 KiB shared and 128 MiB a binding', async () => {
    const model = await load()
    for (const options of ADAPTERS) expect(beyond(planNetwork(model, DEFAULT_LIMITS, options))).toEqual([])
  })

  test.each(INTEGRATOR_KINDS)(
    'with %s it is so, or is refused by a line that says what to do',
    async (integrator) => {
      const model = await load()
      const other = { ...model, time: { ...model.time, integrator } }
      for (const options of ADAPTERS) expect(refusalOf(other, options)).toMatch(REMEDY)
    },
  )
})

test('slow learning in two words is refused where an integrator of several stages binds too much for it', async () => {
  const slow = async (integrator: 'euler' | 'heun'): Promise<Model> => {
    const text = readFileSync('scenarios/hebbian-learning.json', 'utf8')
    const scenario = JSON.parse(text) as ScenarioInput
    return loadModel(
      JSON.stringify({
        ...scenario,
        time: { ...scenario.time, integrator },
        memories: { xi: { ...scenario.memories!.xi, tau: 1e5 } },
      }),
      { file: 'slow', read: readShipped },
    )
  }
  expect(refusalOf(await slow('euler'), {})).toBe('')
  expect(refusalOf(await slow('heun'), {})).toMatch(
    /^`xi\/.*` binds 9 storage buffers, but this adapter allows 8; use an integrator of one stage, or a larger time.dt/,
  )
})

/** Neurons that need a second word, alone. */
function slowNeurons(integrator: 'euler' | 'heun', replicas: unknown = 1): Promise<Model> {
  const v = { size: 4, lagrangian: { kind: 'tanh', gain: 1 }, tau: 1e5 }
  const scenario = { version: 1, time: { dt: 0.1, ticks: 1, integrator }, neurons: { v }, replicas }
  return loadModel(JSON.stringify(scenario), { file: 'slow', read })
}

test('slow neurons are planned with a separate activation, or refused with what may be changed', async () => {
  const vary = { count: 2, vary: { 'neurons.v.tau': { values: [1e5, 2e5] } } }
  const [alone, staged, varied] = await Promise.all([
    slowNeurons('euler'),
    slowNeurons('heun'),
    slowNeurons('euler', vary),
  ])
  const ten = { ...DEFAULT_LIMITS, maxStorageBuffersPerShaderStage: 10 }
  const labels = (limits: typeof DEFAULT_LIMITS): string[] =>
    planNetwork(alone, limits).tick.map(({ label }) => label)
  expect([labels(DEFAULT_LIMITS), labels(ten)]).toEqual([['v/activate', 'v/integrate'], ['v/integrate']])
  const line = '`v/integrate` binds 9 storage buffers, but this adapter allows 8; use '
  const slower = 'a larger time.dt or smaller tau, so that no second word is needed'
  expect(refusalOf(staged, {})).toBe(`${line}an integrator of one stage, or ${slower}, or another adapter`)
  expect(refusalOf(varied, {})).toBe(
    `${line}${slower}, or a run for each value in place of replicas.vary, or another adapter`,
  )
})
