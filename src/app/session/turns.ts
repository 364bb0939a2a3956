/** What is done to the open network, one thing after the other. */

export interface Turns {
  /** Opens another network; of several that wait only the last is opened. */
  next(act: () => Promise<void>): Promise<void>
  /** Acts on the network there is after what is under way; not at all, and false, when another has been asked for by then. */
  within(act: () => Promise<boolean>): Promise<boolean>
  /** After what is under way, whatever has been asked for; only here a failure is the caller's. */
  after(act: () => Promise<void> | undefined): Promise<void>
  /** Nothing that waits is done. */
  end(): void
}

export function createTurns(): Turns {
  let queue = Promise.resolve()
  /** Counts the networks that were asked for. */
  let generation = 0
  let isEnded = false
  return {
    next(act) {
      const own = ++generation
      queue = queue.then(() => (own === generation && !isEnded ? act() : undefined))
      return queue
    },
    within(act) {
      const own = generation
      const result = queue.then(() => (own === generation && !isEnded ? act() : false))
      queue = result.then(() => undefined)
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
