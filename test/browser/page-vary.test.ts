import { expect, test } from 'vitest'
import { linkTo } from '../../src/app/sharing/link.ts'
import { parseScenario } from '../../src/core/model/parse.ts'
import { eventually, useLab } from './lab.ts'

const lab = useLab()

const BETA = 'neurons.hidden.lagrangian.beta'

/** Six networks of two betas and three amounts of damage, four neurons each that remember one pattern of two. */
const scenario = {
  version: 1,
  name: 'six',
  time: { dt: 0.2, ticks: 50 },
  neurons: {
    visible: { size: [2, 4], lagrangian: { kind: 'linear' } },
    hidden: { size: 2, tau: 0, lagrangian: { kind: 'softmax' } },
  },
  memories: {
    xi: {
      from: 'visible',
      to: 'hidden',
      init: {
        kind: 'values',
        values: [
          [1, 1, 1, 1, -1, -1, -1, -1],
          [1, -1, 1, -1, 1, -1, 1, -1],
        ],
      },
    },
  },
  stimulus: [
    {
      kind: 'initial',
      layer: 'visible',
      patterns: {
        kind: 'rows',
        of: 'xi',
        select: [0],
        corrupt: { op: 'occlude', fraction: 0, side: 'right' },
      },
    },
  ],
  probes: {
    overlap: {
      kind: 'overlap',
      layer: 'visible',
      patterns: { kind: 'rows', of: 'xi', select: [0] },
      every: 5,
    },
    speed: { kind: 'speed', layer: 'visible', every: 5 },
  },
  replicas: {
    vary: {
      [BETA]: { values: [0.01, 2] },
      'stimulus.0.patterns.corrupt.fraction': { values: [0, 0.5, 1] },
    },
  },
}

const text = (selector: string) => lab.page.locator(selector).first().innerText()

test('a link opens networks that vary: what varies has a range, the rest a field, the map every point', async () => {
  const { page } = lab
  await page.goto(linkTo(lab.url, parseScenario(scenario)))
  await page.locator('body[data-state=ready]').waitFor()
  await page.evaluate('engram.step(50).then(() => engram.simulation.flush())')
  expect(await page.evaluate('engram.simulation.model.replicas')).toBe(6)

  const control = `.controls [data-path="${BETA}"]`
  expect(await text(control)).toMatch(/0\.01 … 2$/)
  expect(await page.locator(`${control} input`).count()).toBe(0)
  expect(await page.evaluate(`engram.set("${BETA}", 1).catch(String)`)).toContain('varies by replica')
  const before = await lab.read('visible')
  await page.evaluate('engram.set("neurons.hidden.bias", 1)')
  await page.evaluate('engram.step(5).then(() => engram.simulation.flush())')
  // The same bias for both hidden neurons is none.
  const after = await lab.read('visible')
  after.forEach((value, index) => expect(value).toBeCloseTo(before[index]!, 2))

  const map = page.locator('.map .plot-area')
  await eventually(() => text('.map .plot-note')).toBe('tick 55')
  await eventually(async () => (await lab.pixels('.map canvas')).colours).toBeGreaterThan(3)
  await map.focus()
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key)
  await eventually(() => text('.map output')).toMatch(/^beta 2, fraction 0\.5: (1|0\.99\d*)$/)
  await page.keyboard.press('Enter')
  await eventually(() => page.locator('.plot-replica input').inputValue()).toBe('4')
  expect(await text('.plot-replica')).toContain('beta 2, fraction 0.5')
  const box = (await map.boundingBox())!
  await page.mouse.click(box.x + 70, box.y + 10)
  await eventually(() => page.locator('.plot-replica input').inputValue()).toBe('0')
  await eventually(() => text('.map output')).toMatch(/^beta 0\.01, fraction 0: /)
})
