/** The live trajectory of a layer: on a plane with the energy below it, its autocorrelation, its visits. */
import { arraysOf } from '../../../core/kinds/couplings/table.ts'
import { networkOf } from '../../../core/model/variation.ts'
import { type Simulation, createSimulation } from '../../../core/run/simulation.ts'
import { keepFocus } from '../../focus.ts'
import { format3 } from '../../format.ts'
import { plainText, textOf } from '../../messages.ts'
import { valueOfEach, plotOf } from '../../plots/history.ts'
import type { Opened } from '../../session/opened.ts'
import { renamesOf } from '../../session/rebuild.ts'
import { schemeAt } from '../../views/scheme.ts'
import { autocorrelation } from './correlation.ts'
import { showBars } from './bars.ts'
import { FIRST, type View, followed, noPlane } from './choices.ts'
import { type Surface, drawCurve, drawPlane } from './draw.ts'
import {
  type Components,
  type Pair,
  type Vector,
  componentsOf,
  createPlane,
  onComponents,
} from './projection.ts'
import { type PatternSource, patternSources } from './sources.ts'
import { type Extent, energyModel, statesOnPlane } from './surface.ts'
import './trajectory.css'
import { MOST_SIGNS, type Visits, createVisits } from './visits.ts'

export interface TrajectoryPanel {
  destroy(): void
}

/** The most states that are kept; then every second one is dropped. */
const MOST_STATES = 300

/** The most values of a layer in all replicas that are read in each frame. */
const MOST_READ = 2 ** 20

/** Lines of the grid of the energy, and the most neurons for it. */
const LINES = 25
const MOST_NEURONS = 4096

/** Shortest time in ms between two energies of couplings that learn. */
const SURFACE_INTERVAL = 3000

const VIEWS: readonly (readonly [View, string])[] = [
  ['plane', 'overlap plane'],
  ['components', 'principal components'],
  ['correlation', 'autocorrelation'],
  ['visits', 'visited sign patterns'],
]

/** They stay when the panel is closed. */
let choices = FIRST
/** The scenario to which the choices belong. */
let chosenIn: { readonly home: Opened['home']; readonly scenario: Opened['home'] } | undefined

/** @param takesFocus - closing gives it back */
export function createTrajectoryPanel(
  place: HTMLElement,
  opened: () => Opened | undefined,
  close: () => void,
  takesFocus: boolean,
): TrajectoryPanel {
  const refocus = keepFocus()
  const element = document.createElement('section')
  element.className = 'plot trajectory'
  element.setAttribute('aria-label', 'Trajectory')
  element.tabIndex = -1
  element.innerHTML = `
    <header>
      <h2>trajectory</h2>
      <select data-part="view" aria-label="View"></select>
      <select data-part="layer" aria-label="Layer"></select>
      <button type="button" class="trajectory-close" title="Close the trajectory (Esc, j)">Back to the text</button>
    </header>
    <div class="trajectory-choices">
      <label>patterns of <select data-part="source"></select></label>
      <label>a <input data-part="a" type="number" min="0" value="0" /></label>
      <label>b <input data-part="b" type="number" min="0" value="1" /></label>
      <label data-part="of-label">of <select data-part="of"></select></label>
      <label data-part="energy-label"><input data-part="energy" type="checkbox" checked /> energy</label>
    </div>
    <div class="plot-area"><canvas role="img" aria-label="Trajectory"></canvas></div>
    <ol class="trajectory-visits" tabindex="0" aria-label="Visited sign patterns" hidden></ol>
    <p class="trajectory-note"></p>`
  const part = (name: string): HTMLElement => element.querySelector(`[data-part="${name}"]`) as HTMLElement
  const [view, layer, source, of] = ['view', 'layer', 'source', 'of'].map((name) => part(name)) as [
    HTMLSelectElement,
    HTMLSelectElement,
    HTMLSelectElement,
    HTMLSelectElement,
  ]
  const [first, second] = [part('a'), part('b')] as [HTMLInputElement, HTMLInputElement]
  const energy = part('energy') as HTMLInputElement
  const canvas = element.querySelector('canvas') as HTMLCanvasElement
  const area = canvas.parentElement as HTMLElement
  const list = element.querySelector('.trajectory-visits') as HTMLElement
  const note = element.querySelector('.trajectory-note') as HTMLElement
  view.append(...VIEWS.map(([value, label]) => new Option(label, value)))
  energy.checked = choices.energy
  element.querySelector('.trajectory-close')?.addEventListener('click', close)
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    close()
  })
  // Before what it covers, which takes no focus.
  const covered = place.querySelector<HTMLElement>('.side')
  place.insertBefore(element, covered)
  element.scrollIntoView({ block: 'nearest' })
  const wide = matchMedia('(min-width: 861px)')
  const cover = (): void => {
    if (covered !== null) covered.inert = wide.matches && !isDestroyed
  }
  wide.addEventListener('change', cover)
  if (takesFocus) element.focus({ preventScroll: true })

  let simulation: Simulation | undefined
  let sources: readonly PatternSource[] = []
  let ticks: number[] = []
  let states: Float32Array[] = []
  let stride = 1
  let seen = 0
  let components: Components | undefined
  const visits: Visits = createVisits()
  let surface: (Surface & { readonly key: string }) | undefined
  let surfaceAt = -Infinity
  let patterns: readonly [Vector, Vector] | undefined
  /** True if the patterns span no plane. */
  let isParallel = false
  let replica = 0
  let isBusy = false
  let isDestroyed = false
  let trouble = ''
  let request = 0
  let scheme = schemeAt(place)
  cover()

  const forget = (): void => {
    ticks = []
    states = []
    stride = 1
    seen = 0
    components = undefined
    visits.clear()
  }

  // -------------------------------------------------------------------------------------------------------- choices

  const absence = () => noPlane(choices, sources.length, isParallel)
  const viewNow = (): View => (absence() === undefined ? (choices.view ?? 'plane') : 'components')
  const options = (
    select: HTMLSelectElement,
    list: readonly (readonly [string, string])[],
    chosen: string,
  ): void => {
    select.replaceChildren(...list.map(([value, label]) => new Option(label, value)))
    if (list.some(([value]) => value === chosen)) select.value = chosen
  }
  const offer = ({ model, series }: Simulation): void => {
    options(
      layer,
      model.layers.filter(({ tau }) => tau > 0).map(({ name }) => [name, name]),
      choices.layer,
    )
    offerPatterns(model)
    const probes = series
      .filter(({ kind }) => plotOf(kind) !== undefined)
      .map(({ name }): [string, string] => [name, name])
    options(of, [['', 'the state'], ...probes], choices.of)
  }
  const offerPatterns = (model: Simulation['model']): void => {
    sources = patternSources(networkOf(model, replica), layer.value)
    options(
      source,
      sources.map(({ place, label }) => [place, label]),
      choices.source,
    )
    const plane = view.options[0] as HTMLOptionElement
    plane.disabled = sources.length === 0
    plane.title = plane.disabled ? `There are no two patterns of ${layer.value}.` : ''
    leave()
  }
  /** Forgets what belongs to other patterns. */
  const leave = (): void => {
    trouble = ''
    patterns = undefined
    surface = undefined
    isParallel = false
    showChoices()
  }
  const showChoices = (): void => {
    const now = viewNow()
    view.value = now
    for (const one of [source, first, second]) (one.parentElement as HTMLElement).hidden = now !== 'plane'
    part('energy-label').hidden = now !== 'plane'
    part('of-label').hidden = now !== 'correlation'
    area.hidden = now === 'visits'
    ;(source.closest('.trajectory-choices') as HTMLElement).hidden = now === 'visits'
    list.hidden = now !== 'visits'
  }
  for (const field of [view, of, source, first, second, energy])
    field.addEventListener('change', () => {
      choices = {
        ...choices,
        view: view.value as View,
        energy: energy.checked,
        ...(field === source && { source: source.value }),
        ...(field === of && { of: of.value }),
        ...(field === first && { a: Number(first.value) || 0 }),
        ...(field === second && { b: Number(second.value) || 0 }),
      }
      leave()
      void look(true)
    })
  layer.addEventListener('change', () => {
    choices = { ...choices, layer: layer.value }
    forget()
    if (simulation !== undefined) offerPatterns(simulation.model)
    void look(true)
  })
  showChoices()

  // --------------------------------------------------------------------------------------------------------- states

  const sliceOf = async (from: Simulation, name: string, axes: number): Promise<Float32Array> => {
    const { shape, data } = await from.read(name)
    const size = shape.slice(-axes).reduce((product, length) => product * length, 1)
    const start = data.length > size ? replica * size : 0
    return Float32Array.from(data.subarray(start, start + size))
  }

  const keep = (tick: number, state: Float32Array): void => {
    if (state.length <= MOST_SIGNS) visits.add(state)
    if (seen++ % stride !== 0) return
    ticks.push(tick)
    states.push(state)
    if (states.length <= MOST_STATES) return
    ticks = ticks.filter((_, index) => index % 2 === 0)
    states = states.filter((_, index) => index % 2 === 0)
    stride *= 2
  }

  const choosePatterns = async (from: Simulation): Promise<void> => {
    const chosen = sources.find(({ place }) => place === source.value)
    if (chosen === undefined) return
    const { rows, columns, data } = chosen.rows
    for (const [field, number] of [
      [first, choices.a],
      [second, choices.b],
    ] as const) {
      field.max = String(rows - 1)
      field.value = String(Math.min(rows - 1, Math.max(0, Math.round(number))))
    }
    const all = chosen.memory === undefined ? data : await sliceOf(from, chosen.memory, 2)
    const row = (field: HTMLInputElement): Float32Array => {
      const start = Number(field.value) * columns
      return Float32Array.from(all.subarray(start, start + columns))
    }
    patterns = [row(first), row(second)]
    isParallel = createPlane(...patterns) === undefined
    showChoices()
  }

  /** A rectangle around both patterns, 0 and the path; in steps, so that it rarely changes. */
  const extentOf = (path: readonly Pair[]): Extent => {
    const range = (of: 0 | 1): [number, number] => {
      const values = [0, 1, ...path.map((pair) => pair[of])].filter(Number.isFinite)
      return [Math.floor(2 * Math.min(...values) - 0.5) / 2, Math.ceil(2 * Math.max(...values) + 0.5) / 2]
    }
    return { a: range(0), b: range(1) }
  }

  /** The energy on the plane at the present couplings. */
  const measure = async (from: Simulation, extent: Extent, key: string): Promise<void> => {
    const [xi1, xi2] = patterns as readonly [Vector, Vector]
    const { model } = from
    const moment: Record<string, ArrayLike<number>> = {}
    for (const { name } of model.layers) moment[name] = await sliceOf(from, name, 1)
    for (const name of model.couplings.flatMap(arraysOf)) moment[name] = await sliceOf(from, name, 2)
    const states = statesOnPlane(xi1, xi2, extent, LINES)
    const own = networkOf(model, replica)
    const asked = energyModel(own, moment, layer.value, states, replica)
    const other = await createSimulation(from.engine.device, asked, { resident: 'off' })
    try {
      await other.step(0)
      await other.flush()
      const values = Float64Array.from(other.series[0]?.value[0] ?? [])
      surface = { values, lines: LINES, extent, key }
    } finally {
      other.destroy()
    }
  }

  // ---------------------------------------------------------------------------------------------------------- draw

  const tell = (told: string): void => {
    const text = plainText(told)
    if (note.textContent !== text) note.textContent = text
  }

  const draw = (from: Simulation): void => {
    const style = getComputedStyle(element)
    const now = viewNow()
    if (now === 'plane') {
      if (patterns === undefined) return
      const plane = createPlane(...patterns)
      if (plane === undefined) {
        drawCurve(canvas, style, { x: [], y: [], titles: ['', ''] })
        tell('The two patterns are parallel; choose others.')
        return
      }
      const path = states.map(plane)
      const extent = surface?.extent ?? extentOf(path)
      drawPlane(canvas, style, {
        path,
        extent,
        titles: [`a, pattern ${first.value}`, `b, pattern ${second.value}`],
        marks: [
          [1, 0, first.value],
          [0, 1, second.value],
        ],
        ...(surface && energy.checked ? { surface } : {}),
      })
      const [a, b] = path.at(-1) ?? [NaN, NaN]
      const held =
        surface !== undefined && energy.checked
          ? ' Colours: energy of a ξ + b ξ′, with the couplings and the other layers of this tick, without input and noise.'
          : ''
      tell(
        trouble !== ''
          ? trouble
          : `Nearest point a ξ + b ξ′ of the state: a = ${format3(a)}, b = ${format3(b)}, replica ${replica}.${held}`,
      )
    } else if (now === 'components') {
      components = componentsOf(states, components)
      const at = components
      const path = states.map((state) => onComponents(at, state))
      drawPlane(canvas, style, {
        path,
        extent: aroundPath(path),
        titles: ['first component', 'second component'],
        marks: [],
      })
      const [one, two] = at.shares.map((share) => Math.round(100 * share))
      const why = {
        'no patterns': `There are no two patterns of \`${layer.value}\` for the overlap plane: principal components instead. `,
        parallel: `Patterns ${first.value} and ${second.value} are parallel, they span no overlap plane: principal components instead. `,
      }
      const absent = absence()
      tell(
        `${absent === undefined ? '' : why[absent]}${states.length} ${states.length === 1 ? 'state' : 'states'} of replica ${replica}; the axes have ${one} % and ${two} % of their variance.`,
      )
    } else if (now === 'correlation') drawCorrelation(from, style)
    else {
      const { size = 0, shape = [] } = from.model.layers.find(({ name }) => name === layer.value) ?? {}
      showBars(list, size > MOST_SIGNS ? [] : visits.most(12), shape.at(-1) ?? size)
      tell(
        size > MOST_SIGNS
          ? `\`${layer.value}\` has ${size} neurons; sign patterns are counted up to ${MOST_SIGNS}.`
          : `Signs of the neurons in ${visits.total} ${visits.total === 1 ? 'state' : 'states'} of replica ${replica}, the most frequent first; a filled square is +.`,
      )
    }
    canvas.setAttribute('aria-label', note.textContent)
  }

  const drawCorrelation = (from: Simulation, style: CSSStyleDeclaration): void => {
    const series = opened()
      ?.recorder.series()
      .find(({ name }) => name === of.value)
    const plot = series && plotOf(series.kind)
    const at = series === undefined ? ticks : series.tick.slice(-MOST_STATES)
    const values: readonly Vector[] =
      series === undefined || plot === undefined
        ? states
        : series.value
            .slice(-MOST_STATES)
            .map((value) => valueOfEach(plot, value, from.model.replicas).subarray(replica, replica + 1))
    const found = autocorrelation(at, values, 60)
    const { dt } = from.model.time
    drawCurve(canvas, style, {
      x: found.lags.map((lag) => lag * dt),
      y: found.values,
      titles: ['lag, time', 'autocorrelation'],
      range: [-1, 1],
    })
    const what = series === undefined ? `the state of \`${layer.value}\`` : `\`${of.value}\``
    tell(
      `Of ${what}, ${values.length} values since tick ${at[0] ?? 0}, replica ${replica}; the mean is taken off.`,
    )
  }

  // ---------------------------------------------------------------------------------------------------------- loop

  const look = async (isForced = false): Promise<void> => {
    const current = opened()
    if (current === undefined || isBusy || isDestroyed || document.hidden) return
    const { home } = current
    const { scenario } = current.simulation.model
    if (current.simulation !== simulation) {
      if (chosenIn?.home === home) choices = followed(choices, renamesOf(chosenIn.scenario, scenario))
      simulation = current.simulation
      forget()
      offer(simulation)
    }
    if (chosenIn?.scenario !== scenario) chosenIn = { home, scenario }
    if (current.stage.replica !== replica) {
      replica = current.stage.replica
      forget()
      offerPatterns(simulation.model)
    }
    const asked = simulation
    const last = ticks.at(-1)
    if (last !== undefined && asked.tick < last) forget()
    if (!isForced && last === asked.tick) return
    const { size = 0 } = asked.model.layers.find(({ name }) => name === layer.value) ?? {}
    if (size === 0) {
      tell('This network has no dynamic layer.')
      return
    }
    if (size * asked.model.replicas > MOST_READ) {
      tell(
        `\`${layer.value}\` has ${size * asked.model.replicas} values in all replicas, at most ${MOST_READ} are followed.`,
      )
      return
    }
    isBusy = true
    try {
      await current.loop.still(async () => {
        const { tick } = asked
        const state = await sliceOf(asked, layer.value, 1)
        if (ticks.at(-1) !== tick) keep(tick, state)
        if (viewNow() !== 'plane') return
        const learns = asked.model.couplings.some(({ tau }) => tau !== undefined)
        const isOld = learns && performance.now() - surfaceAt > SURFACE_INTERVAL
        if (patterns === undefined || isOld) await choosePatterns(asked)
        const plane = patterns && createPlane(...patterns)
        if (plane === undefined || !energy.checked || trouble !== '') return
        if (size > MOST_NEURONS) {
          trouble = `The energy is drawn up to ${MOST_NEURONS} neurons; \`${layer.value}\` has ${size}.`
          return
        }
        const extent = extentOf(states.map(plane))
        const key = JSON.stringify(extent)
        if (surface?.key === key && !isOld) return
        surfaceAt = performance.now()
        await measure(asked, extent, key).catch((error: unknown) => {
          trouble = `No energy on this plane: ${textOf(error)}`
        })
      })
      if (asked === opened()?.simulation) draw(asked)
    } catch (error) {
      tell(textOf(error))
    } finally {
      isBusy = false
    }
  }
  const frame = (): void => {
    request = requestAnimationFrame(frame)
    const next = schemeAt(element)
    if (next !== scheme) {
      scheme = next
      if (simulation !== undefined && states.length > 0) draw(simulation)
    }
    void look()
  }
  frame()
  const sizes = new ResizeObserver(() => {
    if (simulation !== undefined && states.length > 0) draw(simulation)
  })
  sizes.observe(area)

  return {
    destroy() {
      isDestroyed = true
      wide.removeEventListener('change', cover)
      cover()
      cancelAnimationFrame(request)
      sizes.disconnect()
      const isInside = element.contains(document.activeElement)
      element.remove()
      if (isInside) refocus(true)
    },
  }
}

/** A rectangle around a path, with room. */
function aroundPath(path: readonly Pair[]): Extent {
  const range = (of: 0 | 1): [number, number] => {
    const values = path.map((pair) => pair[of])
    const [low, high] = [Math.min(...values), Math.max(...values)]
    const room = (high - low) * 0.08 || 1
    return [low - room, high + room]
  }
  return { a: range(0), b: range(1) }
}
