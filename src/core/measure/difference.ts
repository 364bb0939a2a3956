/** How much two arrays differ. */

/** The largest difference, as a part of the largest entry; Infinity for what is no number. */
export function differenceOf(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity
  let size = 0
  let most = 0
  for (let at = 0; at < found.length; at++) {
    size = Math.max(size, Math.abs(expected[at] as number))
    const distance = Math.abs((found[at] as number) - (expected[at] as number))
    if (!(distance <= most)) most = Number.isFinite(distance) ? distance : Infinity
  }
  return most / size
}
