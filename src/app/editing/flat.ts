/** Patterns of one value, of which nothing is stored. Pure. */

/** Largest difference of two entries of a flat image: the averages of equal pixels have rounding errors. */
const FLAT = 1e-6

/** A row for memories: an entry for each neuron. */
export interface Pattern {
  /** True for an image, which is made like the other rows. */
  readonly isImage: boolean
  readonly values: ArrayLike<number>
}

export function isFlat({ isImage, values }: Pattern): boolean {
  const [first = 0] = Array.from(values)
  return Array.from(values).every((value) => Math.abs(value - first) <= (isImage ? FLAT : 0))
}

/** The reason why such a pattern is left out. */
export function flatReason(place: string): string {
  return `${place} has one value throughout; give a pattern of several values`
}
