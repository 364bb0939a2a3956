/** Continues a failed run, or a run after the loss of its device, from the last automatic checkpoint. */
import { RunError } from '../../core/errors.ts'
import { type Action, type Messages, textOf } from '../messages.ts'
import { restarted } from './autosave.ts'
import type { Bench } from './bench.ts'
import { type Opened, lookOf, showLook, startAnew } from './opened.ts'
import { samplesOf } from './recorder.ts'

export interface Rescue {
  /** Shows that the run has failed, with the remedy. @param played - whether it was playing before */
  failed(error: unknown, played: boolean): void
  /** Shows a problem that a shorter step may solve. */
  warned(text: string): void
  /** Call after a pause by the reader: an interrupted run then does not resume automatically. */
  paused(): void
  /** Shows the network of a lost device on the present device. */
  revive(old: Opened): Promise<void>
}

/**
 * @param set - changes a value of the open network
 * @param reset - starts its run again
 * @param playing - called if the revived network does not play
 */
export function createRescue(
  bench: Bench,
  messages: Messages,
  set: (path: string, value: unknown) => Promise<boolean>,
  reset: () => Promise<void>,
  playing: (playing: boolean) => void,
): Rescue {
  /** The run played when it failed. */
  let isInterrupted = false

  /** The remedy for a step that is too long. @param goesBack - to the last tick with finite values */
  const smallerStep = (goesBack: boolean): Action => {
    const dt = Number(((bench.opened?.simulation.model.time.dt ?? 0) / 2).toPrecision(6))
    const start = bench.opened?.autosave.saved?.checkpoint.tick ?? 0
    return {
      label: goesBack ? `dt ${dt}, back to tick ${start}` : `Halve dt to ${dt}`,
      act: () => void (goesBack ? goBack(dt) : set('time.dt', dt)),
    }
  }

  /** Continues from the last checkpoint, or from tick 0, with another step. */
  const goBack = async (dt: number): Promise<void> => {
    const current = bench.opened
    if (current === undefined) return
    const { simulation, loop, autosave, recorder } = current
    const { saved } = autosave
    if (!(await set('time.dt', dt)) || bench.opened !== current) return
    if (saved === undefined) await reset()
    else {
      const samples = await loop.still(async () => {
        await simulation.flush().catch(() => undefined)
        const before = samplesOf(recorder.series()).filter(({ tick }) => tick <= saved.checkpoint.tick)
        await simulation.restore(restarted(saved))
        return before
      })
      startAnew(current)
      samples.forEach(current.keep)
    }
    isInterrupted = false
    loop.play()
  }

  /** Revives the network of a lost device on the present device. */
  const revive = async (old: Opened): Promise<void> => {
    const { keepFocus } = await import('./hand-over.ts')
    const { simulation: before, autosave, recorder, loop, source, home } = old
    const { saved, reason } = autosave
    const lostAt = before.tick
    const wasPlaying = loop.playing || isInterrupted
    const view = old.controls.view()
    const samples = saved === undefined ? [] : samplesOf(recorder.series())
    const look = lookOf(old)
    const refocus = keepFocus()
    bench.close(true)
    const simulation = await bench.create(before.model, saved?.checkpoint)
    if (saved !== undefined) await simulation.restore(restarted(saved))
    const built = await bench.show(simulation, { ...source, model: before.model }, home)
    for (const sample of samples) if (sample.tick <= simulation.tick) built.keep(sample)
    built.loop.pace = loop.pace
    built.controls.show(view)
    refocus()
    showLook(built, look, saved !== undefined)
    await built.loop.step(0)
    isInterrupted = false
    if (wasPlaying) built.loop.play()
    else playing(false)
    const why = reason === undefined || lostAt === 0 ? '' : `: ${reason}`
    messages.notice(
      `The graphics device was lost at tick ${lostAt}; the run goes on from tick ${simulation.tick}${why}.`,
    )
  }

  return {
    failed(error, played) {
      isInterrupted ||= played
      messages.warn(textOf(error), isUnstable(error) ? smallerStep(true) : undefined)
    },
    warned(text) {
      messages.warn(text, smallerStep(false))
    },
    paused() {
      isInterrupted = false
    },
    revive,
  }
}

/** True for errors that a shorter step may solve. */
function isUnstable(error: unknown): boolean {
  return error instanceof RunError && error.message.includes('not finite')
}
