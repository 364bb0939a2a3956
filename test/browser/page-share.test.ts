import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { decode } from 'fast-png'
import { unzipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { linkTo } from '../../src/app/sharing/link.ts'
import { encodeNpy } from '../../src/core/data/npy.ts'
import { decodeNpz } from '../../src/core/data/npz.ts'
import type { Scenario } from '../../src/core/model/schema.ts'
import { engram as program, readArrays, smallScenario, temporaryFolder } from '../cli/program.ts'
import { eventually, useLab } from './lab.ts'

const lab = useLab()
const { load, url, visit } = lab
let page: Page
beforeAll(() => {
  page = lab.page
})

/** Where the command line writes, and where files of the page go to. */
const folder = temporaryFolder()
/** Name of the scenario hebbian-learning, which reads files. */
const STREAM = 'Memories learnt from a stream of digits'
const SCENARIO = resolve('scenarios/softmax-synapses.json')

const engram = <T>(expression: string, on = page): Promise<T> => on.evaluate<T>(`engram.${expression}`)
const read = (name: string, on = page): Promise<number[]> =>
  on.evaluate<number[]>(`engram.read('${name}').then(({ data }) => [...data])`)
const ready = (on = page): Promise<void> => on.locator('body[data-state=ready]').waitFor()
const toast = (): Promise<string | null> => page.locator('#toast').textContent()
const chosen = (): Promise<string> =>
  page.evaluate<string>('document.querySelector("#scenario").selectedOptions[0]?.text ?? ""')

/** Does what makes the page save a file, and reads it. */
async function saved(act: () => Promise<void>): Promise<{ name: string; bytes: Buffer; path: string }> {
  const [file] = await Promise.all([page.waitForEvent('download'), act()])
  const path = join(folder, file.suggestedFilename())
  await file.saveAs(path)
  return { name: file.suggestedFilename(), bytes: readFileSync(path), path }
}

const exported = (id: string): ReturnType<typeof saved> =>
  saved(async () => {
    await page.locator('#export').click()
    await page.locator(`#export-menu [data-export=${id}]`).click()
  })

const choose = (path: string): Promise<void> => page.locator('#file').setInputFiles(path)

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  return Array.from(a).reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0)
}

describe('the link', () => {
  test('opens the identical scenario, parameters and seed included, and reproduces the run', async () => {
    await visit('softmax-synapses')
    const input = await engram<Record<string, unknown>>('scenario')
    await page.evaluate('engram.load({ ...engram.scenario, seed: 7 })')
    await engram('set("memories.xi.tau", 120)')
    await engram('step(60)')
    expect(await page.evaluate('location.hash')).toBe('')
    await page.locator('#link').click()
    await eventually(toast).toContain('Link copied')
    const link = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(link).toContain('#s1=')
    expect(await page.evaluate('location.href')).toBe(link)

    const other = await lab.open()
    await other.goto(link)
    await ready(other)
    const [here, there] = [await engram('scenario'), await engram('scenario', other)]
    expect(there).toEqual(here)
    expect(there).toMatchObject({ seed: 7, name: input.name, memories: { xi: { tau: 120 } } })
    // Set before the first tick in both.
    await engram('reset()')
    await engram('step(60)')
    await engram('step(60)', other)
    expect(await read('xi', other)).toEqual(await read('xi'))
    await other.context().close()
  })

  test('opens scenarios that read files, and leaves the shipped one selected, marked as changed', async () => {
    await visit('hebbian-learning')
    expect(await chosen()).toBe(STREAM)
    await engram('set("neurons.hidden.lagrangian.beta", 0.06)')
    await eventually(chosen).toBe(`Changed: ${STREAM}`)
    await page.locator('#title').click()
    await page.keyboard.press('l')
    await eventually(toast).toContain('Link copied')
    await page.reload()
    await ready()
    await eventually(chosen).toBe(`Changed: ${STREAM}`)
    expect(await page.locator('#scenario').inputValue()).toBe('hebbian-learning')
    expect(await engram('scenario.neurons.hidden.lagrangian.beta')).toBe(0.06)
    expect(await read('xi')).toHaveLength(20 * 784)

    // The entry beside it brings the shipped one back.
    await page.locator('#scenario').selectOption({ label: STREAM })
    await eventually(chosen).toBe(STREAM)
    await ready()
    await lab.pause()
    expect(await engram('scenario.neurons.hidden.lagrangian.beta')).toBe(0.05)
    expect(await page.evaluate('location.hash')).toBe('')
  })

  test('works in the address of a page that is open', async () => {
    await load('hebbian-learning')
    const hash = await page.evaluate<string>('new URL(engram.link()).hash')
    await load('softmax-synapses')
    await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
    await page.waitForFunction('engram.scenario?.neurons.visible.size !== 50')
    await ready()
    expect(await page.locator('#scenario').inputValue()).toBe('hebbian-learning')
  })

  test('of a QR code is short, and opens the changed scenario with its lesson', async () => {
    await visit('softmax-synapses')
    await engram('set("memories.xi.tau", 99)')
    await page.keyboard.press('q')
    const link = await page.locator('.code-link').innerText()
    expect(link).toMatch(/#s2=[\w-]{20,150}$/)
    // Whole pixels of the screen for each of its squares.
    const [side, squares]: [number, number] = await page.evaluate(
      "(({ clientWidth, viewBox }) => [clientWidth, viewBox.baseVal.width])(document.querySelector('.squares'))",
    )
    expect(side % squares).toBe(0)
    await page.goto('about:blank')
    await page.goto(link)
    await ready()
    expect(await engram('scenario.memories.xi.tau')).toBe(99)
    expect(await page.locator('#scenario').inputValue()).toBe('softmax-synapses')
    await eventually(() => page.locator('.tries button').count()).toBeGreaterThan(0)
    expect(await toast()).toBe('')
  })

  test.each([
    // test/unit/app/link.test.ts has all damages.
    ['#s1=', 'Recall of handwritten digits'],
    ['?scenario=softmax-synapses#s1=3VTBb9Mw', 'Memories that follow what they see'],
  ])(
    'that is damaged (%s) is told in one line, and the page starts as usual, with %s',
    async (address, title) => {
      await page.goto('about:blank')
      await page.goto(url + address)
      await ready()
      expect(await page.locator('#title').textContent()).toBe(title)
      expect(await toast()).toMatch(/^This link cannot be opened: the link [^\n]+$/)
      expect(await page.locator('#failure').isVisible()).toBe(false)
    },
  )

  test('with a scenario that is not valid tells where', async () => {
    await load('softmax-synapses')
    const scenario = await engram<Scenario>('scenario')
    const link = new URL(linkTo(url, { ...scenario, replicas: 0 }))
    // What is opened instead.
    link.search = '?scenario=softmax-synapses'
    await page.goto('about:blank')
    await page.goto(link.href)
    await ready()
    expect(await toast()).toContain('This link cannot be opened: replicas: must be')
  })

  test('that would be too long becomes a file, which the page opens again', async () => {
    await visit('softmax-synapses')
    await page.evaluate(`(({ expect, ...rest }) => engram.load({
      ...rest,
      name: 'Many numbers',
      stimulus: [{ kind: 'current', layer: 'visible', patterns: {
        kind: 'values', values: Array.from({ length: 40 }, (_, row) => Array.from({ length: 50 }, (_, k) => Math.sin(50 * row + k)))
      } }],
      probes: {}
    }))(engram.scenario)`)
    const before = await engram('scenario')
    const file = await saved(() => page.locator('#link').click())
    expect(file.name).toBe('many-numbers.json')
    expect(await toast()).toMatch(/would have \d+ characters, more than 8000/)
    expect(await page.evaluate('location.hash')).toBe('')
    await load('hebbian-learning')
    await choose(file.path)
    await eventually(chosen).toBe('Many numbers')
    expect(await engram('scenario')).toEqual(before)
  })
})

describe('exports', () => {
  test('results.npz equals a run of the command line: the same arrays, numbers within 1e-5', async () => {
    await load('softmax-synapses')
    await engram('step(100)')
    const { name, bytes } = await exported('results')
    expect(name).toBe('softmax-synapses-results.npz')
    const outcome = await program(['run', SCENARIO, '--ticks', '100', '--out', 'plain'], folder)
    expect(outcome.code).toBe(0)
    const here = decodeNpz(bytes)
    const there = readArrays(folder, 'plain/results.npz')
    expect(Object.keys(here).sort()).toEqual(Object.keys(there).sort())
    for (const [key, { shape, data }] of Object.entries(there)) {
      expect(here[key]!.shape, key).toEqual(shape)
      expect(here[key]!.data.constructor, key).toBe(data.constructor)
      expect(largestDifference(here[key]!.data, data), key).toBeLessThan(1e-5)
    }
    expect(here['similarity.tick']!.data).toHaveLength(101)
  })

  test('results.npz of replicas with noise, learning and snapshots equals the command line too', async () => {
    writeFileSync(join(folder, 'small.json'), JSON.stringify(smallScenario()))
    const outcome = await program(['run', 'small.json'], folder)
    expect(outcome.code).toBe(0)
    await load('softmax-synapses')
    await page.evaluate(
      `engram.load(new File([${JSON.stringify(JSON.stringify(smallScenario()))}], 'small.json'))`,
    )
    await engram('step(60)')
    const { name, bytes } = await exported('results')
    expect(name).toBe('small-results.npz')
    const here = decodeNpz(bytes)
    const there = readArrays(folder, 'out/small/results.npz')
    expect(Object.keys(here).sort()).toEqual(Object.keys(there).sort())
    for (const [key, { shape, data }] of Object.entries(there)) {
      expect(here[key]!.shape, key).toEqual(shape)
      expect(largestDifference(here[key]!.data, data), key).toBeLessThan(1e-5)
    }
  })

  test('while it plays belong to one tick, and the run goes on', async () => {
    await load('softmax-synapses')
    await page.evaluate('engram.pace = Infinity')
    await page.locator('#play').click()
    await page.waitForFunction('engram.simulation.tick >= 20')
    const arrays = decodeNpz((await exported('checkpoint')).bytes)
    const { tick } = JSON.parse(Buffer.from(arrays.checkpoint!.data as Uint8Array).toString()) as {
      tick: number
    }
    // A sample a tick: the last is that of the state.
    expect(arrays['similarity.tick']!.data.at(-1)).toBe(tick)
    expect(await engram('playing')).toBe(true)
    await page.waitForFunction(`engram.simulation.tick > ${tick}`)
    await lab.pause()
  })

  test('the scenario is a file that the command line accepts, with the parameters as they are', async () => {
    await load('softmax-synapses')
    await engram('set("memories.xi.tau", 99)')
    const { name, path, bytes } = await exported('scenario')
    expect(name).toBe('softmax-synapses.json')
    expect(JSON.parse(bytes.toString())).toEqual(await engram('scenario'))
    expect((await program(['validate', path], folder)).code).toBe(0)
  })

  test('CSV has the samples of every plotted series', async () => {
    await load('softmax-synapses')
    await engram('step(50)')
    const { name, bytes } = await exported('csv')
    expect(name).toBe('softmax-synapses-csv.zip')
    const files = unzipSync(bytes)
    expect(Object.keys(files).sort()).toEqual(['overlap.csv', 'similarity.csv'])
    const lines = Buffer.from(files['similarity.csv']!).toString().trimEnd().split('\n')
    expect(lines[0]).toBe('tick,time,row.0,row.1,row.2,row.3')
    expect(lines).toHaveLength(52)
  })

  test('the picture is a PNG of the large figure with its colours', async () => {
    await load('softmax-synapses')
    await engram('step(20)')
    await eventually(() => page.locator('#large .legend-high').textContent()).not.toBe('')
    const { name, bytes } = await exported('picture')
    expect(name).toBe('softmax-synapses-xi.png')
    const { width, height, data, channels } = decode(bytes)
    expect(width).toBeGreaterThan(400)
    expect(height).toBeGreaterThan(100)
    const colours = new Set<number>()
    for (let at = 0; at < data.length; at += channels)
      colours.add((data[at]! * 256 + data[at + 1]!) * 256 + data[at + 2]!)
    expect(colours.size).toBeGreaterThan(100)
  })

  test('the menu is moved through with the keys, and Escape gives the focus back', async () => {
    await load('softmax-synapses')
    const focused = (): Promise<string | undefined> =>
      page.evaluate<string | undefined>('document.activeElement.dataset.export ?? document.activeElement.id')
    await page.locator('#export').focus()
    await page.keyboard.press('ArrowDown')
    expect(await focused()).toBe('scenario')
    await page.keyboard.press('ArrowUp')
    const last = page.locator('#export-menu [data-export]').last()
    expect(await focused()).toBe(await last.getAttribute('data-export'))
    expect(await focused()).not.toBe('scenario')
    // No key of the page: that would be a tick.
    await page.keyboard.press('s')
    expect(await engram('simulation.tick')).toBe(0)
    await page.keyboard.press('Escape')
    expect(await focused()).toBe('export')
    expect(await page.locator('#export-menu').isVisible()).toBe(false)
    await page.locator('#export').click()
    await page.locator('.status').click()
    expect(await page.locator('#export-menu').isVisible()).toBe(false)
  })
})

describe('checkpoints', () => {
  test('of the command line go on in the page, as if the run had never moved', async () => {
    const outcome = await program(
      ['run', SCENARIO, '--ticks', '60', '--checkpoint-every', '40', '--out', 'cli'],
      folder,
    )
    expect(outcome.code).toBe(0)
    await load('hebbian-learning')
    await choose(join(folder, 'cli/checkpoint.npz'))
    await eventually(toast).toContain('At tick 40')
    expect(await engram('playing')).toBe(false)
    expect(await page.locator('#scenario').inputValue()).toBe('softmax-synapses')
    await engram('step(20)')
    const here = decodeNpz((await exported('results')).bytes)
    const there = readArrays(folder, 'cli/results.npz')
    for (const [key, { shape, data }] of Object.entries(there)) {
      expect(here[key]!.shape, key).toEqual(shape)
      expect(largestDifference(here[key]!.data, data), key).toBeLessThan(1e-5)
    }
  })

  test('of the page go on in the command line', async () => {
    await load('softmax-synapses')
    await engram('step(40)')
    const { path } = await exported('checkpoint')
    const whole = await program(['run', SCENARIO, '--ticks', '60', '--out', 'whole'], folder)
    const resumed = await program(
      ['run', SCENARIO, '--ticks', '60', '--resume', path, '--out', 'resumed'],
      folder,
    )
    expect([whole.code, resumed.code, resumed.stderr]).toEqual([0, 0, ''])
    const [a, b] = [readArrays(folder, 'whole/results.npz'), readArrays(folder, 'resumed/results.npz')]
    for (const [key, { shape, data }] of Object.entries(a)) {
      expect(b[key]!.shape, key).toEqual(shape)
      expect(largestDifference(b[key]!.data, data), key).toBeLessThan(1e-5)
    }
  })

  test('are dropped on the page with the mouse', async () => {
    await load('softmax-synapses')
    await engram('step(30)')
    const { bytes } = await exported('checkpoint')
    const state = await read('xi')
    await load('hebbian-learning')
    await page.evaluate(`{
      const transfer = new DataTransfer()
      const content = Uint8Array.from(atob('${bytes.toString('base64')}'), (letter) => letter.charCodeAt(0))
      transfer.items.add(new File([content], 'mine.npz'))
      const options = { dataTransfer: transfer, bubbles: true, cancelable: true }
      window.fire = (type) => document.body.dispatchEvent(new DragEvent(type, options))
      fire('dragover')
    }`)
    expect(await page.locator('#drop').isVisible()).toBe(true)
    await page.evaluate('void fire("drop")')
    await eventually(toast).toContain('At tick 30')
    expect(await page.locator('#drop').isVisible()).toBe(false)
    expect(await engram('simulation.tick')).toBe(30)
    expect(await read('xi')).toEqual(state)
  })
})

test('a scenario opens with the files that it names, or tells which to drop with it; Back opens it again', async () => {
  await load('softmax-synapses')
  const patterns = { kind: 'npy', path: 'data/own.npy' }
  const named = smallScenario({ stimulus: [{ kind: 'initial', layer: 'visible', patterns }] })
  const own = { name: 'own.json', mimeType: '', buffer: Buffer.from(JSON.stringify(named)) }
  const row = Float32Array.from({ length: 30 }, (_, index) => index / 32)
  const rows = encodeNpy({ shape: [1, 30], data: row })
  await page.locator('#file').setInputFiles([own])
  await eventually(toast).toContain('"data/own.npy" is not on the page; drop own.npy together with own.json')
  const input = [{ name: 'own.npy', mimeType: '', buffer: Buffer.from(rows) }, own]
  await page.locator('#file').setInputFiles(input)
  const isOpen = async (): Promise<void> => {
    await eventually(() => engram('scenario.name')).toBe(named.name)
    await ready()
    await engram('reset()')
    expect((await read('visible')).slice(0, 30)).toEqual([...row])
  }
  await isOpen()
  await page.locator('#scenario').selectOption('softmax-synapses')
  await eventually(() => engram('scenario.name')).not.toBe(named.name)
  await ready()
  await page.goBack()
  await isOpen()
  // That of a server is an error in the console.
  expect(lab.complaints().filter((text) => !text.includes('404'))).toEqual([])
})

test('files that are not for the page are refused in one line, and what is open stays', async () => {
  await load('softmax-synapses')
  await engram('step(3)')
  const results = await exported('results')
  const files: readonly (readonly [string, string, string])[] = [
    ['words.md', 'hello', 'words.md: no scenario, checkpoint or data'],
    ['broken.json', '{"version": 1,', 'broken.json: broken JSON at line 1'],
    ['wrong.json', '{"version": 1}', 'wrong.json: time: is missing'],
    [
      'lost.json',
      JSON.stringify(
        smallScenario({
          stimulus: [{ kind: 'initial', layer: 'visible', patterns: { kind: 'npy', path: 'no.npy' } }],
        }),
      ),
      'no.npy',
    ],
  ]
  for (const [name, content, message] of files) {
    writeFileSync(join(folder, name), content)
    await choose(join(folder, name))
    await eventually(toast).toContain(message)
    // That of a server would be an error in the console.
    expect(lab.complaints().filter((text) => !text.includes('404'))).toEqual([])
  }
  // Results are arrays: the sheet of own data opens.
  await choose(results.path)
  await page.locator('.panel-data dl').waitFor()
  await page.keyboard.press('Escape')
  expect(await engram('simulation.tick')).toBe(3)
  expect(await page.locator('#scenario').inputValue()).toBe('softmax-synapses')
})

describe('the console', () => {
  test('sets a parameter, its slider follows, and a value that is not allowed is an exception', async () => {
    await load('softmax-synapses')
    await engram('set("memories.xi.tau", 100)')
    expect(await page.locator('[data-path="memories.xi.tau"] input[type=text]').inputValue()).toBe('100')
    await expect(engram('set("memories.xi.tau", -1)')).rejects.toThrow('memories.xi.tau: must be')
    expect(await engram('scenario.memories.xi.tau')).toBe(100)
  })

  test('hears every sample, over scenarios, until it stops listening', async () => {
    await load('softmax-synapses')
    // Samples of tick 0 may still be on their way.
    await engram('simulation.flush()')
    await page.evaluate('window.heard = [], window.off = engram.on("sample", (sample) => heard.push(sample))')
    await engram('step(5)')
    await engram('simulation.flush()')
    const heard = (): Promise<string[]> => page.evaluate('heard.map(({ probe, tick }) => `${probe} ${tick}`)')
    expect(await heard()).toEqual(['1', '2', '3', '4', '5'].map((tick) => `similarity ${tick}`))
    await engram('load("hopfield")')
    await engram('simulation.flush()')
    expect((await heard()).length).toBeGreaterThan(5)
    // The network runs: samples come until nobody listens.
    await page.evaluate('off()')
    const before = await heard()
    await engram('step(20)')
    await engram('simulation.flush()')
    expect(await heard()).toEqual(before)
    await expect(engram('on("tick", () => 0)')).rejects.toThrow('there is no event "tick"')
  })

  test('loads a scenario that it is given, and refuses one that is not valid', async () => {
    await load('softmax-synapses')
    await engram(`load(${JSON.stringify(smallScenario())})`)
    expect(await engram('scenario.name')).toBe('small')
    expect(await read('visible')).toHaveLength(90)
    await eventually(chosen).toBe('small')
    await expect(engram('load({ version: 1, neuron: {} })')).rejects.toThrow('unknown key')
    expect(await engram('scenario.name')).toBe('small')
  })
})
