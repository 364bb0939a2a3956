/** Text fields for numbers; a browser's own take a prefix, drop a comma or round, each without a word. */
import { topOf } from '../top.ts'
import { type NumberRule, readNumber } from './number.ts'
import './number-field.css'

/** Milliseconds for which a word stays. */
const TOLD_FOR = 8000

let bubble: HTMLElement | undefined
let timer: ReturnType<typeof setTimeout> | undefined

/** Says below a field why what was written there is not taken. */
export function refuse(field: HTMLElement, fault: string): void {
  if (bubble === undefined) {
    bubble = document.createElement('div')
    bubble.className = 'number-fault'
    bubble.role = 'alert'
    bubble.popover = 'manual'
  }
  const shown = bubble
  // Beside a field in an open panel, which lies above the page.
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
  /** As it is when the field is read. */
  readonly rule: () => NumberRule
  /** undefined = the field is empty, where that has a meaning. */
  readonly take: (value: number | undefined) => void
  /** An empty field has a meaning. */
  readonly mayBeEmpty?: boolean
  /** A number acts while it is typed. */
  readonly isLive?: boolean
}

/** Makes a field take a number when it is left, or keep the one that it had and say why. */
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
