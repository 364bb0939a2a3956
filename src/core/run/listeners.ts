/** Listeners of a run: an error in one stops neither the run nor the other listeners. */

/** May be async; the result is not used. */
export type Listener<T> = (value: T) => unknown

/** Stores the first error until it is taken. */
export interface Errors {
  keep(error: unknown): void
  /** @throws the first stored error since the last call, if any */
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
  /** Returns a function that removes the listener. */
  add(listener: Listener<T>): () => void
  /** Calls all listeners; `later` stores errors of async listeners. */
  tell(value: T, now: Errors, later: Errors): void
  /** Resolves when no async listener is running. */
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
