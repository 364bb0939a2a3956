import { expect, test } from 'vitest'
import { eventually, useLab } from './lab.ts'

const lab = useLab()
const press = (...keys: string[]): Promise<void> =>
  keys.reduce((before, key) => before.then(() => lab.page.keyboard.press(key)), Promise.resolve())
/** The focused element: its own mark, or its name. */
const focus = (): Promise<string> =>
  lab.page.evaluate(`(() => {
    const { id, localName, dataset, ...other } = document.activeElement
    const owner = document.activeElement.closest('[data-path], .figure')
    return id || dataset.act || [owner?.dataset.path ?? owner?.dataset.name, localName].filter(Boolean).join(' ')
  })()`)
const isLarge = (name: string): Promise<number> => lab.page.locator(`#large [data-name=${name}]`).count()
const refusals = (): Promise<number> => lab.page.locator('.number-fault').count()
const status = (): Promise<string> => lab.page.locator('.builder [role=status]').innerText()
const enter = async (path: string, text: string): Promise<void> => {
  await lab.page.locator(`[data-path="${path}"] input[type=text]`).fill(text)
  await press('Enter')
}
const openBuilder = async (): Promise<void> => {
  await press('b')
  await lab.page.locator('.builder-graph g:focus').waitFor()
}

test('Enter in a number field, and the network that it builds, leave the focus in the field', async () => {
  await lab.load('softmax-synapses')
  await enter('time.dt', '0.2')
  expect([await lab.engram('scenario.time.dt'), await focus()]).toEqual([0.2, 'time.dt input'])
  await enter('seed', '7')
  expect(await focus()).toBe('seed input')
  await eventually(() => lab.engram('scenario.seed')).toBe(7)
  await eventually(focus).toBe('seed input')
})

test('Enter enlarges a small picture and keeps the focus on it, as a network that is built anew does', async () => {
  await lab.load('softmax-synapses')
  await lab.page.locator('#small [data-name=hidden] canvas').focus()
  for (let presses = 0; presses < 2; presses++) {
    await press('Enter')
    expect([await isLarge('hidden'), await focus()]).toEqual([1, 'hidden canvas'])
  }
  await lab.engram("set('seed', 8)")
  await eventually(focus).toBe('hidden canvas')
})

test('the contact sheet gives no focus away while its run goes on', async () => {
  await lab.load('softmax-synapses')
  await lab.page.locator('#export').click()
  await lab.page.getByRole('menuitem', { name: 'Contact sheet' }).click()
  const run = lab.page.getByRole('button', { name: 'Run and show' })
  await lab.page.locator('[data-part=last]').fill('20')
  await run.press('Enter')
  await lab.page.locator('.figures-preview img[src]').waitFor()
  expect(await focus()).toBe('run')
  await press('Escape')
})

test('a refusal goes with Escape, with its panel and with its network', async () => {
  await lab.load('softmax-synapses')
  const refuseNumber = async () => {
    await enter('time.dt', 'abc')
    await eventually(refusals).toBe(1)
  }
  await refuseNumber()
  await press('Escape')
  expect(await refusals()).toBe(0)
  await refuseNumber()
  await lab.load('softmax-synapses')
  await eventually(refusals).toBe(0)

  await openBuilder()
  await lab.page.locator('.builder-form [data-role=name]').fill('1')
  await press('Enter')
  await eventually(refusals).toBe(1)
  await lab.page.locator('[data-act=close]').click()
  await eventually(refusals).toBe(0)
})

test('the builder gives the focus back, plays by a key, and says itself what its network warns of', async () => {
  await lab.load('softmax-synapses')
  await lab.page.locator('#large canvas').focus()
  const before = await focus()
  await openBuilder()
  // The layer that is chosen is the one stop of the graph.
  await press('Shift+Tab')
  expect(await focus()).toBe('remove')
  await press('Tab')
  await press('a', 'Enter', 'Escape')
  await eventually(status).toMatch(/^Runs as drawn\. .*uses this layer$/)
  expect(await lab.page.locator('#toast').innerText()).not.toContain('uses this layer')
  const playing = () => lab.engram('playing')
  await press('Control+Enter')
  await eventually(playing).toBe(true)
  await press('Control+Enter')
  await eventually(playing).toBe(false)
  // Both ends are named before there is a memory.
  await press('c', 'ArrowLeft')
  expect(await status()).toMatch(/^Enter: memory of patterns of layer, with a neuron of \w+ for each/)
  await press('Escape', 'Escape')
  expect(await focus()).toBe(before)
})

test('the trajectory takes the focus by its key, and gives it back at Escape', async () => {
  await lab.load('softmax-synapses')
  await lab.page.locator('#large canvas').focus()
  const before = await focus()
  await press('j')
  await lab.page.locator('.trajectory:focus').waitFor()
  await press('Tab', 'Escape')
  await eventually(() => lab.page.locator('.trajectory').count()).toBe(0)
  expect(await focus()).toBe(before)
})
