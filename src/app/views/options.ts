/** The panel for the colour maps and the range of a picture; loaded when it is opened. */
import './options.css'
import { DIVERGING, type Maps, type Scheme, SEQUENTIAL } from './colours.ts'
import { readNumber } from '../controls/number.ts'
import type { Range } from './range.ts'
import { topOf } from '../top.ts'
import { schemeAt } from './scheme.ts'

/** The picture of the panel. */
export interface Subject {
  readonly name: string
  readonly maps: Maps
  /** The fixed range; undefined = automatic. */
  readonly fixed: Range | undefined
  /** The drawn range. */
  readonly range: Range
  readonly setMaps: (maps: Maps) => void
  readonly setRange: (range: Range | undefined) => void
}

export interface Options {
  open(anchor: HTMLElement, subject: Subject): void
  destroy(): void
}

/** @param place - element of the pictures */
export function createOptions(place: HTMLElement): Options {
  const panel = document.createElement('form')
  panel.className = 'picture-options'
  panel.popover = 'auto'
  topOf(place).append(panel)
  panel.addEventListener('submit', (event) => event.preventDefault())
  let opener: HTMLElement | undefined
  panel.addEventListener('toggle', (event) => {
    if (event.newState === 'closed') opener?.setAttribute('aria-expanded', 'false')
  })
  // Typing here must not trigger the keys of the page.
  panel.addEventListener('keydown', (event) => event.stopPropagation())

  const fill = (subject: Subject): void => {
    const { name, fixed, range } = subject
    let { maps } = subject
    const scheme = schemeAt(panel)
    panel.setAttribute('aria-label', `Colours and range of ${name}`)
    panel.replaceChildren(
      choice('Values from 0 up', 'sequential', SEQUENTIAL, scheme, maps.sequential, (sequential) => {
        maps = { ...maps, sequential }
        subject.setMaps(maps)
      }),
      choice('Values of both signs', 'diverging', DIVERGING, scheme, maps.diverging, (diverging) => {
        maps = { ...maps, diverging }
        subject.setMaps(maps)
      }),
      rangeFields(name, fixed, range, subject.setRange),
    )
  }

  return {
    open(anchor, subject) {
      if (opener === anchor && panel.matches(':popover-open')) {
        panel.hidePopover()
        return
      }
      opener = anchor
      fill(subject)
      panel.showPopover()
      anchor.setAttribute('aria-expanded', 'true')
      const { right, bottom, top } = anchor.getBoundingClientRect()
      const { clientWidth, clientHeight } = document.documentElement
      const { offsetWidth, offsetHeight } = panel
      const below = bottom + 6
      const fits = below + offsetHeight < clientHeight
      panel.style.left = `${Math.max(8, Math.min(clientWidth - 8 - offsetWidth, right - offsetWidth))}px`
      panel.style.top = `${Math.max(8, fits ? below : Math.min(top - 6 - offsetHeight, clientHeight - 8 - offsetHeight))}px`
      panel.querySelector<HTMLElement>('input:checked')?.focus()
    },
    destroy: () => panel.remove(),
  }
}

/** One map of several, each with its colours. */
function choice<K extends string>(
  title: string,
  field: string,
  maps: Readonly<
    Record<K, { readonly label: string } & Readonly<Record<'light' | 'dark', readonly string[]>>>
  >,
  scheme: Scheme,
  chosen: K,
  choose: (name: K) => void,
): HTMLElement {
  const set = group(title)
  for (const key of Object.keys(maps) as K[]) {
    const label = document.createElement('label')
    const radio = input('radio', field)
    radio.value = key
    radio.checked = key === chosen
    radio.addEventListener('change', () => choose(key))
    const swatch = document.createElement('span')
    swatch.className = 'swatch'
    swatch.style.background = `linear-gradient(to right, ${maps[key][scheme].join(', ')})`
    label.append(radio, swatch, maps[key].label)
    set.append(label)
  }
  return set
}

function rangeFields(
  name: string,
  fixed: Range | undefined,
  range: Range,
  choose: (range: Range | undefined) => void,
): HTMLElement {
  const set = group(`Range of ${name}`)
  const [automatic, held] = [input('radio', 'range'), input('radio', 'range')]
  automatic.value = 'automatic'
  held.value = 'fixed'
  automatic.checked = fixed === undefined
  held.checked = fixed !== undefined
  const [low, high] = [number('lowest', (fixed ?? range).low), number('highest', (fixed ?? range).high)]
  const fault = document.createElement('p')
  fault.setAttribute('role', 'alert')
  const apply = (): void => {
    const next = rangeOf(low.value, high.value)
    const isWrong = held.checked && typeof next === 'string'
    for (const one of [low, high]) one.setAttribute('aria-invalid', String(isWrong))
    fault.textContent = isWrong ? next : ''
    if (automatic.checked) choose(undefined)
    else if (typeof next !== 'string') choose(next)
  }
  for (const radio of [automatic, held]) radio.addEventListener('change', apply)
  for (const field of [low, high]) {
    field.addEventListener('input', () => {
      held.checked = true
      apply()
    })
  }
  set.append(labelled(automatic, 'automatic'), labelled(held, 'fixed', low, 'to', high), fault)
  return set
}

/** A range, or the reason why two texts are not a range. */
function rangeOf(lowest: string, highest: string): Range | string {
  const [low, high] = [readNumber(lowest), readNumber(highest)]
  if ('fault' in low) return low.fault
  if ('fault' in high) return high.fault
  if (low.value < high.value) return { low: low.value, high: high.value }
  return 'The highest value must be above the lowest.'
}

function group(title: string): HTMLElement {
  const set = document.createElement('fieldset')
  const legend = document.createElement('legend')
  legend.textContent = title
  set.append(legend)
  return set
}

function labelled(...parts: readonly (Node | string)[]): HTMLElement {
  const box = document.createElement('div')
  box.className = 'range-row'
  const label = document.createElement('label')
  label.append(...parts.slice(0, 2))
  box.append(label, ...parts.slice(2))
  return box
}

function input(type: string, name: string): HTMLInputElement {
  const field = document.createElement('input')
  field.type = type
  field.name = name
  return field
}

function number(label: string, value: number): HTMLInputElement {
  const field = input('text', label)
  field.inputMode = 'decimal'
  field.autocomplete = 'off'
  field.value = String(value)
  field.setAttribute('aria-label', `${label} value`)
  return field
}
