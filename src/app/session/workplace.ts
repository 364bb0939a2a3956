/** One network at a time on one device: loads it, shows it, runs it. */
import { reached } from '../boot/timing.ts'
import { ModelError } from '../../core/errors.ts'
import { setValue } from '../../core/model/path.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { Sample } from '../../core/run/series.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import type { PageDevice } from '../boot/device.ts'
import { differences } from '../editing/undo.ts'
import { type Messages, textOf } from '../messages.ts'
import { createBases } from './bases.ts'
import { type Outfit, type Places, createBench } from './bench.ts'
import { type Changes, createChanges } from './changes.ts'
import type { Pending } from './entries.ts'
import { type Opened, startAnew } from './opened.ts'
import { type Past, createPast } from './past.ts'
import { createRescue } from './rescue.ts'
import { isShipped } from './scenarios.ts'
import { type Source, shippedSource } from './source.ts'
import { type Steps, createSteps } from './steps.ts'
import type { Tuning } from './tuning.ts'
import { createTurns } from './turns.ts'

export interface WorkplaceEvents {
  /** A network is being built; `id` if it is, or was made from, a shipped one. */
  readonly loading: (id: string | undefined) => void
  /** The pictures, plots and controls of an opened network are in place; the page can be laid out. */
  readonly arranged: (source: Source) => Promise<void>
  /** The opened or rebuilt network is ready. */
  readonly loaded: (source: Source) => void
  /** The scenario could not be opened; `messages` shows the reason. */
  readonly failed: () => void
  readonly playing: (playing: boolean) => void
  /** Called once in each frame. */
  readonly frame: () => void
  readonly sample: (sample: Sample) => void
  /** A reset is about to remove the samples of the run. */
  readonly ending?: () => void
  /** After a reset the network is at tick 0. */
  readonly begun?: () => void
  /** A value of the scenario was changed; for a rebuild, one call for each value. */
  readonly changed: (change: Change) => void
  /** A step was undone or redone; the step may be one of the draft alone. */
  readonly replayed?: () => void
  /** Resolves when changes that wait for one another are made, so that the last of them is undone; undefined = now. */
  readonly settled?: () => Promise<void> | undefined
}

/** A changed value; undefined if there was or is none. */
export interface Change {
  readonly path: string
  readonly from: unknown
  readonly to: unknown
  /** Number of ticks before the change. */
  readonly tick: number
}

export interface Workplace {
  readonly device: GPUDevice
  readonly tuning: Tuning
  /** Absent until the first scenario is loaded, and after a failure. */
  readonly opened: Opened | undefined
  /** The network that is being built in place of the open one. */
  readonly pending: Pending | undefined
  /** The values that computed the run of the open network. */
  readonly past: Pick<Past, 'until'>
  /**
   * Closes the present network and opens a shipped scenario; errors are shown.
   * @param source - its source, if already requested
   */
  load(id: string, source?: Promise<Source>): Promise<void>
  /** Closes the present network and opens another, paused; errors are shown. */
  open(source: Source): Promise<void>
  play(): void
  pause(): void
  togglePace(): void
  step(ticks: number): Promise<void>
  reset(): Promise<void>
  /**
   * Changes one value, from the next tick on for a running parameter, else by a rebuild; `undefined` removes it.
   * @param refused - takes the reason of a refusal in place of a message
   * @returns false when it was refused; a message then says why, and what runs goes on
   */
  readonly set: Changes['set']
  /**
   * Builds the network of a changed scenario in place of the present one. States of the same name and shape,
   * samples, tick, pace and playing stay; other states start again, with a notice.
   * @param change - the new scenario, or a function that computes it from the present one
   * @param refused - takes the reason of a refusal in place of a message
   * @returns false when it was refused; a message then says why, and what runs goes on
   */
  rebuild(change: unknown, refused?: (reason: unknown) => void): Promise<boolean>
  /** The network from which the values of a scenario differ: the opened one, or one that was built from it. */
  readonly baseOf: (scenario: Scenario) => Scenario
  readonly canUndo: boolean
  readonly canRedo: boolean
  /** The steps to undo, for a part of the page with a draft of the scenario, and to keep them over a reload. */
  readonly steps: Pick<Steps, 'draft' | 'isReplaying' | 'noteDraft' | 'keepDraft' | 'all' | 'recall'>
  /** True if every value is as when the scenario was opened. */
  readonly isAsOpened: boolean
  /** Undoes the last change of a value, also by a rebuild; the state of the network is kept. */
  undo(): Promise<boolean>
  redo(): Promise<boolean>
  /** Restores every value of the network that was built here, else of the scenario when it was opened; can be undone. */
  restore(): Promise<boolean>
  /** Starts the run again from tick 0 with the values of another scenario, paused; one undo step. */
  begin(scenario: Scenario): Promise<boolean>
  recolour(): void
  /** Continues on another device after a loss, from the last automatic checkpoint. */
  renew(next: PageDevice): Promise<void>
  /** Stops everything for good after the device is lost. */
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
  const steps = createSteps(() => bench.opened?.simulation.model.scenario)
  const isAsOpened = createComparison()
  const past = createPast()
  const bases = createBases()
  const changed = (change: Change): void => {
    if (bench.opened !== undefined) {
      const { scenario } = bench.opened.simulation.model
      past.changed(scenario, change.tick)
      bases.of(scenario)
    }
    events.changed(change)
  }
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
        if (from !== to) changed({ path, from, to, tick })
        changes.makeExactSoon()
      },
      asked: (path, value) => changes.setField(path, value),
      runFailed: (error, played) => rescue.failed(error, played),
      warned: (text) => rescue.warned(text),
    },
    outfit,
  )
  const changes = createChanges(bench, steps, turns, messages, past, {
    playing: events.playing,
    changed: (change, tick) => changed({ ...change, tick }),
    loaded: events.loaded,
    lost: (error) => fail('The network could not be built', error),
  })

  const reset = async (): Promise<void> => {
    const { opened } = bench
    if (opened === undefined) return
    messages.clear()
    opened.loop.pause()
    opened.autosave.forget()
    // Ticks and samples under way belong to the previous run.
    await opened.loop.still(() => opened.simulation.flush().catch(() => undefined))
    if (bench.opened !== opened) return
    events.ending?.()
    startAnew(opened)
    past.begin(opened.simulation.model.scenario, 0)
    await opened.loop.reset()
    if (bench.opened === opened) events.begun?.()
  }
  const rescue = createRescue(bench, messages, changes.set, reset, events.playing)

  /** @param again - the action of a second try, if it may help */
  const fail = (title: string, error: unknown, again?: () => void): void => {
    bench.clear()
    events.failed()
    const action = again === undefined ? undefined : { label: 'Try again', act: again }
    messages.failure(title, textOf(error), action)
  }

  /** @param again - as for `fail` */
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
      reached('network')
      steps.clear()
      const opened = await bench.show(simulation, source)
      past.begin(source.model.scenario, simulation.tick)
      bases.open(opened.home)
      steps.note({ from: opened.home, to: source.model.scenario })
      await events.arranged(source)
      opened.stage.layOut()
      // Samples the state before the first tick.
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
  const replay = async (way: Steps['undo']): Promise<boolean> => {
    const waiting = events.settled?.()
    if (waiting !== undefined) await waiting
    return turns.within(async () => {
      const done = await way(changes.become)
      if (done) events.replayed?.()
      return done
    })
  }
  const load = (id: string, source?: Promise<Source>): Promise<void> =>
    turns.next(() =>
      replace(id, () => source ?? shippedSource(id).source, isShipped(id) ? () => void load(id) : undefined),
    )

  return {
    get device() {
      return bench.device
    },
    tuning: bench.tuning,
    past,
    get opened() {
      return bench.opened
    },
    get pending() {
      return changes.pending
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
      // In order: a network must not be reset during a rebuild.
      await turns.within(async () => {
        await reset()
        return true
      })
    },
    set: changes.set,
    rebuild: (change, refused) =>
      changes.rebuild(
        (current) =>
          typeof change === 'function' ? (change as (current: Scenario) => unknown)(current) : change,
        refused,
      ),
    baseOf: bases.of,
    get canUndo() {
      return steps.canUndo
    },
    get canRedo() {
      return steps.canRedo
    },
    get isAsOpened() {
      return isAsOpened(bench.opened)
    },
    steps,
    undo: () => replay(steps.undo),
    redo: () => replay(steps.redo),
    restore: () =>
      turns.within(async () => {
        const { opened } = bench
        if (opened === undefined) return false
        const { scenario } = opened.simulation.model
        const base = bases.of(scenario)
        const target = withLessonOf(base, scenario)
        // After the values of a built network comes the opened one, which its lesson would not fit.
        const isBack = base !== opened.home && differences(target, scenario).length === 0
        return changes.turnInto(isBack ? opened.home : target)
      }),
    begin(scenario) {
      bench.opened?.loop.pause()
      return turns.within(async () => {
        if (!(await changes.turnInto(scenario, true))) return false
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

/** Whether every value is as when the scenario was opened; cached for each scenario, because it is read in every frame. */
function createComparison(): (opened: Opened | undefined) => boolean {
  let scenario: Scenario | undefined
  let isSame = true
  return (opened) => {
    const now = opened?.simulation.model.scenario
    if (now !== scenario) {
      scenario = now
      isSame =
        now === undefined ||
        opened === undefined ||
        differences(withLessonOf(opened.home, now), now).length === 0
    }
    return isSame
  }
}

/** The values of a scenario with the lesson of another: a lesson is written, not set. */
function withLessonOf(values: Scenario, { lesson }: Scenario): Scenario {
  const { lesson: before, ...rest } = values
  return lesson === undefined || lesson === before ? values : { ...rest, lesson }
}
