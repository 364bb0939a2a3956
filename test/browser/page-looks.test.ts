/** The lesson panel, the tour, the theme, and the looks of the page as a whole. */
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { LESSONS } from '../../src/app/teach/lessons.ts'
import { eventually, useLab } from './lab.ts'

const lab = useLab()

describe('the lesson', () => {
  test('opened, it shows the equations by KaTeX with MathML, and they follow a parameter', async () => {
    await lab.visit('digits')
    const { page } = lab
    await page.locator('.maths summary').click()
    await eventually(() => page.locator('.maths dd math').count()).toBeGreaterThan(3)
    expect(await page.locator('.maths svg').count()).toBe(1)
    await lab.engram('set("neurons.hidden.lagrangian.beta", 0.07)')
    await eventually(() => page.locator('.maths dl').textContent()).toContain('0.07')
    await page.locator('.maths summary').click()
  })

  test('tries one upon the other set their values and play from the start', async () => {
    await lab.visit('digits')
    await lab.engram('step(40)')
    const [melt, hide] = LESSONS.digits!.tries
    await lab.page.getByRole('button', { name: melt.label }).click()
    // The first is still on its way.
    await lab.page.getByRole('button', { name: hide.label }).click()
    await eventually(() => lab.page.locator('.outcome').textContent()).toBe(hide.text)
    await eventually(() => lab.engram('scenario.stimulus[0].patterns.corrupt.fraction')).toBe(0.75)
    expect(await lab.engram('scenario.neurons.hidden.lagrangian.beta')).toBe(0.01)
    await eventually(() => lab.engram('playing')).toBe(true)
    await lab.pause()
  })
})

describe('the tour', () => {
  test('does not start by itself under automation', async () => {
    await lab.visit()
    expect(await lab.page.locator('.tour').count()).toBe(0)
  })

  test('has five steps, each beside its element, goes by the keyboard and gives the focus back', async () => {
    const { page } = lab
    await lab.visit('digits&tour=1')
    await page.locator('.tour').waitFor()
    const titles: (string | null)[] = []
    for (let step = 1; step <= 5; step++) {
      expect(await page.locator('.tour-count').textContent()).toBe(`${step} of 5`)
      titles.push(await page.locator('.tour h2').textContent())
      const box = await page.locator('.tour').boundingBox()
      expect(box!.x).toBeGreaterThanOrEqual(0)
      expect(box!.x + box!.width).toBeLessThanOrEqual(1280)
      expect(box!.y + box!.height).toBeLessThanOrEqual(720)
      await page.keyboard.press('Enter')
    }
    expect(new Set(titles).size).toBe(5)
    await eventually(() => page.locator('.tour, .tour-ring').count()).toBe(0)
    expect(await page.evaluate("localStorage.getItem('engram.tour')")).toBe('seen')
    await page.locator('#play').focus()
    await page.keyboard.press('t')
    await page.locator('.tour').waitFor()
    await page.keyboard.press('Escape')
    await eventually(() => page.locator('.tour').count()).toBe(0)
    expect(await page.evaluate('document.activeElement.id')).toBe('play')
  })
})

describe('the looks', () => {
  test('the theme goes from automatic to light to dark and is remembered', async () => {
    const page = await lab.open({ colorScheme: 'light' })
    await page.goto(lab.url)
    await page.locator('body[data-state=ready]').waitFor()
    const paper = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const light = await paper()
    await page.emulateMedia({ colorScheme: 'dark' })
    await eventually(paper).not.toBe(light)
    const dark = await paper()
    await page.locator('#scheme').click()
    expect(await paper()).toBe(light)
    await page.reload()
    expect(await paper()).toBe(light)
    expect(await page.locator('#scheme').getAttribute('aria-label')).toBe('Theme: light')
    await page.locator('#scheme').click()
    expect(await paper()).toBe(dark)
    await page.close()
  })

  test.each(['light', 'dark'] as const)(
    '%s: words stand out by at least 4.5 to 1 (WCAG AA)',
    async (scheme) => {
      const page = await lab.open({ colorScheme: scheme })
      await page.goto(lab.url)
      const names = ['paper', 'panel', 'field', 'text', 'muted', 'accent', 'on-accent', 'danger']
      const colours: Record<string, string> = {}
      for (const name of names)
        colours[name] = await page.evaluate(
          `getComputedStyle(document.documentElement).getPropertyValue('--${name}').trim()`,
        )
      await page.close()
      const pairs = ['text', 'muted', 'accent', 'danger'].flatMap((ink) =>
        ['paper', 'panel'].map((ground) => [ink, ground]),
      )
      for (const [ink, ground] of [...pairs, ['text', 'field'], ['muted', 'field'], ['on-accent', 'accent']])
        expect(contrast(colours[ink!]!, colours[ground!]!), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5)
    },
  )

  test.each([
    [1280, 720],
    [390, 844],
  ])('at %i x %i nothing reaches over the side, and every button has a name', async (width, height) => {
    const page = await lab.open({ viewport: { width, height } })
    await page.goto(lab.url)
    await page.locator('body[data-state=ready]').waitFor()
    for (const id of ['digits', 'hierarchical', 'fast-synapses']) {
      await page.evaluate(`engram.load('${id}')`)
      expect(await page.evaluate('document.documentElement.scrollWidth'), id).toBe(width)
    }
    const nameless = await page.evaluate(
      "[...document.querySelectorAll('button')].filter((one) => one.getClientRects().length > 0 && " +
        "(one.ariaLabel ?? one.textContent).trim() === '').map((one) => one.outerHTML)",
    )
    expect(nameless).toEqual([])
    await page.close()
  })

  test('while a run goes on nothing moves by itself', async () => {
    const page = await lab.open()
    await page.addInitScript(`
      window.moved = []
      new PerformanceObserver((list) => {
        for (const { hadRecentInput, sources } of list.getEntries())
          if (!hadRecentInput) for (const { node } of sources) moved.push(node?.outerHTML?.slice(0, 80) ?? String(node))
      }).observe({ type: 'layout-shift', buffered: true })
    `)
    await page.goto(lab.url)
    await page.locator('body[data-state=ready]').waitFor()
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    await page.waitForTimeout(500)
    await page.evaluate('moved.length = 0')
    await page.evaluate('engram.step(60).then(() => engram.simulation.flush())')
    await page.waitForTimeout(300)
    expect(await page.evaluate('moved')).toEqual([])
    await page.close()
  })

  test('what loads at first is below 250 kB gzip', async () => {
    const html = await readFile('dist/page/index.html', 'utf8')
    const names = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, name]) => name!)
    expect(names.some((name) => name.endsWith('.js'))).toBe(true)
    const files = new Set(names)
    for (const name of files) {
      const text = await readFile(`dist/page/${name}`, 'utf8')
      // Static imports only: import"./x.js" and from"./x.js", not import("./x.js").
      for (const [, other] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g))
        files.add(`assets/${other}`)
    }
    let bytes = gzipSync(html).length
    for (const name of files) bytes += gzipSync(await readFile(`dist/page/${name}`)).length
    expect(bytes).toBeLessThan(250_000)
    expect([...files].some((name) => name.includes('katex'))).toBe(false)
  })
})

/** WCAG contrast of two colours #rrggbb. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const full = colour.length === 4 ? colour.replace(/[^#]/g, '$&$&') : colour
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const part = parseInt(full.slice(at, at + 2), 16) / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    }) as [number, number, number]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}
