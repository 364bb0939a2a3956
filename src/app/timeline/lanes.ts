/** The time scales of a network: a lane for each stimulus, layer, synapse and memory with a mark at each update. */
import type { Model } from '../../core/model/model.ts'
import type { GroupTime, Profile } from '../../core/run/profile.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import type { Loop } from '../session/loop.ts'
import { format3 } from '../format.ts'
import type { Stage } from '../views/stage.ts'
import './lanes.css'
import { type Era, dueTicks, nextWindow, showings, spansBetween, windowOf } from './schedule.ts'

export interface Lanes {
  /** Shows the last ticks, if it is time; to be called once a frame. */
  update(now: number): void
  /** A parameter was changed, by whatever means. */
  changed(): void
  /** What the reader has chosen to see, and what a run has left of the past. */
  view(): LanesView
  /**
   * Shows the same of another network, as far as it has it.
   * @param goesOn - its run is that of the one before: then the rates of the past stay
   */
  show(view: LanesView, goesOn: boolean): void
  /** The run starts again, at the tick where it is. */
  restart(): void
  recolour(): void
  destroy(): void
}

export interface LanesView {
  /** Ticks that are shown. */
  readonly ticks: number
  readonly eras: ReadonlyMap<string, readonly Era[]>
}

/** Milliseconds between two drawings; for readers who want little motion the longer one. */
const INTERVAL = 33
const CALM_INTERVAL = 500

/** Milliseconds between two readings of rates and times. */
const TELL_INTERVAL = 500

/** Milliseconds between two profiles, and the part of a second's ticks that one takes. */
const PROFILE_INTERVAL = 1000
const PROFILE_SHARE = 0.05
const MOST_PROFILED = 32

/** Weight of a new profile in the mean that is shown. */
const SMOOTHING = 0.3

/** Pixels between marks below which they become a band. */
const LEAST_SPACING = 3

/** Remembers whether the lanes are open; on low screens they begin closed. */
const STORED = 'engram.lanes'
const ROOMY = 880

type Kind = 'neurons' | 'synapses' | 'memories'

interface Lane {
  readonly element: HTMLElement
  readonly canvas: HTMLCanvasElement
  readonly draw: (context: CanvasRenderingContext2D, frame: Frame) => void
  /** Shows parameters, rate and GPU time. */
  tell(rate: number, times: ReadonlyMap<string, number>, total: number): void
}

/** The window that is drawn: ticks [to - ticks, to) on a width in pixels. */
interface Frame {
  readonly to: number
  readonly ticks: number
  readonly width: number
  readonly height: number
  readonly colour: (name: string) => string
}

/** @param stage - what draws the pictures, which has a lane for its GPU time where there are times */
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
  let profiledAt = -Infinity
  let isProfiling = false
  let isCold = true
  let isDestroyed = false
  const times = new Map<string, number>()
  let drawingTime: number | undefined
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

  const erasAt = (every: number): Era[] => [{ tick: 0, every }]
  const eras = new Map<string, Era[]>()

  const set = (path: string, value: number): void => {
    try {
      simulation.set(path, value)
    } catch (error) {
      refused(error)
      tell()
    }
  }

  const groupLane = (kind: Kind, name: string): Lane => {
    const item = (): { readonly tau?: number; readonly every: number } => itemOf(simulation.model, kind, name)
    const { tau, every } = item()
    const moves = tau !== undefined && tau > 0 && !isFixed(initial, name)
    const isAdiabatic = kind === 'neurons' && tau === 0
    const row = createRow(kind, name)
    eras.set(name, erasAt(isAdiabatic ? 1 : every))
    const tauSlider = moves ? createSlider('tau', `${name}: tau`, true) : undefined
    const everySlider = moves ? createSlider('every', `${name}: every`, false) : undefined
    tauSlider?.listen((value) => set(`${kind}.${name}.tau`, value))
    everySlider?.listen((value) => set(`${kind}.${name}.every`, value))
    row.sliders.append(
      ...(tauSlider && everySlider
        ? [tauSlider.element, everySlider.element]
        : [note(isAdiabatic ? 'every tick, at once' : 'does not change')]),
    )
    return {
      element: row.element,
      canvas: row.canvas,
      draw(context, frame) {
        if (isAdiabatic || moves) {
          const { tau: now = 0 } = item()
          if (moves) drawReach(context, frame, colour(`--${kind}`), now / simulation.model.time.dt)
          drawUpdates(context, frame, colour(`--${kind}`), eras.get(name) ?? [])
        }
      },
      tell(rate, gpu, total) {
        const { tau: now = 0, every: divider } = item()
        tauSlider?.show(now)
        everySlider?.show(divider)
        const step = (simulation.model.time.dt * divider) / now
        row.ratio.textContent = moves ? `step/τ ${format3(step)}` : ''
        row.rate.textContent =
          moves || isAdiabatic ? (rate > 0 ? `${format3(rate / (isAdiabatic ? 1 : divider))}/s` : '–/s') : ''
        showTime(row, gpu.get(`${kind}.${name}`), total)
      },
    }
  }

  const stimulusLane = (index: number): Lane => {
    const item = initial.stimulus[index] as Model['stimulus'][number]
    const row = createRow('stimulus', `${item.kind} → ${item.layer}`)
    row.sliders.append(note(describe(item)))
    return {
      element: row.element,
      canvas: row.canvas,
      draw: (context, frame) => drawShowings(context, frame, item, index, simulation.model.seed),
      tell(_, gpu, total) {
        if (index === 0) showTime(row, gpu.get('stimulus.'), total)
      },
    }
  }

  const probeLane = (): Lane => {
    const row = createRow('probes', 'probes')
    const { probes } = initial
    row.sliders.append(note(probes.map(({ name, every }) => `${name} every ${every}`).join(', ')))
    return {
      element: row.element,
      canvas: row.canvas,
      draw(context, frame) {
        probes.forEach(({ every }, index) => {
          const height = frame.height / probes.length
          // A sample that follows tick t is taken where an update of the same divider is due.
          drawUpdates(
            context,
            { ...frame, height: height - 1 },
            frame.colour('--muted'),
            erasAt(every),
            index * height,
          )
        })
      },
      tell: (_, gpu, total) => showTime(row, gpu.get('probes.'), total),
    }
  }

  const drawingLane = (): Lane => {
    const row = createRow('drawing', 'drawing')
    row.sliders.append(note('all pictures, each time they are drawn'))
    row.time.title = 'Mean time on the GPU to draw all pictures once'
    let counted = { draws: stage.draws, at: performance.now() }
    let frequency = 0
    return {
      element: row.element,
      canvas: row.canvas,
      draw: () => undefined,
      tell(rate) {
        const { draws } = stage
        const at = performance.now()
        if (at - counted.at >= TELL_INTERVAL) {
          frequency = ((draws - counted.draws) / (at - counted.at)) * 1000
          counted = { draws, at }
        }
        const perSecond = rate > 0 && frequency > 0 ? format3(Number(frequency.toPrecision(2))) : '–'
        row.rate.textContent = stage.visible ? `${perSecond}/s` : 'off'
        showTime(row, stage.visible ? drawingTime : undefined, 0)
      },
    }
  }

  const lanes: Lane[] = [
    ...initial.stimulus.map((_, index) => stimulusLane(index)),
    ...initial.layers.map(({ name }) => groupLane('neurons', name)),
    ...initial.synapses.map(({ name }) => groupLane('synapses', name)),
    ...initial.memories.map(({ name }) => groupLane('memories', name)),
    ...(initial.probes.length === 0 ? [] : [probeLane()]),
    ...(stage.timeDrawing === undefined ? [] : [drawingLane()]),
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
    const total = [...times.values()].reduce((a, b) => a + b, 0)
    part('.lanes-window output').textContent = `last ${ticks} ticks`
    part('.lanes-summary').replaceChildren(...summaryOf(simulation.model))
    const gpu = part('.lanes-gpu')
    gpu.textContent = simulation.canProfile
      ? total > 0
        ? `GPU ${microseconds(total)} a tick`
        : ''
      : 'no GPU times: this adapter has no timestamp-query'
    gpu.title =
      'Mean time on the GPU, without drawing, which has its own lane; the browser may round each timestamp to 0.1 ms'
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

  /** Some real ticks with a timed pass for each group; the run goes on as soon as they are submitted. */
  const profile = (now: number): void => {
    const running = loop()
    if (running?.playing !== true || isProfiling || !simulation.canProfile || !isOpen()) return
    if (now - profiledAt < PROFILE_INTERVAL || !running.hasRoom) return
    const count = Math.min(MOST_PROFILED, Math.max(1, Math.round(running.rate * PROFILE_SHARE)))
    const left = simulation.model.time.ticks - simulation.tick
    // The run ends at its last tick.
    if (left > 0 && count >= left) return
    profiledAt = now
    isProfiling = true
    stage.timeDrawing?.((time) => (drawingTime = smoothed(drawingTime, time)))
    void running
      .still(
        () =>
          new Promise<void>((submitted) => {
            simulation
              .profile(count, submitted)
              .then(learn, () => undefined)
              .finally(() => {
                isProfiling = false
                submitted()
              })
          }),
      )
      .catch(() => undefined)
  }
  const learn = ({ ticks: timed, groups }: Profile): void => {
    if (isDestroyed || timed === 0) return
    // The first passes of a group may wait for their compilation.
    if (isCold) {
      isCold = false
      return
    }
    groups.forEach(({ kind, name, microseconds: time }: GroupTime) => {
      const key = `${kind}.${name}`
      times.set(key, smoothed(times.get(key), time))
    })
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
      // Private windows may not remember.
    }
    tell()
    draw()
  })
  let remembered: string | null = null
  try {
    remembered = localStorage.getItem(STORED)
  } catch {
    // Then the height decides.
  }
  open(remembered === null ? innerHeight >= ROOMY : remembered === 'true')
  tell()

  /** Takes over the rates of the model from the next tick on. */
  const noteRates = (): void => {
    const { tick, model } = simulation
    for (const group of groupsOf(model)) {
      const own = eras.get(group.name)
      const every = dividerOf(group)
      if (own === undefined || own.at(-1)?.every === every) continue
      if (own.at(-1)?.tick === tick) own.pop()
      own.push({ tick, every })
    }
    drawn = ''
    tell()
  }

  return {
    update(now) {
      profile(now)
      if (now - drawnAt < (calm.matches ? CALM_INTERVAL : INTERVAL)) return
      drawnAt = now
      draw()
      if (now - toldAt < TELL_INTERVAL) return
      toldAt = now
      tell()
    },
    changed: noteRates,
    view: () => ({ ticks, eras: new Map([...eras].map(([name, own]) => [name, [...own]])) }),
    show(seen, goesOn) {
      ticks = seen.ticks
      for (const [name, own] of goesOn ? seen.eras : []) {
        const past = own.filter(({ tick }) => tick <= simulation.tick)
        if (eras.has(name) && past.length > 0) eras.set(name, past)
      }
      noteRates()
    },
    restart() {
      for (const group of groupsOf(simulation.model)) eras.set(group.name, erasAt(dividerOf(group)))
      drawn = ''
    },
    recolour() {
      drawn = ''
    },
    destroy() {
      isDestroyed = true
      root.remove()
    },
  }
}

// ------------------------------------------------------------------------------------------------------------ drawing

const xOf = ({ to, ticks, width }: Frame, tick: number): number => ((tick - to + ticks) / ticks) * width

/** A mark at each update; where they are closer than pixels, a band as dark as they are dense. */
function drawUpdates(
  context: CanvasRenderingContext2D,
  frame: Frame,
  colour: string,
  eras: readonly Era[],
  top = 0,
): void {
  const { to, ticks, width, height } = frame
  context.fillStyle = colour
  for (const span of spansBetween(eras, Math.max(0, to - ticks), to)) {
    const spacing = (span.every / ticks) * width
    if (spacing < LEAST_SPACING) {
      const left = xOf(frame, span.from)
      context.globalAlpha = Math.min(0.75, 0.25 + 0.5 / spacing)
      context.fillRect(left, top + height * 0.3, xOf(frame, span.to) - left, height * 0.4)
      context.globalAlpha = 1
      continue
    }
    const size = Math.max(1, Math.min(4, spacing * 0.4))
    for (const tick of dueTicks(span)) context.fillRect(xOf(frame, tick + 1) - size, top, size, height)
  }
}

/** How much of the past a group still holds: exp(-age / tau). */
function drawReach(context: CanvasRenderingContext2D, frame: Frame, colour: string, tauTicks: number): void {
  const { ticks, width, height } = frame
  context.fillStyle = colour
  const column = Math.max(2, Math.round(width / 200))
  for (let x = 0; x < width; x += column) {
    const age = ((width - x - column / 2) / width) * ticks
    context.globalAlpha = 0.32 * Math.exp(-age / tauTicks)
    context.fillRect(x, 0, column, height)
  }
  context.globalAlpha = 1
}

function drawShowings(
  context: CanvasRenderingContext2D,
  frame: Frame,
  item: Model['stimulus'][number],
  index: number,
  seed: number,
): void {
  const { to, ticks, width, height, colour } = frame
  const from = Math.max(0, to - ticks)
  const found = showings(item, index, seed, from, to, width / 2)
  context.fillStyle = colour('--muted')
  if (found === undefined) {
    context.globalAlpha = 0.5
    const left = xOf(frame, Math.max(from, item.start))
    context.fillRect(left, height * 0.3, xOf(frame, Math.min(to, item.stop)) - left, height * 0.4)
    context.globalAlpha = 1
    return
  }
  context.font = `${Math.round(height * 0.7)}px ${getComputedStyle(context.canvas).fontFamily}`
  context.textBaseline = 'middle'
  context.textAlign = 'center'
  for (const { from: start, to: end, row } of found) {
    const left = xOf(frame, start)
    const right = Math.max(left + 2, xOf(frame, end) - 1)
    context.globalAlpha = row % 2 === 0 ? 0.28 : 0.45
    context.fillStyle = colour('--muted')
    context.fillRect(left, 1, right - left, height - 2)
    context.globalAlpha = 1
    const text = `#${row}`
    if (item.kind === 'initial' || context.measureText(text).width + 6 > right - left) continue
    context.fillStyle = colour('--text')
    context.fillText(text, (left + right) / 2, height / 2 + 1)
  }
}

// --------------------------------------------------------------------------------------------------------------- rows

interface Row {
  readonly element: HTMLElement
  readonly canvas: HTMLCanvasElement
  readonly sliders: HTMLElement
  readonly ratio: HTMLElement
  readonly rate: HTMLElement
  readonly time: HTMLElement
}

function createRow(kind: Kind | 'stimulus' | 'probes' | 'drawing', name: string): Row {
  const element = document.createElement('div')
  element.className = 'lane'
  element.dataset.kind = kind
  element.dataset.lane = name
  element.innerHTML = `<span class="lane-name"></span><canvas role="img"></canvas><span class="lane-sliders"></span>
    <span class="lane-ratio"></span><span class="lane-rate"></span><span class="lane-time"></span>`
  const part = (selector: string): HTMLElement => element.querySelector(selector) as HTMLElement
  part('.lane-name').textContent = name
  part('.lane-name').title = `${name}: ${kind}`
  const canvas = part('canvas') as HTMLCanvasElement
  canvas.setAttribute('aria-label', `${name}: updates in the last ticks`)
  return {
    element,
    canvas,
    sliders: part('.lane-sliders'),
    ratio: part('.lane-ratio'),
    rate: part('.lane-rate'),
    time: part('.lane-time'),
  }
}

function smoothed(before: number | undefined, now: number): number {
  return before === undefined ? now : before * (1 - SMOOTHING) + now * SMOOTHING
}

function showTime({ time }: Row, value: number | undefined, total: number): void {
  time.textContent = value === undefined ? '' : microseconds(value)
  time.style.setProperty('--share', String(value === undefined || total === 0 ? 0 : value / total))
}

function microseconds(value: number): string {
  return value >= 1000 ? `${format3(value / 1000)} ms` : `${format3(Number(value.toFixed(1)))} µs`
}

function note(text: string): HTMLElement {
  const element = document.createElement('span')
  element.className = 'lane-note'
  element.textContent = text
  element.title = text
  return element
}

interface Slider {
  readonly element: HTMLElement
  show(value: number): void
  listen(act: (value: number) => void): void
}

/** Time constants move on a logarithmic scale from 0.01 to 1000, dividers one by one up to 100. */
function createSlider(name: string, label: string, log: boolean): Slider {
  const element = document.createElement('label')
  const input = document.createElement('input')
  const output = document.createElement('output')
  input.type = 'range'
  input.min = log ? '-2' : '1'
  input.max = log ? '3' : '100'
  input.step = log ? '0.01' : '1'
  input.setAttribute('aria-label', label)
  element.append(name === 'tau' ? 'τ' : name, input, output)
  const valueOf = (): number =>
    log ? Number((10 ** Number(input.value)).toPrecision(3)) : Number(input.value)
  return {
    element,
    show(value) {
      output.textContent = format3(value)
      input.setAttribute('aria-valuetext', format3(value))
      // A slider that is being drawn stays where the hand is.
      if (valueOf() !== value) input.value = String(log ? Math.log10(value) : value)
    },
    listen: (act) => input.addEventListener('input', () => act(valueOf())),
  }
}

// -------------------------------------------------------------------------------------------------------------- words

function itemOf(model: Model, kind: Kind, name: string): { readonly tau?: number; readonly every: number } {
  const list: readonly { readonly name: string; readonly tau?: number; readonly every: number }[] =
    kind === 'neurons' ? model.layers : kind === 'synapses' ? model.synapses : model.memories
  return list.find((item) => item.name === name) ?? { every: 1 }
}

type Group = Model['layers'][number] | Model['synapses'][number] | Model['memories'][number]

function groupsOf({ layers, synapses, memories }: Model): Group[] {
  return [...layers, ...synapses, ...memories]
}

/** The rate divider that acts: a layer that follows at once does so in every tick. */
function dividerOf(group: Group): number {
  return 'lagrangian' in group && group.tau === 0 ? 1 : group.every
}

function isFixed(model: Model, name: string): boolean {
  return model.memories.some((memory) => memory.name === name && memory.tau === undefined)
}

function describe({ kind, start, stop, dwell, gap, order }: Model['stimulus'][number]): string {
  if (kind === 'initial') return `at tick ${start}`
  const when = stop === Infinity ? (start === 0 ? '' : `from ${start} on, `) : `${start} to ${stop}, `
  return `${when}${order}, ${dwell} ticks each${gap > 0 ? `, ${gap} without` : ''}`
}

/** All time constants, fast to slow. */
function summaryOf(model: Model): HTMLElement[] {
  const groups = [
    ...model.layers.map(({ name, tau, every }) => ({ kind: 'neurons', name, tau, every })),
    ...model.synapses.map(({ name, tau, every }) => ({ kind: 'synapses', name, tau, every })),
    ...model.memories.map(({ name, tau, every }) => ({ kind: 'memories', name, tau, every })),
  ]
  return groups
    .sort((a, b) => (a.tau ?? Infinity) - (b.tau ?? Infinity))
    .map(({ kind, name, tau, every }) => {
      const chip = document.createElement('span')
      chip.dataset.kind = kind
      chip.dataset.pace = tau === undefined ? 'fixed' : tau === 0 ? 'instant' : 'own'
      const text = tau === undefined ? 'fixed' : tau === 0 ? 'at once' : `τ ${format3(tau)}`
      chip.textContent = `${name} ${text}${every > 1 && tau !== undefined && tau > 0 ? `, every ${every}` : ''}`
      return chip
    })
}
