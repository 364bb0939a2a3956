/** Unsaved drafts of lessons, in the storage of the tab: a reload keeps them. */
import { hashBytes } from '../../../core/math/hash.ts'
import type { Draft, DraftTry } from './draft.ts'

const PREFIX = 'engram.lesson.'

/** The most drafts; the oldest are removed. */
const MOST_DRAFTS = 8

export interface KeptDraft {
  readonly draft: Draft
  /** The try that the changes of the network have become, one of the draft's. */
  readonly moved: DraftTry | undefined
}

/** In case the storage is full, or forbidden. */
const present = new Map<string, KeptDraft>()

const keyOf = (of: string): string => PREFIX + hashBytes(new TextEncoder().encode(of))

/** Keeps the draft of a lesson. @param of - the lesson and its network, as a text */
export function keepDraft(of: string, { draft, moved }: KeptDraft): void {
  const key = keyOf(of)
  present.set(key, { draft, moved })
  const at = moved === undefined ? -1 : draft.tries.indexOf(moved)
  attempt((storage) => {
    const old = draftsIn(storage).filter((one) => one !== key)
    for (const one of old.slice(0, Math.max(0, old.length + 1 - MOST_DRAFTS))) storage.removeItem(one)
    storage.setItem(key, JSON.stringify({ at: Date.now(), moved: at, draft }))
  })
}

export function keptDraft(of: string): KeptDraft | undefined {
  const key = keyOf(of)
  return (
    present.get(key) ??
    attempt((storage) => {
      const text = storage.getItem(key)
      if (text === null) return undefined
      const { draft, moved } = JSON.parse(text) as { readonly draft: Draft; readonly moved: number }
      return { draft, moved: draft.tries[moved] }
    })
  )
}

export function forgetDraft(of: string): void {
  const key = keyOf(of)
  present.delete(key)
  attempt((storage) => storage.removeItem(key))
}

/** The keys of all drafts, the oldest first. */
function draftsIn(storage: Storage): string[] {
  const at = (key: string): number => (JSON.parse(storage.getItem(key) ?? '{}') as { readonly at?: number }).at ?? 0
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
  return keys.filter((key) => key.startsWith(PREFIX)).sort((a, b) => at(a) - at(b))
}

/** A full or forbidden storage keeps nothing. */
function attempt<T>(act: (storage: Storage) => T): T | undefined {
  try {
    return act(window.sessionStorage)
  } catch {
    return undefined
  }
}
