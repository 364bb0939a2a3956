/** What stood in the places of a network keeps its room, without its pictures, until another takes its place. */

/**
 * Remembers what is in some places; to be called before it is taken away.
 * @returns puts likenesses there that nobody can act on
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
