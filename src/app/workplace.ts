/** One network at a time on one device: loads it, shows it, runs it. */
import { ModelError } from '../core/model/errors.ts'
import type { Sample } from '../core/run/series.ts'
import { type Simulation, createSimulation } from '../core/run/simulation.ts'
import { type Controls, createControls } from './controls.ts'
import { type Loop, createLoop } from './loop.ts'
import { type Messages, textOf } from './messages.ts'
import { type Plots, createPlots } from './plots/plots.ts'
import { type Recorder, createRecorder, samplesOf } from './share/recorder.ts'
import { type Source, shippedSource } from './source.ts'
import { createPainterPipelines } from './views/painter.ts'
import { type Stage, createStage } from './views/stage.ts'

/** Longest time in ms of one submit: a click acts within two of them. */
const SUBMIT_TIME = 60

export interface Places {
  readonly large: HTMLElement
  readonly small: HTMLElement
  readonly plots: HTMLElement
  readonly controls: HTMLElement
}

export interface WorkplaceEvents {
  /** A network is being built; `id` where it is known to be a shipped one, or made from it. */
  readonly loading: (id: string | undefined) => void
  readonly loaded: (source: Source) => void
  /** The scenario could not be opened; `messages` says why. */
  readonly failed: () => void
  readonly playing: (playing: boolean) => void
  /** Once a frame. */
  readonly frame: () => void
  readonly sample: (sample: Sample) => void
}

export interface Workplace {
  /** Absent until the first scenario is loaded, and when loading has failed. */
  readonly opened: Opened | undefined
  /** Closes the network there is and opens a shipped scenario; what goes wrong is shown. */
  load(id: string): Promise<void>
  /** Closes the network there is and opens another, paused; what goes wrong is shown. */
  open(source: Source): Promise<void>
  play(): void
  pause(): void
  step(ticks: number): Promise<void>
  reset(): Promise<void>
  recolour(): void
  /** Stops everything, for good: the device is gone. */
  close(): void
}

/** What belongs to one network. */
export interface Opened {
  readonly source: Source
  readonly simulation: Simulation
  readonly stage: Stage
  readonly plots: Plots
  readonly recorder: Recorder
  readonly controls: Controls
  readonly loop: Loop
}

export function createWorkplace(
  device: GPUDevice,
  places: Places,
  messages: Messages,
  events: WorkplaceEvents,
): Workplace {
  const pipelines = createPainterPipelines(device, navigator.gpu.getPreferredCanvasFormat())
  let opened: Opened | undefined
  let queue = Promise.resolve()
  /** Counts loads. */
  let generation = 0
  let isClosed = false

  const close = (): void => {
    if (opened === undefined) return
    opened.loop.destroy()
    opened.controls.destroy()
    opened.plots.destroy()
    opened.stage.destroy()
    opened.simulation.destroy()
    opened = undefined
    events.playing(false)
  }

  const build = async (simulation: Simulation, source: Source): Promise<Opened> => {
    const stage = await createStage(simulation, pipelines, places, () => opened?.loop.redraw())
    const plots = createPlots(simulation, places.plots)
    const recorder = createRecorder(simulation.series)
    const keep = (sample: Sample): void => {
      recorder.push(sample)
      plots.push(sample)
    }
    if (source.checkpoint !== undefined) {
      await simulation.restore(source.checkpoint)
      samplesOf(simulation.series).forEach(keep)
    }
    simulation.onSample((sample) => {
      keep(sample)
      events.sample(sample)
    })
    let warned = 0
    const loop = createLoop(simulation, {
      frame(now) {
        plots.update(now)
        const { warnings } = simulation
        if (warnings.length > warned) messages.notice(warnings.at(-1) as string)
        warned = warnings.length
        events.frame()
      },
      draw: () => stage.draw(),
      playing: events.playing,
      complete() {
        messages.notice('Run complete. Play goes on from here, Reset starts again.')
      },
      failed(error) {
        messages.warn(textOf(error))
      },
    })
    const refused = (error: unknown): void => messages.notice(textOf(error))
    const controls = createControls(simulation, loop, places.controls, refused)
    return { source, simulation, stage, plots, recorder, controls, loop }
  }

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
      // The recorder keeps them, with a bound.
      simulation = await createSimulation(device, source.model, {
        keepSamples: false,
        submitTime: SUBMIT_TIME,
      })
      opened = await build(simulation, source)
      // Samples what stands before the first tick.
      await opened.loop.step(0)
      events.loaded(source)
    } catch (error) {
      if (opened === undefined) simulation?.destroy()
      close()
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

  /** One after the other; of several that wait only the last is opened. */
  const inTurn = (act: () => Promise<void>): Promise<void> => {
    const own = ++generation
    queue = queue.then(() => (own === generation && !isClosed ? act() : undefined))
    return queue
  }

  const load = (id: string): Promise<void> =>
    inTurn(() =>
      replace(
        id,
        () => shippedSource(id),
        () => void load(id),
      ),
    )

  return {
    get opened() {
      return opened
    },
    load,
    open: (source) => inTurn(() => replace(source.origin?.id, () => Promise.resolve(source))),
    play: () => opened?.loop.play(),
    pause: () => opened?.loop.pause(),
    async step(ticks) {
      await opened?.loop.step(ticks)
    },
    async reset() {
      const current = opened
      if (current === undefined) return
      messages.clear()
      current.loop.pause()
      // Samples on their way belong to what is left behind.
      await current.simulation.flush().catch(() => undefined)
      current.plots.clear()
      current.recorder.clear()
      current.stage.restart()
      await current.loop.reset()
    },
    recolour() {
      opened?.stage.recolour()
      opened?.plots.recolour()
    },
    close() {
      isClosed = true
      close()
    },
  }
}
