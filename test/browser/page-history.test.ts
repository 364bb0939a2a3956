/** Back, forward and reload, and storage that fails: the page never breaks and never shows another scenario. */
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { eventually, frames, useLab } from './lab.ts'

const lab = useLab()
const { visit, engram, read } = lab

const ready = (page: Page = lab.page): Promise<void> => page.locator('body[data-state=ready]').waitFor()
const name = (): Promise<string> => engram<string>('scenario?.name ?? ""')
const tick = (): Promise<number> => engram<number>('simulation?.tick ?? -1')
const toast = (): Promise<string | null> => lab.page.locator('#toast').textContent()
const SOFTMAX = 'softmax-synapses'
/** The other shipped scenario that is soon open. */
const STREAM = 'hebbian-learning'

/** Chooses a scenario of the menu, which plays it; stops it there. */
async function choose(id: string, title: RegExp): Promise<void> {
  await lab.page.locator('#scenario').selectOption(id)
  await eventually(name).toMatch(title)
  await ready()
  await lab.pause()
}

const OWN = 'Of my own'

/** Opens a file with the scenario of a page under another name: its kernels are compiled. */
async function openOwn(page: Page): Promise<void> {
  const own = { ...(await page.evaluate<object>('engram.scenario')), name: OWN }
  await page.locator('#file').setInputFiles({
    name: 'own.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(own)),
  })
}

/** `history.back()` without a wait for a load: none comes. */
const go = (by: number): Promise<void> => lab.page.evaluate(`history.go(${by})`)

/** Opens a scenario, changes it and steps; the state it has then. */
async function worked(): Promise<number[]> {
  await visit(SOFTMAX)
  await engram('set("memories.xi.tau", 77)')
  await engram('step(23)')
  return read('xi')
}

const TAU = 'scenario.memories.xi?.tau'

describe('back and forward', () => {
  test('return to each scenario with its changes, tick and states', async () => {
    const xi = await worked()
    const first = await name()
    await choose(STREAM, /stream of digits/)
    const second = await name()
    await engram('step(3)')
    const left = await tick()
    await go(-1)
    await eventually(name).toBe(first)
    await eventually(tick).toBe(23)
    expect(await engram(TAU)).toBe(77)
    expect(await read('xi')).toEqual(xi)
    expect(await lab.page.locator('#scenario').inputValue()).toBe(SOFTMAX)
    await go(1)
    await eventually(name).toBe(second)
    await eventually(tick).toBe(left)
    // The changes that were brought back can still be taken back.
    await go(-1)
    await eventually(name).toBe(first)
    await ready()
    await lab.page.locator('#restore').click()
    await eventually(() => engram(TAU)).not.toBe(77)
  })

  test('in quick succession end at the entry of the address', async () => {
    await worked()
    const first = await name()
    await choose('hopfield', /hopfield/i)
    await choose(STREAM, /stream of digits/)
    await lab.page.evaluate('history.back(), setTimeout(() => history.back(), 30)')
    await lab.page.waitForURL(`**/?scenario=${SOFTMAX}`)
    await eventually(name).toBe(first)
    await ready()
    expect([await tick(), await toast()]).toEqual([23, ''])
    await go(1)
    await eventually(name).toMatch(/hopfield/i)
  })

  test('know a file that was opened, and what was before it', async () => {
    await worked()
    const first = await name()
    await openOwn(lab.page)
    await eventually(name).toBe(OWN)
    await ready()
    // It plays.
    await lab.pause()
    await go(-1)
    await eventually(name).toBe(first)
    await go(1)
    await eventually(name).toBe(OWN)
    await ready()
    await lab.page.reload()
    await ready()
    expect(await name()).toBe(OWN)
  })
})

describe('a reload', () => {
  test('goes on where the run was, with the changes and the samples', async () => {
    const xi = await worked()
    await frames(lab.page)
    await engram('simulation.flush()')
    await frames(lab.page)
    await lab.page.reload()
    await ready()
    expect([await tick(), await engram(TAU)]).toEqual([23, 77])
    expect(await read('xi')).toEqual(xi)
    await engram('step(10)')
    const ahead = await read('xi')
    await lab.load(SOFTMAX)
    await engram('set("memories.xi.tau", 77)')
    await engram('step(33)')
    expect(ahead).toEqual(await read('xi'))
  })

  test('keeps the steps to undo and to redo, each of them', async () => {
    await visit(SOFTMAX)
    const first = await engram<number>(TAU)
    for (const tau of [70, 80, 90]) {
      await engram(`set("memories.xi.tau", ${tau})`)
      // Changes that follow each other quickly are one step.
      await engram('set("seed", 1 + engram.scenario.seed)')
    }
    for (let back = 0; back < 4; back++) await engram('undo()')
    expect(await engram(TAU)).toBe(70)
    await frames(lab.page)
    await lab.page.reload()
    await ready()
    await eventually(() => lab.page.locator('#redo').isEnabled()).toBe(true)
    const taus: number[] = []
    for (let ahead = 0; ahead < 4; ahead++) {
      await engram('redo()')
      taus.push(await engram(TAU))
    }
    expect(taus).toEqual([80, 80, 90, 90])
    expect(await engram('redo()')).toBe(false)
    for (let back = 0; back < 6; back++) await engram('undo()')
    expect([await engram(TAU), await engram('undo()')]).toEqual([first, false])
  })

  test('while another network is built in its place comes back with that network', async () => {
    await worked()
    // The page goes before the next network is there.
    await lab.page.evaluate(`new Promise((done) => {
      window.isBefore = true
      engram.rebuild({ ...engram.scenario, replicas: 3 })
      setTimeout(() => {
        done(engram.scenario.replicas)
        dispatchEvent(new Event('pagehide'))
        for (const name of ['setItem', 'removeItem']) Storage.prototype[name] = () => undefined
        location.reload()
      })
    }).then((replicas) => { if (replicas !== 1) throw new Error('it is there already') })`)
    await lab.page.waitForFunction('window.isBefore === undefined')
    await ready()
    expect(await engram('scenario.replicas')).toBe(3)
    expect([await engram(TAU), await toast()]).toEqual([77, ''])
  })

  test('after a reset starts at tick 0', async () => {
    await worked()
    await frames(lab.page)
    await engram('reset()')
    await lab.page.reload()
    await ready()
    expect([await tick(), await engram(TAU)]).toEqual([0, 77])
  })
})

describe('storage', () => {
  const faults: readonly (readonly [string, string])[] = [
    ['is full', 'Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError") }'],
    [
      'is blocked',
      'for (const name of ["setItem", "getItem", "removeItem"]) Storage.prototype[name] = () => { throw new DOMException("no", "SecurityError") }',
    ],
    [
      'cannot be reached',
      'Object.defineProperty(window, "sessionStorage", { get() { throw new DOMException("no", "SecurityError") } })',
    ],
  ]
  test.each(faults)('that %s starts the same scenario afresh', async (_, fault) => {
    const page = await lab.open()
    await page.addInitScript(fault)
    await page.goto(`${lab.url}?scenario=${SOFTMAX}`)
    await ready(page)
    const first = await page.evaluate('engram.scenario.name')
    await page.evaluate('engram.step(5)')
    await openOwn(page)
    const title = (): Promise<string> => page.evaluate('engram.scenario?.name ?? ""')
    await eventually(title).toBe(OWN)
    await ready(page)
    await page.evaluate('history.back()')
    await eventually(title).toBe(first)
    await ready(page)
    await page.reload()
    await ready(page)
    expect(await page.evaluate('[engram.scenario.name, engram.simulation.tick]')).toEqual([first, 0])
    expect(await page.locator('#toast').textContent()).toContain('Starts without the earlier run')
    await page.context().close()
  })

  const damages: readonly (readonly [string, string])[] = [
    ['with a run that is none', 'resealed(text, { run: "AAAA" })'],
    ['cut', 'text.slice(0, text.length / 2)'],
  ]
  // test/unit/app/record.test.ts has all damages.
  test('that is damaged starts the scenario afresh', async () => {
    await visit(SOFTMAX)
    const first = await name()
    for (const [how, damage] of damages) {
      await engram('set("memories.xi.tau", 77)')
      await engram('step(23)')
      // Written when the page goes; damaged behind it.
      await lab.page.evaluate(`addEventListener('pagehide', () => {
        const sum = (text) => {
          let crc = -1
          for (const byte of new TextEncoder().encode(text)) {
            crc ^= byte
            for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
          }
          return (crc ^ -1) >>> 0
        }
        const resealed = (text, change) => {
          const json = JSON.stringify({ ...JSON.parse(text.slice(text.indexOf(' ') + 1)), ...change })
          return sum(json) + ' ' + json
        }
        for (const key of Object.keys(sessionStorage).filter((key) => key.includes('entry'))) {
          const text = sessionStorage.getItem(key)
          if (text.includes('"tau":77')) sessionStorage.setItem(key, ${damage})
        }
      })`)
      await lab.page.reload()
      await ready()
      expect([how, await name(), await tick()]).toEqual([how, first, 0])
      expect(await engram(TAU), how).not.toBe(77)
      expect(await toast(), how).toContain('Starts without the earlier run')
    }
  })
})

test('a link whose # has become another sign opens all the same', async () => {
  await visit(SOFTMAX)
  await engram('set("memories.xi.tau", 77)')
  const { hash } = new URL(await engram<string>('link()'))
  // test/unit/app/link.test.ts has all signs.
  for (const sign of ['%23', '?scenario=digits&']) {
    await lab.page.goto('about:blank')
    await lab.page.goto(lab.url + sign + hash.slice(1))
    await ready()
    expect(await engram(TAU), sign).toBe(77)
  }
})
