import { describe, expect, test } from 'vitest'
import { changesText } from '../../../src/app/teaching/changes.ts'
import { type Course, createCourse } from '../../../src/app/teaching/course.ts'
import { setValue } from '../../../src/core/model/path.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import type { Scenario, Try } from '../../../src/core/model/schema.ts'
import { scenario } from '../model/resolving.ts'

const shipped = parseScenario(scenario())
const withSeed = (seed: number): Scenario => setValue(shipped, 'seed', seed) as Scenario
const other: Try = { label: 'Another seed', text: 'It ends elsewhere.', set: { seed: 7 } }
const BACK = 'Differs from the text: values were changed during this run and set back.'

/** A course of a scenario that begins what it is asked for, or refuses. */
function begun(accepts = true): { course: Course; asked: Scenario[]; settle: () => Promise<void> } {
  const asked: Scenario[] = []
  const course: Course = createCourse(
    (wanted) => {
      asked.push(wanted)
      if (accepts) course.update(wanted, shipped)
      return Promise.resolve(accepts)
    },
    () => undefined,
  )
  course.open(shipped, shipped)
  return { course, asked, settle: () => new Promise((resolve) => setTimeout(resolve)) }
}

test('a change of edits of patterns is told by their number, not by their values', () => {
  const edits = [0, 1].map((row) => ({ op: 'row', row, values: [0.25, 0.75] }))
  const path = 'memories.xi.init.edits'
  expect(changesText([{ path, from: undefined, to: edits }])).toBe(`${path} none → 2 edits`)
  expect(changesText([{ path, from: edits, to: edits.slice(1) }])).toBe(`${path} 2 edits → 1 edit`)
})

describe('the course of a lesson', () => {
  test('names what was changed, until it is set back before a tick has passed', () => {
    const { course } = begun()
    expect(course.isOff).toBe(false)
    course.update(withSeed(9), shipped)
    expect([course.isOff, course.offText]).toEqual([
      true,
      `Differs from the text. Changed: seed ${shipped.seed} → 9.`,
    ])
    course.at(0)
    course.update(shipped, shipped)
    expect(course.isOff).toBe(false)
  })

  test('is left for good where ticks have passed meanwhile, until the run starts again', () => {
    const { course } = begun()
    course.update(withSeed(9), shipped)
    course.at(3)
    course.update(shipped, shipped)
    expect([course.isOff, course.offText]).toEqual([true, BACK])
    course.at(0)
    expect(course.isOff).toBe(false)
  })

  test('goes on as told with the values of a try, which ends when these are undone', async () => {
    const { course, asked, settle } = begun()
    course.start(other)
    await settle()
    expect(asked.map(({ seed }) => seed)).toEqual([7])
    expect([course.begun, course.isOff]).toEqual([other, false])
    course.update(withSeed(8), shipped)
    expect([course.isOff, course.offText]).toEqual([true, 'Differs from the text. Changed: seed 7 → 8.'])
    course.update(shipped, shipped)
    expect([course.begun, course.isOff, course.offText]).toEqual([undefined, true, BACK])
  })

  test('takes a try back that was refused, and begins none of a scenario without a lesson', async () => {
    const refusing = begun(false)
    refusing.course.start(other)
    expect(refusing.course.begun).toBe(other)
    await refusing.settle()
    expect(refusing.course.begun).toBeUndefined()
    const { course, asked } = begun()
    course.open(shipped, undefined)
    course.start(other)
    expect([course.begun, asked]).toEqual([undefined, []])
  })
})
