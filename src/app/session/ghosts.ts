/** Placeholders keep the room of a closed network, without its pictures, until another replaces it. */

/**
 * Records the contents of some places; call before they are removed.
 * @returns a function that inserts inert copies
 */
export function ghostsOf(places: readonly HTMLElement[]): () => void {
  const likenesses = places.map((place) =>
    [...place.children].map((child) => {
      const ghost = child.cloneNode(true) as HTMLElement
      ghost.inert = true
      return ghost
    }),
  )
  return () => {
    for (const [index, place] of places.entries()) place.replaceChildren(...(likenesses[index] ?? []))
  }
}
