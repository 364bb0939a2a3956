/** Records the undoable steps of the reader. */
import type { Scenario } from '../../core/model/schema.ts'
import { type States, type Step, type UndoStack, createUndoStack } from '../editing/undo.ts'
import type { Left } from './hand-over.ts'

/** Changes the values to those of a scenario; `states` as of `Changes.become`. */
type Turn = (target: Scenario, states: States<Left>) => Promise<boolean>

export interface Steps {
  readonly canUndo: boolean
  readonly canRedo: boolean
  /** True while a pointer is down: changes belong to one gesture. */
  readonly isPressed: boolean
  /** Records a change, unless it is part of a larger one. */
  note(step: Step<Left>): void
  /** Changes values without recording each. */
  unnoted<T>(change: () => Promise<T>): Promise<T>
  /** Records what the reader has set meanwhile. @param scenario - after the change that was not recorded */
  noteSince(scenario: Scenario): void
  /**
   * Undoes the last step with a function that changes the values to those of a scenario; false if there is none
   * or it is refused.
   */
  readonly undo: (change: (target: Scenario) => Promise<boolean>) => Promise<boolean>
  readonly redo: (change: (target: Scenario) => Promise<boolean>) => Promise<boolean>
  clear(): void
  /** Text of the draft after the last step; absent if there is none. */
  readonly draft: string | undefined
  /** True while a step is undone or redone. */
  readonly isReplaying: boolean
  /** Records a change of the draft alone. */
  noteDraft(scenario: Scenario, draft: string | undefined): void
  keepDraft(draft: string): void
  /** As of an undo stack. */
  readonly all: UndoStack<Left>['steps']
  readonly recall: (...steps: UndoStack<Left>['steps']) => void
}

/** @param present - the open scenario */
export function createSteps(present: () => Scenario | undefined): Steps {
  const stack = createUndoStack<Left>()
  let isUnnoted = false
  let isReplaying = false
  let gesture = 0
  let presses = 0
  document.addEventListener('pointerdown', () => (gesture = ++presses), true)
  for (const type of ['pointerup', 'pointercancel'])
    document.addEventListener(type, () => (gesture = 0), true)

  const unnoted: Steps['unnoted'] = (change) => {
    const was = isUnnoted
    isUnnoted = true
    return change().finally(() => (isUnnoted = was))
  }
  const push = (step: Step<Left>): void => stack.push(step, performance.now(), gesture)
  const noteSince: Steps['noteSince'] = (from) => {
    const to = present()
    if (to !== undefined) push({ from, to })
  }
  const replay = async (isUndo: boolean, change: Turn): Promise<boolean> => {
    const go = (isBack: boolean) => (isBack ? stack.undo() : stack.redo())
    const target = go(isUndo)
    if (target === undefined) return false
    const own = isUndo ? stack.undone : stack.done
    const states: States<Left> = { to: isUndo ? own?.from : own?.to }
    isReplaying = true
    const done = await unnoted(() => change(target, states)).finally(() => (isReplaying = false))
    if (done && own !== undefined) own[isUndo ? 'to' : 'from'] = states.from
    noteSince(done ? target : (go(!isUndo) ?? target))
    return done
  }
  return {
    get canUndo() {
      return stack.canUndo
    },
    get canRedo() {
      return stack.canRedo
    },
    get isPressed() {
      return gesture !== 0
    },
    note(step) {
      if (!isUnnoted) push(step)
    },
    unnoted,
    noteSince,
    undo: (change) => replay(true, change),
    redo: (change) => replay(false, change),
    clear() {
      stack.clear()
    },
    get draft() {
      return stack.draft
    },
    get isReplaying() {
      return isReplaying
    },
    noteDraft: (scenario, draft) => stack.pushDraft(scenario, draft),
    keepDraft: (draft) => stack.keepDraft(draft),
    get all() {
      return stack.steps
    },
    recall: (before, after) => stack.recall(before, after),
  }
}
