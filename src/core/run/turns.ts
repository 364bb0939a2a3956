/** A queue of calls: each waits for the calls before it. */
export interface Turns {
  /** Calls a function after all earlier calls have ended, failed or not; at once if none is running. */
  take<T>(act: () => Promise<T>): Promise<T>
  /** Resolves with the last call; undefined if none is running. */
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
