/** A queue of actions on the open network. The caller gets the failure of an action, and the next one runs all the same. */

export interface Turns {
  /** Opens another network; of several waiting ones only the last is opened. */
  next(act: () => Promise<void>): Promise<void>
  /** Acts on the present network after running actions; does nothing and returns false if another network was requested. */
  within(act: () => Promise<boolean>): Promise<boolean>
  /** Acts after running actions in any case. */
  after(act: () => Promise<void> | undefined): Promise<void>
  /** Cancels all waiting actions. */
  end(): void
}

export function createTurns(): Turns {
  let queue = Promise.resolve()
  /** Number of requested networks. */
  let generation = 0
  let isEnded = false
  return {
    next(act) {
      const own = ++generation
      const result = queue.then(() => (own === generation && !isEnded ? act() : undefined))
      queue = result.catch(() => undefined)
      return result
    },
    within(act) {
      const own = generation
      const result = queue.then(() => (own === generation && !isEnded ? act() : false))
      queue = result.then(
        () => undefined,
        () => undefined,
      )
      return result
    },
    after(act) {
      const result = queue.then(() => (isEnded ? undefined : act()))
      queue = result.catch(() => undefined)
      return result
    },
    end() {
      isEnded = true
    },
  }
}
