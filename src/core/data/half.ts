/** Half precision (IEEE 754 binary16). */

/** Largest number that half precision holds. */
export const MAX_HALF = 65504

const floatView = new Float32Array(1)
const wordView = new Uint32Array(floatView.buffer)

/** A number as the bits of the nearest half-precision number (ties to even); too large ones become infinite. */
export function toHalf(value: number): number {
  floatView[0] = value
  const word = wordView[0] as number
  const sign = (word >>> 16) & 0x8000
  const exponent = (word >>> 23) & 0xff
  const fraction = word & 0x7fffff
  if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200)
  const power = exponent - 127 + 15
  if (power >= 31) return sign | 0x7c00
  if (power <= 0) {
    if (power < -10) return sign
    return sign | roundedShift(fraction | 0x800000, 14 - power)
  }
  // A carry out of the fraction moves into the exponent, as it should.
  return sign | ((power << 10) + roundedShift(fraction, 13))
}

function roundedShift(value: number, bits: number): number {
  const low = value & ((1 << bits) - 1)
  const half = 1 << (bits - 1)
  const high = value >>> bits
  return low > half || (low === half && (high & 1) === 1) ? high + 1 : high
}

/** The number that half-precision bits stand for. */
export function fromHalf(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1
  const exponent = (bits >>> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
