/** One network at a time on one device: loads it, shows it, runs it. */
import { ModelError } from '../../core/errors.ts'
import { setValue } from '../../core/model/path.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { Sample } from '../../core/run/series.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import type { PageDevice } from '../boot/device.ts'
import { differences } from '../editing/undo.ts'
import { type Messages, textOf } from '../messages.ts'
import { type Outfit, type Places, createBench } from './bench.ts'
import { createChanges } from './changes.ts'
import { type Opened, startAnew } from './opened.ts'
import { createRescue } from './rescue.ts'
import { type Source, shippedSource } from './source.ts'
import { createSteps } from './steps.ts'
import type { Tuning } from './tuning.ts'
import { createTurns } from './turns.ts'

export interface WorkplaceEvents {
  /** A network is being built; `id` where it is known to be a shipped one, or made from it. */
  readonly loading: (id: string | undefined) => void
  /** The pictures, plots and controls of a network that was opened stand in their places; the page is laid out then. */
  readonly arranged: (source: Source) => Promise<void>
  /** The network can run, be it opened or rebuilt. */
  readonly loaded: (source: Source) => void
  /** The scenario could not be opened; `messages` says why. */
  readonly failed: () => void
  readonly playing: (playing: boolean) => void
  /** Once a frame. */
  readonly frame: () => void
  readonly sample: (sample: Sample) => void
  /** A value of the scenario was changed, by whatever means; for a rebuild, one call for each value. */
  readonly changed: (change: Change) => void
}

/** A value that was changed; undefined where there was or is none. */
export interface Change {
  readonly path: string
  readonly from: unknown
  readonly to: unknown
  /** Ticks that had passed. */
  readonly tick: number
}

export interface Workplace {
  readonly device: GPUDevice
  readonly tuning: Tuning
  /** Absent until the first scenario is loaded, and when loading has failed. */
  readonly opened: Opened | undefined
  /**
   * Closes the network there is and opens a shipped scenario; what goes wrong is shown.
   * @param source - what it comes from, where that has been asked for before
   */
  load(id: string, source?: Promise<Source>): Promise<void>
  /** Closes the network there is and opens another, paused; what goes wrong is shown. */
  open(source: Source): Promise<void>
  play(): void
  pause(): void
  togglePace(): void
  step(ticks: number): Promise<void>
  reset(): Promise<void>
  /**
   * Changes one value, from the next tick on where it is a running parameter, else by a rebuild; `undefined` takes it out.
   * @returns false when it was refused; a message then says why, and what runs goes on
   */
  set(path: string, value: unknown): Promise<boolean>
  /**
   * Builds the network of a changed scenario in place of the one there is. States of the same name and shape, samples, the
   * tick, pace and playing stay; what does not fit starts anew, and a notice says so.
   * @param change - the scenario as it shall be, or a function that makes it of the one there is then
   * @returns false when it was refused; a message then says why, and what runs goes on
   */
  rebuild(change: unknown): Promise<boolean>
  readonly canUndo: boolean
  readonly canRedo: boolean
  /** True while every value is what it was when the scenario was opened. */
  readonly isAsOpened: boolean
  /** Takes back the last change of a value, rebuilds included; the state of the network goes on. */
  undo(): Promise<boolean>
  redo(): Promise<boolean>
  /** Gives every value what it had when the scenario was opened; can be undone. */
  restore(): Promise<boolean>
  /** Starts the run anew from tick 0 with the values of another scenario, paused; one step to undo. */
  begin(scenario: Scenario): Promise<boolean>
  recolour(): void
  /** Goes on with another device, the one before being lost: from the last checkpoint that was taken by itself. */
  renew(next: PageDevice): Promise<void>
  /** Stops everything, for good: the device is gone. */
  close(): void
}

export function createWorkplace(
  requested: PageDevice,
  places: Places,
  messages: Messages,
  events: WorkplaceEvents,
  outfit: Outfit,
): Workplace {
  const turns = createTurns()
  const steps = createSteps()
  const isAsOpened = createComparison()
  const bench = createBench(
    requested,
    places,
    messages,
    {
      playing: events.playing,
      frame: events.frame,
      sample: events.sample,
      changed({ path, before: from, value: to, tick }) {
        const scenario = bench.opened?.simulation.model.scenario
        if (scenario !== undefined)
          steps.note({ from: setValue(scenario, path, from) as Scenario, to: scenario })
        if (from !== to) events.changed({ path, from, to, tick })
        changes.makeExactSoon()
      },
      asked: (path, value) => changes.setField(path, value),
      runFailed: (error, played) => rescue.failed(error, played),
      warned: (text) => rescue.warned(text),
    },
    outfit,
  )
  const changes = createChanges(bench, steps, turns, messages, {
    playing: events.playing,
    changed: ({ path, from, to }, tick) => events.changed({ path, from, to, tick }),
    loaded: events.loaded,
    lost: (error) => fail('The network could not be built', error),
  })

  const reset = async (): Promise<void> => {
    const { opened } = bench
    if (opened === undefined) return
    messages.clear()
    opened.loop.pause()
    opened.autosave.forget()
    // Samples on their way belong to what is left behind.
    await opened.simulation.flush().catch(() => undefined)
    startAnew(opened)
    await opened.loop.reset()
  }
  const rescue = createRescue(bench, messages, changes.set, reset, events.playing)

  /** @param again - what a second try would be, where it may help */
  const fail = (title: string, error: unknown, again?: () => void): void => {
    bench.clear()
    events.failed()
    const action = again === undefined ? undefined : { label: 'Try again', act: again }
    messages.failure(title, textOf(error), action)
  }

  /** @param again - as of `fail` */
  const replace = async (
    id: string | undefined,
    find: () => Promise<Source>,
    again?: () => void,
  ): Promise<void> => {
    bench.close()
    messages.clear()
    events.loading(id)
    let simulation: Simulation | undefined
    try {
      const source = await find()
      simulation = await bench.create(source.model, source.checkpoint)
      steps.clear()
      const opened = await bench.show(simulation, source)
      steps.note({ from: opened.home, to: source.model.scenario })
      await events.arranged(source)
      opened.stage.layOut()
      // Samples what stands before the first tick.
      await opened.loop.step(0)
      await opened.stage.measure()
      events.loaded(source)
    } catch (error) {
      if (bench.opened === undefined) simulation?.destroy()
      bench.close()
      if (bench.isEnded) return
      const isRefused = error instanceof ModelError
      fail(isRefused ? 'This scenario cannot run' : 'The network could not be built', error, again)
    }
  }
  const load = (id: string, source?: Promise<Source>): Promise<void> =>
    turns.next(() =>
      replace(
        id,
        () => source ?? shippedSource(id).source,
        () => void load(id),
      ),
    )

  return {
    get device() {
      return bench.device
    },
    tuning: bench.tuning,
    get opened() {
      return bench.opened
    },
    load,
    open: (source) => turns.next(() => replace(source.origin?.id, () => Promise.resolve(source))),
    play() {
      bench.opened?.loop.play()
    },
    pause() {
      rescue.paused()
      bench.opened?.loop.pause()
    },
    togglePace: () => bench.opened?.loop.togglePace(),
    async step(ticks) {
      await bench.opened?.loop.step(ticks)
    },
    async reset() {
      bench.opened?.loop.pause()
      // In order: what is being built anew must not be reset while it is given away.
      await turns.within(async () => {
        await reset()
        return true
      })
    },
    set: changes.set,
    rebuild: (change) =>
      changes.rebuild((current) =>
        typeof change === 'function' ? (change as (current: Scenario) => unknown)(current) : change,
      ),
    get canUndo() {
      return steps.canUndo
    },
    get canRedo() {
      return steps.canRedo
    },
    get isAsOpened() {
      return isAsOpened(bench.opened)
    },
    undo: () => turns.within(() => steps.undo(changes.become)),
    redo: () => turns.within(() => steps.redo(changes.become)),
    restore: () =>
      turns.within(async () => bench.opened !== undefined && changes.turnInto(bench.opened.home)),
    begin(scenario) {
      bench.opened?.loop.pause()
      return turns.within(async () => {
        if (!(await changes.turnInto(scenario))) return false
        await reset()
        return true
      })
    },
    recolour() {
      bench.opened?.stage.recolour()
      bench.opened?.plots.recolour()
      bench.opened?.lanes.recolour()
    },
    renew(next) {
      bench.renew(next)
      return turns.after(() => (bench.opened === undefined ? undefined : rescue.revive(bench.opened)))
    },
    close() {
      turns.end()
      bench.end()
    },
  }
}

/** Whether every value is what it was when the scenario was opened; found anew only for another scenario: it is asked every frame. */
function createComparison(): (opened: Opened | undefined) => boolean {
  let scenario: Scenario | undefined
  let isSame = true
  return (opened) => {
    const now = opened?.simulation.model.scenario
    if (now !== scenario) {
      scenario = now
      isSame = now === undefined || differences(opened?.home, now).length === 0
    }
    return isSame
  }
}
