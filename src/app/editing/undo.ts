/** The undo history of a scenario, with the changed values. Pure. */
import { valueAt } from '../../core/model/path.ts'
import type { Scenario } from '../../core/model/schema.ts'

/** Milliseconds within which changes of the same value are one step, such as keys held down on a slider. */
const JOINED_WITHIN = 600

/** Steps that are kept. */
const MOST_STEPS = 200

/** The most bytes of states that all steps keep together; the oldest lose theirs. */
const MOST_BYTES = 256 * 2 ** 20

/** The states that a step left behind, in either direction. */
export interface States<S extends { readonly bytes: number } = { readonly bytes: number }> {
  /** Of the network before the step, for undo. */
  from?: S | undefined
  /** Of the network after it, for redo. */
  to?: S | undefined
}

export interface Step<S extends { readonly bytes: number } = { readonly bytes: number }> {
  readonly from: Scenario
  readonly to: Scenario
  readonly states?: States<S>
  /** Text of the draft after the step, if one is open that is no valid scenario. */
  readonly draft?: string | undefined
}

export interface UndoStack<S extends { readonly bytes: number } = { readonly bytes: number }> {
  /** Of the step that was done, or redone, last. */
  readonly done: States<S> | undefined
  /** Of the step that was undone last. */
  readonly undone: States<S> | undefined
  readonly canUndo: boolean
  readonly canRedo: boolean
  /** Text of the draft after the last step. */
  readonly draft: string | undefined
  /** Records that only the draft has changed; undefined = there is none any more. */
  pushDraft(scenario: Scenario, draft: string | undefined): void
  /** The last step leaves this draft: the draft has followed the step. */
  keepDraft(draft: string): void
  /**
   * Records a change; undone steps can no longer be redone.
   * @param now - ms
   * @param gesture - number of the press of the pointer it belongs to; 0 = none. Changes of one value in one are one step
   */
  push(step: Step<S>, now: number, gesture: number): void
  /** The scenario before the last step, which becomes the next one to redo. */
  undo(): Scenario | undefined
  redo(): Scenario | undefined
  clear(): void
  /** The steps to undo and those to redo; of each the next one is the last. */
  readonly steps: readonly [readonly Step<S>[], readonly Step<S>[]]
  recall(before: readonly Step<S>[], after: readonly Step<S>[]): void
}

type Done<S extends { readonly bytes: number }> = Step<S> & {
  states: States<S>
  paths: string
  at: number
  gesture: number
}

/** A step that the next change does not join. */
function apart<S extends { readonly bytes: number }>(step: Step<S>): Done<S> {
  return { ...step, states: step.states ?? {}, paths: '', at: -Infinity, gesture: 0 }
}

export function createUndoStack<S extends { readonly bytes: number }>(): UndoStack<S> {
  let done: Done<S>[] = []
  let undone: Step<S>[] = []
  const limit = (): void => {
    if (done.length > MOST_STEPS) done.shift()
    let bytes = 0
    for (const { states } of done.toReversed()) {
      bytes += (states.from?.bytes ?? 0) + (states.to?.bytes ?? 0)
      if (bytes > MOST_BYTES) states.from = states.to = undefined
    }
  }
  return {
    get done() {
      return done.at(-1)?.states
    },
    get undone() {
      return undone.at(-1)?.states
    },
    get canUndo() {
      return done.length > 0
    },
    get canRedo() {
      return undone.length > 0
    },
    get draft() {
      return done.at(-1)?.draft
    },
    pushDraft(scenario, draft) {
      if (draft === done.at(-1)?.draft) return
      undone = []
      done.push(apart({ from: scenario, to: scenario, draft }))
      limit()
    },
    keepDraft(draft) {
      const last = done.pop()
      if (last !== undefined) done.push({ ...last, draft })
    },
    push({ from, to, states = {} }, now, gesture) {
      const changes = differences(from, to)
      // A value that is set again, such as by a try of a lesson, is no step.
      if (changes.length === 0) return
      undone = []
      const paths = changes.map(({ path }) => path).join(' ')
      const last = done.at(-1)
      // To add a part and to remove it are two steps, however quick.
      const isSame =
        last?.paths === paths && changes.every((one) => one.from !== undefined && one.to !== undefined)
      if (isSame && (gesture === 0 ? now - last.at < JOINED_WITHIN : gesture === last.gesture)) {
        done.pop()
        // A slider that returned to its start has changed nothing.
        if (differences(last.from, to).length > 0)
          done.push({ from: last.from, to, states: last.states, paths, at: now, gesture })
        return
      }
      done.push({ from, to, states, paths, at: now, gesture })
      limit()
    },
    undo() {
      const step = done.pop()
      if (step === undefined) return undefined
      undone.push(step)
      return step.from
    },
    redo() {
      const step = undone.pop()
      if (step === undefined) return undefined
      done.push(apart(step))
      return step.to
    },
    clear() {
      done = []
      undone = []
    },
    get steps() {
      return [done, undone] as const
    },
    recall(before, after) {
      done = before.map(apart)
      undone = [...after]
    },
  }
}

/** One value that differs between two scenarios; undefined in a scenario without it. */
export interface Difference {
  readonly path: string
  readonly from: unknown
  readonly to: unknown
}

/** Every value that differs between two scenarios, at the deepest level where both have the same kind of value. */
export function differences(from: unknown, to: unknown, path: readonly string[] = []): Difference[] {
  if (from === to) return []
  if (isObject(from) && isObject(to) && Array.isArray(from) === Array.isArray(to)) {
    if (Array.isArray(from) && from.length !== (to as unknown as readonly unknown[]).length)
      return [{ path: path.join('.'), from, to }]
    return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) =>
      differences(from[key], to[key], [...path, key]),
    )
  }
  return [{ path: path.join('.'), from, to }]
}

/** The differences between the values of two scenarios; a lesson is no value. */
export function valueChanges(from: Scenario, to: Scenario): Difference[] {
  return differences(from, to).filter(({ path }) => path !== 'lesson' && !path.startsWith('lesson.'))
}

/** The patterns in which two scenarios differ, each as a whole: thousands of values may be one change. */
export function patternChanges(from: Scenario, to: Scenario): Difference[] {
  const depth: Readonly<Record<string, number>> = {
    neurons: 3,
    memories: 3,
    stimulus: 3,
    probes: 3,
    synapses: 4,
    // Its values have paths of their own as keys.
    lesson: 1,
  }
  const paths = differences(from, to).map(({ path }) => {
    const keys = path.split('.')
    return keys.slice(0, depth[keys[0] ?? ''] ?? keys.length).join('.')
  })
  return [...new Set(paths)].map((path) => ({ path, from: valueAt(from, path), to: valueAt(to, path) }))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
