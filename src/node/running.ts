/** What runs have in common: how they are tuned, and how they go to their end with checkpoints on the way. */
import { ModelError } from '../core/errors.ts'
import { abilitiesOf } from '../core/gpu/adapter.ts'
import type { Residence } from '../core/plan/forms.ts'
import { TUNING_PAYS, secondsOf, untuned } from '../core/plan/tuning.ts'
import type { Tuned } from '../core/plan/variants.ts'
import type { Simulation } from '../core/run/simulation.ts'
import type { RequestedDevice } from './device.ts'
import type { Watch } from './interrupt.ts'
import type { Progress } from './progress.ts'
import { createStride } from './stride.ts'
import { keepTuning, keptTuning, tuneOn } from './tuning.ts'

/**
 * The plan with the fastest forms as far as they are known; where the ticks are enough, those that are not are timed first.
 * @param planned - the plan by what is tuned
 * @param say - is told what was found
 */
export async function planTuned(
  planned: (tuned: Tuned) => Promise<Residence>,
  { device }: RequestedDevice,
  ticks: number,
  say: (line: string) => void,
): Promise<{ readonly plan: Residence; readonly tuned: Tuned }> {
  const kept = await keptTuning(device.adapterInfo)
  const plan = await planned(kept)
  const choices = untuned(plan.plan, kept)
  const { software } = abilitiesOf(device)
  if (plan.now || choices.length === 0 || secondsOf(choices, ticks, software) < TUNING_PAYS)
    return { plan, tuned: kept }
  try {
    const { tuned, line } = await tuneOn(device, choices)
    await keepTuning(device.adapterInfo, tuned)
    say(line)
    const all = { ...kept, ...tuned }
    return { plan: await planned(all), tuned: all }
  } catch (error) {
    if (error instanceof ModelError) throw error
    // A run does not need it.
    say(`not tuned, the fixed kernels are taken: ${(error as Error).message}`)
    return { plan, tuned: kept }
  }
}

export interface Way {
  readonly simulation: Simulation
  readonly watch: Watch
  readonly progress: Progress
  /** Ticks between two checkpoints; none when not given. */
  readonly checkpointEvery?: number | undefined
  /** Milliseconds after which a checkpoint is due whatever the tick. */
  readonly checkpointAfter?: number
  readonly save: () => Promise<unknown>
  /** Called after each stride. */
  readonly look?: (() => void) | undefined
  /** What ends the run after a signal. */
  readonly interrupted: (signal: NodeJS.Signals) => Promise<Error>
}

/** Steps to the end, with checkpoints on the way; a signal leaves a checkpoint and an Interruption. */
export async function advance(end: number, way: Way): Promise<void> {
  const { simulation, watch, progress, checkpointEvery: every = Infinity, checkpointAfter = Infinity } = way
  const stride = createStride()
  let saved = performance.now()
  do {
    const { tick } = simulation
    const nextCheckpoint = Number.isFinite(every) ? (Math.floor(tick / every) + 1) * every : Infinity
    await stride.timed((ticks) => simulation.step(Math.min(end, nextCheckpoint, tick + ticks) - tick))
    progress.update(simulation.tick)
    way.look?.()
    const isAtEnd = simulation.tick >= end || simulation.isOver
    if (watch.signal !== undefined && !isAtEnd) {
      progress.stop()
      throw await way.interrupted(watch.signal)
    }
    const isDue = !isAtEnd && performance.now() - saved > checkpointAfter
    if (simulation.tick === nextCheckpoint || isDue) {
      await way.save()
      saved = performance.now()
    }
  } while (simulation.tick < end && !simulation.isOver)
  await simulation.flush()
}
