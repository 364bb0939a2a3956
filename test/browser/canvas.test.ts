import { decode } from 'fast-png'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { findBrowser, type Served, serveSources, sharedBrowser } from './browser.ts'

let served: Served

beforeAll(async () => {
  served = await serveSources()
})

afterAll(async () => {
  await served.close()
})

test('the browser computes on WebGPU and shows the result on a canvas', async () => {
  const page = await (await sharedBrowser()).newPage()
  await page.goto(`${served.url}test/browser/page/canvas.html`)
  expect(await page.evaluate('drawn')).toEqual([0, 1, 4, 9])
  const { data, channels } = decode(await page.locator('canvas').screenshot())
  const centre = (32 * 64 + 32) * channels
  expect([...data.slice(centre, centre + 3)]).toEqual([0, 255, 0])
  await page.close()
})

test('ENGRAM_BROWSER chooses the browser, and must name a file', async () => {
  vi.stubEnv('ENGRAM_BROWSER', process.execPath)
  expect((await findBrowser()).executable).toBe(process.execPath)
  vi.stubEnv('ENGRAM_BROWSER', '/no/such/browser')
  await expect(findBrowser()).rejects.toThrow('ENGRAM_BROWSER: there is no file /no/such/browser')
  vi.unstubAllEnvs()
})
