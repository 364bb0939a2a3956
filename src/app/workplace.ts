/** One network at a time on one device: loads it, shows it, runs it. */
import { ModelError } from '../core/model/errors.ts'
import type { Model } from '../core/model/model.ts'
import { type Simulation, createSimulation } from '../core/run/simulation.ts'
import { type Controls, createControls } from './controls.ts'
import { loadScenario } from './library.ts'
import { type Loop, createLoop } from './loop.ts'
import { type Messages, textOf } from './messages.ts'
import { type Plots, createPlots } from './plots/plots.ts'
import { scenarioUrl } from './scenarios.ts'
import { type PainterPipelines, createPainterPipelines } from './views/painter.ts'
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
  /** A scenario is being fetched and built. */
  readonly loading: (id: string) => void
  readonly loaded: (id: string, model: Model) => void
  /** The scenario could not be opened; `messages` says why. */
  readonly failed: () => void
  readonly playing: (playing: boolean) => void
  /** Once a frame. */
  readonly frame: () => void
}

export interface Workplace {
  /** Absent until the first scenario is loaded, and when loading has failed. */
  readonly simulation: Simulation | undefined
  readonly loop: Loop | undefined
  /** Closes the network there is and opens another; what goes wrong is shown. */
  load(id: string): Promise<void>
  play(): void
  pause(): void
  step(ticks: number): Promise<void>
  reset(): Promise<void>
  recolour(): void
  /** Stops everything, for good: the device is gone. */
  close(): void
}

/** What belongs to one network. */
interface Opened {
  readonly simulation: Simulation
  readonly stage: Stage
  readonly plots: Plots
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

  const open = async (simulation: Simulation, pipes: PainterPipelines): Promise<Opened> => {
    const stage = await createStage(simulation, pipes, places, () => opened?.loop.redraw())
    const plots = createPlots(simulation, places.plots)
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
    return { simulation, stage, plots, controls, loop }
  }

  const openScenario = async (id: string): Promise<void> => {
    close()
    messages.clear()
    events.loading(id)
    let simulation: Simulation | undefined
    try {
      const model = await loadScenario(scenarioUrl(id))
      simulation = await createSimulation(device, model, { keepSamples: false, submitTime: SUBMIT_TIME })
      opened = await open(simulation, pipelines)
      // Samples what stands before the first tick.
      await opened.loop.step(0)
      events.loaded(id, model)
    } catch (error) {
      if (opened === undefined) simulation?.destroy()
      close()
      if (isClosed) return
      const title =
        error instanceof ModelError ? 'This scenario cannot run' : 'The network could not be built'
      events.failed()
      messages.failure(title, textOf(error), { label: 'Try again', act: () => void load(id) })
    }
  }

  /** One after the other; of several that wait only the last is opened. */
  const load = (id: string): Promise<void> => {
    const own = ++generation
    queue = queue.then(() => (own === generation && !isClosed ? openScenario(id) : undefined))
    return queue
  }

  return {
    get simulation() {
      return opened?.simulation
    },
    get loop() {
      return opened?.loop
    },
    load,
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
