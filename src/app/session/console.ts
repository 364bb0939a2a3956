/** `window.engram`: the page from the console, from notebooks and for tests. See docs/console.md. */
import { pipelineCount } from '../../core/gpu/pipelines.ts'
import { checkScenario } from '../../core/model/check.ts'
import { ModelError } from '../../core/errors.ts'
import { parseScenario } from '../../core/model/parse.ts'
import { setValue } from '../../core/model/path.ts'
import type { Scenario, ScenarioInput } from '../../core/model/schema.ts'
import type { DenseArray } from '../../core/run/arrays.ts'
import type { Sample } from '../../core/run/series.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import { shippedScenarios } from './scenarios.ts'
import { linkedScenario, linkTo } from '../sharing/link.ts'
import { fileSource, scenarioSource } from './source.ts'
import { type Stage, timing } from '../boot/timing.ts'
import type { Opened } from './opened.ts'
import type { Workplace } from './workplace.ts'

export interface ConsoleApi {
  /** The open scenario with all defaults and the present parameters. */
  readonly scenario: Scenario | undefined
  readonly simulation: Simulation | undefined
  /** Ids of the shipped scenarios. */
  readonly scenarios: readonly string[]
  readonly playing: boolean
  /** Target number of ticks per second; Infinity = as fast as possible. */
  pace: number
  /** Whether pictures are drawn (settable); the network also runs without drawing. */
  drawing: boolean
  /** How many times the pictures of the open scenario have been drawn. */
  readonly draws: number
  /** The replica, from 0, whose matrices and activations the pictures show (settable). */
  replica: number
  /**
   * Whether products are timed in the background, so that the next network uses their fastest forms (settable;
   * stored in this browser).
   */
  autotune: boolean
  /** Number of compiled compute pipelines. */
  readonly pipelineCount: number
  readonly device: GPUDevice
  /** Milliseconds from the start of the navigation to each reached stage of the start. */
  readonly timing: Readonly<Partial<Record<Stage, number>>>
  /**
   * Opens a shipped scenario by its id, a scenario as an object, or a file (scenario .json or checkpoint .npz); paused.
   * @throws ModelError if the object or file is not valid; the open network stays
   */
  load(what: string | ScenarioInput | File): Promise<void>
  play(): void
  pause(): void
  /** Pauses and advances; resolves when the ticks are submitted. */
  step(ticks?: number): Promise<void>
  /** Pauses and returns to tick 0; parameters are unchanged. */
  reset(): Promise<void>
  /** State of a layer, memory or synapse, or `NAME/activations`, after all submitted ticks. */
  read(name: string): Promise<DenseArray>
  /**
   * Changes a value: a running parameter from the next tick on, other values by a rebuild that keeps the states
   * that fit.
   * @throws ModelError if the path does not exist or the value is not allowed
   */
  set(path: string, value: unknown): Promise<void>
  /** Builds the network of a changed scenario in place of the present one; resolves to false if it is refused. */
  rebuild(scenario: ScenarioInput): Promise<boolean>
  /** Undoes the last change of a value; resolves to false if there is none. */
  undo(): Promise<boolean>
  redo(): Promise<boolean>
  /** Restores every value of the network that was built here, else of the scenario when it was opened. */
  restore(): Promise<boolean>
  /** Calls back with every sample of every opened scenario; returns a function that removes the callback. */
  on(event: 'sample', listener: (sample: Sample) => void): () => void
  /** The link that opens this scenario with its parameters and seed, however long. */
  link(): string
}

declare global {
  interface Window {
    engram: ConsoleApi
  }
}

export interface SampleListeners {
  add(listener: (sample: Sample) => void): () => void
  call(sample: Sample): void
}

/** An exception of a listener is reported in the console and does not end the run. */
export function createSampleListeners(): SampleListeners {
  const listeners = new Set<(sample: Sample) => void>()
  return {
    add(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    call(sample) {
      for (const listener of listeners) {
        try {
          listener(sample)
        } catch (error) {
          reportError(error)
        }
      }
    },
  }
}

export function createConsoleApi(workplace: Workplace, listeners: SampleListeners): ConsoleApi {
  const opened = (): Opened => {
    if (workplace.opened === undefined) throw new ModelError('no scenario is open; load one first')
    return workplace.opened
  }
  return {
    get scenario() {
      return workplace.opened?.simulation.model.scenario
    },
    get simulation() {
      return workplace.opened?.simulation
    },
    scenarios: shippedScenarios.map(({ id }) => id),
    get playing() {
      return workplace.opened?.loop.playing ?? false
    },
    get pace() {
      return workplace.opened?.loop.pace ?? 0
    },
    set pace(ticksPerSecond: number) {
      opened().loop.pace = ticksPerSecond
    },
    get drawing() {
      return opened().stage.visible
    },
    set drawing(visible: boolean) {
      opened().stage.visible = visible
    },
    get draws() {
      return workplace.opened?.stage.draws ?? 0
    },
    get replica() {
      return workplace.opened?.stage.replica ?? 0
    },
    set replica(replica: number) {
      opened().stage.replica = replica
    },
    get autotune() {
      return workplace.tuning.isOn
    },
    set autotune(on: boolean) {
      workplace.tuning.isOn = on
    },
    get pipelineCount() {
      return pipelineCount(workplace.device)
    },
    get device() {
      return workplace.device
    },
    get timing() {
      return timing()
    },
    async load(what) {
      if (typeof what === 'string') return workplace.load(what)
      await workplace.open(
        await (what instanceof File ? fileSource(what) : scenarioSource(parseScenario(what))),
      )
    },
    play: () => workplace.play(),
    pause: () => workplace.pause(),
    step: (ticks = 1) => workplace.step(ticks),
    reset: () => workplace.reset(),
    read: (name) => opened().simulation.read(name),
    async set(path, value) {
      const { simulation } = opened()
      const varies = simulation.model.variation?.axes.some((axis) => axis.path === path) === true
      if (typeof value === 'number' && (varies || simulation.parameters.includes(path))) {
        if (varies || value !== 0 || !path.endsWith('.tau')) {
          simulation.set(path, value)
          return
        }
      }
      // Errors appear in the console, not on the page.
      checkScenario(parseScenario(setValue(simulation.model.scenario, path, value)))
      await workplace.set(path, value)
    },
    rebuild: (scenario) => workplace.rebuild(scenario),
    undo: () => workplace.undo(),
    redo: () => workplace.redo(),
    restore: () => workplace.restore(),
    on(event, listener) {
      // Consoles do not check types.
      if ((event as string) !== 'sample')
        throw new ModelError(`there is no event "${event as string}"; listen to "sample"`)
      return listeners.add(listener)
    },
    link: () => {
      const { simulation, source } = opened()
      return linkTo(location.href, linkedScenario(simulation.model.scenario, source.origin?.scenario))
    },
  }
}
