/** Unfinished texts of the reader, in the storage of the tab: a reload keeps them, and nothing leaves the browser. */
import { hashBytes } from '../../core/math/hash.ts'

/** The most drafts of a sort; the oldest are removed. */
const MOST_DRAFTS = 8

export interface Drafts<T> {
  /** @param of - the thing that the draft would change, as a text */
  keep(of: string, draft: T): void
  find(of: string): T | undefined
  forget(of: string): void
}

/** @param sort - of the drafts, a part of their keys */
export function createDrafts<T>(sort: string): Drafts<T> {
  const prefix = `engram.${sort}.`
  /** In case the storage is full, or forbidden. */
  const present = new Map<string, T>()
  const keyOf = (of: string): string => `${prefix}${hashBytes(new TextEncoder().encode(of))}`
  const timeOf = (storage: Storage, key: string): number =>
    (JSON.parse(storage.getItem(key) ?? '{}') as { readonly at?: number }).at ?? 0
  return {
    keep(of, draft) {
      const key = keyOf(of)
      present.set(key, draft)
      attempt((storage) => {
        const others = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
          .filter((one) => one.startsWith(prefix) && one !== key)
          .sort((a, b) => timeOf(storage, a) - timeOf(storage, b))
        for (const one of others.slice(0, Math.max(0, others.length + 1 - MOST_DRAFTS)))
          storage.removeItem(one)
        storage.setItem(key, JSON.stringify({ at: Date.now(), draft }))
      })
    },
    find(of) {
      const key = keyOf(of)
      return (
        present.get(key) ??
        attempt((storage) => {
          const text = storage.getItem(key)
          return text === null ? undefined : (JSON.parse(text) as { readonly draft: T }).draft
        })
      )
    },
    forget(of) {
      const key = keyOf(of)
      present.delete(key)
      attempt((storage) => storage.removeItem(key))
    },
  }
}

/** A full or forbidden storage keeps nothing. */
function attempt<T>(act: (storage: Storage) => T): T | undefined {
  try {
    return act(window.sessionStorage)
  } catch {
    return undefined
  }
}
