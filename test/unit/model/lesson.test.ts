/** Lessons: what a lesson may say of its scenario, and where an error is. */
import { describe, expect, test } from 'vitest'
import { loadModel } from '../../../src/core/model/load.ts'
import { checkLesson } from '../../../src/core/model/lesson-check.ts'
import { scenarioOfTry, withValues } from '../../../src/core/model/lesson.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { resolveModel } from '../../../src/core/model/resolve.ts'
import { LESSONS } from '../../lessons.ts'
import { loadShipped, readShipped } from '../../scenario.ts'
import { scenario } from './resolving.ts'

const withLesson = (lesson: object) => parseScenario({ ...scenario(), lesson })
const tried = (one: object) => withLesson({ tries: [{ label: 'A', text: 'b', set: {}, ...one }] })

test.each(Object.keys(LESSONS))('the lesson of %s fits its scenario', async (id) => {
  const { scenario: shipped } = await loadShipped(id)
  expect(() => checkLesson(shipped)).not.toThrow()
  expect(shipped.lesson!.tries).toHaveLength(3)
})

/** Shipped scenarios that are warned, in all of their tries too, and why. */
const WARNED: Readonly<Record<string, RegExp>> = {
  // The published model is a map, x = tanh(input) in each tick: a step of Euler as long as the time constant.
  pavlov: /^neurons\.v: dt 1 \* every 1 \/ tau 1 = 1, more than 0\.5 of the time constant/,
}

test.each(Object.entries(LESSONS))(
  '%s and its tries give no warning without a reason',
  async (id, { tries }) => {
    const shipped = await loadShipped(id)
    const tried = tries.map((one) =>
      resolveModel(withValues(shipped.scenario, one.set), { read: readShipped }),
    )
    const reason = WARNED[id]
    for (const { warnings } of [shipped, ...(await Promise.all(tried))]) {
      expect(warnings).toEqual(reason === undefined ? [] : [expect.stringMatching(reason)])
      // The page does not show the warnings that the shipped scenario has.
      expect(warnings).toEqual(shipped.warnings)
    }
  },
)

describe('a try', () => {
  test('starts the scenario with its values, without those that are null, and with its claims', () => {
    const own = parseScenario({ ...scenario(), probes: { e: { kind: 'energy' } } })
    const claims = [{ probe: 'e', of: 'each', atMost: 0 }] as const
    const target = scenarioOfTry(own, {
      set: { seed: 7, 'probes.e': { kind: 'energy', every: 5 } },
      expect: [...claims],
    })
    expect(target).toEqual({ ...own, seed: 7, probes: { e: { kind: 'energy', every: 5 } }, expect: claims })
    expect(scenarioOfTry(own, { set: { 'probes.e': null } }).probes).toEqual({})
    expect(own.seed).toBe(1)
  })

  test.each([
    [
      { set: { 'neurons.visble.tau': 1 } },
      /^lesson\.tries\.0\.set\.neurons\.visble\.tau: unknown key; did you mean `visible`\?/,
    ],
    [{ set: { seed: -1 } }, /^lesson\.tries\.0\.set\.seed: must be an integer from 0 .*, not -1/],
    [{ set: { 'time.dt': null } }, /^lesson\.tries\.0\.set\.time\.dt: is missing/],
    [{ set: { lesson: null } }, /^lesson\.tries\.0\.set\.lesson: a try cannot change this/],
    [
      { set: { 'neurons.hidden': null } },
      /^lesson\.tries\.0\.set: the scenario with these values is wrong: memories\.xi\.to: /,
    ],
    [{ expect: [{ probe: 'x', atMost: 1 }] }, /^lesson\.tries\.0\.expect\.0\.probe: no probe is called `x`/],
  ])('%j is refused at its place', (one, message) => {
    expect(() => checkLesson(tried(one))).toThrow(message)
  })
})

test.each([
  [{ questions: [{ ask: 'a', answer: 1 }] }, /^lesson\.questions\.0\.answer: is the number 1/],
  [{ questions: [{ ask: 'a', choices: ['b', 'c'], answer: 2 }] }, /there is no choice 2; give 0 to 1/],
  [
    { questions: [{ ask: 'a', choices: ['b', 'c'], answer: 'd' }] },
    /must be one of the choices, "b" or "c", not "d"/,
  ],
  [
    { figures: [{ src: 'https://example.org/a.png', alt: '' }] },
    /^lesson\.figures\.0\.src: must be a file beside/,
  ],
  [
    { figures: [{ src: 'data:text/html;base64,AAAA', alt: '' }] },
    /must be a file beside the scenario or data:/,
  ],
  [{ figures: [{ src: 'notes.txt', alt: '' }] }, /must be an image, png, jpg/],
  [
    { story: ['See [it](#xii).'] },
    /^lesson\.story\.0: \[it\]\(#xii\) points at nothing; did you mean `xi`\?/,
  ],
])('%j is refused', (lesson, message) => {
  expect(() => checkLesson(withLesson(lesson))).toThrow(message)
})

test('words may point at arrays, probes and paths', () => {
  const story = ['[a](#xi) [b](#visible) [c](#neurons.hidden.tau) [d](https://example.org/#x)']
  expect(() => checkLesson(withLesson({ story }))).not.toThrow()
})

test('a library call loads the scenario of a lesson that does not fit, because other values may be set', async () => {
  const text = JSON.stringify({
    ...scenario(),
    lesson: { tries: [{ label: 'A', text: 'b', set: { 'probes.q.every': 2 } }] },
  })
  await expect(
    loadModel(text, { read: () => Promise.reject(new Error('none')), set: ['seed=2'] }),
  ).resolves.toHaveProperty('layers')
})
