/** Text fields for numbers; native number fields silently accept prefixes, drop commas or round. */
import { type NumberRule, readNumber } from './number.ts'

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
      // Loaded at the first refusal; a page that cannot load it has the number before.
      import('./refusal.ts').then(({ refuse }) => refuse(field, reading.fault)).catch(() => undefined)
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
