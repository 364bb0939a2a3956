/** Automatic checkpoints, from which a run can continue after the loss of the device or divergence. */
import { movingArrays } from '../../core/model/couplings.ts'
import { bytesOf, copiesOf } from '../../core/run/arrays.ts'
import type { Checkpoint } from '../../core/run/simulation.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import type { Loop } from './loop.ts'

/** Milliseconds between two checkpoints of a small network. */
const INTERVAL = 1000

/** The most bytes read back in one interval; larger states are saved less often. */
const BYTES_PER_INTERVAL = 8 * 2 ** 20

/** Larger states are not saved: they would fill the memory of the page. */
const MOST_BYTES = 512 * 2 ** 20

/** A checkpoint without samples, which are stored elsewhere. */
export interface Saved {
  readonly checkpoint: Checkpoint
  readonly time: number
}

export interface Autosave {
  /** The latest checkpoint whose values are all finite. */
  readonly saved: Saved | undefined
  /** The reason why there is none, in one line. */
  readonly reason: string | undefined
  /** Bytes of the states of one checkpoint. */
  readonly bytes: number
  /** Takes a checkpoint at intervals, and once after a pause; call once in each frame. */
  update(now: number): void
  /** Takes a checkpoint now. */
  take(): Promise<void>
  /** Call when the run starts again. */
  forget(): void
}

export function createAutosave(simulation: Simulation, loop: Loop): Autosave {
  const { model, plan } = simulation
  const names = movingArrays(model)
  const bytes = names.reduce((sum, name) => sum + bytesOf(copiesOf(plan, model, name)), 0)
  const interval = INTERVAL * Math.max(1, bytes / BYTES_PER_INTERVAL)
  const isTooLarge = bytes > MOST_BYTES
  let saved: Saved | undefined
  let savedAt = performance.now()
  let isSaving = false
  let triedAt = -1
  let run = 0

  const save = async (): Promise<void> => {
    isSaving = true
    triedAt = simulation.tick
    const own = run
    try {
      const next = await loop.still(async () => ({
        checkpoint: await simulation.checkpoint(),
        time: simulation.time,
      }))
      const isFinite = Object.values(next.checkpoint.arrays).every(({ data }) => data.every(Number.isFinite))
      if (isFinite && own === run) saved = next
    } catch {
      // The run reports its error.
    } finally {
      savedAt = performance.now()
      isSaving = false
    }
  }
  return {
    get saved() {
      return saved
    },
    reason: isTooLarge
      ? `its state of ${bytes} bytes is too large to be saved every few seconds, at most ${MOST_BYTES} are`
      : undefined,
    bytes,
    update(now) {
      const { tick } = simulation
      if (isTooLarge || isSaving || tick === triedAt) return
      if (loop.playing ? now - savedAt >= interval : tick > 0 && bytes <= BYTES_PER_INTERVAL) void save()
    },
    async take() {
      if (!isTooLarge && simulation.tick > 0) await save()
    },
    forget() {
      saved = undefined
      triedAt = -1
      run++
    },
  }
}

/** A checkpoint whose time continues with the present step; samples are stored elsewhere. */
export function restarted({ checkpoint, time }: Saved): Checkpoint {
  return { ...checkpoint, origin: { tick: checkpoint.tick, time }, series: [], warnings: [] }
}
