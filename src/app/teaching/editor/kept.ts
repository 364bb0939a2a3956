/** Unsaved drafts of lessons. */
import { createDrafts } from '../../session/drafts.ts'
import type { Draft, DraftTry } from './draft.ts'

export interface KeptDraft {
  readonly draft: Draft
  /** The try that the changes of the network have become, one of the draft's. */
  readonly moved: DraftTry | undefined
}

const drafts = createDrafts<{ readonly draft: Draft; readonly moved: number }>('lesson')

/** @param of - the lesson and its network, as a text */
export function keepDraft(of: string, { draft, moved }: KeptDraft): void {
  drafts.keep(of, { draft, moved: moved === undefined ? -1 : draft.tries.indexOf(moved) })
}

export function keptDraft(of: string): KeptDraft | undefined {
  const found = drafts.find(of)
  return found && { draft: found.draft, moved: found.draft.tries[found.moved] }
}

export const forgetDraft = (of: string): void => drafts.forget(of)
