/** Functions of the caller that a run calls: what they throw stops neither the run nor the other listeners. */

/** May be async; what it returns is not used. */
export type Listener<T> = (value: T) => unknown

/** Keeps the first error until someone takes it. */
export interface Errors {
  keep(error: unknown): void
  /** @throws what was kept first since the last call, if anything was */
  throwFirst(): void
}

export function createErrors(): Errors {
  let first: { readonly error: unknown } | undefined
  return {
    keep(error) {
      first ??= { error }
    },
    throwFirst() {
      const kept = first
      first = undefined
      if (kept !== undefined) throw kept.error
    },
  }
}

export interface Listeners<T> {
  /** Returns a function that ends it. */
  add(listener: Listener<T>): () => void
  /** Calls all listeners; errors of those that are async are kept in `later`. */
  tell(value: T, now: Errors, later: Errors): void
  /** Resolves when no async listener is at work. */
  settled(): Promise<void>
}

export function createListeners<T>(): Listeners<T> {
  const all = new Set<{ readonly listener: Listener<T> }>()
  const running = new Set<PromiseLike<void>>()
  const follow = (promise: PromiseLike<unknown>, errors: Errors): void => {
    const end = promise
      .then(
        () => undefined,
        (error: unknown) => {
          errors.keep(error)
        },
      )
      .then(() => {
        running.delete(end)
      })
    running.add(end)
  }
  return {
    add(listener) {
      const entry = { listener }
      all.add(entry)
      return () => all.delete(entry)
    },
    tell(value, now, later) {
      for (const { listener } of [...all]) {
        try {
          const result = listener(value)
          if (isPromise(result)) follow(result, later)
        } catch (error) {
          now.keep(error)
        }
      }
    },
    async settled() {
      while (running.size > 0) await Promise.all(running)
    },
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function'
}
