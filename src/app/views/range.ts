/** The range of a colour map: round numbers that rarely change. */

export interface Range {
  readonly low: number
  readonly high: number
}

/** True if 0 has the middle colour of the map. */
export function isSigned({ low }: Range): boolean {
  return low < 0
}

/** The values of the first and the last colour: symmetric about 0 if values have both signs. */
export function ends({ low, high }: Range): Range {
  if (low >= 0) return { low, high }
  const limit = Math.max(-low, Math.abs(high))
  return { low: -limit, high: limit }
}

/** The power of two in float32 that scales the larger end of a range to about 1. */
export function unitOf({ low, high }: Range): number {
  const exponent = Math.ceil(Math.log2(Math.max(Math.abs(low), Math.abs(high))))
  return Number.isFinite(exponent) ? 2 ** -Math.min(126, Math.max(-126, exponent)) : 1
}

/** Mantissas of the ends of a range. */
const ROUND = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]

/** The range shrinks when the values are below this fraction of it. */
const SLACK = 0.6

/** The smallest round number >= value; 1 without values. */
export function roundUpNicely(value: number): number {
  if (!(value > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const mantissa = value / power
  // The last digit of a float32 must not push 1 to 1.2.
  const round = ROUND.find((candidate) => mantissa <= candidate * (1 + 1e-6)) ?? 10
  return Number((round * power).toPrecision(3))
}

/**
 * The next range for values between -low and high: symmetric about 0 once a value has been negative, so that the colour
 * of 0 never moves. It grows at once and shrinks only when it is clearly too wide.
 * @param low - size of the most negative value, >= 0
 * @param high - the largest value, >= 0
 */
export function nextRange(before: Range | undefined, low: number, high: number): Range {
  const signed = low > 0 || (before !== undefined && before.low < 0)
  const largest = Math.max(low, high)
  const held = before?.high ?? 0
  const isKept = largest <= held && (largest >= SLACK * held || largest === 0)
  const limit = held > 0 && isKept ? held : roundUpNicely(largest)
  return { low: signed ? -limit : 0, high: limit }
}
