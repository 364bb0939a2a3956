/** Calls that wait for those before them. */
export interface Turns {
  /** Calls when all that was taken before has ended, failed or not; where nothing is under way, at once. */
  take<T>(act: () => Promise<T>): Promise<T>
  /** Resolves with the last; undefined where none is under way. */
  readonly underWay: Promise<void> | undefined
}

export function createTurns(): Turns {
  let underWay: Promise<void> | undefined
  return {
    take(act) {
      const result = underWay === undefined ? act() : underWay.then(act)
      const end = result
        .then(
          () => undefined,
          () => undefined,
        )
        .then(() => {
          if (underWay === end) underWay = undefined
        })
      underWay = end
      return result
    },
    get underWay() {
      return underWay
    },
  }
}
