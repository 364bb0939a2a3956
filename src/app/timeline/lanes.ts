/** The time scales of a network: a lane for each stimulus, layer, synapse and memory with a mark at each update. */
import type { Model } from '../../core/model/model.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import type { Loop } from '../session/loop.ts'
import type { Stage } from '../views/stage.ts'
import { assign } from '../assign.ts'
import { createEras } from './eras.ts'
import type { Kind } from './groups.ts'
import { type Lane, TELL_INTERVAL, drawingLane, groupLane, probeLane, stimulusLane } from './lane.ts'
import './lanes.css'
import { createProfiler } from './profiler.ts'
import { microseconds } from './row.ts'
import { type Era, nextWindow, windowOf } from './schedule.ts'
import { summaryOf } from './summary.ts'

export interface Lanes {
  /** Shows the last ticks at intervals; call once in each frame. */
  update(now: number): void
  /** Call after a parameter was changed. */
  changed(): void
  /** The reader's choices, and the history of the run. */
  view(): LanesView
  /**
   * Applies the same choices to another network, where possible.
   * @param goesOn - true if its run continues the previous one, so that the history stays
   */
  show(view: LanesView, goesOn: boolean): void
  /** Call when the run starts again at the present tick. */
  restart(): void
  recolour(): void
  destroy(): void
}

export interface LanesView {
  /** Number of shown ticks. */
  readonly ticks: number
  readonly eras: ReadonlyMap<string, readonly Era[]>
}

/** Milliseconds between two drawings; the longer one for reduced motion. */
const INTERVAL = 33
const CALM_INTERVAL = 500

/** Key of the storage for open lanes; on low screens they are initially closed. */
const STORED = 'engram.lanes'
const ROOMY = 880

/** @param stage - draws the pictures; has a lane if its GPU time is known */
export function createLanes(
  simulation: Simulation,
  stage: Pick<Stage, 'draws' | 'visible' | 'timeDrawing'>,
  loop: () => Loop | undefined,
  place: HTMLElement,
  refused: (error: unknown) => void,
): Lanes {
  const { model: initial } = simulation
  let ticks = windowOf(initial)
  let drawnAt = -Infinity
  let toldAt = -Infinity
  let drawn = ''
  let summarised: Model | undefined
  const profiler = createProfiler(simulation, stage, loop)
  const calm = matchMedia('(prefers-reduced-motion: reduce)')

  const root = document.createElement('div')
  root.innerHTML = `
    <header>
      <button type="button" class="lanes-toggle"><b>Time scales</b></button>
      <span class="lanes-summary"></span>
      <span class="lanes-gpu"></span>
      <span class="lanes-window">
        <button type="button" class="lanes-in" aria-label="Show fewer ticks" title="Show fewer ticks">−</button>
        <output></output>
        <button type="button" class="lanes-out" aria-label="Show more ticks" title="Show more ticks">+</button>
      </span>
    </header>
    <div class="lanes-body" id="lanes-body"></div>`
  const part = (selector: string): HTMLElement => root.querySelector(selector) as HTMLElement
  place.replaceChildren(root)
  const body = part('.lanes-body')
  const toggle = part('.lanes-toggle')
  toggle.setAttribute('aria-controls', 'lanes-body')
  const style = getComputedStyle(place)
  const colour = (name: string): string => style.getPropertyValue(name).trim()

  const eras = createEras(initial)

  const set = (path: string, value: number): void => {
    try {
      simulation.set(path, value)
    } catch (error) {
      refused(error)
      tell()
    }
  }
  const laneOf = (kind: Kind, name: string): Lane =>
    groupLane(simulation, kind, name, () => eras.of(name), set)
  const lanes: Lane[] = [
    ...initial.stimulus.map((_, index) => stimulusLane(simulation, index)),
    ...initial.layers.map(({ name }) => laneOf('neurons', name)),
    ...initial.synapses.map(({ name }) => laneOf('synapses', name)),
    ...[...initial.memories, ...initial.hyperedges].map(({ name }) => laneOf('memories', name)),
    ...(initial.probes.length === 0 ? [] : [probeLane(initial)]),
    ...(stage.timeDrawing === undefined ? [] : [drawingLane(stage, () => profiler.drawing)]),
  ]
  body.append(...lanes.map(({ element }) => element))

  const isOpen = (): boolean => !body.hidden
  const open = (isOpened: boolean): void => {
    body.hidden = !isOpened
    place.dataset.open = String(isOpened)
    toggle.setAttribute('aria-expanded', String(isOpened))
    drawn = ''
    toldAt = -Infinity
  }

  const tell = (): void => {
    const rate = loop()?.playing === true ? (loop()?.rate ?? 0) : 0
    const { times } = profiler
    const total = [...times.values()].reduce((a, b) => a + b, 0)
    assign(part('.lanes-window output'), { textContent: `last ${ticks} ticks` })
    if (summarised !== simulation.model) {
      summarised = simulation.model
      part('.lanes-summary').replaceChildren(...summaryOf(summarised))
    }
    assign(part('.lanes-gpu'), {
      textContent: simulation.canProfile
        ? total > 0
          ? `GPU ${microseconds(total)} a tick`
          : ''
        : 'no GPU times: this adapter has no timestamp-query',
      title:
        'Mean time on the GPU, without drawing, which has its own lane; the browser may round each timestamp to 0.1 ms',
    })
    for (const lane of lanes) lane.tell(rate, times, total)
  }

  const draw = (): void => {
    const key = [simulation.tick, ticks, body.clientWidth, isOpen()].join()
    if (key === drawn || !isOpen()) return
    drawn = key
    for (const { canvas, draw: drawLane } of lanes) {
      const width = Math.round(canvas.clientWidth * devicePixelRatio)
      const height = Math.round(canvas.clientHeight * devicePixelRatio)
      if (canvas.width !== width) canvas.width = width
      if (canvas.height !== height) canvas.height = height
      const context = canvas.getContext('2d')
      if (context === null || width === 0) continue
      context.clearRect(0, 0, width, height)
      drawLane(context, { to: simulation.tick, ticks, width, height, colour })
    }
  }

  const zoom = (larger: boolean): void => {
    ticks = nextWindow(ticks, larger)
    drawn = ''
    tell()
    draw()
  }
  part('.lanes-in').addEventListener('click', () => zoom(false))
  part('.lanes-out').addEventListener('click', () => zoom(true))
  toggle.addEventListener('click', () => {
    open(!isOpen())
    try {
      localStorage.setItem(STORED, String(isOpen()))
    } catch {
      // Private windows may not allow storage.
    }
    tell()
    draw()
  })
  let remembered: string | null = null
  try {
    remembered = localStorage.getItem(STORED)
  } catch {
    // Without a stored choice the height decides.
  }
  open(remembered === null ? innerHeight >= ROOMY : remembered === 'true')
  tell()

  /** Records the rates of the model from the next tick on. */
  const noteRates = (): void => {
    eras.note(simulation.model, simulation.tick)
    drawn = ''
    tell()
  }

  return {
    update(now) {
      if (isOpen()) profiler.update(now)
      if (now - drawnAt < (calm.matches ? CALM_INTERVAL : INTERVAL)) return
      drawnAt = now
      draw()
      if (now - toldAt < TELL_INTERVAL) return
      toldAt = now
      tell()
    },
    changed: noteRates,
    view: () => ({ ticks, eras: eras.all() }),
    show(seen, goesOn) {
      ticks = seen.ticks
      if (goesOn) eras.take(seen.eras, simulation.tick)
      noteRates()
    },
    restart() {
      eras.restart(simulation.model)
      drawn = ''
    },
    recolour() {
      drawn = ''
    },
    destroy() {
      profiler.destroy()
      root.remove()
    },
  }
}
