/** How often a small network was in each pattern of signs. Pure. */

/** The most neurons: 2^12 patterns of signs. */
export const MOST_SIGNS = 12

/** A pattern of signs and its fraction of the states. */
export interface Bar {
  readonly signs: string
  readonly share: number
}

export interface Visits {
  /** Number of counted states. */
  readonly total: number
  add(state: ArrayLike<number>): void
  /** The most frequent patterns with their fractions, the most frequent first. */
  most(count: number): readonly Bar[]
  clear(): void
}

export function createVisits(): Visits {
  const counts = new Map<string, number>()
  let total = 0
  return {
    get total() {
      return total
    },
    add(state) {
      const signs = Array.from(state, (value) => (value < 0 ? '−' : '+')).join('')
      counts.set(signs, (counts.get(signs) ?? 0) + 1)
      total++
    },
    most: (count) =>
      [...counts]
        .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
        .slice(0, count)
        .map(([signs, n]) => ({ signs, share: n / total })),
    clear() {
      counts.clear()
      total = 0
    },
  }
}
