/**
 * Times the alternatives on the adapter, on scratch buffers of the same shape. src/core/plan/tuning.ts lists the
 * choices and their alternatives.
 */
import { fastestOf, medianOf } from '../plan/tuning.ts'
import { type Choice, type Tuned, shapeKey } from '../plan/variants.ts'
import { type Shape, type Step, type Way, scratchOf, waysOf } from '../plan/ways.ts'
import { abilitiesOf } from './adapter.ts'
import { createTimestamps } from './timestamps.ts'
import { pipelineOf } from './pipelines.ts'

/** A global of every runtime, but not part of ECMAScript. */
declare const performance: { readonly now: () => number }
declare const setTimeout: (action: () => void, milliseconds: number) => unknown
declare const clearTimeout: (timer: unknown) => void

export interface TunerOptions {
  /** A clock in milliseconds. */
  readonly now?: () => number
  /** Awaited before every submit of some milliseconds, so that a page in use can delay them. */
  readonly wait?: () => Promise<void>
}

/** The result for one choice. */
export interface Found {
  readonly name: string
  /** The key and form for `Variants`. */
  readonly form: string
  /** Speed relative to the standard form; 1 if the standard form stays. */
  readonly gain: number
}

/** Time in ms of one timed submit, several dispatches; of the compiler for one form; and for the forms of one product to start. */
const SUBMIT = 2
const COMPILE = 250
const START = 1000

/** Number of timings of each form. */
const ROUNDS = 5

/** Forms slower than the standard form by this factor are not timed again. */
const HOPELESS = 2

/**
 * Finds the fastest form of each choice; takes a second or less for each on a software adapter, less on others.
 * @param choices - of a plan, in their standard forms (`untuned`)
 */
export async function tuneChoices(
  device: GPUDevice,
  choices: readonly Choice[],
  options: TunerOptions = {},
): Promise<{ readonly tuned: Tuned; readonly found: readonly Found[] }> {
  const abilities = abilitiesOf(device)
  const now = options.now ?? (() => performance.now())
  const stopwatch = createStopwatch(device, now)
  const tuned: Record<string, string> = {}
  const found: Found[] = []
  try {
    for (const choice of choices) {
      const { shape, ways } = waysOf(choice, abilities)
      const timed = (some: readonly Way[]): Promise<number[][]> =>
        timeWays(device, shape, some, { ...options, stopwatch, now })
      const [usual] = ways as [Way]
      const best = ways[fastestOf(await timed(ways))] as Way
      // The best of many timings is biased; the winner is timed again.
      const duel = best === usual ? [[], []] : await timed([usual, best])
      const wins = fastestOf(duel) === 1
      const { form } = wins ? best : usual
      const [standard = [], other = []] = duel
      tuned[shapeKey(choice)] = form
      found.push({ name: choice.name, form, gain: wins ? medianOf(standard) / medianOf(other) : 1 })
    }
  } finally {
    stopwatch.destroy()
  }
  return { tuned, found }
}

/** Milliseconds of each way, in rounds; empty for a way that does not compile in time or is reached too late. */
async function timeWays(
  device: GPUDevice,
  shape: Shape,
  ways: readonly Way[],
  { stopwatch, now, wait }: Timing,
): Promise<number[][]> {
  const scratch = createScratch(device, shape)
  try {
    const times: number[][] = []
    const runs: { readonly dispatch: Dispatch; readonly list: number[] }[] = []
    let standard = Infinity
    let started = 0
    for (const way of ways) {
      const list: number[] = []
      times.push(list)
      if (started > START) continue
      await wait?.()
      const began = now()
      const compiling = Promise.all(
        way.steps.map(({ kernel, constants }) => pipelineOf(device, kernel, constants)),
      )
      // Without the standard way there is nothing to compare with.
      const compiled = await (way === ways[0] ? compiling : within(COMPILE, compiling).catch(() => undefined))
      const dispatch = compiled && scratch.dispatchOf(way, compiled)
      // Some drivers compile at the first dispatch.
      if (dispatch !== undefined) await stopwatch.time(dispatch, 1)
      started += now() - began
      if (dispatch === undefined) continue
      await wait?.()
      const first = await stopwatch.time(dispatch, 1)
      if (way === ways[0]) standard = first
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

interface Timing extends TunerOptions {
  readonly stopwatch: Stopwatch
  readonly now: () => number
}

/** Buffers for a matrix of a shape, and a function that dispatches a way. */
function createScratch(
  device: GPUDevice,
  shape: Shape,
): {
  readonly dispatchOf: (way: Way, compiled: readonly Awaited<ReturnType<typeof pipelineOf>>[]) => Dispatch
  readonly destroy: () => void
} {
  const { values, bytes } = scratchOf(shape, device.limits)
  const params: GPUBuffer[] = []
  const buffer = (label: string, size: number, usage: GPUBufferUsageFlags): GPUBuffer =>
    device.createBuffer({ label: `tuner/${label}`, size: Math.max(16, size), usage })
  const buffers = Object.fromEntries(
    Object.entries(bytes).map(([name, size]) => [name, buffer(name, size, GPUBufferUsage.STORAGE)]),
  )
  const paramsOf = ({ kernel: { key, fields }, values: others }: Step): GPUBuffer => {
    const image = new ArrayBuffer(4 * fields.length)
    fields.forEach(({ name, type }, field) => {
      const target = type === 'u32' ? new Uint32Array(image) : new Float32Array(image)
      target[field] = (others?.[name] ?? values[name]) as number
    })
    const made = buffer(`params ${key}`, 256, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST)
    device.queue.writeBuffer(made, 0, image)
    params.push(made)
    return made
  }
  return {
    dispatchOf({ steps }, compiled) {
      const bound = steps.map((step, at) => {
        const { kernel, workgroups } = step
        const { pipeline, layout } = compiled[at] as (typeof compiled)[number]
        const bindGroup = device.createBindGroup({
          label: `tuner/${kernel.key}`,
          layout,
          entries: [
            { binding: 0, resource: { buffer: paramsOf(step) } },
            ...kernel.bindings.map(({ name, index }) => ({
              binding: index,
              resource: { buffer: buffers[name] as GPUBuffer },
            })),
          ],
        })
        return { pipeline, bindGroup, workgroups }
      })
      return (pass) => {
        for (const { pipeline, bindGroup, workgroups } of bound) {
          pass.setPipeline(pipeline)
          pass.setBindGroup(0, bindGroup)
          pass.dispatchWorkgroups(...workgroups)
        }
      }
    },
    destroy() {
      for (const one of [...Object.values(buffers), ...params]) one.destroy()
    },
  }
}

interface Stopwatch {
  /** Milliseconds of one dispatch, as the mean of the dispatches in one submit. */
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
  const times = createTimestamps(device, 'tuner', 1)
  return {
    async time(dispatch, count) {
      submit(dispatch, count, (encoder) => times.encode(encoder), times.pass())
      const [nanoseconds = 0] = await times.read()
      // Some counters are rounded to 0.
      return Math.max(1e-6, nanoseconds / 1e6 / count)
    },
    destroy: () => times.destroy(),
  }
}

/** The result of a promise, or undefined after a timeout. */
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
