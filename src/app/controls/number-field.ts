/** Text fields for numbers; native number fields silently accept prefixes, drop commas or round. */
import { topOf } from '../top.ts'
import { type NumberRule, readNumber } from './number.ts'
import './number-field.css'

/** Milliseconds for which a message stays. */
const TOLD_FOR = 8000

let bubble: HTMLElement | undefined
let timer: ReturnType<typeof setTimeout> | undefined

/** Shows below a field why its text is refused. */
export function refuse(field: HTMLElement, fault: string): void {
  if (bubble === undefined) {
    bubble = document.createElement('div')
    bubble.className = 'number-fault'
    bubble.role = 'alert'
    bubble.popover = 'manual'
  }
  const shown = bubble
  // Next to a field in an open panel, which lies above the page.
  ;(field.closest('dialog, [popover]') ?? topOf(field)).append(shown)
  shown.textContent = fault
  shown.showPopover()
  const { left, bottom, top } = field.getBoundingClientRect()
  const { clientWidth, clientHeight } = document.documentElement
  const below = bottom + 4
  const fits = below + shown.offsetHeight < clientHeight
  shown.style.left = `${Math.max(8, Math.min(clientWidth - 8 - shown.offsetWidth, left))}px`
  shown.style.top = `${fits ? below : top - 4 - shown.offsetHeight}px`
  field.addEventListener('input', unrefuse, { once: true })
  clearTimeout(timer)
  timer = setTimeout(unrefuse, TOLD_FOR)
}

function unrefuse(): void {
  clearTimeout(timer)
  bubble?.remove()
}

export interface NumberFieldOptions {
  /** Evaluated when the field is read. */
  readonly rule: () => NumberRule
  /** undefined = empty, if that has a meaning. */
  readonly take: (value: number | undefined) => void
  /** True if an empty field has a meaning. */
  readonly mayBeEmpty?: boolean
  /** True if a number acts during typing. */
  readonly isLive?: boolean
}

/** Applies a number when the field loses the focus, or restores the previous one with a message. */
export function bindNumber(
  field: HTMLInputElement,
  { rule, take, mayBeEmpty = false, isLive = false }: NumberFieldOptions,
): void {
  field.type = 'text'
  field.inputMode = rule().integer === true ? 'numeric' : 'decimal'
  field.autocomplete = 'off'
  let kept = field.value
  field.addEventListener('focus', () => (kept = field.value))
  const read = (): void => {
    if (mayBeEmpty && field.value.trim() === '') {
      kept = ''
      take(undefined)
      return
    }
    const reading = readNumber(field.value, rule())
    if ('fault' in reading) {
      field.value = kept
      refuse(field, reading.fault)
      return
    }
    kept = String(reading.value)
    field.value = kept
    take(reading.value)
  }
  field.addEventListener('change', read)
  field.addEventListener('input', () => {
    if (!isLive) return
    const reading = readNumber(field.value, rule())
    if ('value' in reading) take(reading.value)
    else if (mayBeEmpty && field.value === '') take(undefined)
  })
  field.addEventListener('keydown', (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key]
    if (step === undefined || rule().integer !== true) return
    event.preventDefault()
    const { min = -Infinity, max = Infinity } = rule()
    const reading = readNumber(field.value, { integer: true })
    const from = 'fault' in reading ? min - step : reading.value
    field.value = String(Math.min(max, Math.max(min, from + step)))
    read()
  })
}
