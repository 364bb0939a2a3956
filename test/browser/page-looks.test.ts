/** The lesson panel, the tour, the theme, and the looks of the page as a whole. */
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { LESSONS } from '../lessons.ts'
import { eventually, frames, useLab, violationsOf } from './lab.ts'

const lab = useLab()

/** Names of the pictures that are higher than their cards. */
const OVERFULL =
  "[...document.querySelectorAll('.small .figure')].filter((one) => one.scrollHeight > one.offsetHeight).map((one) => one.dataset.name)"

/** Where a claim holds of every scenario: the one that starts soonest. */
const small = (): string => `${lab.url}?scenario=softmax-synapses`

describe('the lesson', () => {
  test('opened, it shows the equations by KaTeX with MathML, and they follow a parameter', async () => {
    await lab.load('softmax-synapses')
    const { page } = lab
    await page.locator('.maths summary').click()
    await eventually(() => page.locator('.maths dd math').count()).toBeGreaterThan(3)
    expect(await page.locator('.maths svg').count()).toBe(1)
    await lab.engram('set("neurons.hidden.lagrangian.beta", 0.07)')
    await eventually(() => page.locator('.maths dl').textContent()).toContain('0.07')
    await page.locator('.maths summary').click()
  })
})

describe('a lecture', () => {
  test('has larger letters at the axes, and a text that keys and a button scroll to its end', async () => {
    const { page } = lab
    await lab.load('digits')
    await page.evaluate('engram.step(5).then(() => engram.simulation.flush())')
    /** Height below the lines, which the numbers and the title of the axis take. */
    const below = (): Promise<number> =>
      page.evaluate(
        "document.querySelector('.plot-area').getBoundingClientRect().bottom - document.querySelector('.plot-area .u-over').getBoundingClientRect().bottom",
      )
    await eventually(() => page.locator('.plot-area .u-over').count()).toBeGreaterThan(0)
    const usual = await below()
    const level = async (name: string): Promise<void> => {
      await page.locator('#level').click()
      await page.locator(`#level-menu [data-export=${name}]`).click()
    }
    await level('lecture')
    await eventually(below).toBeCloseTo(1.4 * usual, 0)
    // Keys of a plot that is wider than on a telephone wrap too.
    await page.setViewportSize({ width: 1400, height: 800 })
    await eventually(() =>
      page.evaluate(
        "[...document.querySelectorAll('.plot-key')].filter((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight).length",
      ),
    ).toBe(0)
    expect(await page.locator('.plot-key', { hasText: 'with its own pattern' }).count()).toBe(1)
    await page.setViewportSize({ width: 1280, height: 720 })
    // The text of this lesson has all of its room, with its question.
    const more = page.locator('.more-text')
    for (const size of [
      { width: 1280, height: 720 },
      { width: 1920, height: 1080 },
    ]) {
      await page.setViewportSize(size)
      await frames(page, 5)
      expect(await more.isVisible()).toBe(false)
      expect(await page.locator('.questions summary').isVisible()).toBe(true)
    }
    await page.setViewportSize({ width: 1024, height: 640 })
    await more.waitFor()
    await page.locator('.about .text').focus()
    await page.keyboard.press('ArrowDown')
    const scrolled = (): Promise<number> => page.evaluate("document.querySelector('.about .text').scrollTop")
    await eventually(scrolled).toBeGreaterThan(0)
    for (let press = 0; press < 20 && (await more.isVisible()); press++) {
      await more.click()
      await frames(page, 3)
    }
    expect(
      await page.evaluate(
        "(({ scrollTop, clientHeight, scrollHeight }) => scrollHeight - scrollTop - clientHeight)(document.querySelector('.about .text'))",
      ),
    ).toBeLessThanOrEqual(2)
    expect(await violationsOf(page)).toEqual([])
    await page.setViewportSize({ width: 1280, height: 720 })
    await level('everything')
    await eventually(below).toBeCloseTo(usual, 0)
  })

  test('goes from network to network, shows the tick, blanks the screen, and gives links to the whole page', async () => {
    const page = await lab.open()
    await page.goto(`${lab.url}?level=lecture&scenario=softmax-synapses`)
    await page.locator('body[data-state=ready]').waitFor()
    const menu = page.locator('#scenario')
    await menu.selectOption('pavlov')
    await page.locator('body[data-state=ready][data-playing=true]').waitFor()
    await page.keyboard.press(' ')
    expect(new URL(page.url()).search).toBe('?level=lecture&scenario=pavlov')
    await page.evaluate('engram.step(3).then(() => engram.simulation.flush())')
    const ticks = await page.evaluate<number>('engram.simulation.tick')
    await eventually(() => page.locator('#tick').innerText()).toBe(String(ticks))
    expect(await page.locator('#rate, #open, #new, #network').filter({ visible: true }).count()).toBe(0)
    // The published model takes such steps, and its tries too; the reader is told of own ones.
    const toast = page.locator('#toast')
    expect(await toast.textContent()).toBe('')
    await page.keyboard.press('PageDown')
    await eventually(() => page.evaluate('engram.scenario.synapses.w.tau')).toBe(25)
    await page.locator('body[data-playing=true]').waitFor()
    expect(await toast.textContent()).toBe('')

    await page.keyboard.press('b')
    const blank = page.locator('dialog.blank')
    await blank.waitFor()
    expect(await page.locator('body').getAttribute('data-playing')).toBe('false')
    await page.keyboard.press('PageDown')
    await eventually(() => blank.count()).toBe(0)
    await page.locator('body[data-playing=true]').waitFor()
    expect(await page.evaluate('engram.scenario.synapses.w.tau')).toBe(25)
    await page.keyboard.press(' ')

    await page.keyboard.press('n')
    await page.keyboard.press('?')
    const keys = page.locator('.panel-keys')
    await keys.waitFor()
    const told = await keys.innerText()
    for (const text of ['Next try', 'Blank the screen']) expect(told).toContain(text)
    for (const text of ['New network', 'Network: build it']) expect(told).not.toContain(text)
    await page.keyboard.press('Escape')

    await page.keyboard.press('q')
    const link = page.locator('.code-link')
    await link.waitFor()
    const address = (await link.textContent()) ?? ''
    expect(address).toMatch(/^[^?]*#s2=/)
    await page.getByRole('button', { name: 'Copy link' }).last().click()
    await eventually(() => page.evaluate('navigator.clipboard.readText()')).toBe(address)
    await link.click()
    expect(await page.evaluate('getSelection().toString()')).toBe(address)
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('l')
    await eventually(() => toast.textContent()).toContain('Link copied')
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/^[^?]*#/)
    expect(new URL(page.url()).search).toBe('?level=lecture')
    expect(await page.locator('#skips button').filter({ visible: true }).allTextContents()).toEqual([
      'To the plots',
      'To the text',
    ])
    await page.evaluate(
      '(({ scenario }) => engram.rebuild({ ...scenario, time: { ...scenario.time, dt: 0.9 } }))(engram)',
    )
    await eventually(() => toast.textContent()).toContain('neurons.v: dt 0.9')
    await page.close()
  })
})

describe('the tour', () => {
  test('does not start by itself under automation', async () => {
    await lab.visit('softmax-synapses')
    expect(await lab.page.locator('.tour').count()).toBe(0)
  })

  test('has five steps, each beside its element, goes by the keyboard and gives the focus back; the third plays the run', async () => {
    const { page } = lab
    await lab.visit('softmax-synapses&tour=1')
    await page.locator('.tour').waitFor()
    const titles: (string | null)[] = []
    const playing: (string | undefined)[] = []
    for (let step = 1; step <= 5; step++) {
      expect(await page.locator('.tour-count').textContent()).toBe(`${step} of 5`)
      titles.push(await page.locator('.tour h2').textContent())
      playing.push(await page.evaluate('document.body.dataset.playing'))
      const box = await page.locator('.tour').boundingBox()
      expect(box!.x).toBeGreaterThanOrEqual(0)
      expect(box!.x + box!.width).toBeLessThanOrEqual(1280)
      expect(box!.y + box!.height).toBeLessThanOrEqual(720)
      await page.keyboard.press('Enter')
    }
    expect(new Set(titles).size).toBe(5)
    expect(playing).toEqual(['false', 'false', 'true', 'true', 'true'])
    await eventually(() => page.locator('.tour, .tour-ring').count()).toBe(0)
    expect(await page.evaluate("localStorage.getItem('engram.tour')")).toBe('seen')
    await page.locator('#play').focus()
    await page.keyboard.press('t')
    await page.locator('.tour').waitFor()
    expect(await page.evaluate('document.body.dataset.playing')).toBe('false')
    await page.keyboard.press('Escape')
    await eventually(() => page.locator('.tour').count()).toBe(0)
    expect(await page.evaluate('document.body.dataset.playing')).toBe('true')
    await lab.pause()
    expect(await page.evaluate('document.activeElement.id')).toBe('play')
  })
})

describe('the looks', () => {
  test('the theme goes from automatic to light to dark and is remembered', async () => {
    const page = await lab.open({ colorScheme: 'light' })
    await page.goto(small())
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
      await page.goto(small())
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

  test('nothing reaches over the side, on a desk or a telephone, and every button has a name', async () => {
    const { page } = lab
    const nameless = (): Promise<string[]> =>
      page.evaluate(
        "[...document.querySelectorAll('button')].filter((one) => one.getClientRects().length > 0 && " +
          "(one.ariaLabel ?? one.textContent).trim() === '').map((one) => one.outerHTML)",
      )
    for (const id of ['digits', 'hierarchical', 'fast-synapses']) {
      await lab.load(id)
      for (const [width, height] of [
        [390, 844],
        [800, 500],
        [1280, 720],
      ] as const) {
        await page.setViewportSize({ width, height })
        expect(await page.evaluate('document.documentElement.scrollWidth'), id).toBe(width)
        // Small pictures are in their cards, above what follows.
        await eventually(() => page.evaluate(OVERFULL)).toEqual([])
        expect(await nameless(), id).toEqual([])
        // A small picture stays inside its box, once it has its new size.
        const outside = (): Promise<number> =>
          page.evaluate(
            "[...document.querySelectorAll('#small .figure canvas')].filter((one) => one.getBoundingClientRect().bottom > " +
              "one.closest('.figure').getBoundingClientRect().bottom).length",
          )
        await eventually(outside).toBe(0)
      }
    }
  })

  test.each([
    [1280, 720, 'light', 'digits'],
    [390, 844, 'dark', 'hierarchical'],
  ] as const)(
    'at %i x %i, %s, nothing moves while the page loads, nor while it plays, and axe finds nothing: %s',
    async (width, height, colorScheme, id) => {
      const page = await lab.open({
        viewport: { width, height },
        colorScheme,
        reducedMotion: 'no-preference',
      })
      await page.addInitScript(WATCH_SHIFTS)
      // On a slow line KaTeX comes when the page has long been seen.
      if (width === 390)
        await page.route(/katex-.*\.js$/, async (route) => {
          await page.locator('body[data-state=ready]').waitFor()
          await route.continue()
        })
      await page.goto(`${lab.url}?scenario=${id}`)
      await page.locator('body[data-state=ready]').waitFor()
      await page.waitForLoadState('networkidle')
      // Pictures, plots and numbers have been drawn many times.
      await page.waitForFunction('engram.simulation.tick >= 10 && engram.draws >= 10')
      await frames(page)
      await eventually(() => page.locator('.story').isVisible()).toBe(true)
      expect(await page.locator('.story .katex').count()).toBeGreaterThan(0)
      const shifts = await shiftsOf(page)
      const sum = shifts.reduce((total, { value }) => total + value, 0)
      expect(sum, JSON.stringify(shifts)).toBeLessThan(0.001)
      await page.evaluate('engram.pause()')
      expect(await violationsOf(page)).toEqual([])
      await page.close()
    },
  )

  test('Tab goes through the page as it is read, shows where it is and leaves at the end; all it reaches has a name', async () => {
    const page = await lab.open()
    await page.goto(small())
    await page.locator('body[data-state=ready]').waitFor()
    await page.evaluate(`
      window.visited = []
      document.addEventListener('focusin', ({ target }) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(target)
        visited.push({
          is: target.outerHTML.slice(0, 90),
          place: target.closest('.skips') ? 'skips' : target.closest('.bar, #large, #hands, #about, #small, #lanes, #run-acts, #plots, .controls')?.matches('.bar') ? 'header' :
            target.closest('#large, #hands, #about, #small, #lanes, #run-acts, #plots, .controls')?.id || 'controls',
          isSeen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
        })
      })`)
    interface Visit {
      readonly is: string
      readonly place: string
      readonly isSeen: boolean
    }
    let visited: Visit[] = []
    // The first element a second time, or the body: the page has been left.
    const hasLeft = (): boolean =>
      visited.length > 1 && visited.slice(1).some(({ is }) => is === visited[0]!.is)
    for (let round = 0; round < 10 && !hasLeft(); round++) {
      for (let press = 0; press < 20; press++) await page.keyboard.press('Tab')
      visited = await page.evaluate('visited')
    }
    expect(hasLeft()).toBe(true)
    visited = visited.slice(0, 1 + visited.slice(1).findIndex(({ is }) => is === visited[0]!.is))
    const places = visited.map(({ place }) => place).filter((place, index, all) => place !== all[index - 1])
    expect(places).toEqual([
      'skips',
      'header',
      'large',
      'hands',
      'about',
      'small',
      'lanes',
      'run-acts',
      'plots',
      'controls',
    ])
    expect(visited.filter(({ isSeen }) => !isSeen)).toEqual([])

    const client = await page.context().newCDPSession(page)
    const { nodes } = await client.send('Accessibility.getFullAXTree')
    const focusable = nodes.filter(
      ({ ignored, properties = [] }) =>
        !ignored && properties.some(({ name, value: { value } }) => name === 'focusable' && value === true),
    )
    expect(focusable.length).toBeGreaterThanOrEqual(visited.length)
    expect(
      focusable.filter(({ name }) => (name?.value ?? '') === '').map(({ role }) => String(role?.value)),
    ).toEqual([])
    await page.close()
  })

  test('the start leaves its marks, in order, for the console and for the developer tools', async () => {
    const page = await lab.open()
    await page.goto(small())
    await page.locator('body[data-state=ready]').waitFor()
    const stages = ['script', 'adapter', 'device', 'network', 'picture']
    await eventually(() => page.evaluate('Object.keys(engram.timing)')).toEqual(stages)
    const times: number[] = await page.evaluate('Object.values(engram.timing)')
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(
      await page.evaluate(
        "performance.getEntriesByType('mark').filter(({ name }) => name.startsWith('engram:')).map(({ startTime }) => startTime)",
      ),
    ).toEqual(times)
    // Loading another scenario is no start.
    await page.evaluate("engram.load('hebbian-learning')")
    await eventually(() => page.evaluate('engram.draws')).toBeGreaterThan(0)
    expect(await page.evaluate('Object.values(engram.timing)')).toEqual(times)
    await page.close()
  })

  test('another scenario takes the place of the one before in one move', async () => {
    const { page } = lab
    await lab.load('digits')
    await page.evaluate(WATCH_SHIFTS)
    // What moved before is told once.
    await frames(page, 20)
    for (const id of ['softmax-synapses', 'hierarchical']) {
      await page.evaluate('shifts.length = 0')
      await page.evaluate(`engram.load('${id}')`)
      await frames(page, 20)
      const moves = (await shiftsOf(page)).filter(({ value }) => value > 0.001)
      expect(new Set(moves.map(({ at }) => at)).size, JSON.stringify(moves)).toBeLessThanOrEqual(1)
    }
  })

  test('what loads at first is below 250 kB gzip', async () => {
    const html = await readFile('dist/page/index.html', 'utf8')
    const names = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, name]) => name!)
    expect(names.some((name) => name.endsWith('.js'))).toBe(true)
    const files = new Set(names)
    const [{ label }] = LESSONS.digits!.tries
    for (const name of files) {
      const text = await readFile(`dist/page/${name}`, 'utf8')
      // A lesson comes with its scenario.
      expect(text.includes(label), name).toBe(false)
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

interface Shift {
  readonly at: number
  readonly value: number
  /** What has moved. */
  readonly moved: readonly string[]
}

/** Notes every layout shift of a page, those that input excuses as well. */
const WATCH_SHIFTS = `{
  window.shifts = []
  new PerformanceObserver((list) => {
    for (const { startTime, value, sources } of list.getEntries())
      shifts.push({ at: startTime, value, moved: sources.map(({ node }) => node?.outerHTML?.slice(0, 80) ?? String(node)) })
  }).observe({ type: 'layout-shift', buffered: true })
}`

const shiftsOf = (page: Page): Promise<Shift[]> => page.evaluate('shifts')

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
