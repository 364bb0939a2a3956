/** Where the name of a mark stands. Pure. */

/** From a mark to its name: the radius of the mark and some room. */
const ASIDE = 7
const ABOVE = 3

export interface Frame {
  readonly left: number
  readonly top: number
  readonly right: number
}

/**
 * The left end and the lower edge of a name: right of its mark and above it, or inside of the frame where that is outside.
 * @param size - width and height of the name
 */
export function labelPlace(
  x: number,
  y: number,
  [width, height]: readonly [number, number],
  { left, top, right }: Frame,
): readonly [x: number, y: number] {
  const isWide = x + ASIDE + width > right
  const at = isWide ? x - ASIDE - width : x + ASIDE
  return [Math.max(left, at), Math.max(top + height, y - ABOVE)]
}
