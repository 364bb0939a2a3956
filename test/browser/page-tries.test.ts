/** The tries of the lessons, one after another: each is what it is alone. */
import { describe, expect, test } from 'vitest'
import { scenarioOfTry } from '../../src/core/model/lesson.ts'
import type { Scenario, Try } from '../../src/core/model/schema.ts'
import { LESSONS } from '../lessons.ts'
import { eventually, useLab } from './lab.ts'

const lab = useLab()

/** Digests of everything that moves, in the page. */
const DIGESTS = `(async () => {
  const { layers, memories, synapses } = engram.simulation.model
  const moving = [
    ...layers.filter(({ tau }) => tau > 0),
    ...memories.filter(({ rule }) => rule !== 'fixed'),
    ...synapses.filter(({ tau }) => tau !== undefined),
  ]
  const found = {}
  for (const { name } of moving) {
    const { data } = await engram.read(name)
    found[name] = [...new Uint8Array(await crypto.subtle.digest('SHA-256', data))].join(' ')
  }
  return found
})()`

const digests = (): Promise<Record<string, string>> => lab.page.evaluate(DIGESTS)
const button = (one: Try) => lab.page.locator('.tries').getByRole('button', { name: one.label, exact: true })
const pressed = (): Promise<string[]> => lab.page.locator('.tries [aria-pressed=true]').allTextContents()
const outcome = (): Promise<string | null> => lab.page.locator('.outcome').textContent()
const changed = () => lab.page.locator('.changed')

/** What runs after a click, some ticks on. */
async function click(one: Try) {
  await button(one).click()
  await eventually(() => lab.engram('playing')).toBe(true)
  await lab.pause()
  await lab.engram('step(2)')
  return { scenario: await lab.engram<Scenario>('scenario'), pressed: await pressed() }
}

/** Clicks a try that is not on; the scenario that runs then. */
async function chosen(one: Try): Promise<Scenario> {
  const found = await click(one)
  expect(found.pressed).toEqual([one.label])
  expect(await outcome()).toBe(one.text)
  expect(await changed().isVisible()).toBe(false)
  return found.scenario
}

/** Lessons of every kind of run, and the run of each that is compared bit by bit: one of the tries, or what runs when they are ended. */
const SEQUENCES = [
  ['hopfield', 0],
  ['asynchronous', 1],
  ['hyperedge', 2],
  ['softmax-synapses', 3],
] as const

test.each(SEQUENCES)(
  'in %s each try of several in sequence is the try alone, and the last one ended is the scenario as shipped (run %i)',
  async (id, compared) => {
    await lab.load(id)
    const shipped = await lab.engram<Scenario>('scenario')
    const { tries } = LESSONS[id]!
    // It plays after a click, and comes to no tick before it is stepped.
    await lab.page.evaluate('engram.pace = 0.1')
    let run: { readonly ticks: number; readonly moved: Record<string, string> } | undefined
    const seen: Scenario[] = []
    const see = async (scenario: Scenario, alone: Scenario): Promise<void> => {
      expect(scenario).toEqual(alone)
      if (seen.push(scenario) === compared + 1)
        run = { ticks: await lab.engram<number>('simulation.tick'), moved: await digests() }
    }
    // What a run leaves behind must not reach the next one.
    await lab.engram('step(2)')
    for (const one of tries) await see(await chosen(one), scenarioOfTry(shipped, one))
    const ended = await click(tries[2])
    expect(ended.pressed).toEqual([])
    expect(await outcome()).toBe('')
    await see(ended.scenario, shipped)

    // Nor may what is drawn of a run: alone it runs without pictures.
    await lab.engram('drawing = false')
    await lab.page.evaluate(`engram.load(${JSON.stringify(seen[compared])})`)
    await lab.engram(`step(${run!.ticks})`)
    expect(await digests()).toEqual(run!.moved)
    await lab.engram('drawing = true')
    expect(new Set(seen.map((scenario) => JSON.stringify(scenario))).size).toBe(4)
  },
)

/** The other lessons, and one try of each; test/gpu/lessons.test.ts runs them all. */
const OTHERS = Object.keys(LESSONS)
  .filter((id) => !SEQUENCES.some(([one]) => one === id))
  .map((id, index) => [id, index % 3] as const)

test.each(OTHERS)('in %s try %i runs with its values and says what should be seen', async (id, index) => {
  await lab.load(id)
  const shipped = await lab.engram<Scenario>('scenario')
  await lab.page.evaluate('engram.pace = 0.1')
  const one = LESSONS[id]!.tries[index]!
  expect(await chosen(one)).toEqual(scenarioOfTry(shipped, one))
})

describe('a text of the lesson that no longer holds says so', () => {
  test('with the changes, until they are taken back and the run starts again', async () => {
    await lab.load('digits')
    expect(await changed().isVisible()).toBe(false)
    await lab.engram('set("neurons.hidden.lagrangian.beta", 0.03)')
    await eventually(() => changed().textContent()).toContain(
      'Differs from the text. Changed: neurons.hidden.lagrangian.beta 0.1 → 0.03.',
    )
    await lab.engram('step(3)')
    await lab.engram('undo()')
    await eventually(() => changed().textContent()).toContain(
      'values were changed during this run and set back',
    )
    await lab.engram('reset()')
    await eventually(() => changed().isVisible()).toBe(false)
  })

  test('since a try began as well; the button beside it starts the try anew without them', async () => {
    await lab.load('digits')
    const [melt, hide] = LESSONS.digits!.tries
    await button(melt).click()
    // The first is still on its way.
    await button(hide).click()
    await eventually(() => lab.engram('playing')).toBe(true)
    await lab.pause()
    expect(await pressed()).toEqual([hide.label])
    await lab.engram('set("seed", 5)')
    await eventually(() => changed().textContent()).toContain('Differs from the text. Changed: seed 1 → 5.')
    await changed().getByRole('button').click()
    await eventually(() => lab.engram('scenario.seed')).toBe(1)
    await eventually(() => changed().isVisible()).toBe(false)
    expect(await pressed()).toEqual([hide.label])
    await lab.pause()
  })

  test('undone, a try is no longer on', async () => {
    await lab.load('hopfield')
    const [, , soft] = LESSONS.hopfield!.tries
    await click(soft)
    await lab.engram('undo()')
    await eventually(pressed).toEqual([])
    expect(await outcome()).toBe('')
  })
})
