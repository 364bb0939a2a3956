import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { launchBrowser, serveBuild } from '../test/browser/browser.ts'

/** The tick of the picture of each scenario. */
const TICKS: Readonly<Record<string, number>> = {
  asynchronous: 300,
  convolution: 12,
  'dense-memory': 30,
  digits: 12,
  'energy-transformer': 14,
  'fast-synapses': 200,
  'hebbian-learning': 3000,
  hierarchical: 60,
  hopfield: 40,
  hyperedge: 150,
  pavlov: 450,
  'phase-diagram': 60,
  sequences: 1500,
  'softmax-synapses': 600,
  sparse: 8,
}

/** Pictures of 1280 x 720 as WebP, encoded by the browser. */
const QUALITY = 82

/**
 * Takes a picture of every scenario in both themes.
 * @param folder - gets page-SCENARIO-THEME.webp
 * @param wanted - ids of scenarios; all when empty
 */
export async function takeScreenshots(folder: string, wanted: readonly string[]): Promise<void> {
  const [browser, served] = await Promise.all([launchBrowser(), serveBuild()])
  await mkdir(folder, { recursive: true })
  try {
    for (const theme of ['light', 'dark'] as const) {
      const page = await browser.newPage({
        viewport: { width: 1280, height: 720 },
        colorScheme: theme,
        // The run is paused, so that the tick is always the same.
        reducedMotion: 'reduce',
      })
      const session = await page.context().newCDPSession(page)
      await page.goto(served.url)
      await page.locator('body[data-state=ready]').waitFor()
      for (const [id, ticks] of Object.entries(TICKS)) {
        if (wanted.length > 0 && !wanted.includes(id)) continue
        await page.evaluate(
          `engram.load('${id}').then(() => engram.step(${ticks})).then(() => engram.simulation.flush())`,
        )
        // Ranges of the pictures are measured after they are drawn.
        await page.waitForTimeout(1500)
        const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY })
        const bytes = Buffer.from(data, 'base64')
        const name = `page-${id}-${theme}.webp`
        await writeFile(join(folder, name), bytes)
        process.stdout.write(`${name}: ${Math.round(bytes.length / 1024)} KiB\n`)
      }
      await page.close()
    }
  } finally {
    await browser.close()
    await served.close()
  }
}
