/** A network with its pictures, plots and a few controls, in a shadow tree. */
import { escaped } from '../../core/errors.ts'
import type { Sample } from '../../core/run/series.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import { assign } from '../assign.ts'
import { releaseDevice, shareDevice } from '../boot/shared.ts'
import { createControls } from '../controls/controls.ts'
import { createMessages, type Messages, plainText, textOf } from '../messages.ts'
import { createPlots } from '../plots/plots.ts'
import type { Panels } from '../session/bench.ts'
import type { Source } from '../session/source.ts'
import { UNTUNED } from '../session/tuning.ts'
import { type Workplace, createWorkplace } from '../session/workplace.ts'
import { NO_CONTROLS, NO_LANES, NO_PLOTS } from './absent.ts'
import { chosenFields } from './fields.ts'
import type { View } from './words.ts'

export interface EmbedOptions {
  readonly view: View
  /** Names of values, such as `beta, neurons.visible.tau`; undefined = a few in the full view, none in the others. */
  readonly controls: string | undefined
  /** The source of the network. */
  readonly source: () => Promise<Source>
  /** False while the element is not visible: the run pauses. */
  readonly isSeen: () => boolean
}

export interface EmbedEvents {
  /** The network can run. */
  readonly loaded: (source: Source) => void
  /** There is no network, or no longer; the reason in one line. */
  readonly failed: (text: string) => void
  readonly playing: (playing: boolean) => void
  readonly sample: (sample: Sample) => void
  /** Called once in each visible frame. */
  readonly frame: (now: number) => void
}

export interface Embed {
  readonly simulation: Simulation | undefined
  play(): void
  pause(): void
  reset(): Promise<void>
  step(ticks: number): Promise<void>
  /** As for a control: false if refused. */
  set(path: string, value: unknown): Promise<boolean>
  /** Ticks per second. */
  setPace(pace: number): void
  /** Shows errors of attributes, one line each. */
  tell(attribute: string, faults: readonly string[]): void
  recolour(): void
  destroy(): void
}

const FRAME = `
  <div class="embed" role="group" aria-label="Network" data-state="loading" data-playing="false">
    <div class="bar buttons">
      <button type="button" id="play" class="primary" disabled aria-pressed="false">
        <svg class="icon-play" viewBox="0 0 16 16" aria-hidden="true"><path d="M4.5 2.5v11l9-5.5z" /></svg>
        <svg class="icon-pause" viewBox="0 0 16 16" aria-hidden="true"><path d="M4 2.5h3v11H4zM9 2.5h3v11H9z" /></svg>
        <span id="play-label">Play</span>
      </button>
      <button type="button" id="reset" disabled title="Back to tick 0; parameters stay as they are">
        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3 2.5h2v11H3zM13 2.5v11L6 8z" /></svg>
        <span>Reset</span>
      </button>
      <span class="tick"></span>
    </div>
    <div class="pictures"><div class="large"></div><div class="small"></div></div>
    <div class="plots"></div>
    <div class="controls"></div>
    <p class="wait" role="status">Loading the network</p>
    <div class="fault" role="alert" hidden></div>
    <p class="failure" role="alert" hidden></p>
    <div class="toast" role="status"></div>
  </div>`

export function createEmbed(root: ShadowRoot, options: EmbedOptions, events: EmbedEvents): Embed {
  const { view } = options
  root.innerHTML = FRAME
  const part = (selector: string): HTMLElement => root.querySelector(selector) as HTMLElement
  const frame = part('.embed')
  frame.dataset.view = view
  const [play, reset] = [part('#play') as HTMLButtonElement, part('#reset') as HTMLButtonElement]
  const tick = part('.tick')
  const fault = part('.fault')
  const places = {
    large: part('.large'),
    small: part('.small'),
    plots: part('.plots'),
    controls: part('.controls'),
    // Stays empty.
    lanes: document.createElement('div'),
  }
  let workplace: Workplace | undefined
  let isClosed = false
  let isReady = false

  const failure = part('.failure')
  const messages: Messages = {
    ...createMessages({ toast: part('.toast'), failure }),
    failure(title, text) {
      showState('failed')
      failure.textContent = plainText(`${title}: ${text}`)
      failure.hidden = false
      events.failed(failure.textContent)
    },
  }
  const showState = (state: 'loading' | 'ready' | 'failed'): void => {
    isReady = state === 'ready'
    frame.dataset.state = state
    for (const button of [play, reset]) button.disabled = !isReady
  }

  const faults = new Map<string, readonly string[]>()
  const tell = (attribute: string, wrong: readonly string[]): void => {
    faults.set(attribute, wrong)
    const lines = [...faults.values()].flat().map((text) => {
      const line = document.createElement('p')
      line.textContent = plainText(text)
      return line
    })
    fault.replaceChildren(...lines)
    fault.hidden = lines.length === 0
  }

  const panels: Panels = {
    createPlots(simulation, place) {
      if (view === 'picture') return NO_PLOTS
      const plots = createPlots(simulation, place)
      // Headings would interfere with those of the surrounding page.
      for (const heading of place.querySelectorAll('h3')) heading.role = 'presentation'
      return plots
    },
    createLanes: () => NO_LANES,
    createControls(simulation, loop, place, actions) {
      const { model, parameters } = simulation
      const names = options.controls ?? (view === 'full' ? undefined : '')
      const { fields, faults: wrong } = chosenFields(model.scenario, parameters, names)
      tell('controls', wrong)
      return fields.length === 0 ? NO_CONTROLS : createControls(simulation, loop, place, actions, fields)
    },
  }

  const user = {
    renewed: (next: Parameters<Workplace['renew']>[0]) => workplace?.renew(next) ?? Promise.resolve(),
    lost(error: unknown) {
      workplace?.close()
      messages.failure('The graphics device was lost', textOf(error))
    },
    complained(error: GPUError) {
      workplace?.pause()
      messages.failure('The graphics adapter reports an error', error.message)
    },
  }

  const fail = (title: string, error: unknown): void => {
    if (!isClosed) messages.failure(title, textOf(error))
  }
  const open = async (): Promise<void> => {
    const source = options.source()
    // `await source` below reports a failure.
    source.catch(() => undefined)
    let requested
    try {
      requested = await shareDevice(user)
    } catch (error) {
      fail('No WebGPU', error)
      return
    }
    if (isClosed) return
    workplace = createWorkplace(requested, places, messages, workplaceEvents, {
      panels: Promise.resolve(panels),
      createTuning: () => UNTUNED,
      isSeen: options.isSeen,
    })
    try {
      await workplace.open(await source)
    } catch (error) {
      fail('This scenario cannot be opened', error)
    }
  }

  const workplaceEvents: Parameters<typeof createWorkplace>[3] = {
    loading: () => showState('loading'),
    arranged: () => Promise.resolve(),
    loaded(source) {
      const isFirst = !isReady
      showState('ready')
      const { name } = source.model.scenario
      frame.ariaLabel = name === '' ? 'Network' : escaped(name)
      if (isFirst) events.loaded(source)
    },
    failed: () => undefined,
    playing(playing) {
      frame.dataset.playing = String(playing)
      play.setAttribute('aria-pressed', String(playing))
      part('#play-label').textContent = playing ? 'Pause' : 'Play'
      if (!isClosed) events.playing(playing)
    },
    frame() {
      const { simulation } = workplace?.opened ?? {}
      if (simulation !== undefined) assign(tick, { textContent: `tick ${simulation.tick}` })
      events.frame(performance.now())
    },
    sample: events.sample,
    changed: () => undefined,
  }

  play.addEventListener('click', () =>
    workplace?.opened?.loop.playing === true ? workplace.pause() : workplace?.play(),
  )
  reset.addEventListener('click', () => void workplace?.reset())
  void open()

  return {
    get simulation() {
      return isReady ? workplace?.opened?.simulation : undefined
    },
    play: () => workplace?.play(),
    pause: () => workplace?.pause(),
    reset: async () => workplace?.reset(),
    step: async (ticks) => workplace?.step(ticks),
    set: async (path, value) => (await workplace?.set(path, value)) ?? false,
    setPace(pace) {
      if (workplace?.opened !== undefined) workplace.opened.loop.pace = pace
    },
    tell,
    recolour: () => workplace?.recolour(),
    destroy() {
      isClosed = true
      releaseDevice(user)
      workplace?.close()
      root.replaceChildren()
    },
  }
}
