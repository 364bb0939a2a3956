/** Requests, bytes and times of first visits, in the browser of the tests. */
import { readFileSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../test/browser/browser.ts'
import { serveFolder } from '../test/browser/folder.ts'

/** Addresses of the site, the page in its folder `run`; true = with a network. */
const VISITS: readonly (readonly [name: string, path: string, hasNetwork: boolean])[] = [
  ['page, default scenario', 'run/', true],
  ['`?embed=picture`', 'run/?embed=picture', true],
  ['start of the site', '', false],
  ['tutorial, step 1', 'tutorial/1-recall.html', false],
]

/** Files that hosts compress. */
const COMPRESSED = ['.html', '.js', '.css', '.json', '.svg', '.wasm', '.webmanifest']

interface Visit {
  readonly name: string
  readonly requests: number
  /** Requests to other hosts. */
  readonly outside: number
  /** Bytes of all answers, compressed by gzip where a host does so. */
  readonly bytes: number
  /** Times in ms from the start of the visit. */
  readonly contentLoaded: number
  readonly firstPaint: number
  readonly largestPaint: number
  /** First picture of the network; null without one. */
  readonly picture: number | null
  readonly shift: number
  /** Longest task of the main thread, ms; 0 = all are below 50 ms. */
  readonly longestTask: number
}

/**
 * Visits each page with an empty cache, and prints a table in Markdown.
 * @param folder - the built site
 * @param json - file for the same numbers
 */
export async function weigh(folder: string, json?: string): Promise<void> {
  const base = baseOf(folder)
  const [browser, server] = await Promise.all([launchBrowser(), serveFolder(() => folder, {}, base)])
  try {
    const visits: Visit[] = []
    for (const visit of VISITS) visits.push(await visited(browser, server.url, folder, visit))
    const taken = {
      date: new Date().toISOString().slice(0, 10),
      browser: `Chromium ${browser.version()}`,
      adapter: await adapterOf(browser, `${server.url}run/`),
    }
    process.stdout.write(`${taken.date}, ${taken.browser}, adapter ${taken.adapter}\n\n${tableOf(visits)}\n`)
    if (json !== undefined) writeFileSync(json, `${JSON.stringify({ ...taken, visits }, null, 2)}\n`)
  } finally {
    await browser.close()
    await server.close()
  }
}

async function visited(
  browser: Browser,
  url: string,
  folder: string,
  [name, path, hasNetwork]: (typeof VISITS)[number],
): Promise<Visit> {
  // The service worker fetches all other files after the first picture.
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    serviceWorkers: 'block',
    // The wait for a picture evaluates text in the page.
    bypassCSP: true,
  })
  try {
    const page = await context.newPage()
    const requested: string[] = []
    page.on('request', (request) => requested.push(request.url()))
    await page.addInitScript(WATCH)
    await page.goto(`${url}${path}`, { waitUntil: 'networkidle' })
    if (hasNetwork)
      await page.waitForFunction("performance.getEntriesByName('engram:picture').length > 0", undefined, {
        timeout: 120_000,
      })
    await page.waitForLoadState('networkidle')
    const measured = await page.evaluate<Omit<Visit, 'name' | 'requests' | 'outside' | 'bytes'>>(MEASURE)
    // Addresses such as blob: are no requests to a host.
    const fetched = requested.filter((address) => address.startsWith('http'))
    const own = fetched.filter((address) => address.startsWith(url))
    const bytes = own.reduce((sum, address) => sum + sizeOf(join(folder, pathOf(address, url))), 0)
    return { name, requests: fetched.length, outside: fetched.length - own.length, bytes, ...measured }
  } finally {
    await context.close()
  }
}

/** The folder of the server for which the site was built, by the address of its icon. */
function baseOf(folder: string): string {
  return /href="([^"]*\/)icon\.svg"/.exec(readFileSync(join(folder, 'index.html'), 'utf8'))?.[1] ?? '/'
}

/** The path of an address below that of the site. */
function pathOf(address: string, site: string): string {
  return `/${decodeURIComponent(new URL(address).pathname.slice(new URL(site).pathname.length))}`
}

/** Bytes of an answer: `path` is a file, or a folder with a slash at its end. */
function sizeOf(path: string): number {
  const file = path.replace(/\/$/, '/index.html')
  const bytes = readFileSync(file)
  return COMPRESSED.includes(extname(file)) ? gzipSync(bytes).length : bytes.length
}

/** For `addInitScript`: `weighed` has what the page reports of itself; tasks are those of 50 ms and more. */
export const WATCH = {
  content: `window.weighed = { shift: 0, largestPaint: 0, longestTask: 0, busyUntil: 0 }
for (const [type, note] of Object.entries({
  'layout-shift': (entry) => { if (!entry.hadRecentInput) weighed.shift += entry.value },
  'largest-contentful-paint': (entry) => { weighed.largestPaint = entry.startTime },
  longtask: (entry) => {
    weighed.longestTask = Math.max(weighed.longestTask, entry.duration)
    weighed.busyUntil = Math.max(weighed.busyUntil, entry.startTime + entry.duration)
  },
})) new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true })`,
} as const

const MEASURE = `({
  contentLoaded: performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd,
  firstPaint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
  picture: performance.getEntriesByName('engram:picture')[0]?.startTime ?? null,
  ...weighed,
})`

async function adapterOf(browser: Browser, url: string): Promise<string> {
  const page = await browser.newPage({ serviceWorkers: 'block' })
  await page.goto(url)
  const name = await page.evaluate<string>(
    "navigator.gpu.requestAdapter().then((adapter) => [adapter?.info.vendor, adapter?.info.architecture].filter(Boolean).join(' '))",
  )
  await page.close()
  return name
}

const COLUMNS: readonly (readonly [heading: string, of: (visit: Visit) => string])[] = [
  ['requests', ({ requests }) => String(requests)],
  ['to other hosts', ({ outside }) => String(outside)],
  ['kB, gzip', ({ bytes }) => (bytes / 1000).toFixed(0)],
  ['content loaded, ms', ({ contentLoaded }) => contentLoaded.toFixed(0)],
  ['first paint, ms', ({ firstPaint }) => firstPaint.toFixed(0)],
  ['largest paint, ms', ({ largestPaint }) => largestPaint.toFixed(0)],
  ['network drawn, ms', ({ picture }) => picture?.toFixed(0) ?? '-'],
  ['layout shift', ({ shift }) => shift.toFixed(3)],
  ['longest task, ms', ({ longestTask }) => longestTask.toFixed(0)],
]

function tableOf(visits: readonly Visit[]): string {
  const lines = [
    ['', ...COLUMNS.map(([heading]) => heading)],
    ['---', ...COLUMNS.map(() => '---:')],
    ...visits.map((visit) => [visit.name, ...COLUMNS.map(([, of]) => of(visit))]),
  ]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
