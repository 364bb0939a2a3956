/**
 * Times the forms of products on the adapter itself, on scratch buffers of their shape: what is chosen, and among which, says
 * src/core/plan/tuning.ts.
 */
import { type Kernel, kernelOf } from '../plan/kernels.ts'
import { planMatrix, vectorStride } from '../plan/layout.ts'
import { productWorkgroups } from '../plan/planning.ts'
import { candidatesOf, fastestOf, medianOf, sliceOf } from '../plan/tuning.ts'
import {
  type Form,
  type ProductPlan,
  type ProductShape,
  type Tuned,
  formText,
  shapeKey,
} from '../plan/variants.ts'
import { abilitiesOf } from './adapter.ts'
import { pipelineOf } from './pipelines.ts'

/** There in every runtime, though not in the language. */
declare const performance: { readonly now: () => number }
declare const setTimeout: (action: () => void, milliseconds: number) => unknown
declare const clearTimeout: (timer: unknown) => void

export interface TunerOptions {
  /** Milliseconds. */
  readonly now?: () => number
  /** Awaited before every submit, each of some milliseconds: a page that is in use lets them wait. */
  readonly wait?: () => Promise<void>
}

/** What was found of one product. */
export interface Found {
  readonly name: string
  readonly form: Form
  /** How many times as fast as the standard form; 1 where that stays. */
  readonly gain: number
}

/** Time in ms of one timed submit, several dispatches; of the compiler for one form; and for the forms of one product to start. */
const SUBMIT = 2
const COMPILE = 250
const START = 1000

/** Times that each form is timed. */
const ROUNDS = 5

/** Forms that take so many times as long as the standard one are not timed again. */
const HOPELESS = 2

/**
 * Finds the fastest form of each product; takes a fraction of a second for each on a software adapter, less on others.
 * @param products - of a plan, in their standard forms (`untuned`)
 */
export async function tuneProducts(
  device: GPUDevice,
  products: readonly ProductPlan[],
  options: TunerOptions = {},
): Promise<{ readonly tuned: Tuned; readonly found: readonly Found[] }> {
  const abilities = abilitiesOf(device)
  const { software } = abilities
  const now = options.now ?? (() => performance.now())
  const stopwatch = createStopwatch(device, now)
  const tuned: Record<string, string> = {}
  const found: Found[] = []
  try {
    for (const one of products) {
      const forms = candidatesOf(one, one.form, abilities)
      const timed = (some: readonly Form[]): Promise<number[][]> =>
        timeForms(device, sliceOf(one, software), some, { ...options, stopwatch, now })
      const best = forms[fastestOf(await timed(forms))] as Form
      // The best of many is also the luckiest: it has to win once more.
      const duel = best === one.form ? [[], []] : await timed([one.form, best])
      const wins = fastestOf(duel) === 1
      const form = wins ? best : one.form
      const [standard = [], other = []] = duel
      tuned[shapeKey(one)] = formText(form)
      found.push({ name: one.name, form, gain: wins ? medianOf(standard) / medianOf(other) : 1 })
    }
  } finally {
    stopwatch.destroy()
  }
  return { tuned, found }
}

/** Milliseconds of a dispatch of each form, in rounds; none of forms that do not compile in time, or whose turn comes too late. */
async function timeForms(
  device: GPUDevice,
  shape: ProductShape,
  forms: readonly Form[],
  { stopwatch, now, wait }: Timing,
): Promise<number[][]> {
  const scratch = createScratch(device, shape)
  try {
    const times: number[][] = []
    const runs: { readonly dispatch: Dispatch; readonly list: number[] }[] = []
    let standard = Infinity
    let started = 0
    for (const form of forms) {
      const list: number[] = []
      times.push(list)
      if (started > START) continue
      await wait?.()
      const began = now()
      const compiling = scratch.compile(form)
      // Nothing is compared without the standard form.
      const compiled = await (form === forms[0] ? compiling : within(COMPILE, compiling))
      const dispatch = compiled && scratch.dispatchOf(form, compiled)
      // Some drivers compile at the first dispatch.
      if (dispatch !== undefined) await stopwatch.time(dispatch, 1)
      started += now() - began
      if (dispatch === undefined) continue
      await wait?.()
      const first = await stopwatch.time(dispatch, 1)
      if (form === forms[0]) standard = first
      if (first <= HOPELESS * standard) runs.push({ dispatch, list })
    }
    const repeats = Math.max(1, Math.min(64, Math.ceil(SUBMIT / standard)))
    for (let round = 0; round < ROUNDS; round++) {
      for (const { dispatch, list } of runs) {
        await wait?.()
        list.push(await stopwatch.time(dispatch, repeats))
      }
    }
    return times
  } finally {
    scratch.destroy()
  }
}

type Dispatch = (pass: GPUComputePassEncoder) => void

type Compiled = Awaited<ReturnType<typeof pipelineOf>>

interface Timing extends TunerOptions {
  readonly stopwatch: Stopwatch
  readonly now: () => number
}

/** Buffers for a product of a shape, and its dispatch in any form. */
function createScratch(
  device: GPUDevice,
  shape: ProductShape,
): {
  readonly compile: (form: Form) => Promise<Compiled>
  readonly dispatchOf: (form: Form, compiled: Compiled) => Dispatch
  readonly destroy: () => void
} {
  const { product, format, rows, columns, states, copies } = shape
  const matrix = planMatrix({ name: 'tuner', copies, rows, columns, format }, device.limits)
  const replicas = Math.max(states, copies)
  const [inputs, outputs] = (product === 'recall' ? [columns, rows] : [rows, columns]).map(vectorStride) as [
    number,
    number,
  ]
  const buffer = (label: string, size: number, usage: GPUBufferUsageFlags): GPUBuffer =>
    device.createBuffer({ label: `tuner/${label}`, size: Math.max(16, size), usage })
  const buffers: Readonly<Record<string, GPUBuffer>> = {
    matrix: buffer('matrix', matrix.rowBytes * rows * copies, GPUBufferUsage.STORAGE),
    vector: buffer('vector', 4 * inputs * replicas, GPUBufferUsage.STORAGE),
    output: buffer('output', 4 * outputs * replicas, GPUBufferUsage.STORAGE),
  }
  const values: Readonly<Record<string, number>> = {
    row0: 0,
    rows,
    columns,
    stride: matrix.stride,
    copyRows: copies === 1 ? 0 : rows,
    replica0: 0,
    replicas,
    vectorStride: inputs,
    scale: 1,
    outputStride: outputs,
  }
  const params = buffer('params', 256, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST)
  const kernelFor = (form: Form): Kernel =>
    kernelOf(`matrix/${product}`, { format, tile: form, ending: 'collect' })
  const writeParams = ({ fields }: Kernel): void => {
    const image = new ArrayBuffer(4 * fields.length)
    fields.forEach(({ name, type }, field) => {
      const target = type === 'u32' ? new Uint32Array(image) : new Float32Array(image)
      target[field] = values[name] as number
    })
    device.queue.writeBuffer(params, 0, image)
  }
  return {
    compile: (form) =>
      pipelineOf(device, kernelFor(form), {
        WORKGROUP: form.workgroup,
        ADDS: 0,
        ...(product === 'recall' && { HALF_NORM: 0 }),
      }),
    dispatchOf(form, { pipeline, layout }) {
      const kernel = kernelFor(form)
      writeParams(kernel)
      const bindGroup = device.createBindGroup({
        label: `tuner/${product}`,
        layout,
        entries: [
          { binding: 0, resource: { buffer: params } },
          ...kernel.bindings.map(({ name, index }) => ({
            binding: index,
            resource: { buffer: buffers[name] as GPUBuffer },
          })),
        ],
      })
      const workgroups = productWorkgroups(product, form, { rows, columns, replicas })
      return (pass) => {
        pass.setPipeline(pipeline)
        pass.setBindGroup(0, bindGroup)
        pass.dispatchWorkgroups(...workgroups)
      }
    },
    destroy() {
      for (const one of [...Object.values(buffers), params]) one.destroy()
    },
  }
}

interface Stopwatch {
  /** Milliseconds of one of so many dispatches in one submit. */
  time(dispatch: Dispatch, count: number): Promise<number>
  destroy(): void
}

/** By timestamps where the device has them, else from the submit to its end. */
function createStopwatch(device: GPUDevice, now: () => number): Stopwatch {
  const submit = (
    dispatch: Dispatch,
    count: number,
    timing?: (encoder: GPUCommandEncoder) => void,
    writes?: GPUComputePassTimestampWrites,
  ): void => {
    const encoder = device.createCommandEncoder({ label: 'tuner' })
    const pass = encoder.beginComputePass({
      label: 'tuner',
      ...(writes !== undefined && { timestampWrites: writes }),
    })
    for (let one = 0; one < count; one++) dispatch(pass)
    pass.end()
    timing?.(encoder)
    device.queue.submit([encoder.finish()])
  }
  if (!device.features.has('timestamp-query')) {
    return {
      async time(dispatch, count) {
        const began = now()
        submit(dispatch, count)
        await device.queue.onSubmittedWorkDone()
        return (now() - began) / count
      },
      destroy: () => undefined,
    }
  }
  const querySet = device.createQuerySet({ label: 'tuner', type: 'timestamp', count: 2 })
  const resolved = device.createBuffer({
    label: 'tuner/times',
    size: 16,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  })
  const staging = device.createBuffer({
    label: 'tuner/times read',
    size: 16,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  })
  return {
    async time(dispatch, count) {
      submit(
        dispatch,
        count,
        (encoder) => {
          encoder.resolveQuerySet(querySet, 0, 2, resolved, 0)
          encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16)
        },
        { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
      )
      await staging.mapAsync(GPUMapMode.READ)
      const [begin = 0n, end = 0n] = new BigUint64Array(staging.getMappedRange())
      staging.unmap()
      // Counters of some drivers run backwards now and then, and some are rounded to nothing.
      return Math.max(1e-6, Number(end - begin) / 1e6 / count)
    },
    destroy() {
      querySet.destroy()
      resolved.destroy()
      staging.destroy()
    },
  }
}

/** What a promise gives, or undefined if that takes longer. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: unknown
  const late = new Promise<undefined>((settle) => {
    timer = setTimeout(() => {
      settle(undefined)
    }, milliseconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
