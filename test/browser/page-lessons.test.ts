/** A lesson is written on the page, and its link opens it in a browser that has never seen it. */
import axe from 'axe-core'
import { expect, test } from 'vitest'
import type { Scenario } from '../../src/core/model/schema.ts'
import { eventually, useLab } from './lab.ts'

const lab = useLab()

test('a lesson is written with a preview, undone and redone, and a class that opens its link has text, tries and questions', async () => {
  const { page } = lab
  await lab.visit('softmax-synapses')
  // What is changed becomes a try, and leaves the network.
  await lab.engram('set("seed", 5)')
  await lab.engram('step(3)')
  await page.locator('.write').click()
  const editor = page.locator('.panel-lesson')
  const field = (name: string) => editor.getByLabel(name, { exact: false }).first()
  // A formula that is none is marked without an inline style, which the policy of the page refuses.
  await field('Text').fill('$\\frac{1$')
  const wrong = editor.locator('.preview .formula.wrong')
  await eventually(() => wrong.textContent()).toBe('\\frac{1')
  expect(await wrong.getAttribute('style')).toBeNull()
  await field('Text').fill(
    '*Mine*: $\\tau$ of [the memory](#xi), <img src=x onerror=alert(1)>.\n\nThe overlap.',
  )
  await field('Look for').fill('a sign')
  await editor.getByRole('button', { name: 'Add a try from the present changes' }).click()
  const box = editor.locator('[data-group=tries] fieldset').last()
  expect(await box.getByLabel('Values').inputValue()).toBe('seed = 5')
  await box.getByLabel('Button').fill('Another seed')
  await box.getByLabel('Expected observation').fill('It ends elsewhere.')
  await box.getByLabel('Values').fill('sed = 5')
  await eventually(() => editor.getByRole('alert').textContent()).toContain('did you mean "seed"?')
  await box.getByLabel('Values').fill('seed = 5')
  await editor.getByRole('button', { name: 'Add a question' }).click()
  const question = editor.locator('[data-group=questions] fieldset')
  await question.getByLabel('Question', { exact: true }).fill('Which?')
  await question.getByLabel('Choices').fill('this\nthat')
  await question.getByLabel('Right choice').selectOption('that')
  await question.getByLabel('Because').fill('It is so.')
  await eventually(() => editor.locator('.preview .questions').count()).toBe(1)
  expect(await editor.locator('.preview img').count()).toBe(0)
  expect(await editor.locator('.preview .story em').textContent()).toBe('Mine')
  await page.evaluate(axe.source)
  expect(await page.evaluate(VIOLATIONS)).toEqual([])
  await page.keyboard.press('Control+s')
  await eventually(() => editor.count()).toBe(0)
  await eventually(() => page.locator('.about .story em').textContent()).toBe('Mine')
  expect(await lab.engram('scenario.seed')).not.toBe(5)
  // Its run is not that of the values that have left it.
  expect(await lab.engram('simulation.tick')).toBe(0)

  // One step.
  await lab.engram('undo()')
  await eventually(() => page.locator('.about .story em').count()).toBe(0)
  expect(await lab.engram('scenario.seed')).toBe(5)
  await lab.engram('redo()')
  await eventually(() => page.locator('.about .story em').textContent()).toBe('Mine')
  const written = await lab.engram<Scenario>('scenario')
  await page.locator('#level').click()
  await page.locator('#level-menu [data-export=picture]').click()
  expect(await page.locator('.controls').isVisible()).toBe(false)
  await page.keyboard.press('l')
  await eventually(() => page.evaluate('location.search')).toBe('?level=picture')
  const link = page.url()

  const other = await lab.open()
  await other.goto(link)
  await other.locator('body[data-state=ready]').waitFor()
  expect(await other.evaluate('engram.scenario')).toEqual(written)
  expect(await other.locator('.controls').isVisible()).toBe(false)
  expect(await other.locator('.about .story').textContent()).toContain('<img src=x onerror=alert(1)>')
  expect(await other.locator('.about img').count()).toBe(0)

  await other.getByRole('button', { name: 'the memory' }).focus()
  await eventually(() => other.locator('.figure[data-name=xi].pointed').count()).toBe(1)
  await other.locator('.about dfn').last().focus()
  await eventually(() => other.locator('.meaning').textContent()).toContain('overlap')
  await other.keyboard.press('Escape')
  expect(await other.locator('.meaning').count()).toBe(0)

  await other.getByRole('button', { name: 'Another seed' }).click()
  await eventually(() => other.evaluate('engram.scenario.seed')).toBe(5)
  expect(await other.locator('.outcome').textContent()).toBe('It ends elsewhere.')
  await eventually(() => other.locator('.changed').isVisible()).toBe(false)

  await other.locator('.questions summary').click()
  const verdict = other.locator('.verdict')
  await other.getByRole('button', { name: 'this', exact: true }).click()
  expect(await verdict.textContent()).toBe('✗ Not this one.It is so.')
  await other.getByRole('button', { name: 'that', exact: true }).click()
  expect(await verdict.textContent()).toBe('✓ Right.It is so.')
  await other.evaluate(axe.source)
  expect(await other.evaluate(VIOLATIONS)).toEqual([])

  // In a lecture the keys of a presenter go through the tries.
  await other.locator('#level').click()
  await other.locator('#level-menu [data-export=lecture]').click()
  await eventually(() => other.evaluate(PLOT_HEIGHT)).toBeGreaterThanOrEqual(100)
  expect(await other.evaluate(TRIES_BELOW)).toBeLessThanOrEqual(0)
  expect(await other.locator('.runs').isVisible()).toBe(false)
  await other.keyboard.press('PageUp')
  await eventually(() => other.evaluate('engram.scenario.seed')).not.toBe(5)
  await other.keyboard.press('PageDown')
  await eventually(() => other.evaluate('engram.scenario.seed')).toBe(5)
  await other.close()
})

/** Height of the lowest drawing area of a plot. */
const PLOT_HEIGHT =
  "Math.min(...[...document.querySelectorAll('.plot .u-over')].map((one) => one.offsetHeight))"

/** How far the buttons of the tries reach below the visible text. */
const TRIES_BELOW =
  "document.querySelector('.tries').getBoundingClientRect().bottom - document.querySelector('.about').getBoundingClientRect().bottom"

const VIOLATIONS = `axe.run().then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))`
