import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { DeviceReport } from '../../src/core/measure/report.ts'
import { eventually, frames, useLab, violationsOf } from './lab.ts'

const lab = useLab()
const dialog = () => lab.page.getByRole('dialog', { name: 'Reproductions' })
const status = () => dialog().getByRole('status')
const figure = () => dialog().getByRole('img')
const button = (name: string) => dialog().getByRole('button', { name, exact: true })
const choose = (title: string) => dialog().getByRole('button', { name: title }).click()

/** The numbers of the table, a row a check: published, measured. */
const checks = async (): Promise<(readonly [number, number])[]> => {
  const rows = await dialog().locator('tr:has(td)').all()
  return Promise.all(
    rows.map(async (row) => {
      const cells = await row.locator('td').allInnerTexts()
      return [Number(cells[1]), Number(cells[2])] as const
    }),
  )
}

/** How many points of a curve stand in the description of the figure. */
const points = async (): Promise<number> => {
  const text = (await figure().getAttribute('aria-label')) ?? ''
  return [...text.matchAll(/(\d+) points/g)].reduce((sum, [, count]) => sum + Number(count), 0)
}

test('an experiment of the menu runs live: its points come to lie on the published curve, and it passes', async () => {
  await lab.visit('softmax-synapses')
  await lab.page.evaluate('engram.play()')
  await eventually(() => lab.engram<number>('simulation.tick')).toBeGreaterThan(5)
  await lab.page.getByRole('combobox', { name: 'Scenario' }).selectOption('reproduce')
  await choose('Rate of gated learning')
  // What is published is there before.
  await eventually(() => figure().getAttribute('aria-label')).toContain('expected, c = 0.6')
  expect(await points()).toBe(0)
  const before = await lab.pixels('.reproduce-area canvas')
  await lab.engram('simulation.flush()')
  const tick = await lab.engram<number>('simulation.tick')

  await button('Run').click()
  await eventually(points).toBeGreaterThan(0)
  await eventually(() => status().innerText()).toMatch(/^Pass: all 8 numbers come out/)
  expect(await points()).toBe(8)
  const found = await checks()
  expect(found).toHaveLength(8)
  for (const [published, measured] of found) expect(Math.abs(measured - published)).toBeLessThan(0.01)
  expect(await dialog().getByText('Lotito, Neurocomputing 636 (2025)').isVisible()).toBe(true)

  // Where the first point is there was the line, and is the inside of a circle.
  const after = await lab.pixels('.reproduce-area canvas')
  const changed = []
  for (let y = 0; y < after.height; y++)
    for (let x = 0; x < after.width; x++)
      if (after.at(x, y).join() !== before.at(x, y).join()) changed.push(x)
  const clusters = changed.toSorted((a, b) => a - b).filter((x, i, all) => i === 0 || x - all[i - 1]! > 4)
  expect(clusters).toHaveLength(4)

  // The network waits and goes on where it was.
  expect(await lab.engram<number>('simulation.tick')).toBe(tick)
  await lab.page.keyboard.press('Escape')
  await eventually(() => dialog().count()).toBe(0)
  await eventually(() => lab.engram<number>('simulation.tick')).toBeGreaterThan(tick)
  await lab.pause()
  await eventually(() => lab.page.getByRole('combobox', { name: 'Scenario' }).inputValue()).toBe(
    'softmax-synapses',
  )
  const state = await lab.read('visible')
  expect(state.every(Number.isFinite)).toBe(true)
})

test('a run is cancelled at once, by its button and by closing the panel, and can be started again', async () => {
  await lab.visit('softmax-synapses&reproduce=transient-recovery')
  await button('Run').click()
  await eventually(() => dialog().getByRole('progressbar').count()).toBe(1)
  await button('Cancel').click()
  await eventually(() => status().innerText()).toMatch(/^About/)
  expect(await dialog().locator('tr').count()).toBe(0)

  await button('Run all').click()
  await eventually(() => button('Cancel all').count()).toBe(1)
  await button('Close').click()
  await lab.page.keyboard.press('x')
  await eventually(() => button('Run').count()).toBe(1)
  await choose('Spectrum of a Hebbian')
  await button('Run').click()
  await eventually(() => status().innerText()).toMatch(/^Pass/)
  // No network was left playing, none was started.
  await button('Close').click()
  expect(await lab.engram<boolean>('playing')).toBe(false)
  expect(await lab.engram<number>('simulation.tick')).toBe(0)
})

test('the GPU is measured by keys alone: the page goes on drawing, it stops at once, and a report is saved', async () => {
  // As long as every form takes once.
  await lab.visit('softmax-synapses&seconds=1')
  const panel = lab.page.getByRole('dialog', { name: /^Measure this (GPU|adapter)$/ })
  const act = (name: string) => panel.getByRole('button', { name, exact: true })
  await lab.page.getByRole('combobox', { name: 'Scenario' }).selectOption('measure')
  await eventually(() => act('Measure').count()).toBe(1)
  await eventually(() => lab.page.getByRole('combobox', { name: 'Scenario' }).inputValue()).toBe(
    'softmax-synapses',
  )
  await lab.page.keyboard.press('Enter')
  await eventually(() => panel.getByRole('progressbar').count()).toBe(1)
  expect(await panel.innerText()).toContain('takes about 1 s and')
  // Another thread computes.
  await frames(lab.page)
  await lab.page.keyboard.press('Enter')
  await eventually(() => act('Measure').count()).toBe(1)

  await lab.page.keyboard.press('Enter')
  await eventually(() => panel.locator('tr').count()).toBeGreaterThan(1)
  await eventually(() => act('Save report').count()).toBe(1)
  expect(await violationsOf(lab.page)).toEqual([])
  const [saved] = await Promise.all([lab.page.waitForEvent('download'), act('Save report').click()])
  const report = JSON.parse(await readFile(await saved.path(), 'utf8')) as DeviceReport
  expect(report.measurements.map(({ refused }) => refused).filter((one) => one !== undefined)).toEqual([])
  expect(new Set(report.measurements.map(({ work }) => work)).size).toBe(6)
  await lab.page.keyboard.press('Escape')
  await eventually(() => panel.count()).toBe(0)
})
