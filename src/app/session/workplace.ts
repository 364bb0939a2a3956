/** One network at a time on one device: loads it, shows it, runs it. */
import { ModelError, RunError } from '../../core/errors.ts'
import { checkScenario } from '../../core/model/check.ts'
import { fitsPatterns } from '../../core/model/fitting.ts'
import { parseScenario } from '../../core/model/parse.ts'
import { setValue } from '../../core/model/path.ts'
import type { Model } from '../../core/model/model.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { Sample } from '../../core/run/series.ts'
import { type Checkpoint, type Simulation, createSimulation } from '../../core/run/simulation.ts'
import { createAutosave, restarted } from './autosave.ts'
import { createControls } from '../controls/controls.ts'
import type { PageDevice } from '../boot/device.ts'
import { estimateOf, estimateText, sketchOf } from './estimate.ts'
import { withField } from '../controls/fields.ts'
import { ghostsOf } from './ghosts.ts'
import { createLoop } from './loop.ts'
import { type Action, type Messages, textOf } from '../messages.ts'
import { createLanes } from '../timeline/lanes.ts'
import { createPlots } from '../plots/plots.ts'
import { createRecorder, samplesOf } from './recorder.ts'
import { type Source, changedSource, shippedSource } from './source.ts'
import { type Opened, handOver, lookOf, showLook, takeOver } from './opened.ts'
import { createTurns } from './turns.ts'
import { createUndoStack, differences, patternChanges } from '../editing/undo.ts'
import { createPainterPipelines } from '../views/pipelines.ts'
import { createStage } from '../views/stage.ts'
import { pageStorage } from '../views/preferences.ts'
import { type Tuning, createTuning } from './tuning.ts'

/** Time in ms after which a slider that is let go has come to rest. */
const RESTING = 500

/** Longest time in ms of one submit: a click acts within two of them. */
const SUBMIT_TIME = 60

export interface Places {
  readonly large: HTMLElement
  readonly small: HTMLElement
  readonly plots: HTMLElement
  readonly lanes: HTMLElement
  readonly controls: HTMLElement
}

export interface WorkplaceEvents {
  /** A network is being built; `id` where it is known to be a shipped one, or made from it. */
  readonly loading: (id: string | undefined) => void
  /** The pictures, plots and controls of a network that was opened stand in their places; the page is laid out next. */
  readonly arranged: (source: Source) => void
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

/** The recorder keeps the samples, with a bound. */
const SIMULATION_OPTIONS = { keepSamples: false, submitTime: SUBMIT_TIME } as const

export function createWorkplace(
  requested: PageDevice,
  places: Places,
  messages: Messages,
  events: WorkplaceEvents,
): Workplace {
  const format = navigator.gpu.getPreferredCanvasFormat()
  let { device, limits } = requested
  let pipelines = createPainterPipelines(device, format)
  const tuning = createTuning(() => device, pageStorage(), document)
  /** @param made - of a checkpoint: its kernels */
  const create = (model: Model, made?: Checkpoint): Promise<Simulation> =>
    createSimulation(device, model, {
      ...SIMULATION_OPTIONS,
      limits,
      tuned: tuning.tuned(),
      pinned: made?.variants ?? {},
    })
  /** The run played when its device was lost. */
  let isInterrupted = false
  let opened: Opened | undefined
  const turns = createTurns()
  let isClosed = false
  const undoStack = createUndoStack()
  let isReplaying = false
  /** Asked for every frame. */
  let compared: { scenario: Scenario | undefined; same: boolean } = { scenario: undefined, same: true }
  let gesture = 0
  let presses = 0
  document.addEventListener('pointerdown', () => (gesture = ++presses), true)
  for (const type of ['pointerup', 'pointercancel'])
    document.addEventListener(type, () => (gesture = 0), true)

  /** @param replaced - another network takes its place at once */
  const close = (replaced = false): void => {
    if (opened === undefined) return
    const remain = ghostsOf(Object.values(places) as HTMLElement[])
    opened.watch.stop()
    opened.loop.destroy()
    opened.controls.destroy()
    opened.lanes.destroy()
    opened.plots.destroy()
    opened.stage.destroy()
    opened.simulation.destroy()
    opened = undefined
    remain()
    if (!replaced) events.playing(false)
  }

  const clear = (): void => {
    for (const place of Object.values(places) as HTMLElement[]) place.replaceChildren()
  }

  const build = async (
    simulation: Simulation,
    source: Source,
    home = source.home ?? source.model.scenario,
  ): Promise<Opened> => {
    // What waits comes first: the places are filled all at once.
    if (source.checkpoint !== undefined) await simulation.restore(source.checkpoint)
    const stage = await createStage(simulation, pipelines, places, () => opened?.loop.redraw())
    const plots = createPlots(simulation, places.plots)
    const lanes = createLanes(
      simulation,
      stage,
      () => opened?.loop,
      places.lanes,
      (error) => messages.notice(textOf(error)),
    )
    const recorder = createRecorder(simulation.series)
    const keep = (sample: Sample): void => {
      recorder.push(sample)
      plots.push(sample)
    }
    if (source.checkpoint !== undefined) samplesOf(simulation.series).forEach(keep)
    simulation.onSample((sample) => {
      keep(sample)
      events.sample(sample)
    })
    simulation.onChange((change) => {
      plots.mark(change)
      lanes.changed()
      const { path, before: from, value, tick } = change
      const to = simulation.model.scenario
      note({ from: setValue(to, path, from) as Scenario, to })
      opened?.controls.update()
      if (from !== value) events.changed({ path, from, to: value, tick })
      makeExactSoon()
    })
    let told: readonly string[] = []
    const loop = createLoop(simulation, {
      frame(now) {
        plots.update(now)
        lanes.update(now)
        opened?.controls.updatePace()
        opened?.autosave.update(now)
        if (opened?.loop.playing === true) opened.watch.update(now, opened.loop.hasRoom)
        tellWarnings()
        events.frame()
      },
      draw: () => stage.draw(),
      playing: events.playing,
      complete() {
        messages.notice('Run complete. Play goes on from here, Reset starts again.')
      },
      failed(error, played) {
        isInterrupted ||= played
        messages.warn(textOf(error), isUnstable(error) ? smallerStep(true) : undefined)
      },
    })
    const tellWarnings = (): void => {
      const { warnings, model } = simulation
      const text = warnings.find((one) => !told.includes(one))
      if (text !== undefined && warnings.length > told.length) {
        // What the scenario itself is warned of has no remedy that a button could know.
        if (warnings.length > model.warnings.length) messages.warn(text, smallerStep(false))
        else messages.notice(text)
      }
      told = warnings
    }
    const autosave = createAutosave(simulation, loop)
    places.controls.replaceChildren()
    const controls = createControls(simulation, loop, places.controls, {
      memory: estimateText(estimateOf(simulation.model, limits), limits),
      set: (path, value) =>
        simulation.parameters.includes(path) && !isSwitch(path, value)
          ? set(path, value)
          : turns.within(() => rebuild((current) => withField(current, path, value))),
      estimate(path, value) {
        try {
          const { model } = simulation
          const scenario = parseScenario(asJson(withField(model.scenario, path, value)))
          const estimate = estimateOf(sketchOf(model, scenario), limits)
          return { text: estimateText(estimate, limits), tooLarge: estimate.refusal !== undefined }
        } catch (error) {
          return { text: `nothing: ${textOf(error)}`, tooLarge: true }
        }
      },
    })
    const watch = tuning.watch(simulation)
    return { source, home, simulation, stage, plots, lanes, recorder, controls, loop, autosave, watch, keep }
  }

  /** The remedy for a step that is too long. @param goesBack - to where the values were still sound */
  const smallerStep = (goesBack: boolean): Action => {
    const dt = Number(((opened?.simulation.model.time.dt ?? 0) / 2).toPrecision(6))
    const start = opened?.autosave.saved?.checkpoint.tick ?? 0
    return {
      label: goesBack ? `dt ${dt}, back to tick ${start}` : `Halve dt to ${dt}`,
      act: () => void (goesBack ? goBack(dt) : set('time.dt', dt)),
    }
  }

  /** To the last checkpoint, or to tick 0, with another step; then on. */
  const goBack = async (dt: number): Promise<void> => {
    const current = opened
    if (current === undefined) return
    const { simulation, loop, autosave, recorder, plots, lanes, stage } = current
    const { saved } = autosave
    if (!(await set('time.dt', dt)) || opened !== current) return
    if (saved === undefined) await reset()
    else {
      const samples = await loop.still(async () => {
        await simulation.flush().catch(() => undefined)
        const before = samplesOf(recorder.series()).filter(({ tick }) => tick <= saved.checkpoint.tick)
        await simulation.restore(restarted(saved))
        return before
      })
      plots.clear()
      lanes.restart()
      recorder.clear()
      stage.restart()
      samples.forEach(current.keep)
    }
    isInterrupted = false
    loop.play()
  }

  const reset = async (): Promise<void> => {
    const current = opened
    if (current === undefined) return
    messages.clear()
    current.loop.pause()
    current.autosave.forget()
    // Samples on their way belong to what is left behind.
    await current.simulation.flush().catch(() => undefined)
    current.plots.clear()
    current.lanes.restart()
    current.recorder.clear()
    current.stage.restart()
    await current.loop.reset()
  }

  /** The network that was open on a device that is lost, on the one there is now. */
  const revive = async (old: Opened): Promise<void> => {
    const { simulation: before, autosave, recorder, loop, source, home } = old
    const { saved, reason } = autosave
    const lostAt = before.tick
    const wasPlaying = loop.playing || isInterrupted
    const view = old.controls.view()
    const samples = saved === undefined ? [] : samplesOf(recorder.series())
    const look = lookOf(old)
    close(true)
    const simulation = await create(before.model, saved?.checkpoint)
    if (saved !== undefined) await simulation.restore(restarted(saved))
    const built = await build(simulation, { ...source, model: before.model }, home)
    opened = built
    for (const sample of samples) if (sample.tick <= simulation.tick) built.keep(sample)
    built.loop.pace = loop.pace
    built.controls.show(view)
    showLook(built, look, saved !== undefined)
    await built.loop.step(0)
    isInterrupted = false
    if (wasPlaying) built.loop.play()
    else events.playing(false)
    const why = reason === undefined || lostAt === 0 ? '' : `: ${reason}`
    messages.notice(
      `The graphics device was lost at tick ${lostAt}; the run goes on from tick ${simulation.tick}${why}.`,
    )
  }

  const note = (step: { readonly from: Scenario; readonly to: Scenario }): void => {
    if (!isReplaying) undoStack.push(step, performance.now(), gesture)
  }

  let exactTimer: ReturnType<typeof setTimeout> | undefined
  /** Builds the network anew once a slider has come to rest that has made a group too slow for its buffers. */
  const makeExactSoon = (): void => {
    clearTimeout(exactTimer)
    exactTimer = setTimeout(() => {
      if (gesture !== 0) makeExactSoon()
      else if (opened?.simulation.isExact === false) void turns.within(() => rebuild((current) => current))
    }, RESTING)
  }

  /** The network of a changed scenario, in place of the one there is once it is ready. */
  const rebuild = async (edit: (current: Scenario) => unknown): Promise<boolean> => {
    const old = opened
    if (old === undefined) return false
    const before = old.simulation.model.scenario
    let next: Simulation | undefined
    try {
      const scenario = parseScenario(asJson(edit(before)))
      const changes = differences(before, scenario)
      const isCoarse = !old.simulation.isExact
      if (changes.length === 0 && !isCoarse) return true
      checkScenario(scenario)
      const { refusal } = estimateOf(sketchOf(old.simulation.model, scenario), limits)
      if (refusal !== undefined) throw new ModelError(refusal)
      const source = await changedSource(scenario, old.source)
      if (!isCoarse && fitsPatterns(old.simulation.model, source.model)) {
        await old.loop.still(() => takeOver(old, source.model))
        if (opened !== old) throw new ModelError('another scenario was opened meanwhile')
        opened = { ...old, source }
        note({ from: before, to: scenario })
        old.loop.redraw()
        old.controls.update()
        const { tick } = old.simulation
        for (const change of patternChanges(before, scenario)) events.changed({ ...change, tick })
        return true
      }
      next = await create(source.model)
      const { tick, samples, text } = await old.loop.still(() => handOver(old, next as Simulation, before))
      if (opened !== old) throw new ModelError('another scenario was opened meanwhile')
      const { playing, pace } = old.loop
      const view = old.controls.view()
      const seen = old.stage.view()
      const look = lookOf(old)
      close(true)
      const built = await build(next, source, old.home)
      opened = built
      samples.forEach(built.keep)
      built.loop.pace = pace
      built.controls.show(view)
      built.stage.show(seen)
      showLook(built, look, tick > 0)
      built.stage.layOut()
      if (changes.length > 0) note({ from: before, to: scenario })
      await built.loop.step(0)
      if (playing) built.loop.play()
      else events.playing(false)
      for (const change of changes) events.changed({ ...change, tick })
      events.loaded(source)
      if (text !== '') messages.notice(text)
      return true
    } catch (error) {
      next?.destroy()
      if (isClosed) return false
      if (opened === undefined) {
        clear()
        events.failed()
        messages.failure('The network could not be built', textOf(error))
        return false
      }
      opened.controls.update()
      messages.notice(textOf(error))
      return false
    }
  }

  /** Changes the values of what is open to those of another scenario; runs on where no rebuild is needed. */
  const become = async (target: Scenario): Promise<boolean> => {
    if (opened === undefined) return false
    const { simulation } = opened
    const changes = differences(simulation.model.scenario, target)
    const { parameters } = simulation
    const isRunning = changes.every(
      ({ path, to }) => typeof to === 'number' && parameters.includes(path) && !isSwitch(path, to),
    )
    if (!isRunning) return rebuild(() => target)
    try {
      for (const { path, to } of changes) simulation.set(path, to as number)
      return simulation.isExact || (await rebuild(() => target))
    } catch {
      // On the way from one to the other values may not fit each other.
      return rebuild(() => target)
    }
  }

  /** The same as one step to undo. */
  const turnInto = async (to: Scenario): Promise<boolean> => {
    const from = opened?.simulation.model.scenario
    if (from === undefined) return false
    isReplaying = true
    const done = await become(to).finally(() => (isReplaying = false))
    if (done) note({ from, to })
    return done
  }

  /** A step back or forth; false and back to where it was when it is refused. */
  const replay = (take: () => Scenario | undefined, giveBack: () => unknown): Promise<boolean> =>
    turns.within(async () => {
      const target = take()
      if (target === undefined) return false
      isReplaying = true
      const done = await become(target).finally(() => (isReplaying = false))
      if (!done) giveBack()
      return done
    })

  /** @param again - what a second try would be, where it may help */
  const replace = async (
    id: string | undefined,
    find: () => Promise<Source>,
    again?: () => void,
  ): Promise<void> => {
    close()
    messages.clear()
    events.loading(id)
    let simulation: Simulation | undefined
    try {
      const source = await find()
      simulation = await create(source.model, source.checkpoint)
      undoStack.clear()
      opened = await build(simulation, source)
      note({ from: opened.home, to: source.model.scenario })
      events.arranged(source)
      opened.stage.layOut()
      // Samples what stands before the first tick.
      await opened.loop.step(0)
      await opened.stage.measure()
      events.loaded(source)
    } catch (error) {
      if (opened === undefined) simulation?.destroy()
      close()
      clear()
      if (isClosed) return
      const title =
        error instanceof ModelError ? 'This scenario cannot run' : 'The network could not be built'
      events.failed()
      messages.failure(
        title,
        textOf(error),
        again === undefined ? undefined : { label: 'Try again', act: again },
      )
    }
  }

  const set = (path: string, value: unknown): Promise<boolean> => {
    const simulation = opened?.simulation
    if (typeof value === 'number' && simulation?.parameters.includes(path) && !isSwitch(path, value)) {
      try {
        simulation.set(path, value)
        return Promise.resolve(true)
      } catch (error) {
        messages.notice(textOf(error))
        opened?.controls.update()
        return Promise.resolve(false)
      }
    }
    return turns.within(() => rebuild((current) => setValue(current, path, value)))
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
    get opened() {
      return opened
    },
    load,
    open: (source) => turns.next(() => replace(source.origin?.id, () => Promise.resolve(source))),
    play() {
      opened?.loop.play()
    },
    pause() {
      isInterrupted = false
      opened?.loop.pause()
    },
    togglePace: () => opened?.loop.togglePace(),
    async step(ticks) {
      await opened?.loop.step(ticks)
    },
    async reset() {
      opened?.loop.pause()
      // In order: what is being built anew must not be reset while it is given away.
      await turns.within(async () => {
        await reset()
        return true
      })
    },
    set,
    rebuild: (change) =>
      turns.within(() =>
        rebuild((current) =>
          typeof change === 'function' ? (change as (current: Scenario) => unknown)(current) : change,
        ),
      ),
    get canUndo() {
      return undoStack.canUndo
    },
    get canRedo() {
      return undoStack.canRedo
    },
    get isAsOpened() {
      const scenario = opened?.simulation.model.scenario
      if (scenario !== compared.scenario)
        compared = {
          scenario,
          same: scenario === undefined || differences(opened?.home, scenario).length === 0,
        }
      return compared.same
    },
    undo: () =>
      replay(
        () => undoStack.undo(),
        () => undoStack.redo(),
      ),
    redo: () =>
      replay(
        () => undoStack.redo(),
        () => undoStack.undo(),
      ),
    restore: () => turns.within(async () => opened !== undefined && turnInto(opened.home)),
    begin(scenario) {
      opened?.loop.pause()
      return turns.within(async () => {
        if (!(await turnInto(scenario))) return false
        await reset()
        return true
      })
    },
    recolour() {
      opened?.stage.recolour()
      opened?.plots.recolour()
      opened?.lanes.recolour()
    },
    get device() {
      return device
    },
    tuning,
    renew(next) {
      ;({ device, limits } = next)
      pipelines = createPainterPipelines(device, format)
      return turns.after(() => (opened === undefined ? undefined : revive(opened)))
    },
    close() {
      isClosed = true
      turns.end()
      close()
      clear()
    },
  }
}

/** True for what a shorter step may mend. */
function isUnstable(error: unknown): boolean {
  return error instanceof RunError && error.message.includes('not finite')
}

/** A value as JSON has it: what is undefined is not there. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

/** A layer without a time constant has other kernels than one with. */
function isSwitch(path: string, value: unknown): boolean {
  return value === 0 && path.startsWith('neurons.') && path.endsWith('.tau')
}
