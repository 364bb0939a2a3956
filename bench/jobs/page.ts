/** Visits of the built page, in the browser of the tests. */
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import { WATCH } from '../../scripts/weigh.ts'
import { launchBrowser } from '../../test/browser/browser.ts'
import { serveFolder } from '../../test/browser/folder.ts'

/** cold: nothing of the page is known; warm: a second visit, whose files the service worker has kept. */
export type VisitKind = 'cold' | 'warm'

/** The first picture of the network; and from when on no task holds up a click for 50 ms. */
export type Moment = 'picture' | 'interactive'

export interface Visits {
  /** Milliseconds from the start of a visit to a moment of it. */
  time(kind: VisitKind, moment: Moment): Promise<number>
  /** Bytes that the scripts of the page hold after so many ticks of a shipped scenario, arrays included, garbage collected. */
  heap(scenario: string, ticks: number): Promise<number>
  close(): Promise<void>
}

/** Milliseconds behind the first picture in which the page may still be busy. */
const SETTLED = 2000

/** @param root - of a project whose page is built */
export async function openVisits(root: string): Promise<Visits> {
  const [browser, server] = await Promise.all([launchBrowser(), serveFolder(() => join(root, 'dist/page'))])
  return {
    async time(kind, moment) {
      const context = await newContext(browser, kind)
      try {
        if (kind === 'warm') await visit(context, server.url, 'navigator.serviceWorker.ready.then(() => 0)')
        return await visit(context, server.url, MOMENTS[moment])
      } finally {
        await context.close()
      }
    },
    async heap(scenario, ticks) {
      const context = await newContext(browser, 'cold')
      try {
        const page = await context.newPage()
        await page.goto(`${server.url}?scenario=${scenario}`)
        await page.waitForFunction(IS_DRAWN, undefined, PATIENCE)
        await page.evaluate(`engram.step(${ticks}).then(() => engram.simulation.flush())`)
        const session = await context.newCDPSession(page)
        await session.send('HeapProfiler.collectGarbage')
        // Numbers of arrays are in backing stores beside the heap.
        const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage')
        return usedSize + backingStorageSize
      } finally {
        await context.close()
      }
    },
    async close() {
      await browser.close()
      await server.close()
    },
  }
}

function newContext(browser: Browser, kind: VisitKind): Promise<BrowserContext> {
  return browser.newContext({
    viewport: { width: 1280, height: 800 },
    // It fetches all other files after the first picture.
    serviceWorkers: kind === 'warm' ? 'allow' : 'block',
    // The wait for a picture evaluates text in the page.
    bypassCSP: true,
  })
}

const MOMENTS: Readonly<Record<Moment, string>> = {
  picture: 'performance.getEntriesByName("engram:picture")[0].startTime',
  interactive: 'Math.max(performance.getEntriesByName("engram:picture")[0].startTime, weighed.busyUntil)',
}

const IS_DRAWN = 'performance.getEntriesByName("engram:picture").length > 0'

const PATIENCE = { timeout: 120_000 } as const

/** @returns what `result` gives in the page after its first picture */
async function visit(context: BrowserContext, url: string, result: string): Promise<number> {
  const page = await context.newPage()
  await page.addInitScript(WATCH)
  await page.goto(url)
  await page.waitForFunction(IS_DRAWN, undefined, PATIENCE)
  await page.waitForTimeout(SETTLED)
  const found = await page.evaluate<number>(result)
  await page.close()
  return found
}
