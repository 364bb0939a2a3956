import { decode } from 'fast-png'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { findBrowser, launchBrowser, type Served, serveSources } from './browser.ts'

let browser: Browser
let served: Served

beforeAll(async () => {
  ;[browser, served] = await Promise.all([launchBrowser(), serveSources()])
})

afterAll(async () => {
  await browser.close()
  await served.close()
})

test('the browser computes on WebGPU and shows the result on a canvas', async () => {
  const page = await browser.newPage()
  await page.goto(`${served.url}test/browser/page/canvas.html`)
  expect(await page.evaluate('drawn')).toEqual([0, 1, 4, 9])
  const { data, channels } = decode(await page.locator('canvas').screenshot())
  const centre = (32 * 64 + 32) * channels
  expect([...data.slice(centre, centre + 3)]).toEqual([0, 255, 0])
})

test('ENGRAM_BROWSER chooses the browser, and must name a file', async () => {
  vi.stubEnv('ENGRAM_BROWSER', process.execPath)
  expect((await findBrowser()).executable).toBe(process.execPath)
  vi.stubEnv('ENGRAM_BROWSER', '/no/such/browser')
  await expect(findBrowser()).rejects.toThrow('ENGRAM_BROWSER: there is no file /no/such/browser')
  vi.unstubAllEnvs()
})
