/** The page: joins the elements of index.html to a workplace. */
import './locale.ts'
import 'uplot/dist/uPlot.min.css'
import './style.css'
import { pipelineCount } from '../core/gpu/pipelines.ts'
import type { Model } from '../core/model/model.ts'
import { requestPageDevice } from './device.ts'
import { createMessages, textOf } from './messages.ts'
import { shippedScenarios } from './scenarios.ts'
import { format3 } from './views/figure.ts'
import { darkScheme } from './views/scheme.ts'
import { type Workplace, createWorkplace } from './workplace.ts'

const DEFAULT_SCENARIO = 'digits'

/** Milliseconds between two updates of the numbers in the header. */
const STATUS_INTERVAL = 100

const element = (id: string): HTMLElement => document.getElementById(id) as HTMLElement
const menu = element('scenario') as HTMLSelectElement
const progress = element('progress') as HTMLProgressElement
const playButton = element('play') as HTMLButtonElement
const stepButton = element('step') as HTMLButtonElement
const resetButton = element('reset') as HTMLButtonElement
const messages = createMessages({ toast: element('toast'), failure: element('failure') })

for (const { id, name } of shippedScenarios) menu.add(new Option(name, id))

void start()

async function start(): Promise<void> {
  let requested
  try {
    requested = await requestPageDevice()
  } catch (error) {
    messages.failure('No WebGPU', textOf(error))
    showFailed()
    return
  }
  const { device, adapterName } = requested
  element('adapter').textContent = adapterName
  element('adapter').title = `Graphics adapter: ${adapterName}`

  const workplace = createWorkplace(
    device,
    {
      large: element('large'),
      small: element('small'),
      plots: element('plots'),
      controls: element('controls'),
    },
    messages,
    {
      loading: showLoading,
      loaded: showLoaded,
      failed: showFailed,
      playing: showPlaying,
      frame: () => showStatus(workplace),
    },
  )
  const reload = { label: 'Reload the page', act: () => location.reload() }
  device.addEventListener('uncapturederror', ({ error }) => {
    workplace.pause()
    showFailed()
    messages.failure('The graphics adapter reports an error', error.message, reload)
  })
  void device.lost.then(({ message, reason }) => {
    workplace.close()
    showFailed()
    messages.failure('The graphics device was lost', message || reason, reload)
  })

  bind(workplace)
  expose(workplace, device)
  darkScheme.addEventListener('change', () => workplace.recolour())
  await workplace.load(new URLSearchParams(location.search).get('scenario') ?? DEFAULT_SCENARIO)
  // Who wants a still page starts the run by hand.
  if (!matchMedia('(prefers-reduced-motion: reduce)').matches) workplace.play()
}

function bind(workplace: Workplace): void {
  const toggle = (): void => (workplace.loop?.playing === true ? workplace.pause() : workplace.play())
  playButton.addEventListener('click', toggle)
  stepButton.addEventListener('click', () => void workplace.step(1))
  resetButton.addEventListener('click', () => void workplace.reset())
  menu.addEventListener('change', () => {
    const url = new URL(location.href)
    url.searchParams.set('scenario', menu.value)
    history.replaceState(null, '', url)
    // Or else the keys would go on choosing scenarios.
    menu.blur()
    void workplace.load(menu.value).then(() => workplace.play())
  })
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return
    const act: Readonly<Record<string, () => void>> = {
      ' ': toggle,
      s: () => void workplace.step(1),
      r: () => void workplace.reset(),
    }
    const chosen = act[event.key.toLowerCase()]
    if (chosen === undefined) return
    event.preventDefault()
    chosen()
  })
}

/** True when the focused element has a use for the key itself. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.matches('select, textarea, input:not([type=range])')) return true
  return key === ' ' && target.matches('button')
}

/** `window.engram`: the page from the console, and for tests. */
function expose(workplace: Workplace, device: GPUDevice): void {
  const api = {
    get simulation() {
      return workplace.simulation
    },
    get playing() {
      return workplace.loop?.playing ?? false
    },
    /** Ticks per second that are wanted; Infinity = as many as the GPU can do. */
    get pace() {
      return workplace.loop?.pace ?? 0
    },
    set pace(ticksPerSecond: number) {
      if (workplace.loop !== undefined) workplace.loop.pace = ticksPerSecond
    },
    /** How many compute pipelines have been compiled. */
    get pipelineCount() {
      return pipelineCount(device)
    },
    scenarios: shippedScenarios.map(({ id }) => id),
    load: (id: string) => workplace.load(id),
    play: () => workplace.play(),
    pause: () => workplace.pause(),
    step: (ticks = 1) => workplace.step(ticks),
    reset: () => workplace.reset(),
    device,
  }
  Object.assign(window, { engram: api })
}

function showLoading(id: string): void {
  document.body.dataset.state = 'loading'
  menu.value = id
}

function showLoaded(id: string, { scenario }: Model): void {
  document.body.dataset.state = 'ready'
  enableButtons(true)
  const title = scenario.name === '' ? id : scenario.name
  document.title = `${title} · engram`
  element('title').textContent = title
  const [text = '', ...hints] = scenario.description.split('Look for:')
  element('description').textContent = text
  element('hint').textContent = hints.join('')
  element('hint').hidden = hints.length === 0
}

function showFailed(): void {
  document.body.dataset.state = 'failed'
  enableButtons(false)
}

function enableButtons(enabled: boolean): void {
  for (const button of [playButton, stepButton, resetButton]) button.disabled = !enabled
}

function showPlaying(playing: boolean): void {
  document.body.dataset.playing = String(playing)
  playButton.setAttribute('aria-pressed', String(playing))
  element('play-label').textContent = playing ? 'Pause' : 'Play'
}

let statusShown = -Infinity

function showStatus({ simulation, loop }: Workplace): void {
  const now = performance.now()
  if (simulation === undefined || loop === undefined || now - statusShown < STATUS_INTERVAL) return
  statusShown = now
  const { tick, time, model } = simulation
  element('tick').textContent = String(tick)
  element('time').textContent = String(Number(time.toPrecision(6)))
  element('rate').textContent = loop.playing ? format3(loop.rate) : '–'
  progress.value = model.time.ticks === 0 ? 1 : Math.min(1, tick / model.time.ticks)
}
