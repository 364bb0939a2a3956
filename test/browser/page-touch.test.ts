import type { CDPSession } from 'playwright-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually, useLab } from './lab.ts'

const lab = useLab({ hasTouch: true, viewport: { width: 390, height: 844 } })

type Point = readonly [x: number, y: number]

let session: CDPSession
beforeEach(async () => {
  session = await lab.page.context().newCDPSession(lab.page)
})
afterEach(() => session.detach())

const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: readonly Point[]) =>
  session.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) })

/** Puts down a finger for each path and moves them to the other ends, all at once. */
async function move(...paths: readonly (readonly [from: Point, to: Point])[]): Promise<void> {
  const steps = 8
  for (let count = 1; count <= paths.length; count++)
    await send(
      'touchStart',
      paths.slice(0, count).map(([from]) => from),
    )
  for (let step = 1; step <= steps; step++)
    await send(
      'touchMove',
      paths.map(([from, to]): Point => {
        const at = (k: 0 | 1): number => from[k] + ((to[k] - from[k]) * step) / steps
        return [at(0), at(1)]
      }),
    )
  await send('touchEnd', [])
}

/** The place of parts of the width and height of an element. */
async function within(selector: string): Promise<(x: number, y: number) => Point> {
  const found = lab.page.locator(selector).first()
  await found.scrollIntoViewIfNeeded()
  const box = (await found.boundingBox())!
  return (x, y) => [box.x + x * box.width, box.y + y * box.height]
}
const scrolled = (): Promise<number> => lab.page.evaluate('Math.round(scrollY)')

test('over a plot one finger moves the cursors, two zoom all plots, a double tap shows the run, and the page scrolls', async () => {
  await lab.visit('hopfield')
  await lab.page.evaluate('engram.step(40).then(() => engram.simulation.flush())')
  const cursor = (probe: string) =>
    lab.page.locator(`[data-probe=${probe}] .plot-area`).getAttribute('data-cursor')
  const zoomed = (probe: string) => lab.page.locator(`[data-probe=${probe}] .plot-all`).isVisible()
  await lab.page.locator('[data-probe=energy] .u-over').waitFor()
  const at = await within('[data-probe=energy] .u-over')
  const top = await scrolled()

  // From the left to the middle of 40 ticks of 0.2.
  await move([at(0.1, 0.5), at(0.5, 0.5)])
  for (const probe of ['energy', 'overlap']) await eventually(() => cursor(probe)).toBe('t 4')
  expect(await zoomed('energy')).toBe(false)

  await move([at(0.4, 0.5), at(0.1, 0.5)], [at(0.6, 0.5), at(0.9, 0.5)])
  for (const probe of ['energy', 'overlap']) await eventually(() => zoomed(probe)).toBe(true)
  expect(await scrolled()).toBe(top)

  // A tenth of a second apart by their own clock, however slow the machine.
  const now = await lab.page.evaluate<number>('Date.now() / 1000')
  for (let tap = 0; tap < 2; tap++)
    for (const [type, touchPoints] of [
      ['touchStart', [at(0.5, 0.5)].map(([x, y]) => ({ x, y }))],
      ['touchEnd', []],
    ] as const)
      await session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: [...touchPoints],
        timestamp: now + 0.1 * tap,
      })
  for (const probe of ['energy', 'overlap']) await eventually(() => zoomed(probe)).toBe(false)

  // Upwards the page follows; it is scrolled to its end when it cannot go further down.
  await move([at(0.5, 0.2), [at(0.5, 0.2)[0], at(0.5, 0.2)[1] + 200]])
  await eventually(scrolled).toBeLessThan(top)
  expect(await zoomed('energy')).toBe(false)
})
