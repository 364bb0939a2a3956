/** The built page in a real Firefox, whose WebGPU is wgpu: what it draws, computes, changes, saves and survives. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decode } from 'fast-png'
import { type Browser, type ElementHandle, launch, type Page } from 'puppeteer-core'
import { preview, type PreviewServer } from 'vite'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { decodeNpz } from '../../src/core/data/npz.ts'
import { expectDawn } from './agreement.ts'
import { SCENARIOS, TICKS } from './dawn.ts'

const dawn = process.env.ENGRAM_DAWN!
const folder = mkdtempSync(join(tmpdir(), 'engram-firefox-'))

let server: PreviewServer
let browser: Browser
let page: Page
let url: string
let heard: string[] = []

beforeAll(async () => {
  server = await preview({ logLevel: 'warn', preview: { port: 0, host: '127.0.0.1', open: false } })
  url = server.resolvedUrls!.local[0]!
  browser = await launch({
    browser: 'firefox',
    executablePath: process.env.ENGRAM_FIREFOX!,
    env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder },
    // The first start of a program of 200 MB.
    timeout: PATIENCE,
    protocolTimeout: PATIENCE,
    extraPrefsFirefox: {
      'dom.webgpu.enabled': true,
      // Software drivers are on it.
      'gfx.webgpu.ignore-blocklist': true,
      'browser.download.folderList': 2,
      'browser.download.dir': folder,
      'browser.download.alwaysOpenPanel': false,
      // The run waits for play, as in the tests of the page in Chromium.
      'ui.prefersReducedMotion': 1,
    },
  })
  await visit(`${url}?scenario=softmax-synapses`)
})

afterAll(async () => {
  await browser.close()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

afterEach(() => {
  const told = heard
  heard = []
  expect(told).toEqual([])
})

/** Milliseconds after which what is waited for is not coming; a busy machine is slow. */
const PATIENCE = 120_000

/** Opens an address in a tab of its own, which becomes the page, and waits until its network stands at tick 0. */
async function visit(address: string): Promise<void> {
  page = await browser.newPage()
  page.on('console', (message) => {
    if (['warn', 'error'].includes(message.type())) heard.push(message.text())
  })
  page.on('pageerror', (error) => heard.push(String(error)))
  // Large enough that the smallest of many pictures has pixels.
  await page.setViewport({ width: 1600, height: 1200 })
  await page.goto(address)
  await page.waitForSelector('body[data-state=ready]', { timeout: PATIENCE })
}

/** Opens a shipped scenario in the page as it is. */
async function load(id: string): Promise<void> {
  await evaluate(`engram.pause(), engram.load('${id}')`)
  expect(await evaluate('[engram.simulation.tick, engram.playing]')).toEqual([0, false])
}

const evaluate = <T>(text: string): Promise<T> => page.evaluate(text) as Promise<T>
const eventually = <T>(get: () => Promise<T>, message = '') =>
  expect.poll(get, { timeout: PATIENCE, interval: 250, message })
const read = (name: string): Promise<number[]> =>
  evaluate(`engram.read('${name}').then(({ data }) => [...data])`)
const element = async (selector: string): Promise<ElementHandle> => (await page.$(selector))!
const click = (selector: string): Promise<void> => page.click(selector)
const toast = (): Promise<string> => evaluate("document.querySelector('#toast').textContent")

/** How many colours the first element of a selector has. */
async function coloursOf(selector: string): Promise<number> {
  const { data, channels } = decode(await (await element(selector)).screenshot())
  const seen = new Set<string>()
  for (let at = 0; at < data.length; at += channels) seen.add(data.slice(at, at + 3).join())
  return seen.size
}

/** Saves the results, and reads the file once it is whole. */
async function exported(file: string): Promise<Uint8Array> {
  await click('#export')
  await click('#export-menu [data-export=results]')
  const path = join(folder, file)
  await expect.poll(() => isWhole(path), { timeout: PATIENCE }).toBe(true)
  const bytes = readFileSync(path)
  rmSync(path)
  return bytes
}

/** Whether a file is a zip archive to its end. */
function isWhole(path: string): boolean {
  try {
    return readFileSync(path).includes('PK\x05\x06')
  } catch {
    return false
  }
}

test.each(SCENARIOS)('%s is drawn, and its exported results are those of Dawn, to rounding', async (id) => {
  await load(id)
  await evaluate(`engram.step(${TICKS}).then(() => engram.simulation.flush())`)
  const names = await evaluate<string[]>(
    '[...document.querySelectorAll(".figure")].map(({ dataset }) => dataset.name)',
  )
  expect(names.length).toBeGreaterThan(1)
  for (const name of names)
    await eventually(() => coloursOf(`[data-name="${name}"] canvas`), name).toBeGreaterThan(1)
  await expectDawn(id, decodeNpz(await exported(`${id}-results.npz`)), dawn)
})

test('the page plays', async () => {
  await load('softmax-synapses')
  await click('#play')
  await eventually(() => evaluate('engram.simulation.tick')).toBeGreaterThan(20)
  await click('#play')
  expect(await evaluate('engram.playing')).toBe(false)
})

test('a slider changes its parameter', async () => {
  await load('softmax-synapses')
  const before = await evaluate<number>('engram.scenario.memories.xi.tau')
  const slider = await element('[data-path="memories.xi.tau"] input[type=range]')
  await slider.scrollIntoView()
  const { x, y, width, height } = (await slider.boundingBox())!
  await page.mouse.move(x + width / 4, y + height / 2)
  await page.mouse.down()
  await page.mouse.move(x + width / 2, y + height / 2, { steps: 4 })
  await page.mouse.up()
  await eventually(() => evaluate('engram.scenario.memories.xi.tau')).not.toBe(before)
})

test.each([1280, 1440, 390])(
  'at %i px nothing leaves the page and no button has two lines',
  async (width) => {
    await page.setViewport({ width, height: 720 })
    await eventually(() => evaluate('innerWidth')).toBe(width)
    expect(await evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    expect(
      await evaluate('document.querySelector("#keys").getBoundingClientRect().right'),
    ).toBeLessThanOrEqual(width)
    expect(await evaluate('document.querySelector("#restore").offsetHeight')).toBe(28)
  },
)

test('a stroke of the brush changes the state under it, and the link carries it', async () => {
  await page.setViewport({ width: 1280, height: 720 })
  await load('hopfield')
  const before = await read('visible')
  await click('#hands [data-value=paint]')
  const canvas = await element('#large [data-pane=state] canvas')
  const { x, y, width, height } = (await canvas.boundingBox())!
  await page.mouse.move(x + width / 4, y + height / 2)
  await page.mouse.down()
  await page.mouse.move(x + (3 * width) / 4, y + height / 2, { steps: 4 })
  await page.mouse.up()
  await eventually(() => read('visible')).not.toEqual(before)
  const [scenario, painted] = [await evaluate('engram.scenario'), await read('visible')]
  await visit(await evaluate('engram.link()'))
  expect(await evaluate('engram.scenario')).toEqual(scenario)
  expect(await read('visible')).toEqual(painted)
})

test('a lost device is replaced, and the values are as they were', async () => {
  await load('softmax-synapses')
  const start = await read('xi')
  await evaluate('window.lost = engram.device, engram.device.destroy(), undefined')
  await eventually(() =>
    evaluate('engram.device !== window.lost && engram.simulation?.engine.device === engram.device'),
  ).toBe(true)
  expect(await toast()).toMatch(/^The graphics device was lost/)
  expect(await read('xi')).toEqual(start)
  await evaluate('engram.step(5).then(() => engram.simulation.flush())')
  expect(await evaluate('engram.simulation.tick')).toBe(5)
})
