/** The live spectrum: eigenvalues of a coupling next to the law for a random one, or of the flow at the present state. */
import { arraysOf } from '../../../core/kinds/couplings/table.ts'
import { isDense, patternOf, withViews } from '../../../core/model/couplings.ts'
import type { Model, Rows, Synapse } from '../../../core/model/model.ts'
import './spectrum.css'
import type { Simulation } from '../../../core/run/simulation.ts'
import { format3 } from '../../format.ts'
import { textOf } from '../../messages.ts'
import type { Opened } from '../../session/opened.ts'
import type { Answer, Question } from './question.ts'
import { networkOf } from '../../../core/model/variation.ts'

/** Shortest time between two updates in ms; after a slow update the pause is ten times its duration. */
const INTERVAL = 1000

export interface SpectrumPanel {
  destroy(): void
}

/** Shows a panel in a place until it is destroyed; it shows the open network. */
export function createSpectrumPanel(place: HTMLElement, opened: () => Opened | undefined): SpectrumPanel {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  const element = document.createElement('section')
  element.className = 'plot spectrum'
  element.setAttribute('aria-label', 'Spectrum')
  element.innerHTML =
    '<header><h3>spectrum</h3><select aria-label="Spectrum of"></select></header><output></output>' +
    '<svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="Spectrum, not computed yet"><path class="bars"/><path class="law"/><path class="zero"/></svg>' +
    '<footer><span></span><span class="note"></span><span></span></footer>'
  const select = element.querySelector('select') as HTMLSelectElement
  const output = element.querySelector('output') as HTMLOutputElement
  const picture = element.querySelector('svg') as SVGElement
  const [low, note, high] = element.querySelectorAll<HTMLElement>('footer span')

  let simulation: Simulation | undefined
  let seen = ''
  let isBusy = false
  let notBefore = 0

  const ask = (question: Question): Promise<Answer> =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<{ found?: Answer; failed?: string }>) => {
        if (data.found === undefined) reject(new Error(data.failed))
        else resolve(data.found)
      }
      worker.onerror = ({ message }) => reject(new Error(message))
      worker.postMessage(question)
    })

  const look = async (): Promise<void> => {
    const current = opened()
    if (current === undefined || isBusy || performance.now() < notBefore || document.hidden) return
    if (current.simulation !== simulation) {
      simulation = current.simulation
      offer(select, simulation.model)
      seen = ''
    }
    // A new network has replaced all plots.
    if (!element.isConnected) place.append(element)
    place.hidden = false
    const shown = select.value
    const state = `${shown} ${isMoving(simulation.model, shown) ? simulation.tick : ''}`
    if (shown === '' || state === seen) return
    const began = performance.now()
    isBusy = true
    try {
      const asked = simulation
      const question = await current.loop.still(() => questionOf(asked, shown))
      const found = await ask(question)
      if (asked !== opened()?.simulation || shown !== select.value) return
      seen = state
      draw(element, found)
      output.textContent = summaryOf(found)
      output.title = output.textContent
      picture.ariaLabel = `${noteOf(found)}, from ${found.span.map(format3).join(' to ')}: ${output.textContent}`
      ;[low!.textContent, high!.textContent] = found.span.map(format3) as [string, string]
      note!.textContent = noteOf(found)
      note!.title = noteOf(found)
    } catch (error) {
      note!.textContent = textOf(error)
      seen = state
    } finally {
      isBusy = false
      notBefore = performance.now() + Math.max(INTERVAL / 2, 10 * (performance.now() - began))
    }
  }
  const now = (): void => {
    notBefore = 0
    void look()
  }
  select.addEventListener('change', now)
  const timer = setInterval(() => void look(), INTERVAL / 4)
  now()

  return {
    destroy() {
      clearInterval(timer)
      worker.terminate()
      element.remove()
      place.hidden = place.childElementCount === 0
    },
  }
}

const FLOW = 'flow'

/** The spectra that a network has. */
function offer(select: HTMLSelectElement, { memories, synapses }: Model): void {
  const before = select.value
  const choices = [
    ...memories.filter(isDense).map(({ name }): [string, string] => [`memory ${name}`, `ΞᵀΞ / N of ${name}`]),
    ...synapses
      .filter((one) => patternOf(one) === undefined)
      .map(({ name }): [string, string] => [`synapse ${name}`, `W of ${name}`]),
    [FLOW, 'Jacobian of the flow'],
  ]
  select.replaceChildren(...choices.map(([value, label]) => new Option(label, value)))
  if (choices.some(([value]) => value === before)) select.value = before
}

/** True if the shown spectrum changes from tick to tick. */
function isMoving({ memories, synapses }: Model, shown: string): boolean {
  const [of, name] = shown.split(' ')
  if (of === 'memory') return memories.find((one) => one.name === name)?.tau !== undefined
  if (of === 'synapse') return synapses.find((one) => one.name === name)?.tau !== undefined
  return true
}

/** The same rows without their values, which a worker need not copy. */
function withoutData({ rows, columns, pattern }: Rows): Rows {
  return { rows, columns, data: new Float32Array(0), ...(pattern && { pattern }) }
}

/** The present state of the first replica. */
async function questionOf(simulation: Simulation, shown: string): Promise<Question> {
  const model = networkOf(simulation.model, 0)
  const [of, name = ''] = shown.split(' ')
  const matrix = async (one: string): Promise<Float32Array> => {
    const { shape, data } = await simulation.read(one)
    const size = (shape.at(-1) as number) * (shape.at(-2) as number)
    return data.slice(0, size)
  }
  if (of === 'memory') {
    const { rows, columns } = model.memories.find((one) => one.name === name)!.init
    return { of: 'memory', xi: { rows, columns, data: await matrix(name) } }
  }
  if (of === 'synapse') {
    const layer = model.synapses.find((one) => one.name === name)!.layer
    const { size } = model.layers.find((one) => one.name === layer)!
    return { of: 'synapse', size, w: await matrix(name) }
  }
  const moment: Record<string, Float32Array> = {}
  for (const layer of model.layers)
    moment[layer.name] = (await simulation.read(layer.name)).data.slice(0, layer.size)
  for (const array of model.couplings.flatMap(arraysOf)) moment[array] = await matrix(array)
  return {
    of: 'flow',
    moment,
    // Without arrays that the worker does not need.
    model: {
      ...model,
      ...withViews([
        ...model.memories.map((memory) => ({ ...memory, init: withoutData(memory.init) })),
        ...model.hyperedges.map((edge) => ({
          ...edge,
          factors: edge.factors.map((factor) => ({ ...factor, init: withoutData(factor.init) })),
        })),
        ...model.synapses.map((synapse): Synapse => ({
          ...synapse,
          base:
            'matrix' in synapse.base && patternOf(synapse) !== undefined
              ? { kind: 'matrix', matrix: withoutData(synapse.base.matrix) }
              : { kind: 'zero' },
        })),
      ]),
      stimulus: [],
      probes: [],
    },
  }
}

function draw(element: Element, { histogram, law, span, eigenvalues }: Answer): void {
  const [first, last] = span
  const width = last - first || 1
  const x = (value: number): string => ((100 * (value - first)) / width).toFixed(2)
  const top = Math.max(1e-12, ...(histogram?.densities ?? []), ...(law === undefined ? [] : trimmed(law.y)))
  const y = (value: number): string => (100 - (96 * Math.min(value, top)) / top).toFixed(2)
  const set = (selector: string, path: string): void =>
    element.querySelector(selector)!.setAttribute('d', path)
  set(
    '.bars',
    histogram === undefined
      ? Array.from(eigenvalues, (value) => `M${x(value)} 100V60`).join('')
      : Array.from(histogram.densities, (density, bin) => {
          const [from, to] = [histogram.edges[bin]!, histogram.edges[bin + 1]!]
          return `M${x(from)} 100V${y(density)}H${x(to)}V100z`
        }).join(''),
  )
  set(
    '.law',
    law === undefined
      ? ''
      : `M${Array.from(law.x, (value, index) => `${x(value)} ${y(law.y[index]!)}`).join('L')}`,
  )
  set('.zero', first < 0 && last > 0 ? `M${x(0)} 0V100` : '')
}

/** The density without the few points next to a pole at 0, q = 1, which would flatten the rest. */
function trimmed(values: Float64Array): Float64Array {
  const sorted = values.toSorted()
  return sorted.subarray(0, Math.ceil(0.97 * sorted.length))
}

function summaryOf({ eigenvalues, law, stability }: Answer): string {
  if (stability === undefined) {
    const distance = law?.distance === undefined ? '' : ` · distance ${format3(law.distance)}`
    return `largest ${format3(eigenvalues.at(-1) ?? 0)}${distance}`
  }
  const { unstable, margin, hyperbolic } = stability
  if (unstable === undefined || margin === undefined) return 'many unstable'
  const verdict = unstable === 0 ? 'stable' : `${unstable} unstable`
  return `${verdict}, margin ${format3(margin)}${hyperbolic === true ? '' : ', not hyperbolic'}`
}

function noteOf({ histogram, law }: Answer): string {
  const what = histogram === undefined ? 'both ends' : 'eigenvalues'
  if (law === undefined) return what
  const zeros = law.zeros > 0 ? `; ${Math.round(100 * law.zeros)} % at 0` : ''
  return `${what}, line: Marchenko–Pastur${zeros}`
}
