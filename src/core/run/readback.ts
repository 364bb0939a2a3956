/**
 * Copies samples, snapshots and faults from the GPU through a small pool of staging buffers with the same
 * layout.
 */
import { RunError } from '../errors.ts'
import type { Engine } from '../gpu/engine.ts'
import type { Model } from '../model/model.ts'
import { NO_FAULT } from '../plan/plan.ts'
import { bytesOf, copiesOf } from './arrays.ts'

/** One sample from the GPU. */
export interface RawSample {
  /** Index of the probe in the plan. */
  readonly probe: number
  /** Number of ticks before the sample. */
  readonly tick: number
  /** Tick since which stimulus and parameters are constant; earlier samples had another energy function. */
  readonly quietSince: number
  /** Words of the ring, or bytes of the copied buffers of a snapshot; only valid during the call. */
  readonly data: Float32Array<ArrayBuffer>
}

/** A sample of a batch, and its slot in the ring. */
export interface Taken extends Omit<RawSample, 'data'> {
  readonly slot: number
}

export interface Readback {
  readonly staging: readonly GPUBuffer[]
  /**
   * Copies samples, snapshots and faults of a batch to a staging buffer.
   * @param used - slots that each probe has used
   */
  encode(encoder: GPUCommandEncoder, used: readonly number[], target: GPUBuffer): void
  /**
   * Delivers all samples of a batch.
   * @returns the reason to end the run, if any: a state that is not finite, or the first error of `onSample`
   */
  deliver(
    samples: readonly Taken[],
    mapped: ArrayBuffer,
    onSample: (sample: RawSample) => void,
  ): RunError | undefined
  destroy(): void
}

/** Staging buffers: one being filled, one being read, one in flight. */
const STAGING = 3

export function createReadback(engine: Engine, model: Model): Readback {
  const { device, plan } = engine
  const ringBytes = plan.probes.reduce(
    (sum, { capacity, sampleWords }) => sum + capacity * sampleWords * 4,
    0,
  )
  const faultBytes = plan.faults.length * 4
  let bytes = ringBytes + faultBytes
  /** The buffers and their offsets for each probe that copies. */
  const snapshots = plan.probes.map(({ copies: name }) => {
    if (name === undefined) return undefined
    const copies = copiesOf(plan, model, name)
    const place = { copies, offset: bytes, bytes: bytesOf(copies) }
    bytes += place.bytes
    return place
  })
  const staging = Array.from({ length: STAGING }, (_, index) =>
    device.createBuffer({
      label: `staging ${index}`,
      size: bytes,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    }),
  )
  // Arrays on demand must be computed before they are copied.
  for (const { buffer } of snapshots.flatMap((one) => one?.copies ?? [])) engine.buffer(buffer)

  return {
    staging,
    encode(encoder, used, target) {
      encoder.copyBufferToBuffer(engine.buffer('faults'), 0, target, ringBytes, faultBytes)
      const ring = engine.buffer('ring')
      plan.probes.forEach(({ ringStart, sampleWords }, index) => {
        const slots = (used[index] as number) * sampleWords * 4
        if (slots > 0) encoder.copyBufferToBuffer(ring, ringStart * 4, target, ringStart * 4, slots)
      })
      snapshots.forEach((snapshot, index) => {
        if (snapshot === undefined || used[index] === 0) return
        let { offset } = snapshot
        for (const copy of snapshot.copies) {
          encoder.copyBufferToBuffer(engine.buffer(copy.buffer), 0, target, offset, copy.bytes)
          offset += copy.bytes
        }
      })
    },
    deliver(samples, mapped, onSample) {
      let refused: { readonly tick: number; readonly error: RunError } | undefined
      for (const { slot, ...sample } of samples) {
        const { ringStart, sampleWords } = plan.probes[sample.probe] as (typeof plan.probes)[number]
        const snapshot = snapshots[sample.probe]
        const data =
          snapshot === undefined
            ? new Float32Array(mapped, (ringStart + slot * sampleWords) * 4, sampleWords)
            : new Float32Array(mapped, snapshot.offset, snapshot.bytes / 4)
        try {
          onSample({ ...sample, data })
        } catch (error) {
          refused ??= { tick: sample.tick, error: asRunError(error) }
        }
      }
      const faults = new Uint32Array(mapped, ringBytes, plan.faults.length)
      const first = faults.reduce((a, b) => Math.min(a, b), NO_FAULT)
      // A state that is not finite is the cause of bad samples in its tick, so it is checked first.
      if (refused !== undefined && refused.tick <= first) return refused.error
      if (first === NO_FAULT) return undefined
      const name = plan.faults[faults.indexOf(first)] as string
      return new RunError(
        `\`${name}\` is not finite from tick ${first + 1} on (NaN or infinity); ` +
          'use a smaller time.dt, smaller gains or weaker couplings',
      )
    },
    destroy() {
      for (const one of staging) one.destroy()
    },
  }
}

function asRunError(error: unknown): RunError {
  if (error instanceof RunError) return error
  return new RunError(`a sample could not be stored: ${(error as Error).message}`)
}
