import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FIXED_KERNELS, sharedBrowser } from './browser.ts'
import { serveFolder } from './folder.ts'
import { PATIENCE, eventually } from './lab.ts'

const root = mkdtempSync(join(tmpdir(), 'engram-offline-'))
/** The page in a folder of a server. */
const folder = join(root, 'some/where')
let host: Awaited<ReturnType<typeof serveFolder>>
let context: BrowserContext
let page: Page
const heard: string[] = []

beforeAll(async () => {
  cpSync('dist/page', folder, { recursive: true })
  host = await serveFolder(() => root)
  context = await (await sharedBrowser()).newContext({ reducedMotion: 'reduce', bypassCSP: false })
  page = await context.newPage()
  await page.addInitScript(FIXED_KERNELS)
  page.setDefaultTimeout(PATIENCE)
  page.on('pageerror', (error) => heard.push(String(error)))
  page.on('console', (message) => {
    if (['warning', 'error'].includes(message.type())) heard.push(message.text())
  })
})
afterAll(async () => {
  await context.close()
  await host.close()
  rmSync(root, { recursive: true })
})

const visit = async (search: string): Promise<void> => {
  await page.goto('about:blank')
  await page.goto(`${host.url}some/where/${search}`)
  await page.locator('body[data-state=ready]').waitFor()
}

test('after one visit the page runs without a network, with every scenario and its data', async () => {
  await visit('?scenario=softmax-synapses')
  // Until all is kept.
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)')
  await context.setOffline(true)
  await visit('?scenario=softmax-synapses')
  await page.evaluate('engram.step(5)')
  expect(await page.evaluate('engram.simulation.tick')).toBe(5)
  await visit('?scenario=sparse')
  await visit('?scenario=softmax-synapses&embed=picture')
  // The service worker has it, and not the HTTP cache of the browser.
  expect(await page.evaluate("fetch('nowhere').then(() => 'answered', () => 'offline')")).toBe('offline')
  await context.setOffline(false)
  expect(heard.splice(0).filter((text) => !text.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([])
})

test('a new version says that it is there, and comes with the reload that it offers', async () => {
  await visit('?scenario=softmax-synapses')
  expect(await page.locator('#toast.shown').count()).toBe(0)
  // What another build changes: a file, and its revision in the list of the worker.
  const index = join(folder, 'index.html')
  const worker = join(folder, 'sw.js')
  writeFileSync(
    index,
    readFileSync(index, 'utf8').replace('<html lang="en">', '<html lang="en" data-version="2">'),
  )
  const list = readFileSync(worker, 'utf8')
  const revised = list.replace(
    /(url:"index\.html",revision:")[^"]*|(revision:")[^"]*(",url:"index\.html")/,
    '$1$2other$3',
  )
  expect(revised).not.toBe(list)
  writeFileSync(worker, revised)
  await visit('?scenario=softmax-synapses')
  await eventually(() => page.locator('#toast.shown').innerText()).toMatch(
    /^A new version of engram is there\./,
  )
  expect(await page.locator('html[data-version]').count()).toBe(0)
  await page.getByRole('button', { name: 'Reload', exact: true }).click()
  await page.locator('html[data-version="2"]').waitFor({ state: 'attached' })
  await page.locator('body[data-state=ready]').waitFor()
  expect(await page.locator('#toast.shown').count()).toBe(0)
  expect(heard.splice(0)).toEqual([])
})

test('the page can be installed: a manifest with its icons, in any folder', async () => {
  const manifest = await page.evaluate<{ start_url: string; icons: { src: string; sizes: string }[] }>(
    "fetch(document.querySelector('link[rel=manifest]').href).then((answer) => answer.json())",
  )
  expect(manifest.start_url).toBe('./')
  for (const { src, sizes } of manifest.icons) {
    const size = await page.evaluate<number>(
      `new Promise((done, failed) => { const image = new Image(); image.onload = () => done(image.naturalWidth); image.onerror = failed; image.src = '${src}' })`,
    )
    if (sizes !== 'any') expect(`${size}x${size}`).toBe(sizes)
  }
})
