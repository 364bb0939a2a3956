/** Records the undoable steps of the reader. */
import type { Scenario } from '../../core/model/schema.ts'
import { type Step, createUndoStack } from '../editing/undo.ts'

export interface Steps {
  readonly canUndo: boolean
  readonly canRedo: boolean
  /** True while a pointer is down: changes belong to one gesture. */
  readonly isPressed: boolean
  /** Records a change, unless it is part of a larger one. */
  note(step: Step): void
  /** Changes values without recording each. */
  unnoted(change: () => Promise<boolean>): Promise<boolean>
  /**
   * Undoes the last step with a function that changes the values to those of a scenario; false if there is none
   * or it is refused.
   */
  undo(change: (target: Scenario) => Promise<boolean>): Promise<boolean>
  redo(change: (target: Scenario) => Promise<boolean>): Promise<boolean>
  clear(): void
}

export function createSteps(): Steps {
  const stack = createUndoStack()
  let isReplaying = false
  let gesture = 0
  let presses = 0
  document.addEventListener('pointerdown', () => (gesture = ++presses), true)
  for (const type of ['pointerup', 'pointercancel'])
    document.addEventListener(type, () => (gesture = 0), true)

  const unnoted: Steps['unnoted'] = (change) => {
    isReplaying = true
    return change().finally(() => (isReplaying = false))
  }
  const takeBack = () => stack.undo()
  const again = () => stack.redo()
  const replay = async (
    take: () => Scenario | undefined,
    giveBack: () => unknown,
    change: (target: Scenario) => Promise<boolean>,
  ): Promise<boolean> => {
    const target = take()
    if (target === undefined) return false
    const done = await unnoted(() => change(target))
    if (!done) giveBack()
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
      if (!isReplaying) stack.push(step, performance.now(), gesture)
    },
    unnoted,
    undo: (change) => replay(takeBack, again, change),
    redo: (change) => replay(again, takeBack, change),
    clear() {
      stack.clear()
    },
  }
}
