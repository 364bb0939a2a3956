/** The page on small screens, under a finger, and in the forced colours of a system. */
import type { Page } from 'playwright-core'
import { afterEach, describe, expect, test } from 'vitest'
import { eventually, useLab, violationsOf } from './lab.ts'

/** A window at 200 %, where the header sticks. */
const lab = useLab({ viewport: { width: 640, height: 360 }, deviceScaleFactor: 2 })
const TELEPHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

let other: Page | undefined
afterEach(async () => {
  await other?.context().close()
  other = undefined
})

async function telephone(search = 'scenario=softmax-synapses'): Promise<Page> {
  other = await lab.open(TELEPHONE)
  await other.goto(`${lab.url}?${search}`)
  await other.locator('body[data-state=ready]').waitFor()
  return other
}

type Box = readonly [left: number, top: number, right: number, bottom: number]

const boxOf = (page: Page, selector: string): Promise<Box> =>
  page.evaluate(
    `(({ left, top, right, bottom }) => [left, top, right, bottom])(document.querySelector('${selector}').getBoundingClientRect())`,
  )

describe('the header that sticks', () => {
  test('hides nothing that gets the focus on the way up', async () => {
    await lab.load('softmax-synapses')
    const { page } = lab
    await page.evaluate("document.querySelector('.controls').tabIndex = -1, scrollTo(0, 1e6)")
    await page.locator('.controls .lil-title').last().focus()
    const seen: string[] = []
    const behind: string[] = []
    for (let stop = 0; stop < 200; stop++) {
      await page.keyboard.press('Shift+Tab')
      const [name, top, isPart] = await page.evaluate<[string, number, boolean]>(
        "(({ tagName, className }, { top }, header) => [`${tagName}.${className}`, top - header.getBoundingClientRect().bottom, header.contains(document.activeElement)])(document.activeElement, document.activeElement.getBoundingClientRect(), document.querySelector('.bar'))",
      )
      if (isPart) break
      seen.push(name)
      if (top < 0) behind.push(name)
    }
    expect(seen.length).toBeGreaterThan(20)
    expect(behind).toEqual([])
  })

  test('has menus that end within the window and scroll', async () => {
    await lab.load('softmax-synapses')
    for (const page of [lab.page, await telephone()]) {
      const { width, height } = page.viewportSize()!
      for (const id of ['export', 'new', 'level']) {
        await page.locator(`#${id}`).click()
        await page.locator(`#${id}-menu:not([hidden])`).waitFor()
        const [left, top, right, bottom] = await boxOf(page, `#${id}-menu`)
        expect([left >= 0, top >= 0, right <= width, bottom <= height], id).toEqual([true, true, true, true])
        await page.keyboard.press('End')
        const last = await boxOf(page, `#${id}-menu button:last-child`)
        expect(last[3], id).toBeLessThanOrEqual(bottom)
        await page.keyboard.press('Escape')
      }
    }
  })

  test('lies over the trajectory', async () => {
    const page = await telephone()
    await page.locator('#trajectory').click()
    await page.locator('.trajectory').waitFor()
    await page.evaluate("document.querySelector('.trajectory').scrollIntoView(), scrollBy(0, 100)")
    const isSeen = await page.evaluate(
      "(({ x, y, width, height }) => document.querySelector('.bar').contains(document.elementFromPoint(x + width / 2, y + height / 2)))(document.querySelector('#play').getBoundingClientRect())",
    )
    expect(isSeen).toBe(true)
  })

  test('is not framed by the tour, nor is what the tour frames covered', async () => {
    await lab.visit('softmax-synapses&tour=1')
    for (const page of [lab.page, await telephone('scenario=softmax-synapses&tour=1')]) {
      for (let step = 1; step <= 5; step++) {
        await page.locator('.tour-count', { hasText: `${step} of 5` }).waitFor()
        const [ring, box, header] = [
          await boxOf(page, '.tour-ring'),
          await boxOf(page, '.tour'),
          await boxOf(page, '.bar'),
        ]
        // The second step is of the buttons of the header.
        if (step !== 2) expect(ring[1], `step ${step}`).toBeGreaterThanOrEqual(header[3])
        expect(ring[3] - ring[1], `step ${step}`).toBeGreaterThan(25)
        expect(ring[3] <= box[1] || box[3] <= ring[1], `step ${step}: ${ring.join()}, ${box.join()}`).toBe(
          true,
        )
        expect(box[3]).toBeLessThanOrEqual(page.viewportSize()!.height)
        await page.keyboard.press('Enter')
      }
    }
    await lab.pause()
  })
})

describe('a telephone', () => {
  test('has targets of 24 pixels, and each line of the help acts', async () => {
    const page = await telephone()
    await page.locator('.plot-key button').first().waitFor()
    const small = await page.evaluate(
      `[...document.querySelectorAll('button, input:not([type=file]), select, summary')]
        .filter((one) => one.getClientRects().length > 0 && one.closest('p') === null)
        .map((one) => [one.className || one.id || one.tagName, one.getBoundingClientRect()])
        .filter(([, { width, height }]) => width < 23.9 || height < 23.9)
        .map(([name, { width, height }]) => [name, Math.round(width), Math.round(height)].join(' '))`,
    )
    expect(small).toEqual([])
    await page.locator('#keys').tap()
    await page.locator('.panel-keys[open]').waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.locator('.panel-keys button', { hasText: 'Tour of the page' }).tap()
    await page.locator('.tour').waitFor()
    expect(await page.locator('.panel-keys[open]').count()).toBe(0)
  })

  test('has room for half of the last time beside a plot, and all words for its points', async () => {
    const page = await telephone('scenario=softmax-synapses&level=lecture')
    await page.evaluate('engram.step(20).then(() => engram.simulation.flush())')
    await page.locator('.plot-points:not([hidden])').waitFor()
    const cut = await page.evaluate(
      "[...document.querySelectorAll('.plot-points:not([hidden])')].filter((one) => one.scrollWidth > one.clientWidth || one.getBoundingClientRect().bottom > one.parentElement.getBoundingClientRect().bottom + 1).length",
    )
    expect(cut).toBe(0)
    const { room, half } = await page.evaluate<{ room: number; half: number }>(`(() => {
      const over = document.querySelector('[data-probe=overlap] .u-over').getBoundingClientRect()
      const area = document.querySelector('[data-probe=overlap] .plot-area').getBoundingClientRect()
      const context = document.createElement('canvas').getContext('2d')
      const style = getComputedStyle(document.querySelector('.plot'))
      context.font = 11 * Number(style.getPropertyValue('--type')) + 'px ' + style.fontFamily
      return { room: area.right - over.right, half: context.measureText('2000').width / 2 }
    })()`)
    expect(room).toBeGreaterThanOrEqual(half)
  })
})

test('in forced colours sliders keep their tracks, fields their borders and legends their colours', async () => {
  other = await lab.open({ viewport: { width: 1280, height: 720 }, forcedColors: 'active' })
  await other.goto(`${lab.url}?scenario=softmax-synapses`)
  await other.locator('body[data-state=ready]').waitFor()
  const style = (selector: string, name: string): Promise<string> =>
    other!.evaluate(`getComputedStyle(document.querySelector("${selector}"))['${name}']`)
  for (const selector of [".controls input[type='range']", '.legend-bar'])
    expect(await style(selector, 'forcedColorAdjust'), selector).toBe('none')
  expect(await style(".controls input[type='range']", 'backgroundImage')).toContain('gradient')
  for (const selector of [".controls input:not([type='range'])", '.lil-display', '.legend-bar'])
    expect(await style(selector, 'borderTopWidth'), selector).toBe('1px')
})

test('a contact sheet on its way says so, shows how far it is and stops', async () => {
  await lab.load('hebbian-learning')
  const { page } = lab
  await page.locator('#export').click()
  await page.locator('#export-menu [data-export=states]').click()
  const sheet = page.locator('.panel-figures')
  const begin = sheet.locator('[data-act=run]')
  const told = (): Promise<string | null> => sheet.locator('[role=status]').textContent()
  await sheet.waitFor()
  expect(await told()).toContain('Press')
  await begin.click()
  await eventually(() =>
    page.evaluate<number>("document.querySelector('.panel-figures progress').value"),
  ).toBeGreaterThan(0)
  expect([await told(), await begin.textContent()]).toEqual(['The run takes the states.', 'Stop'])
  await begin.click()
  await eventually(() => begin.textContent()).toBe('Run and show')
  expect(await lab.engram<number>('simulation.tick')).toBeLessThan(20_000)
  expect(await told()).toContain('Press')
  await sheet.locator('[data-part=last]').fill('20')
  await begin.click()
  await sheet.locator('img[src^=blob]').waitFor()
  expect(await lab.engram('simulation.tick')).toBe(20)
  await page.keyboard.press('Escape')
})
