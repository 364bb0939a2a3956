import { expect, test } from 'vitest'
import { createUndoStack, differences } from '../../../src/app/editing/undo.ts'
import { readSteps, stepsText } from '../../../src/app/session/steps-text.ts'
import type { Scenario } from '../../../src/core/model/schema.ts'
import { memorySpecs } from '../../../src/core/model/specs.ts'
import { setValue } from '../../../src/core/model/path.ts'
import { loadShipped } from '../../scenario.ts'

const { scenario } = await loadShipped('softmax-synapses')
const withTau = (tau: number): Scenario => setValue(scenario, 'memories.xi.tau', tau) as Scenario
const tauOf = (found: Scenario | undefined): number | undefined => found && memorySpecs(found).xi?.tau

test('what was changed is undone and redone step by step', () => {
  const stack = createUndoStack()
  stack.push({ from: withTau(1), to: withTau(2) }, 0, 0)
  stack.push({ from: withTau(2), to: withTau(3) }, 10_000, 0)
  expect(tauOf(stack.undo())).toBe(2)
  expect(tauOf(stack.undo())).toBe(1)
  expect([stack.canUndo, stack.canRedo]).toEqual([false, true])
  expect(stack.undo()).toBeUndefined()
  expect(tauOf(stack.redo())).toBe(2)
  expect(tauOf(stack.redo())).toBe(3)
  expect(stack.canRedo).toBe(false)
})

test('one drag of a slider is one step, however long it takes; the next is another', () => {
  const stack = createUndoStack()
  stack.push({ from: withTau(1), to: withTau(2) }, 0, 7)
  stack.push({ from: withTau(2), to: withTau(3) }, 30_000, 7)
  stack.push({ from: withTau(3), to: withTau(4) }, 30_010, 8)
  expect(tauOf(stack.undo())).toBe(3)
  expect(tauOf(stack.undo())).toBe(1)
})

test('keys held down on a slider are one step, and a drag back to the start is none', () => {
  const stack = createUndoStack()
  for (let press = 1; press < 10; press++)
    stack.push({ from: withTau(press), to: withTau(press + 1) }, press * 100, 0)
  expect(tauOf(stack.undo())).toBe(1)
  stack.push({ from: withTau(1), to: withTau(2) }, 0, 3)
  stack.push({ from: withTau(2), to: withTau(1) }, 10, 3)
  expect(stack.canUndo).toBe(false)
})

test('changes of different values are different steps, even in one press of the pointer', () => {
  const stack = createUndoStack()
  const seeded = setValue(withTau(2), 'seed', 9) as Scenario
  stack.push({ from: withTau(1), to: withTau(2) }, 0, 3)
  stack.push({ from: withTau(2), to: seeded }, 1, 3)
  expect(stack.undo()).toEqual(withTau(2))
  expect(stack.undo()).toEqual(withTau(1))
})

test('a draft is a step of its own, in order with the changes of values', () => {
  const stack = createUndoStack()
  stack.push({ from: withTau(1), to: withTau(2) }, 0, 0)
  stack.pushDraft(withTau(2), 'one')
  stack.pushDraft(withTau(2), 'two')
  stack.push({ from: withTau(2), to: withTau(3) }, 10_000, 0)
  stack.keepDraft('two, of tau 3')
  expect([stack.undo(), stack.draft]).toEqual([withTau(2), 'two'])
  expect([stack.undo(), stack.draft]).toEqual([withTau(2), 'one'])
  expect([stack.undo(), stack.draft]).toEqual([withTau(2), undefined])
  expect([stack.undo(), stack.canUndo]).toEqual([withTau(1), false])
  expect([stack.redo(), stack.draft]).toEqual([withTau(2), undefined])
  expect([stack.redo(), stack.draft]).toEqual([withTau(2), 'one'])
  expect([stack.redo(), stack.draft]).toEqual([withTau(2), 'two'])
  expect([stack.redo(), stack.draft]).toEqual([withTau(3), 'two, of tau 3'])
  // Discarded, and back.
  stack.pushDraft(withTau(3), undefined)
  expect([stack.undo(), stack.draft]).toEqual([withTau(3), 'two, of tau 3'])
})

test('to add a part and to remove it are two steps, however quick', () => {
  const stack = createUndoStack()
  const more = setValue(scenario, 'probes.more', { kind: 'energy', every: 5 }) as Scenario
  stack.push({ from: scenario, to: more }, 0, 0)
  stack.push({ from: more, to: scenario }, 10, 0)
  expect(stack.undo()?.probes).toHaveProperty('more')
  expect(stack.undo()?.probes).not.toHaveProperty('more')
})

test('a new change ends what could be redone; one that changes nothing is no step, and ends nothing', () => {
  const stack = createUndoStack()
  stack.push({ from: withTau(1), to: withTau(2) }, 0, 0)
  stack.undo()
  // Such as a value that is set again.
  stack.push({ from: withTau(1), to: withTau(1) }, 10_000, 0)
  expect([stack.canUndo, stack.canRedo]).toEqual([false, true])
  expect(tauOf(stack.redo())).toBe(2)
  stack.undo()
  stack.push({ from: withTau(1), to: withTau(3) }, 20_000, 0)
  expect([stack.canUndo, stack.canRedo]).toEqual([true, false])
})

test('the differences of two scenarios are the innermost values, lists of another length as a whole', () => {
  expect(differences(scenario, withTau(3))).toEqual([{ path: 'memories.xi.tau', from: 250, to: 3 }])
  const sized = {
    ...scenario,
    neurons: { ...scenario.neurons, extra: scenario.neurons.visible! },
    stimulus: [],
  }
  expect(differences(scenario, sized).map(({ path }) => path)).toEqual(['neurons.extra', 'stimulus'])
  expect(differences({ a: [1, 2] }, { a: [1, 3] })).toEqual([{ path: 'a.1', from: 2, to: 3 }])
})

test('steps are stored for a reload with their drafts; without room those next to the present are kept', () => {
  const stack = createUndoStack()
  for (let tau = 1; tau <= 40; tau++)
    stack.push({ from: withTau(tau), to: withTau(tau + 1) }, 10_000 * tau, 0)
  stack.pushDraft(withTau(41), 'a draft')
  for (let back = 0; back < 20; back++) stack.undo()
  const [done, undone] = stack.steps
  const kept = { entry: 'own', present: withTau(22), done, undone }
  const bare = (steps: typeof undone) =>
    steps.map(({ from, to, draft }) => ({ from, to, ...(draft !== undefined && { draft }) }))
  const found = readSteps(stepsText(kept, 1e6))
  expect(found).toEqual({ ...kept, done: bare(done), undone: bare(undone) })
  const other = createUndoStack()
  other.recall(found.done, found.undone)
  expect([tauOf(other.undo()), tauOf(other.redo()), tauOf(other.redo())]).toEqual([21, 22, 23])
  const few = readSteps(stepsText(kept, 5 * JSON.stringify(scenario).length))
  expect([few.done.length, few.undone.length]).toEqual([3, 3])
  expect([tauOf(few.done.at(-1)?.to), tauOf(few.undone.at(-1)?.from)]).toEqual([22, 22])
})
