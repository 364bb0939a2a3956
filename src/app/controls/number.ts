/** Parses numbers typed by people: the whole text is a number, or is refused with a message. Pure. */

export interface NumberRule {
  readonly integer?: boolean
  readonly min?: number
  readonly max?: number
}

/** A number, or the reason why the text is not a number. */
export type Reading = { readonly value: number } | { readonly fault: string }

const NUMBER = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i

/** Such as 1,000: ambiguous, one thousand or a fraction. */
const AMBIGUOUS = /^[+-]?[1-9]\d{0,2},\d{3}$/

const SHOWN = 30

/** Accepts `1.5`, `1,5` and `1e-3`, and no other text. */
export function readNumber(
  text: string,
  { integer = false, min = -Infinity, max = Infinity }: NumberRule = {},
): Reading {
  const written = text.trim()
  const fault = (what: string): Reading => ({ fault: what })
  if (written === '') return fault('A number is missing.')
  const quoted = `“${written.length > SHOWN ? `${written.slice(0, SHOWN)}…` : written}”`
  const plain = written.replace(/^−/, '-').replace(/(e)−/i, '$1-')
  if (!NUMBER.test(plain)) return fault(`${quoted} is not a number; write it like 1.5, 1,5 or 1e-3.`)
  if (AMBIGUOUS.test(plain))
    return fault(
      `${quoted} may be two numbers; write ${plain.replace(',', '')} or ${plain.replace(',', '.')}.`,
    )
  // -0 reads as 0.
  const value = Number(plain.replace(',', '.')) + 0
  if (!Number.isFinite(value)) return fault(`${quoted} is too large for a number.`)
  if (value === 0 && /[1-9]/.test(plain.replace(/e.*$/i, '')))
    return fault(`${quoted} is too small for a number; write 0.`)
  if (integer && !Number.isInteger(value))
    return fault(`${quoted} is not whole; write ${Math.floor(value)} or ${Math.ceil(value)}.`)
  if (integer && !Number.isSafeInteger(value))
    return fault(`${quoted} has too many digits; write a number up to ${Number.MAX_SAFE_INTEGER}.`)
  if (value < min || value > max) return fault(`${quoted} is outside of ${rangeText(min, max)}.`)
  return { value }
}

function rangeText(min: number, max: number): string {
  if (max === Infinity) return `the range: ${min} or more`
  return min === -Infinity ? `the range: ${max} or less` : `${min} to ${max}`
}
