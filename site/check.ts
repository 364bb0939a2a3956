/** Opens the built site as a reader does: links, accessibility, layout, search, and a network that runs in the text. */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { isOutside, launchBrowser } from '../test/browser/browser.ts'
import { serveFolder } from '../test/browser/folder.ts'

/** Largest layout shift while a page loads; 0.1 counts as good. */
const MOST_SHIFT = 0.02

/** The number of opened pages of the reference of functions; all these pages have the same form. */
const MOST_ALIKE = 3

/**
 * Checks every page, and prints its errors.
 * @param folder - the built site
 * @param base - the folder of the server in which it is, with a slash at both ends
 * @returns true without errors
 */
export async function checkSite(folder: string, base: string): Promise<boolean> {
  const pages = (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith('.html') && !name.startsWith('run/') && name !== '404.html')
    .sort()
  const mistakes = await wrongLinks(folder, base, pages)
  const server = await serveFolder(() => folder, {}, base)
  const { url } = server
  const browser = await launchBrowser()
  try {
    const opened = pages.filter((name) => !name.startsWith('api/')).concat(someOf(pages))
    const axe = await readFile('site/node_modules/axe-core/axe.min.js', 'utf8')
    for (const [colorScheme, width] of [
      ['light', 1280],
      ['dark', 390],
    ] as const) {
      const page = await browser.newPage({
        viewport: { width, height: 800 },
        colorScheme,
        reducedMotion: 'reduce',
      })
      const heard: string[] = []
      page.on('console', (message) => message.type() === 'error' && heard.push(message.text()))
      page.on('pageerror', ({ message }) => heard.push(message))
      page.on(
        'response',
        (response) => response.status() >= 400 && heard.push(`${response.status()} ${response.url()}`),
      )
      page.on('request', (request) => isOutside(request.url()) && heard.push(`asks ${request.url()}`))
      await page.addInitScript(WATCH_SHIFTS)
      for (const name of opened) {
        await page.goto(`${url}${name}`, { waitUntil: 'networkidle' })
        const found = [...heard.splice(0), ...(await wrongOnPage(page, axe))]
        mistakes.push(...found.map((mistake) => `${name} (${colorScheme}, ${width} px): ${mistake}`))
      }
      await page.close()
    }
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    mistakes.push(...(await wrongWithUse(page, url)))
  } finally {
    await browser.close()
    await server.close()
  }
  for (const mistake of mistakes) process.stderr.write(`site: ${mistake}\n`)
  process.stdout.write(`site: ${pages.length} pages, ${mistakes.length} mistakes\n`)
  return mistakes.length === 0
}

function someOf(pages: readonly string[]): string[] {
  const alike = new Map<string, string[]>()
  for (const name of pages.filter((one) => one.startsWith('api/'))) {
    const kind = name.split('/').slice(0, -1).join('/')
    alike.set(kind, [...(alike.get(kind) ?? []), name])
  }
  return [...alike.values()].flatMap((names) => names.slice(0, MOST_ALIKE))
}

/** Links and sources of the site without a target file or heading. */
async function wrongLinks(folder: string, base: string, pages: readonly string[]): Promise<string[]> {
  const files = new Set(
    (await readdir(folder, { recursive: true })).map((name) => name.replaceAll('\\', '/')),
  )
  const texts = new Map<string, string>()
  for (const name of pages) texts.set(name, await readFile(join(folder, name), 'utf8'))
  const mistakes: string[] = []
  for (const [name, text] of texts) {
    const body = text.replace(/<script\b.*?<\/script>/gs, '')
    for (const [, address = ''] of body.matchAll(/(?:href|src)="([^"]*)"/g)) {
      if (/^(https?:|mailto:|data:)/.test(address)) continue
      const { pathname, hash } = new URL(address.replaceAll('&amp;', '&'), `http://host${base}${name}`)
      if (!pathname.startsWith(base)) {
        mistakes.push(`${name}: ${address} leads out of ${base}`)
        continue
      }
      const path = decodeURIComponent(pathname.slice(base.length)).replace(/(^|\/)$/, '$1index.html')
      if (!files.has(path)) mistakes.push(`${name}: there is no ${path} (${address})`)
      else if (
        hash !== '' &&
        texts.has(path) &&
        !texts.get(path)!.includes(`id="${decodeURIComponent(hash.slice(1))}"`)
      )
        mistakes.push(`${name}: ${path} has no heading ${hash}`)
    }
  }
  return [...new Set(mistakes)]
}

const WATCH_SHIFTS = {
  content: `window.shift = 0
new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) window.shift += one.value })
  .observe({ type: 'layout-shift', buffered: true })`,
} as const

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[]
}

async function wrongOnPage(page: Page, axe: string): Promise<string[]> {
  const shift = await page.evaluate<number>('window.shift')
  const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  await page.evaluate(axe)
  // Frames are separate pages with separate tests.
  const violations = await page.evaluate<Violation[]>(
    "axe.run(document, { iframes: false, resultTypes: ['violations'] }).then(({ violations }) => violations)",
  )
  return [
    ...(shift > MOST_SHIFT ? [`the layout shifts by ${shift.toFixed(3)} while it loads`] : []),
    ...(wide > 0 ? [`it is ${wide} px wider than the window`] : []),
    ...violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes[0]!.target.join(' ')}: ${nodes[0]!.failureSummary.replace(/\s+/g, ' ')}`,
    ),
  ]
}

/** Checks that search finds a key, and that a network in the text draws its first picture. */
async function wrongWithUse(page: Page, url: string): Promise<string[]> {
  const mistakes: string[] = []
  const attempt = async (what: string, act: () => Promise<unknown>): Promise<void> => {
    await act().catch((error: unknown) => mistakes.push(`${what}: ${String(error)}`))
  }
  await page.goto(`${url}tutorial/1-recall.html`, { waitUntil: 'networkidle' })
  await attempt('search', async () => {
    await page.keyboard.press('Control+k')
    await page.locator('.VPLocalSearchBox input').fill('temperature')
    await page.locator('.VPLocalSearchBox .result').first().waitFor()
    await page.keyboard.press('Escape')
  })
  await attempt('the network of the tutorial', async () => {
    await page.locator('.network button').press('Enter')
    await page.frameLocator('.network iframe').locator('body[data-state=ready]').waitFor({ timeout: 120_000 })
    const focused = await page.evaluate<string>('document.activeElement.tagName')
    if (focused !== 'IFRAME') throw new Error(`the focus is on ${focused}, not in the frame`)
  })
  return mistakes
}
