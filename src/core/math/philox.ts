/** Random numbers that depend on a counter and a key alone. */

/**
 * Philox4x32-10, a counter-based generator: each counter gives four independent words, so that a value depends
 * on its counter, not on the order of the draws. shaders/common/random.wgsl is the same function; a test
 * compares the two bit by bit.
 * @see Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (SC 2011)
 */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = key
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0)
    const low0 = Math.imul(0xd2511f53, c0)
    const high1 = multiplyHigh(0xcd9e8d57, c2)
    const low1 = Math.imul(0xcd9e8d57, c2)
    ;[c0, c1, c2, c3] = [high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0]
    k0 = (k0 + 0x9e3779b9) | 0
    k1 = (k1 + 0xbb67ae85) | 0
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0]
}

/** High 32 bits of the 64-bit product of two words. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff
  const a1 = a >>> 16
  const b0 = b & 0xffff
  const b1 = b >>> 16
  const middle = a1 * b0 + ((a0 * b0) >>> 16)
  const carry = (middle & 0xffff) + a0 * b1
  return (a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) | 0
}

/** A word as a uniform number in (0, 1) that float32 holds exactly: 23 bits and a half. */
export function uniformOf(word: number): number {
  return ((word >>> 9) + 0.5) / 8388608
}

/** Two words as one standard normal number, by Box and Muller. */
export function normalOf(word0: number, word1: number): number {
  return Math.sqrt(-2 * Math.log(uniformOf(word0))) * Math.cos(2 * Math.PI * uniformOf(word1))
}
