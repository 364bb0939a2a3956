/** The page in a real browser, for the tests of a file: built, served from a folder, paused until a test plays it. */
import axe from 'axe-core'
import { decode } from 'fast-png'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest'
import { FIXED_KERNELS, NO_WORKERS, isOutside, sharedBrowser } from './browser.ts'

export interface Picture {
  readonly width: number
  readonly height: number
  /** How many colours there are. */
  readonly colours: number
  /** The colour at a pixel, each part 0 to 255. */
  at(x: number, y: number): readonly [number, number, number]
}

export interface Lab {
  /** The page of the file's tests; one after another they share it. */
  readonly page: Page
  readonly url: string
  /** Another page, with a viewport or a preference of its own; its complaints count too. Close it at the end. */
  open(options?: BrowserContextOptions): Promise<Page>
  /** Opens a shipped scenario, or a search such as `digits&theme=dark`, and waits until it stands at tick 0. */
  readonly visit: (scenario?: string) => Promise<void>
  /**
   * Opens a shipped scenario as `visit` does, but in the page that is open, if one is: that has compiled its kernels, the
   * larger part of a visit. For tests to which the address, the storage and the start of a page do not matter.
   */
  readonly load: (scenario: string) => Promise<void>
  /** Evaluates an expression of the console API, such as `simulation.tick`. */
  readonly engram: <T>(expression: string) => Promise<T>
  /** The values of `engram.read(name)`. */
  readonly read: (name: string) => Promise<number[]>
  /** Pauses; resolves when what was under way has run. */
  readonly pause: () => Promise<void>
  /** What the first element of a selector looks like now, in the page of the tests or in another. */
  pixels(selector: string, on?: Page): Promise<Picture>
  /** What the page has complained of since the test began, for tests that expect it; the rest fails them. */
  complaints(): string[]
}

/**
 * Opens a page before the tests of a file and closes it after them. A warning, an exception or a request to another host fails
 * the test.
 */
export function useLab(options: BrowserContextOptions = {}): Lab {
  const url = inject('page')
  const contexts = new Set<BrowserContext>()
  let page: Page
  let heard: string[] = []

  const open: Lab['open'] = async (own = {}) => {
    const context = await (
      await sharedBrowser()
    ).newContext({
      viewport: { width: 1280, height: 720 },
      // What waits for a condition in the page evaluates text there; page-policy.test.ts has the policy in force.
      bypassCSP: true,
      // The run waits for play: what a test sees is its own doing.
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
      ...own,
    })
    contexts.add(context)
    const opened = await context.newPage()
    await opened.addInitScript(FIXED_KERNELS)
    await opened.addInitScript(NO_WORKERS)
    opened.setDefaultTimeout(PATIENCE)
    opened.on('console', (message) => {
      if (['warning', 'error'].includes(message.type())) heard.push(message.text())
    })
    opened.on('pageerror', (error) => heard.push(String(error)))
    opened.on('request', (request) => isOutside(request.url()) && heard.push(`asks ${request.url()}`))
    return opened
  }

  beforeAll(async () => {
    page = await open()
  })
  afterAll(async () => {
    await Promise.all([...contexts].map((context) => context.close()))
  })
  const complaints = (): string[] => {
    const told = heard
    heard = []
    return told
  }
  afterEach(() => {
    expect(complaints()).toEqual([])
  })
  // After a failure the next test starts with an empty page, and with another one if this one has crashed.
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return
    await page.goto('about:blank').catch(async () => {
      page = await open()
    })
  })

  const visit: Lab['visit'] = async (scenario) => {
    // Another address with the same path and query would not be loaded anew.
    await page.goto('about:blank')
    await page.goto(scenario === undefined ? url : `${url}?scenario=${scenario}`)
    await page.locator('body[data-state=ready]').waitFor()
  }

  return {
    get page() {
      return page
    },
    url,
    open,
    visit,
    async load(scenario) {
      if ((await page.locator('body[data-state=ready]').count()) === 0) return visit(scenario)
      await page.evaluate(`engram.pause(), engram.load('${scenario}')`)
      await page.locator('body[data-state=ready][data-playing=false]').waitFor()
    },
    engram: (expression) => page.evaluate(`engram.${expression}`),
    read: (name) => page.evaluate(`engram.read('${name}').then(({ data }) => [...data])`),
    pause: () => page.evaluate('engram.pause(), engram.step(0).then(() => engram.simulation.flush())'),
    async pixels(selector, on = page) {
      const { data, channels, width, height } = decode(await on.locator(selector).first().screenshot())
      const bytes = Uint8Array.from(data)
      const colour = (at: number): [number, number, number] => [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!]
      const seen = new Set<number>()
      for (let at = 0; at < bytes.length; at += channels) {
        const [red, green, blue] = colour(at)
        seen.add((red * 256 + green) * 256 + blue)
      }
      return { width, height, colours: seen.size, at: (x, y) => colour((y * width + x) * channels) }
    },
    complaints,
  }
}

/** Milliseconds after which what is waited for is not coming; a busy machine is slow. */
export const PATIENCE = 120_000

/** Expects what comes, however slow the machine. */
export const eventually = <T>(get: () => Promise<T>) => expect.poll(get, { timeout: PATIENCE })

/** Resolves when a page has drawn some frames: in each of them it does what it does by itself. */
export const frames = (page: Page, count = 10): Promise<void> =>
  page.evaluate(`new Promise((done) => {
    let left = ${count}
    const frame = () => (left-- > 0 ? requestAnimationFrame(frame) : done())
    frame()
  })`)

/** What axe finds wrong for people who use screen readers, keys or high contrast. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`))",
  )
}

/** Makes the memory `xi` NaN behind the back of `write`, which takes finite numbers only. */
export const SPOIL = `(() => {
  const { engine, plan } = engram.simulation
  const buffer = engine.buffer(plan.matrices.get('xi').blocks[0].buffer)
  engine.device.queue.writeBuffer(buffer, 0, new Float32Array(200).fill(NaN))
})()`

/** Two neurons that inhibit each other: with a step as long as tau they overshoot, and the energy rises. */
export const PAIR = {
  version: 1,
  name: 'pair',
  time: { dt: 1, ticks: 150, integrator: 'euler' },
  neurons: {
    pair: { size: 2, lagrangian: { kind: 'tanh' }, init: { kind: 'values', values: [[0.1, 0.1]] } },
  },
  synapses: {
    w: {
      layer: 'pair',
      base: {
        kind: 'values',
        values: [
          [0, -3],
          [-3, 0],
        ],
      },
    },
  },
  probes: { energy: { kind: 'energy', every: 1 } },
}
