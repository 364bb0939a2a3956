/** The place of the one network that is open: its device, its pictures, plots and controls, its loop. */
import type { Model } from '../../core/model/model.ts'
import type { Limits } from '../../core/plan/layout.ts'
import { type Judge, createJudge } from '../../core/run/claims.ts'
import type { Sample } from '../../core/run/series.ts'
import { type Change, type Checkpoint, type Simulation, createSimulation } from '../../core/run/simulation.ts'
import type { PageDevice } from '../boot/device.ts'
import type { ControlActions, Controls } from '../controls/controls.ts'
import { withField } from '../controls/fields.ts'
import { editedScenario } from '../editing/edited.ts'
import { type Messages, textOf } from '../messages.ts'
import type { Plots } from '../plots/plots.ts'
import type { Lanes } from '../timeline/lanes.ts'
import { createPainterPipelines } from '../views/pipelines.ts'
import { type Stage, createStage } from '../views/stage.ts'
import { createAutosave } from './autosave.ts'
import { estimateOf, estimateText, sketchOf } from './estimate.ts'
import { ghostsOf } from './ghosts.ts'
import { type Loop, createLoop } from './loop.ts'
import { type Opened, destroyOpened } from './opened.ts'
import { createRecorder, samplesOf } from './recorder.ts'
import type { Source } from './source.ts'
import type { Tuning } from './tuning.ts'

/** Longest time of one submit in ms: a click acts within two submits. */
const SUBMIT_TIME = 60

/** The recorder stores the samples, up to a limit. */
const SIMULATION_OPTIONS = { keepSamples: false, submitTime: SUBMIT_TIME } as const

/** The elements around the pictures of a network. */
export interface Panels {
  readonly createPlots: (simulation: Simulation, place: HTMLElement) => Plots
  readonly createControls: (
    simulation: Simulation,
    loop: Loop,
    place: HTMLElement,
    actions: ControlActions,
  ) => Controls
  readonly createLanes: (
    simulation: Simulation,
    stage: Stage,
    loop: () => Loop | undefined,
    place: HTMLElement,
    failed: (error: unknown) => void,
  ) => Lanes
}

/** Callbacks of a page for its networks. */
export interface Outfit {
  readonly panels: Promise<Panels>
  readonly createTuning: (device: () => GPUDevice) => Tuning
  /** As of a loop. */
  readonly isSeen?: () => boolean
}

export interface Places {
  readonly large: HTMLElement
  readonly small: HTMLElement
  readonly plots: HTMLElement
  readonly lanes: HTMLElement
  readonly controls: HTMLElement
}

export interface BenchEvents {
  readonly playing: (playing: boolean) => void
  /** Called once in each frame. */
  readonly frame: () => void
  readonly sample: (sample: Sample) => void
  /** A running parameter was changed. */
  readonly changed: (change: Change) => void
  /** A control sets a value; resolves to false if it is refused, after a message. */
  readonly asked: (path: string, value: unknown) => Promise<boolean>
  /** @param played - whether the run was playing before */
  readonly runFailed: (error: unknown, played: boolean) => void
  /** The run has a problem that a shorter step may solve. */
  readonly warned: (text: string) => void
}

export interface Bench {
  readonly device: GPUDevice
  readonly limits: Limits
  readonly tuning: Tuning
  /** Absent until the first network is open. */
  readonly opened: Opened | undefined
  /** True after the bench is closed for good. */
  readonly isEnded: boolean
  /** @param made - the kernels of a checkpoint */
  create(model: Model, made?: Checkpoint): Promise<Simulation>
  /**
   * Shows a network in its places, which are empty, and makes it the open one.
   * @param home - the scenario when it was opened; absent = it is opened now
   */
  show(simulation: Simulation, source: Source, home?: Opened['home']): Promise<Opened>
  /** Sets another source of the open network. */
  relabel(source: Source): void
  /** @param replaced - true if another network replaces it at once */
  close(replaced?: boolean): void
  /** Empties the places. */
  clear(): void
  /** Creates later networks on another device. */
  renew(next: PageDevice): void
  end(): void
}

export function createBench(
  requested: PageDevice,
  places: Places,
  messages: Messages,
  events: BenchEvents,
  { panels, createTuning, isSeen }: Outfit,
): Bench {
  const format = navigator.gpu.getPreferredCanvasFormat()
  let { device, limits } = requested
  let pipelines = createPainterPipelines(device, format)
  const tuning = createTuning(() => device)
  let opened: Opened | undefined
  let isEnded = false
  const all = Object.values(places) as HTMLElement[]

  const close = (replaced = false): void => {
    if (opened === undefined) return
    const remain = ghostsOf(all)
    destroyOpened(opened)
    opened = undefined
    remain()
    if (!replaced) events.playing(false)
  }

  const clear = (): void => {
    for (const place of all) place.replaceChildren()
  }

  /**
   * The loop of a network, which updates its views.
   * @param told - warnings that are not shown
   */
  const loopOf = (
    {
      simulation,
      stage,
      plots,
      lanes,
      judge,
    }: Pick<Opened, 'simulation' | 'stage' | 'plots' | 'lanes' | 'judge'>,
    told: readonly string[],
  ) => {
    const tellWarnings = createTeller(simulation, told, messages, events)
    return createLoop(simulation, {
      ...(isSeen && { isSeen }),
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
        const { rest } = simulation
        const end = rest?.tick === undefined ? 'Run complete' : `At rest at tick ${rest.tick}: run complete`
        messages.notice(`${end}. Play continues from here, Reset starts again.`)
        const { tick } = simulation
        // A run that fails is told elsewhere.
        void simulation.flush().then(
          () => judge?.finish(tick),
          () => undefined,
        )
      },
      failed: events.runFailed,
    })
  }

  const build = async (simulation: Simulation, source: Source, home: Opened['home']): Promise<Opened> => {
    // Waiting parts first, so that all places are filled together.
    if (source.checkpoint !== undefined) await simulation.restore(source.checkpoint)
    const stage = await createStage(simulation, pipelines, places, () => opened?.loop.redraw())
    const { createPlots, createControls, createLanes } = await panels
    const isWarned = source.model.warnings.length > 0
    const told = isWarned ? await (await import('./shipped-warnings.ts')).shippedWarnings(source) : []
    const plots = createPlots(simulation, places.plots)
    const lanes = createLanes(
      simulation,
      stage,
      () => opened?.loop,
      places.lanes,
      (error) => messages.notice(textOf(error)),
    )
    const recorder = createRecorder(simulation.series)
    const judge = judgeOf(simulation, messages)
    const keep = (sample: Sample): void => {
      recorder.push(sample)
      judge?.observe(sample)
      plots.push(sample)
      stage.push(sample)
    }
    if (source.checkpoint !== undefined) samplesOf(simulation.series).forEach(keep)
    simulation.onSample((sample) => {
      keep(sample)
      events.sample(sample)
    })
    simulation.onChange((change) => {
      plots.mark(change)
      lanes.changed()
      opened?.controls.update()
      events.changed(change)
    })
    const loop = loopOf({ simulation, stage, plots, lanes, judge }, told)
    const autosave = createAutosave(simulation, loop)
    places.controls.replaceChildren()
    const controls = createControls(simulation, loop, places.controls, {
      memory: estimateText(estimateOf(simulation.model, limits), limits),
      set: events.asked,
      estimate: (path, value) => estimateWith(simulation.model, limits, path, value),
    })
    const watch = tuning.watch(simulation)
    return {
      source,
      home,
      simulation,
      stage,
      plots,
      lanes,
      recorder,
      judge,
      controls,
      loop,
      autosave,
      watch,
      keep,
    }
  }

  return {
    get device() {
      return device
    },
    get limits() {
      return limits
    },
    tuning,
    get opened() {
      return opened
    },
    get isEnded() {
      return isEnded
    },
    create: (model, made) =>
      createSimulation(device, model, {
        ...SIMULATION_OPTIONS,
        limits,
        tuned: tuning.tuned(),
        pinned: made?.variants ?? {},
      }),
    async show(simulation, source, home = source.home ?? source.model.scenario) {
      return (opened = await build(simulation, source, home))
    },
    relabel(source) {
      if (opened !== undefined) opened = { ...opened, source }
    },
    close,
    clear,
    renew(next) {
      ;({ device, limits } = next)
      pipelines = createPainterPipelines(device, format)
    },
    end() {
      isEnded = true
      close()
      clear()
    },
  }
}

/** Judges the claims of a scenario; what they ask for that is not sampled is told. */
function judgeOf({ plan, model }: Simulation, messages: Messages): Judge | undefined {
  try {
    return createJudge(plan, model)
  } catch (error) {
    messages.notice(textOf(error))
    return undefined
  }
}

/** Shows every warning of a run once; call once in each frame. @param told - the warnings that are shown already */
function createTeller(
  simulation: Simulation,
  told: readonly string[],
  messages: Messages,
  { warned }: Pick<BenchEvents, 'warned'>,
): () => void {
  return () => {
    const { warnings, model } = simulation
    const text = warnings.find((one) => !told.includes(one))
    if (text !== undefined && warnings.length > told.length) {
      // Warnings of the scenario have no remedy for a button.
      if (warnings.length > model.warnings.length) warned(text)
      // The states that a change has lost stay in sight. Where the network is drawn, its warnings stand.
      else if (document.querySelector('[data-building]') === null) messages.notice(text, true)
    }
    told = warnings
  }
}

/** The memory of the network of a model with another value of a control, in words, and whether it is too much. */
function estimateWith(
  model: Model,
  limits: Limits,
  ...[path, value]: Parameters<ControlActions['estimate']>
): ReturnType<ControlActions['estimate']> {
  try {
    const scenario = editedScenario(withField(model.scenario, path, value))
    const estimate = estimateOf(sketchOf(model, scenario), limits)
    return { text: estimateText(estimate, limits), tooLarge: estimate.refusal !== undefined }
  } catch (error) {
    return { text: `nothing: ${textOf(error)}`, tooLarge: true }
  }
}
