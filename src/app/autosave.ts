/** Checkpoints that are taken by themselves, so that a run can go on after its device is lost or its values blow up. */
import { bytesOf, copiesOf } from '../core/run/arrays.ts'
import type { Checkpoint } from '../core/run/simulation.ts'
import type { Simulation } from '../core/run/simulation.ts'
import type { Loop } from './loop.ts'

/** Milliseconds between two checkpoints of a small network. */
const INTERVAL = 4000

/** Bytes that are read back in one such interval; larger states are saved less often. */
const BYTES_PER_INTERVAL = 32 * 2 ** 20

/** States beyond this are not saved: they would fill the memory of the page. */
const MOST_BYTES = 512 * 2 ** 20

/** What is kept: the samples are elsewhere. */
export interface Saved {
  readonly checkpoint: Checkpoint
  readonly time: number
}

export interface Autosave {
  /** The latest checkpoint whose values are all finite. */
  readonly saved: Saved | undefined
  /** Why there is none, in one line. */
  readonly reason: string | undefined
  /** Takes one if it is time; to be called once a frame. */
  update(now: number): void
}

export function createAutosave(simulation: Simulation, loop: Loop): Autosave {
  const { model, plan } = simulation
  const names = [
    ...model.layers.filter(({ tau }) => tau > 0),
    ...model.synapses.filter(({ tau }) => tau !== undefined),
    ...model.memories.filter(({ rule }) => rule !== 'fixed'),
  ].map(({ name }) => name)
  const bytes = names.reduce((sum, name) => sum + bytesOf(copiesOf(plan, model, name)), 0)
  const interval = INTERVAL * Math.max(1, bytes / BYTES_PER_INTERVAL)
  const isTooLarge = bytes > MOST_BYTES
  let saved: Saved | undefined
  let savedAt = performance.now()
  let isSaving = false

  const save = async (): Promise<void> => {
    isSaving = true
    try {
      const next = await loop.still(async () => ({
        checkpoint: await simulation.checkpoint(),
        time: simulation.time,
      }))
      const isFinite = Object.values(next.checkpoint.arrays).every(({ data }) => data.every(Number.isFinite))
      if (isFinite) saved = next
    } catch {
      // What went wrong is told by the run itself.
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
    update(now) {
      if (isTooLarge || isSaving || !loop.playing || now - savedAt < interval) return
      if (saved?.checkpoint.tick !== simulation.tick) void save()
    },
  }
}
