/** The icons of the installed page, as pictures of pixels. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { launchBrowser } from '../test/browser/browser.ts'

/** A maskable icon has no corners of its own, and its drawing within the middle four fifths. */
const ICONS = [
  { name: 'icon-192.png', size: 192, isMaskable: false },
  { name: 'icon-512.png', size: 512, isMaskable: false },
  { name: 'icon-maskable.png', size: 512, isMaskable: true },
] as const

/** @param folder - has icon.svg, and gets the others */
export async function drawIcons(folder: string): Promise<void> {
  const svg = await readFile(join(folder, 'icon.svg'), 'utf8')
  const browser = await launchBrowser()
  try {
    for (const { name, size, isMaskable } of ICONS) {
      const page = await browser.newPage({ viewport: { width: size, height: size } })
      const drawn = isMaskable ? svg.replace('viewBox="0 0 16 16"', 'viewBox="-2 -2 20 20"') : svg
      const whole = isMaskable
        ? drawn.replace('<rect width="16" height="16" rx="4"', '<rect x="-2" y="-2" width="20" height="20"')
        : drawn
      await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${whole}`)
      await page.screenshot({ path: join(folder, name), omitBackground: true })
      await page.close()
    }
  } finally {
    await browser.close()
  }
}
