import { expect, test } from 'vitest'
import { eventually, useLab } from './lab.ts'

const lab = useLab()
const text = (selector: string): Promise<string> => lab.page.locator(selector).innerText()
/** The number after a word in the panel's summary. */
const numberAfter = async (word: string): Promise<number> =>
  Number(new RegExp(`${word} ([\\d.]+)`).exec(await text('.spectrum output'))?.[1])

test('the spectrum of random signs lies on the law of Marchenko and Pastur, and follows what is chosen', async () => {
  await lab.visit('dense-memory')
  const button = lab.page.getByRole('button', { name: 'Spectrum' })
  await button.click()
  expect(await button.getAttribute('aria-pressed')).toBe('true')
  await eventually(() => numberAfter('distance')).toBeLessThan(0.02)
  const path = await lab.page.locator('.spectrum .law').getAttribute('d')
  expect(path!.split('L').length).toBeGreaterThan(200)
  const picture = await lab.pixels('.spectrum svg')
  expect(picture.colours).toBeGreaterThan(10)

  await lab.page.getByRole('combobox', { name: 'Spectrum of' }).selectOption('flow')
  await eventually(() => text('.spectrum output')).toMatch(/margin/)
  expect(await lab.page.locator('.spectrum .law').getAttribute('d')).toBe('')

  await button.click()
  await lab.page.locator('.spectrum').waitFor({ state: 'detached' })
})

test('the spectrum of a learning memory moves with it, by the key e, while ticks go on', async () => {
  await lab.visit('softmax-synapses')
  await lab.page.keyboard.press('e')
  await eventually(() => numberAfter('largest')).toBeGreaterThan(0)
  const start = await lab.page.locator('.spectrum .bars').getAttribute('d')
  await lab.page.evaluate('engram.play()')
  await eventually(() => lab.page.locator('.spectrum .bars').getAttribute('d')).not.toBe(start)
  await lab.pause()
  expect(await lab.engram<number>('simulation.tick')).toBeGreaterThan(0)
})

/** Two neurons that excite each other; the eigenvalues of the coupling are 3 and -3. */
const COUPLED = {
  version: 1,
  time: { dt: 0.1, ticks: 100 },
  neurons: { pair: { size: 2, lagrangian: { kind: 'tanh' } } },
  synapses: {
    w: {
      layer: 'pair',
      base: {
        kind: 'values',
        values: [
          [0, 3],
          [3, 0],
        ],
      },
    },
  },
}

test('a network that is opened with the panel shown takes its place in it', async () => {
  await lab.visit('softmax-synapses')
  await lab.page.keyboard.press('e')
  await lab.page.locator('.spectrum option[value="memory xi"]').waitFor({ state: 'attached' })
  await lab.page.evaluate(`engram.load(${JSON.stringify(COUPLED)})`)
  await lab.page.locator('.spectrum option[value^="synapse"]').waitFor({ state: 'attached' })
  await eventually(() => numberAfter('largest')).toBeGreaterThan(0)
})
