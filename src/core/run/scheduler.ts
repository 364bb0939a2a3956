/**
 * Submits ticks, many at a time, and delivers their samples through a small pool of staging buffers, without a
 * stall.
 */
import type { RunError } from '../errors.ts'
import type { Engine } from '../gpu/engine.ts'
import type { Model } from '../model/model.ts'
import { destroyedError, readError } from './failures.ts'
import { onLost } from './lost.ts'
import type { Timer } from './profile.ts'
import { type RawSample, createReadback } from './readback.ts'
import type { RestWatch } from './rest.ts'
import type { Ticks } from './ticks.ts'

export interface Scheduler {
  /** Submits so far. */
  readonly submits: number
  /** Submits that the GPU has not finished. */
  readonly pending: number
  /** Ticks of one submit, fitted to its time; Infinity = as many as fit. */
  readonly batch: number
  /**
   * Encodes and submits ticks; resolves when all are submitted and at most two batches are still running, or
   * when the run has come to rest (`time.until`).
   * @param timer - times the groups of these ticks, as far as it has room; results do not change
   * @throws RunError if a value is not finite, the device is lost, or `destroy` was called
   */
  run(count: number, timer?: Timer): Promise<void>
  /**
   * Resolves when all submitted ticks have run and their samples are delivered.
   * @throws RunError as `run` does
   */
  flush(): Promise<void>
  /** Clears the failure of the previous run. */
  recover(): void
  destroy(): void
}

export interface SchedulerOptions {
  /** An error ends the run, after the other samples of the batch. */
  readonly onSample: (sample: RawSample) => void
  /** Limits the ticks that may be submitted. */
  readonly rest: RestWatch
  /** Longest time of one submit in ms, so that a page stays responsive. */
  readonly submitTime?: number
}

/** @param ticks - ticks of the engine; other commands may be submitted between two submits */
export function createScheduler(
  engine: Engine,
  model: Model,
  ticks: Ticks,
  options: SchedulerOptions,
): Scheduler {
  const { device, plan } = engine
  const { rest } = options
  const readback = createReadback(engine, model)
  const free = [...readback.staging]
  const batch = createBatch(engine.clock.records / plan.clock.perTick, options.submitTime)
  let waiting: (() => void)[] = []
  let submits = 0
  let pending = 0
  let failure: RunError | undefined
  let destroyed = false
  /** All batches up to the last: WebGPU may map their buffers in another order than that of the submits. */
  let delivered = Promise.resolve()

  const forget = onLost(device, (error) => {
    failure ??= error
    wake()
  })

  /** Wakes all waiting calls. */
  function wake(): void {
    const woken = waiting
    waiting = []
    for (const resolve of woken) resolve()
  }

  const changed = (): Promise<void> => new Promise((resolve) => waiting.push(resolve))

  const throwFailure = (): void => {
    if (destroyed) throw destroyedError()
    if (failure !== undefined) throw failure
  }

  const release = (target: GPUBuffer): void => {
    free.push(target)
    pending--
    wake()
  }

  /** @returns the number of submitted ticks */
  const submit = (target: GPUBuffer, limit: number, timer?: Timer): number => {
    const started = Date.now()
    const encoder = device.createCommandEncoder({ label: `batch at tick ${ticks.done}` })
    const { ticks: count, samples } = ticks.encode(encoder, limit, timer)
    readback.encode(encoder, samples.used, target)
    device.queue.submit([encoder.finish()])
    submits++
    pending++
    delivered = Promise.all([target.mapAsync(GPUMapMode.READ), delivered])
      .then(() => {
        batch.adapt(count, started)
        if (destroyed) return
        const refused = readback.deliver(samples.taken, target.getMappedRange(), options.onSample)
        failure ??= refused
        target.unmap()
      })
      .catch((error: unknown) => {
        if (!destroyed) failure ??= readError(error)
      })
      .finally(() => {
        release(target)
      })
    return count
  }

  return {
    get submits() {
      return submits
    },
    get pending() {
      return pending
    },
    get batch() {
      return batch.isFull ? Infinity : batch.limit
    },
    async run(count, timer) {
      // The dispatches so far cost as much as the compilation of the batched form.
      if (ticks.dispatches >= (plan.batched?.worth ?? Infinity)) engine.compileBatched()
      let left = count
      do {
        const isBlocked = (): boolean =>
          free.length === 0 || (left > 0 && ticks.done >= rest.horizon && pending > 0)
        while (isBlocked() && failure === undefined && !destroyed) await changed()
        throwFailure()
        const room = rest.horizon - ticks.done
        if (left > 0 && room <= 0) break
        left -= submit(free.pop() as GPUBuffer, Math.min(left, batch.limit, rest.most, room), timer)
      } while (left > 0)
      throwFailure()
    },
    async flush() {
      // Also after a failure: batches in flight belong to the failed run.
      while (pending > 0 && !destroyed) await changed()
      throwFailure()
    },
    recover() {
      failure = undefined
    },
    destroy() {
      destroyed = true
      forget()
      readback.destroy()
      wake()
    },
  }
}

/** Ticks of a submit, at least one. */
interface Batch {
  readonly limit: number
  /** The most ticks of a submit. */
  readonly isFull: boolean
  /** Adapts the limit to the target time, after a submit of a number of ticks. */
  adapt(ticks: number, started: number): void
}

function createBatch(most: number, submitTime = 100): Batch {
  let limit = 1
  let lastDone = 0
  return {
    get limit() {
      return limit
    },
    get isFull() {
      return limit >= most
    },
    adapt(ticks, started) {
      const now = Date.now()
      const elapsed = now - Math.max(started, lastDone)
      lastDone = now
      if (ticks < limit) return
      if (elapsed * 2 < submitTime) limit = Math.min(most, limit * 2)
      else if (elapsed > submitTime) limit = Math.max(1, limit >> 1)
    },
  }
}
