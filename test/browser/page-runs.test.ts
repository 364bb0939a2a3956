import { readFile } from 'node:fs/promises'
import axe from 'axe-core'
import { expect, test } from 'vitest'
import { linkTo } from '../../src/app/sharing/link.ts'
import { parseScenario } from '../../src/core/model/parse.ts'
import { eventually, frames, useLab } from './lab.ts'

const lab = useLab()

const GAIN = 'neurons.visible.lagrangian.gain'
const DAMAGE = 'stimulus.0.patterns.corrupt.fraction'

const patterns = {
  kind: 'values',
  values: [
    [1, 1, 1, 1, -1, -1, -1, -1],
    [1, -1, 1, -1, 1, -1, 1, -1],
  ],
}

const first = { kind: 'values', values: [patterns.values[0]] }

/** Eight neurons that recall one pattern of two above a gain of 1, and forget it below. */
const scenario = {
  version: 1,
  name: 'eight',
  time: { dt: 0.2, ticks: 60 },
  neurons: { visible: { size: 8, lagrangian: { kind: 'tanh', gain: 3 } } },
  synapses: { w: { layer: 'visible', base: { kind: 'hebbian', patterns } } },
  stimulus: [
    {
      kind: 'initial',
      layer: 'visible',
      patterns: { ...first, corrupt: { op: 'occlude', fraction: 0.25, side: 'right' } },
    },
  ],
  probes: { recall: { kind: 'overlap', layer: 'visible', patterns: first, every: 2 } },
}

test('two gains are compared, restored and shown in step; a map over two values opens a point; the path is drawn', async () => {
  const { page } = lab
  const runFor = (ticks: number) =>
    page.evaluate(`engram.step(${ticks}).then(() => engram.simulation.flush())`)
  const gain = () => page.evaluate(`engram.simulation.model.scenario.neurons.visible.lagrangian.gain`)
  const faultsOf = async (part: string): Promise<string[]> => {
    await page.evaluate(axe.source)
    return page.evaluate(
      `axe.run('${part}').then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
    )
  }
  const texts = (selector: string) => page.locator(selector).allTextContents()
  await page.goto(linkTo(lab.url, parseScenario(scenario)))
  await page.locator('body[data-state=ready]').waitFor()

  // Compare: a pin, another gain from tick 0, both curves.
  await runFor(60)
  await page.keyboard.press('k')
  await eventually(() => texts('.pinned')).toEqual(['this run×'])
  const field = page.locator(`[data-path="${GAIN}"] input:not([type=range])`)
  await field.fill('0.5')
  await field.press('Enter')
  await page.locator('#reset').click()
  await eventually(() => lab.engram('simulation.tick')).toBe(0)
  await runFor(30)
  await eventually(() => texts('.pinned')).toEqual(['gain 3×'])
  // The thin line of the pinned run, in the colour of no other part.
  await eventually(async () => {
    const picture = await lab.pixels('[data-probe=recall] .plot-area')
    const { width, height } = picture
    const isBehind = (pixel: number) =>
      picture
        .at(pixel % width, Math.floor(pixel / width))
        .every((part, k) => Math.abs(part - [0x8a, 0x94, 0xa3][k]!) < 12)
    return Array.from({ length: width * height }, (_, pixel) => pixel).filter(isBehind).length
  }).toBeGreaterThan(100)
  await page.keyboard.press('u')
  const cells = async (run: number) =>
    (await page.locator(`[data-run="${run}"] td`).allInnerTexts()).slice(0, 4)
  // m = tanh(3 m 3 / 4): two of the eight products of each neuron are its own, which J leaves out.
  await eventually(() => cells(1)).toEqual(['1', '3', '60', '0.9755'])
  expect((await cells(2)).slice(0, 3)).toEqual(['2', '0.5', '30'])
  await page.locator('[data-column="probe recall"]').click()
  expect(await texts('.runs-scroll tbody td:first-child')).toEqual(['2', '1'])
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Table as CSV' }).click()
  expect(await readFile(await (await saved).path(), 'utf8')).toMatch(
    /^run,neurons\.visible\.lagrangian\.gain,ticks,recall\n1,3,60,0\.97/,
  )

  expect(await faultsOf('.panel[open]')).toEqual([])

  // Both networks in step.
  await page.getByRole('button', { name: 'Compare the network with run 1' }).click()
  const status = page.locator('.panel-comparison [role=status]')
  await eventually(() => status.innerText()).toContain('Both at tick 30.')
  await page.locator('.panel-comparison').getByRole('button', { name: 'Step' }).click()
  await eventually(() => status.innerText()).toMatch(/^Both at tick 31\. Largest difference [0-9.]+, mean/)
  expect((await lab.pixels('.comparison figure:last-child canvas')).colours).toBeGreaterThan(1)
  await page.keyboard.press('Escape')
  await page.locator('.panel-comparison').waitFor({ state: 'detached' })

  // One click restores the first, one undo takes it back.
  await page.locator('#runs').click()
  await page.getByRole('button', { name: 'Restore run 1' }).click()
  await eventually(gain).toBe(3)
  await page.keyboard.press('Control+z')
  await eventually(gain).toBe(0.5)
  expect(await lab.engram('simulation.tick')).toBe(31)

  // A map over the gain and the damage.
  const panel = page.locator('.panel-vary')
  await page.locator(`[data-path="${GAIN}"] input[type=range]`).focus()
  await page.locator(`[data-path="${GAIN}"] .vary-button`).click()
  await panel.press('Escape')
  // The key also in a field of text.
  await field.press('g')
  await panel.waitFor()
  expect(await field.inputValue()).toBe('0.5')
  expect(await panel.getByLabel('First axis', { exact: true }).inputValue()).toBe(GAIN)
  await panel.getByLabel('Second axis', { exact: true }).selectOption(DAMAGE)
  await panel.locator('[data-axis="1"] [data-field=points]').fill('3')
  await panel.locator('[data-axis="1"] [data-field=points]').press('Enter')
  await panel.getByRole('button', { name: 'Run', exact: true }).click()
  await page.locator('.vary-result[data-state=done]').waitFor()
  expect(await panel.locator('[role=status]').innerText()).toContain('Done at tick 60.')
  await panel.getByRole('button', { name: 'Save for the command line' }).click()
  // The file has what varies.
  expect(await panel.locator('code').innerText()).toMatch(/^engram run (\S+-vary)\.json --out out\/\1$/)
  expect(await faultsOf('.panel[open]')).toEqual([])
  const grid = panel.locator('.map .plot-area')
  await grid.focus()
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key)
  await eventually(() => panel.locator('.map output').innerText()).toMatch(/^gain [0-9.]+, fraction 0\.5: /)
  await page.keyboard.press('Enter')
  await eventually(() => lab.engram('simulation.model.scenario.stimulus[0].patterns.corrupt.fraction')).toBe(
    0.5,
  )
  expect(await gain()).not.toBe(0.5)
  // What was paused stays paused.
  expect(await page.evaluate('engram.playing')).toBe(false)
  // Undo returns to the run before, also by keys: the panel was opened from a field of text.
  await page.keyboard.press('Control+z')
  await eventually(gain).toBe(0.5)
  expect(await lab.engram('simulation.tick')).toBe(31)

  // The path on the plane of both patterns, with the energy below it.
  await page.keyboard.press('j')
  await eventually(() => page.locator('.trajectory-note').innerText()).toContain('Colours: energy')
  await page.getByLabel('View').selectOption('visits')
  await eventually(() => page.locator('.trajectory-note').innerText()).toMatch(
    /^Signs of the neurons in \d+ states?/,
  )
  // The builder takes its place, and gives it back with the same choice.
  await page.keyboard.press('b')
  await page.locator('.builder-graph g.layer:focus').waitFor()
  expect(await page.locator('.trajectory').count()).toBe(0)
  await page.keyboard.press('b')
  await eventually(() => page.getByLabel('View').inputValue()).toBe('visits')
  expect([...(await faultsOf('.trajectory')), ...(await faultsOf('#run-acts'))]).toEqual([])

  // A reload keeps what is pinned.
  await page.reload()
  await page.locator('body[data-state=ready]').waitFor()
  await eventually(() => texts('.pinned')).toEqual(['gain 3×'])
})

test('a run that is reset while it plays is listed with its ticks, and the next begins at 0', async () => {
  const { page } = lab
  await lab.load('softmax-synapses')
  const before: number[] = []
  for (let run = 0; run < 3; run++) {
    await lab.engram('play()')
    await eventually(() => lab.engram<number>('simulation.tick')).toBeGreaterThan(20)
    // In one turn of the page: frames before, at and after the reset.
    before.push(
      await page.evaluate('const { tick } = engram.simulation, done = engram.reset(); done.then(() => tick)'),
    )
    await eventually(() => lab.engram('simulation.tick')).toBe(0)
    await frames(page)
  }
  await page.keyboard.press('u')
  // The first table is that of the open scenario.
  await page.locator('[data-column=ticks]').first().waitFor()
  const ticks = await page.evaluate<number[]>(`(() => {
    const { cellIndex } = document.querySelector('[data-column=ticks]').closest('th')
    return [...document.querySelector('.panel-runs table').querySelectorAll('tr[data-run]')]
      .sort((a, b) => a.dataset.run - b.dataset.run)
      .map(({ cells }) => Number(cells[cellIndex].textContent))
  })()`)
  expect(ticks.at(-1)).toBe(0)
  before.forEach((tick, run) => expect(ticks.at(run - 4)).toBeGreaterThanOrEqual(tick))
  await page.keyboard.press('Escape')
})

test('a script that waits for no frame has all its runs, and a reload keeps them with their values', async () => {
  const page = await lab.open()
  const opened = (): Promise<void> => page.locator('body[data-state=ready]').waitFor()
  await page.goto(linkTo(lab.url, parseScenario({ ...scenario, name: 'eight again' })))
  await opened()
  const rows = async (): Promise<string[][]> => {
    await page.locator('#runs').click()
    await page.locator('.panel-runs [data-column=ticks]').waitFor()
    const cells = await page.evaluate<string[][]>(
      `[...document.querySelectorAll('tr[data-run]')].map(({ cells }) => [...cells].slice(0, -1).map((one) => one.textContent))`,
    )
    await page.keyboard.press('Escape')
    return cells
  }
  // The part of the page that notes runs is loaded.
  await rows()
  await page.evaluate(`(async () => {
    await engram.step(40)
    for (const gain of [1.2, 0.5]) {
      engram.simulation.set('${GAIN}', gain)
      await engram.reset()
      await engram.step(40)
    }
    await engram.simulation.flush()
  })()`)
  await frames(page)
  const before = await rows()
  expect(before.map((cells) => cells.slice(0, 3))).toEqual([
    ['1', '3', '40'],
    ['2', '1.2', '40'],
    ['3', '0.5', '40'],
  ])
  // At a gain of 0.5 the recalled pattern fades.
  const [high, , low] = before.map((cells) => Number(cells[3]))
  expect([high! > 0.9, low! < 0.1]).toEqual([true, true])
  await page.locator('#pin').click()
  await page.reload()
  await opened()
  await eventually(rows).toEqual(before)
  const pinned = () => page.locator('.pinned').allTextContents()
  expect(await pinned()).toEqual(['this run×'])
  // It is the same run that goes on.
  await page.evaluate('engram.step(20).then(() => engram.simulation.flush())')
  await eventually(async () => (await rows()).map((cells) => cells[2])).toEqual(['40', '40', '60'])

  // Those of another scenario too, from which a run is restored. The plots there have no pins of others.
  await page.locator('#scenario').selectOption('softmax-synapses')
  await eventually(() => page.evaluate('engram.scenario?.name')).toMatch(/^Memories/)
  await opened()
  await page.evaluate('engram.step(5).then(() => engram.simulation.flush())')
  const groups = async (): Promise<unknown> => {
    await page.locator('#runs').click()
    await page.locator('.panel-runs [data-column=ticks]').first().waitFor()
    const found = await page.evaluate(
      `[...document.querySelectorAll('.panel-runs table')].map(({ caption, tBodies }) => [caption.textContent.slice(0, 11), tBodies[0].rows.length])`,
    )
    await page.keyboard.press('Escape')
    return found
  }
  const [eight, memories] = [
    ['eight again', 3],
    ['Memories th', 1],
  ]
  for (let reload = 0; reload < 2; reload++) {
    await page.reload()
    await opened()
    expect(await groups()).toEqual([memories, eight])
    expect(await pinned()).toEqual([])
  }
  // A step back in the browser's history is no new run.
  await page.evaluate('history.back()')
  await eventually(() => page.evaluate('engram.simulation?.tick')).toBe(60)
  await opened()
  expect(await groups()).toEqual([eight, memories])
  expect(await pinned()).toEqual(['this run×'])
  await page.locator('#runs').click()
  await page.getByRole('button', { name: 'Restore run 2' }).click()
  await eventually(() => page.evaluate(`engram.scenario?.neurons.visible.lagrangian.gain`)).toBe(1.2)
  await page.context().close()
})
