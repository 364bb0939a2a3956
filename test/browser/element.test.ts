import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveFolder } from './folder.ts'
import { eventually, frames, useLab, violationsOf } from './lab.ts'

const lab = useLab()
const folder = mkdtempSync(join(tmpdir(), 'engram-element-'))
let host: { readonly url: string; close(): Promise<void> }
let strict: typeof host

const HEAD = `<!doctype html><html lang="en"><head><meta charset="utf-8" /><title>A page</title>
<meta name="color-scheme" content="light dark" /><link rel="stylesheet" href="host.css" />
<script type="module" src="element.js"></script></head><body><main><h1>Networks</h1>`

const FOUR = `${HEAD}
<engram-network id="full" src="scenarios/softmax-synapses.json" controls="beta, tau, temperature"></engram-network>
<engram-network id="picture" view="picture" scheme="dark" src="scenarios/softmax-synapses.json"></engram-network>
<engram-network id="plots" view="plots" src="scenarios/hebbian-learning.json" controls="betta, tau"></engram-network>
<engram-network id="far" src="scenarios/softmax-synapses.json" speed="fastest"></engram-network>
</main></body></html>`

/** Styles that would spoil an element that they reach. */
const HOST = `main { max-width: 900px } #far { margin-top: 3000px; margin-bottom: 3000px }
canvas, button, p { border: 9px solid red !important; font-size: 40px !important }`

/** A host of widgets as anywidget describes it: render({ model, el }), traits with changes, what it returns takes it away. */
const WIDGET = `${HEAD}<div id="cell"></div></main><script type="module" src="widget.js"></script></body></html>`
const WIDGET_HOST = `import widget from './element.js'
const traits = { src: '', scenario: {}, view: 'picture', controls: null, autoplay: false, speed: null, scheme: 'light', height: '300px' }
const listeners = new Map()
const model = {
  get: (name) => traits[name],
  on: (event, listener) => listeners.set(event, [...(listeners.get(event) ?? []), listener]),
  off: (event, listener) => listeners.set(event, (listeners.get(event) ?? []).filter((one) => one !== listener)),
}
window.change = (name, value) => {
  traits[name] = value
  for (const listener of listeners.get('change:' + name) ?? []) listener()
}
window.listening = () => [...listeners.values()].flat().length
traits.scenario = await (await fetch('scenarios/softmax-synapses.json')).json()
window.leave = widget.render({ model, el: document.querySelector('#cell') })`

const COUNT_DEVICES = `window.devices = 0
const request = GPUAdapter.prototype.requestDevice
GPUAdapter.prototype.requestDevice = function (...all) { devices++; return request.apply(this, all) }`

beforeAll(async () => {
  await build({ mode: 'element', logLevel: 'warn' })
  cpSync('dist/element/index.js', join(folder, 'element.js'))
  cpSync('scenarios', join(folder, 'scenarios'), { recursive: true })
  for (const [name, text] of Object.entries({
    'index.html': FOUR,
    'bare.html': `${HEAD}</main></body></html>`,
    'host.css': HOST,
    'widget.html': WIDGET,
    'widget.js': WIDGET_HOST,
  }))
    writeFileSync(join(folder, name), text)
  host = await serveFolder(() => folder)
  strict = await serveFolder(() => folder, {
    'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'",
  })
})
afterAll(async () => {
  await host.close()
  await strict.close()
  rmSync(folder, { recursive: true })
})

const running = (page: Page, id: string): Promise<unknown> =>
  page.waitForFunction(`document.querySelector('${id}')?.simulation !== undefined`)

describe('four elements in a page', () => {
  let page: Page
  const tick = (id: string): Promise<number> =>
    page.evaluate(`document.querySelector('${id}').simulation.tick`)

  beforeAll(async () => {
    page = await lab.open()
    await page.addInitScript(COUNT_DEVICES)
    await page.goto(host.url)
    for (const id of ['#full', '#picture', '#plots', '#far']) await running(page, id)
  })
  afterAll(() => page.context().close())

  test('share one device, and draw, each in its own scheme', async () => {
    expect(await page.evaluate('devices')).toBe(1)
    await eventually(async () => (await lab.pixels('#full .large canvas', page)).colours).toBeGreaterThan(20)
    const light = await lab.pixels('#full .embed', page)
    const dark = await lab.pixels('#picture .embed', page)
    expect(light.at(20, 4)[0]).toBeGreaterThan(220)
    expect(dark.at(20, 4)[0]).toBeLessThan(40)
    // Styles of the page do not reach in.
    expect(
      await page.evaluate(
        "getComputedStyle(document.querySelector('#full').shadowRoot.querySelector('#play')).borderTopWidth",
      ),
    ).toBe('1px')
  })

  test('show what their view says', async () => {
    const seen = (id: string, part: string) => page.locator(`${id} ${part}`).first().isVisible()
    expect(await seen('#full', 'canvas')).toBe(true)
    expect(await seen('#full', '.plot')).toBe(true)
    expect(await seen('#picture', 'canvas')).toBe(true)
    expect(await page.locator('#picture .plot').count()).toBe(0)
    expect(await seen('#plots', '.large canvas')).toBe(false)
    expect(await seen('#plots', '.plot')).toBe(true)
  })

  test('run while they are in sight, and wait while they are not', async () => {
    await page.evaluate("document.querySelector('#far').play()")
    await page.locator('#full #play').click()
    await eventually(() => tick('#full')).toBeGreaterThan(20)
    expect(await tick('#far')).toBe(0)
    expect(await page.locator('#far .embed').getAttribute('data-playing')).toBe('true')
    await page.evaluate("document.querySelector('#far').scrollIntoView()")
    await eventually(() => tick('#far')).toBeGreaterThan(20)
    await page.evaluate('scrollTo(0, 0)')
    await frames(page)
    const left = await tick('#far')
    const before = await tick('#full')
    await eventually(() => tick('#full')).toBeGreaterThan(before + 20)
    expect(await tick('#far')).toBe(left)
    await page.locator('#full #play').click()
  })

  test('have the controls that are named, which act; a name that is none gets one line', async () => {
    expect(
      await page.evaluate(
        "[...document.querySelector('#full').shadowRoot.querySelectorAll('[data-path]')].map((row) => row.dataset.path)",
      ),
    ).toEqual(['neurons.hidden.lagrangian.beta', 'neurons.visible.temperature'])
    const beta = page.locator('#full [data-path$=beta] input[type=text]')
    await beta.fill('3.5')
    await beta.press('Enter')
    expect(
      await page.evaluate(
        "document.querySelector('#full').simulation.model.scenario.neurons.hidden.lagrangian.beta",
      ),
    ).toBe(3.5)
    expect(await page.locator('#full .fault').innerText()).toMatch(
      /^controls: "tau" may be 2 values; write neurons.visible.tau or memories.xi.tau$/,
    )
    expect(await page.locator('#plots .fault p').allInnerTexts()).toEqual([
      'controls: there is no value "betta"; did you mean "beta"?',
      'controls: "tau" may be 2 values; write neurons.visible.tau or memories.xi.tau',
    ])
  })

  test('are run by programs, which hear of samples', async () => {
    const heard = await page.evaluate(`(async () => {
      const element = document.querySelector('#picture')
      const samples = []
      element.addEventListener('sample', ({ detail }) => samples.push(detail.tick))
      await element.step(100)
      await element.simulation.flush()
      const set = await element.set('neurons.hidden.lagrangian.beta', 4)
      const refused = await element.set('neurons.hidden.lagrangian.beta', -1)
      const at = element.simulation.tick
      await element.reset()
      return { most: Math.max(...samples), set, refused, at, after: element.simulation.tick }
    })()`)
    expect(heard).toEqual({ most: 100, set: true, refused: false, at: 100, after: 0 })
  })

  test('have names for all that there is, in a light and in a dark page', async () => {
    expect(await violationsOf(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    await eventually(() => page.locator('#full').getAttribute('data-scheme')).toBe('dark')
    expect(await violationsOf(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'light' })
  })

  test('go on with another device when theirs is lost, and say so when there is none', async () => {
    const lose = "document.querySelector('#full').simulation.engine.device"
    await page.evaluate(`window.lost = ${lose}, lost.destroy()`)
    for (const id of ['#full', '#far'])
      await page.waitForFunction(
        `![undefined, lost].includes(document.querySelector('${id}').simulation?.engine.device)`,
      )
    expect(await page.evaluate('devices')).toBe(2)
    await page.evaluate(
      'GPUAdapter.prototype.requestDevice = () => Promise.reject(new Error("no more")), undefined',
    )
    await page.evaluate(`${lose}.destroy()`)
    const told = page.locator('#full .failure')
    await eventually(() => told.innerText()).toMatch(/The graphics device was lost: .*no more/s)
    expect((await told.boundingBox())!.height).toBeLessThan(30)
  })

  test('give up what they have when they are taken out', async () => {
    expect(
      await page.evaluate(`(async () => {
        const element = document.querySelector('#plots')
        element.remove()
        await Promise.resolve()
        return [element.simulation === undefined, element.shadowRoot.childElementCount]
      })()`),
    ).toEqual([true, 0])
  })
})

test('an element keeps to a strict content policy, and plays by itself only where motion is wanted', async () => {
  const page = await lab.open({ bypassCSP: false, reducedMotion: 'no-preference' })
  await page.goto(`${strict.url}bare.html`)
  const waits = "getComputedStyle(document.querySelector('#one').shadowRoot.querySelector('.wait')).display"
  expect(
    await page.evaluate(`document.querySelector('main').innerHTML =
      '<engram-network id="one" autoplay src="scenarios/softmax-synapses.json"></engram-network>',
      Promise.resolve().then(() => ${waits})`),
  ).toBe('block')
  await eventually(() =>
    page.evaluate("document.querySelector('#one').simulation?.tick ?? 0"),
  ).toBeGreaterThan(10)
  expect(await page.evaluate(waits)).toBe('none')
  expect(lab.complaints()).toEqual([])
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.evaluate("document.querySelector('#one').view = 'picture'")
  await page.locator('#one .embed[data-view=picture][data-state=ready]').waitFor()
  await frames(page)
  expect(await page.evaluate("document.querySelector('#one').simulation.tick")).toBe(0)
  await page.context().close()
})

test('without WebGPU, and without a scenario, an element says so in one line', async () => {
  const page = await lab.open()
  await page.addInitScript("Object.defineProperty(Navigator.prototype, 'gpu', { value: undefined })")
  await page.goto(host.url)
  const told = page.locator('#full .failure')
  await eventually(() => told.innerText()).toMatch(/^No WebGPU: This browser has no WebGPU. Use Chrome/)
  await page.context().close()
  const other = await lab.open()
  await other.goto(`${host.url}bare.html`)
  await other.evaluate(`document.querySelector('main').innerHTML =
    '<engram-network id="one" src="nowhere.json"></engram-network><engram-network id="two"></engram-network>'`)
  await eventually(() => other.locator('#one .failure').innerText()).toMatch(
    /^This scenario cannot be opened: "nowhere.json" cannot be fetched from .*: HTTP 404$/,
  )
  await eventually(() => other.locator('#two .failure').innerText()).toMatch(
    /^This scenario cannot be opened: src is missing; give the address of a scenario$/,
  )
  // The browser tells of the file that is not there.
  expect(lab.complaints().filter((text) => !text.includes('404'))).toEqual([])
  await other.context().close()
})

test('a host of widgets shows a network of its model, follows its traits and takes it away', async () => {
  const page = await lab.open()
  await page.goto(`${host.url}widget.html`)
  await running(page, '#cell engram-network')
  expect(await page.locator('#cell .embed').getAttribute('data-view')).toBe('picture')
  expect(await page.evaluate("document.querySelector('#cell engram-network').clientHeight")).toBe(300)
  await page.evaluate("change('view', 'plots')")
  await page.locator('#cell .embed[data-view=plots][data-state=ready] .plot').first().waitFor()
  await page.evaluate("leave(), document.querySelector('#cell').childElementCount")
  expect(await page.evaluate("[document.querySelector('#cell').childElementCount, listening()]")).toEqual([
    0, 0,
  ])
  await page.context().close()
})

test('the page embeds a network alone: its pictures, its plots, or both with controls', async () => {
  const page = await lab.open()
  const embed = async (search: string): Promise<void> => {
    await page.goto('about:blank')
    await page.goto(`${lab.url}?scenario=softmax-synapses&embed=${search}`)
    await page.locator('body[data-state=ready]').waitFor()
  }
  const seen = async (part: string): Promise<boolean> => {
    const first = page.locator(part).first()
    return (await first.count()) > 0 && first.isVisible()
  }
  const parts = async (): Promise<boolean[]> => [
    await seen('canvas[role=img]'),
    await seen('.plot'),
    await seen('.controls input'),
  ]
  // A name that no value has is told in every view, above the pictures.
  await embed('picture&controls=foo')
  expect(await parts()).toEqual([true, false, false])
  expect(await page.locator('.fault').innerText()).toMatch(/^controls: there is no value "foo"/)
  const top = async (part: string) => (await page.locator(part).first().boundingBox())!.y
  expect(await top('.fault')).toBeLessThan(await top('.large canvas'))
  expect(await page.locator('header.bar, #lanes, #about, #hands').count()).toBe(0)
  expect(await page.title()).toMatch(/ · engram$/)
  // A file that is dropped must not open in place of the page: no event of the drag may take its default.
  const DRAG = `['dragover', 'drop'].map((type) => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File(['1'], 'a.png'))
    return document.querySelector('engram-network').dispatchEvent(
      new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }))
  })`
  expect(await page.evaluate(DRAG)).toEqual([false, false])
  await eventually(async () => (await lab.pixels('.large canvas', page)).colours).toBeGreaterThan(20)
  await page.evaluate("document.querySelector('engram-network').setAttribute('view', 'plots')")
  await page.locator('.embed[data-view=plots][data-state=ready] .plot').first().waitFor()
  expect(await parts()).toEqual([false, true, false])
  await embed('full&controls=beta&speed=200')
  expect(await parts()).toEqual([true, true, true])
  expect(await page.locator('.controls [data-path]').count()).toBe(1)
  expect(await violationsOf(page)).toEqual([])
  await page.setViewportSize({ width: 390, height: 700 })
  expect(await parts()).toEqual([true, true, true])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  await page.context().close()
})
