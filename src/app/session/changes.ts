/** Changes of the values of the open network: from the next tick on for running parameters, else by a rebuild. */
import { ModelError } from '../../core/errors.ts'
import { checkScenario } from '../../core/model/check.ts'
import { fitsPatterns } from '../../core/model/fitting.ts'
import { setValue } from '../../core/model/path.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import { withField } from '../controls/fields.ts'
import { editedScenario } from '../editing/edited.ts'
import { type Difference, type States, differences, patternChanges } from '../editing/undo.ts'
import { type Messages, textOf } from '../messages.ts'
import type { Bench } from './bench.ts'
import type { Pending } from './entries.ts'
import { estimateOf, sketchOf } from './estimate.ts'
import type { Left } from './hand-over.ts'
import { type Opened, lookOf, showLook, takeOver } from './opened.ts'
import type { Past } from './past.ts'
import { type Source, changedSource } from './source.ts'
import type { Steps } from './steps.ts'
import type { Turns } from './turns.ts'

/** Time in ms after which a released slider counts as at rest. */
const RESTING = 500

export interface ChangeEvents {
  readonly playing: (playing: boolean) => void
  /** A rebuild has changed a value. @param tick - number of ticks before the change */
  readonly changed: (change: Difference, tick: number) => void
  /** Another network of the same scenario is ready. */
  readonly loaded: (source: Source) => void
  /** The network could not be built, and the previous one was destroyed. */
  readonly lost: (error: unknown) => void
}

export interface Changes {
  /** The network that is being built. */
  readonly pending: Pending | undefined
  /**
   * Sets a value; `undefined` removes it. Resolves to false if it is refused, after a message.
   * @param refused - takes the reason of a refusal in place of a message
   */
  readonly set: (path: string, value: unknown, refused?: (reason: unknown) => void) => Promise<boolean>
  /** The same for a value of a control, which may stand for several. */
  setField(path: string, value: unknown): Promise<boolean>
  /**
   * Builds the network of a changed scenario in place of the present one, in turn.
   * @param refused - takes the reason of a refusal in place of a message
   */
  rebuild(edit: (current: Scenario) => unknown, refused?: (reason: unknown) => void): Promise<boolean>
  /**
   * Changes the values to those of another scenario; call within a turn.
   * @param states - `to` has the states that come back; `from` gets those that are left behind
   */
  readonly become: (target: Scenario, states?: States<Left>) => Promise<boolean>
  /** The same as one step to undo. @param isEnding - true if a reset follows: undo then returns to the run */
  turnInto(target: Scenario, isEnding?: boolean): Promise<boolean>
  /** Restores exact rates by a rebuild, after a slider made a group too slow for its buffers and is at rest. */
  makeExactSoon(): void
}

export function createChanges(
  bench: Bench,
  steps: Steps,
  turns: Turns,
  messages: Messages,
  past: Past,
  events: ChangeEvents,
): Changes {
  /** Applies the patterns of another source to the present network. */
  const adopt = async (old: Opened, source: Source, before: Scenario): Promise<void> => {
    const { simulation } = old
    let from = before
    await steps.unnoted(() =>
      old.loop.still(() => {
        from = simulation.model.scenario
        const taken = takeOver(old, source.model)
        // Values that were set while the patterns were read stay.
        for (const { path, to } of differences(before, from)) simulation.set(path, to as number)
        return taken
      }),
    )
    checkOpen(old)
    bench.relabel(source)
    const { scenario } = simulation.model
    steps.note({ from, to: scenario })
    old.loop.redraw()
    old.controls.update()
    // Earlier messages are about the values before.
    messages.clear()
    for (const change of patternChanges(from, scenario)) events.changed(change, old.simulation.tick)
  }

  /** Shows another network in place of the old one, with the states that fit. */
  const takePlace = async (
    next: Simulation,
    old: Opened,
    source: Source,
    before: Scenario,
    states: States<Left>,
  ): Promise<void> => {
    const { handOver, renamedViews, follow, keepFocus } = await import('./hand-over.ts')
    const { tick, samples, renames, left, text } = await old.loop.still(() =>
      handOver(old, next, before, past, states.to),
    )
    checkOpen(old)
    // The reader goes on with the sliders until the next network is there.
    follow(before, old.simulation, next)
    const from = old.simulation.model.scenario
    const to = next.model.scenario
    const changes = differences(from, to)
    states.from ??= left
    const { playing, pace } = old.loop
    const view = old.controls.view()
    const [seen, look] = renamedViews(old.stage.view(), lookOf(old), renames)
    const refocus = keepFocus()
    bench.close(true)
    const built = await bench.show(next, source, old.home)
    samples.forEach(built.keep)
    built.loop.pace = pace
    built.controls.show(view)
    built.stage.show(seen)
    refocus()
    showLook(built, look, tick > 0)
    built.stage.layOut()
    if (changes.length > 0) steps.note({ from, to, states })
    await built.loop.step(0)
    if (playing) built.loop.play()
    else events.playing(false)
    for (const change of changes) events.changed(change, tick)
    if (states.to?.run !== undefined) past.resume(states.to.run.eras)
    events.loaded(source)
    if (changes.length > 0) messages.clear()
    for (const warning of old.simulation.warnings)
      if (!next.warnings.includes(warning)) messages.withdraw(warning)
    if (text !== '') messages.notice(text)
  }

  const checkOpen = (old: Opened): void => {
    if (bench.opened !== old) throw new ModelError('another scenario was opened at the same time')
  }

  let pending: Pending | undefined
  /** Replaces the present network by that of a changed scenario, once it is ready. */
  const rebuild = async (
    edit: (current: Scenario) => unknown,
    refused: (reason: unknown) => void = (reason) => messages.notice(textOf(reason)),
    states: States<Left> = {},
  ): Promise<boolean> => {
    const old = bench.opened
    if (old === undefined) return false
    const before = old.simulation.model.scenario
    let next: Simulation | undefined
    try {
      const scenario = editedScenario(edit(before))
      const isCoarse = !old.simulation.isExact
      if (differences(before, scenario).length === 0 && !isCoarse) return true
      checkScenario(scenario)
      const { refusal } = estimateOf(sketchOf(old.simulation.model, scenario), bench.limits)
      if (refusal !== undefined) throw new ModelError(refusal)
      pending = { home: old.home, scenario, playing: old.loop.playing }
      const source = await changedSource(scenario, old.source)
      if (!isCoarse && states.to?.run === undefined && fitsPatterns(old.simulation.model, source.model)) {
        await adopt(old, source, before)
        return true
      }
      next = await bench.create(source.model, states.to?.run?.saved.checkpoint)
      await takePlace(next, old, source, before, states)
      return true
    } catch (error) {
      next?.destroy()
      if (bench.isEnded) return false
      if (bench.opened === undefined) {
        events.lost(error)
        return false
      }
      bench.opened.controls.update()
      refused(error)
      return false
    } finally {
      pending = undefined
    }
  }

  let exactTimer: ReturnType<typeof setTimeout> | undefined
  const makeExactSoon = (): void => {
    clearTimeout(exactTimer)
    exactTimer = setTimeout(() => {
      if (steps.isPressed) makeExactSoon()
      else if (bench.opened?.simulation.isExact === false)
        void turns.within(() => rebuild((current) => current))
    }, RESTING)
  }

  const become = async (target: Scenario, states: States<Left> = {}): Promise<boolean> => {
    if (bench.opened === undefined) return false
    const { simulation } = bench.opened
    const changes = differences(simulation.model.scenario, target)
    const build = (): Promise<boolean> => rebuild(() => target, undefined, states)
    const isWhole = states.to?.run !== undefined
    if (isWhole || !changes.every(({ path, to }) => isRunning(simulation, path, to))) return build()
    try {
      for (const { path, to } of changes) simulation.set(path, to as number)
      return simulation.isExact || (await build())
    } catch {
      // Intermediate combinations of values may be invalid.
      return build()
    }
  }

  /** Sets a running parameter, or rebuilds with a changed scenario. */
  const change = (
    path: string,
    value: unknown,
    edit: (current: Scenario) => unknown,
    refused: (reason: unknown) => void = (reason) => messages.notice(textOf(reason)),
  ): Promise<boolean> => {
    const simulation = bench.opened?.simulation
    if (simulation === undefined || !isRunning(simulation, path, value))
      return turns.within(() => rebuild(edit, refused))
    try {
      simulation.set(path, value as number)
      return Promise.resolve(true)
    } catch (error) {
      bench.opened?.controls.update()
      refused(error)
      return Promise.resolve(false)
    }
  }

  return {
    get pending() {
      return pending
    },
    set: (path, value, refused) => change(path, value, (current) => setValue(current, path, value), refused),
    setField: (path, value) => change(path, value, (current) => withField(current, path, value)),
    rebuild: (edit, refused) => turns.within(() => rebuild(edit, refused)),
    become,
    async turnInto(to, isEnding = false) {
      const { opened } = bench
      if (opened === undefined) return false
      const states: States<Left> = {}
      if (isEnding) {
        const { wholeRun } = await import('./hand-over.ts')
        states.from = await opened.loop.still(() => wholeRun(opened, past))
      }
      const from = opened.simulation.model.scenario
      const done = await steps.unnoted(() => become(to, states))
      if (done) steps.note({ from, to, states })
      steps.noteSince(done ? to : from)
      return done
    },
    makeExactSoon,
  }
}

/** True for values that can change without a rebuild. An adiabatic layer needs other kernels. */
function isRunning({ parameters }: Simulation, path: string, value: unknown): boolean {
  const isSwitch = value === 0 && path.startsWith('neurons.') && path.endsWith('.tau')
  return typeof value === 'number' && parameters.includes(path) && !isSwitch
}
