/** A lesson is written on the page, and its link opens it in a browser that has never seen it. */
import { readFileSync } from 'node:fs'
import axe from 'axe-core'
import { encode } from 'fast-png'
import { expect, test } from 'vitest'
import { decodeBundle } from '../../src/core/model/bundle.ts'
import { filesNamed } from '../../src/core/model/files.ts'
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
  await other.evaluate(axe.source)
  expect(await other.evaluate(VIOLATIONS)).toEqual([])
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

test('a network built from an empty one with own images has its lesson, its command and its reload', async () => {
  const { page } = lab
  await lab.visit('softmax-synapses')
  await page.keyboard.press('n')
  await page.locator('#new-menu [role=menuitem]').last().click()
  await eventually(() => lab.engram<string[]>('scenario.name')).toBe('Own network')
  await page.locator('body[data-state=ready]').waitFor()
  // As the panel of the network does.
  const { layer, ...rest } = await lab.engram<Record<string, object>>('scenario.neurons')
  const built = {
    ...(await lab.engram<Scenario>('scenario')),
    replicas: 2,
    neurons: { ...rest, image: layer, hidden: { size: 2, lagrangian: { kind: 'softmax', beta: 4 } } },
    memories: { xi: { from: 'image', to: 'hidden', init: { kind: 'random', distribution: 'binary' } } },
    stimulus: [{ kind: 'initial', layer: 'image', patterns: { kind: 'rows', of: 'xi' } }],
    probes: {
      energy: { kind: 'energy' },
      found: { kind: 'overlap', layer: 'image', patterns: { kind: 'rows', of: 'xi' } },
    },
  }
  expect(await page.evaluate(`engram.rebuild(${JSON.stringify(built)})`)).toBe(true)
  const stripes = (period: number) => ({
    name: `stripes-${period}.png`,
    mimeType: 'image/png',
    buffer: Buffer.from(
      encode({
        width: 8,
        height: 8,
        channels: 1,
        depth: 8,
        data: Uint8Array.from({ length: 64 }, (_, at) => (at % period < period / 2 ? 250 : 5)),
      }),
    ),
  })
  await page.locator('#file').setInputFiles([stripes(4), stripes(8)])
  await page.locator('.panel-data [data-act=use]').click()
  await page.locator('.panel-data').waitFor({ state: 'hidden' })
  await eventually(() => lab.engram<number>('simulation.model.memories[0].init.rows')).toBe(2)
  const pathOf = async () => filesNamed(await lab.engram<Scenario>('scenario'))[0]
  await eventually(pathOf).toMatch(/^own\/stripes/)
  const network = await lab.engram<Scenario>('scenario')
  const path = await pathOf()

  // The lesson is about the network on the screen, and the try has the one value that was tried.
  const gain = 'neurons.image.lagrangian.gain'
  await lab.engram(`set("${gain}", 0.5)`)
  await page.locator('.write').click()
  const editor = page.locator('.panel-lesson')
  await editor.getByLabel('Text', { exact: false }).first().fill('See [the prototypes](#hidden).')
  await editor.getByRole('button', { name: 'Add a try from the present changes (1 change)' }).click()
  const box = editor.locator('[data-group=tries] fieldset').last()
  expect(await box.getByLabel('Values').inputValue()).toBe(`${gain} = 0.5`)
  await box.getByLabel('Button').fill('Half the gain')
  await box.getByLabel('Expected observation').fill('Slower.')
  await eventually(() => editor.getByRole('alert').textContent()).toBe('')
  await editor.getByRole('button', { name: 'Save' }).click()
  await editor.waitFor({ state: 'detached' })
  const written = await lab.engram<Scenario>('scenario')
  expect({ ...written, lesson: undefined }).toEqual({ ...network, lesson: undefined })
  await page.getByRole('button', { name: 'Half the gain' }).click()
  await eventually(() => lab.engram(`scenario.${gain}`)).toBe(0.5)
  // Restore returns to what was built, and keeps its lesson.
  await lab.pause()
  await page.locator('#restore').click()
  await eventually(() => lab.engram<Scenario>('scenario')).toEqual(written)

  // The data go along to the command line.
  await page.keyboard.press('g')
  const vary = page.locator('.panel-vary')
  await vary.waitFor()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    vary.getByRole('button', { name: 'Save for the command line' }).click(),
  ])
  expect(file.suggestedFilename()).toBe('own-network-vary.engram')
  await eventually(() => vary.locator('code').innerText()).toMatch(
    /^engram run own-network-vary\.engram --out /,
  )
  const bundle = decodeBundle(readFileSync(await file.path()), 'own-network-vary.engram')
  expect((await bundle.read(path!)).length).toBeGreaterThan(0)
  await page.keyboard.press('Escape')

  const ASKS =
    '(() => { const event = new Event("beforeunload", { cancelable: true }); dispatchEvent(event); return event.defaultPrevented })()'
  await eventually(() => page.evaluate(ASKS)).toBe(false)
  await page.reload()
  await page.locator('body[data-state=ready]').waitFor()
  expect(await page.locator('#toast').innerText()).toBe('')
  expect(await lab.engram<Scenario>('scenario')).toEqual(written)

  // So does a network from a file, which the browser keeps with its data.
  await page
    .locator('#file')
    .setInputFiles({ name: 'own.engram', mimeType: '', buffer: readFileSync(await file.path()) })
  await eventually(() => lab.engram('scenario.replicas.vary')).toBeTruthy()
  await page.locator('body[data-state=ready]').waitFor()
  await page.reload()
  await page.locator('body[data-state=ready]').waitFor()
  expect(await lab.engram('scenario.replicas.vary')).toBeTruthy()
})

/** Height of the lowest drawing area of a plot. */
const PLOT_HEIGHT =
  "Math.min(...[...document.querySelectorAll('.plot .u-over')].map((one) => one.offsetHeight))"

/** How far the buttons of the tries reach below the visible text. */
const TRIES_BELOW =
  "document.querySelector('.tries').getBoundingClientRect().bottom - document.querySelector('.about').getBoundingClientRect().bottom"

const VIOLATIONS = `axe.run().then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))`

test('a draft of a lesson outlives a reload, and another draft beside it', async () => {
  const { page } = lab
  await lab.visit('softmax-synapses')
  const editor = page.locator('.panel-lesson')
  const text = editor.getByLabel('Text', { exact: false }).first()
  const write = async (words: string) => {
    await page.locator('.write').click()
    await text.fill(words)
  }
  await write('Of the softmax.')
  await editor.press('Escape')
  await page.locator('#scenario').selectOption('hebbian-learning')
  await eventually(() => lab.engram('scenario.name')).toContain('stream of digits')
  await page.locator('body[data-state=ready]').waitFor()
  await write('Of Hebb.')
  await page.reload()
  await page.locator('body[data-state=ready]').waitFor()
  await page.locator('.write').click()
  expect(await text.inputValue()).toBe('Of Hebb.')
  await editor.getByRole('button', { name: 'Discard the draft' }).click()
  expect(await text.inputValue()).not.toBe('Of Hebb.')
  await editor.press('Escape')
  await page.goBack()
  await eventually(() => lab.engram('scenario.name')).toContain('follow')
  await page.locator('body[data-state=ready]').waitFor()
  await page.locator('.write').click()
  expect(await text.inputValue()).toBe('Of the softmax.')
  await editor.press('Escape')
})
