/** The elements of a lane: its name, canvas, sliders and numbers. */
import { assign } from '../assign.ts'
import { format3 } from '../format.ts'
import type { Kind } from './groups.ts'

export interface Row {
  readonly element: HTMLElement
  readonly canvas: HTMLCanvasElement
  readonly sliders: HTMLElement
  readonly ratio: HTMLElement
  readonly rate: HTMLElement
  readonly time: HTMLElement
}

export function createRow(kind: Kind | 'stimulus' | 'probes' | 'drawing', name: string): Row {
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

export function showTime({ time }: Row, value: number | undefined, total: number): void {
  assign(time, { textContent: value === undefined ? '' : microseconds(value) })
  const share = String(value === undefined || total === 0 ? 0 : value / total)
  if (time.style.getPropertyValue('--share') !== share) time.style.setProperty('--share', share)
}

export function microseconds(value: number): string {
  return value >= 1000 ? `${format3(value / 1000)} ms` : `${format3(Number(value.toFixed(1)))} µs`
}

export function note(text: string): HTMLElement {
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
export function createSlider(name: string, label: string, log: boolean): Slider {
  const element = document.createElement('label')
  const input = document.createElement('input')
  const output = document.createElement('output')
  input.type = 'range'
  input.min = log ? '-2' : '1'
  input.max = log ? '3' : '100'
  input.step = log ? '0.01' : '1'
  input.setAttribute('aria-label', label)
  element.append(name.replace('tau', 'τ'), input, output)
  const valueOf = (): number =>
    log ? Number((10 ** Number(input.value)).toPrecision(3)) : Number(input.value)
  return {
    element,
    show(value) {
      assign(output, { textContent: format3(value) })
      assign(input, { ariaValueText: format3(value) })
      // A dragged slider is not moved.
      if (valueOf() !== value) input.value = String(log ? Math.log10(value) : value)
    },
    listen: (act) => input.addEventListener('input', () => act(valueOf())),
  }
}
