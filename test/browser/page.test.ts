import { decode } from 'fast-png'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { SPOIL, eventually, frames, PATIENCE, useLab } from './lab.ts'

// It plays, as a reader sees it.
const lab = useLab({ reducedMotion: 'no-preference' })
const { engram, pause, url } = lab
let page: Page
beforeAll(() => {
  page = lab.page
})

/** Opens a scenario by its address; it plays. */
async function visit(scenario?: string): Promise<void> {
  // The same address again would be a reload, which goes on as it was: paused, if it was.
  await page.goto('about:blank')
  await page.goto(scenario === undefined ? url : `${url}?scenario=${scenario}`)
  await page.locator('body[data-state=ready][data-playing=true]').waitFor()
}

/** Opens a scenario in the page that is open; it plays. */
async function play(scenario: string): Promise<void> {
  await lab.load(scenario)
  await engram('play()')
}

const tick = (): Promise<number> => engram<number>('simulation.tick')

const read = async (name: string): Promise<number[]> =>
  page.evaluate<number[]>(`engram.simulation.read('${name}').then(({ data }) => [...data])`)

interface Picture {
  /** How many colours there are. */
  readonly colours: number
  readonly data: Uint8Array
  readonly channels: number
}

/** A picture as the reader sees it. */
async function pixels(name: string): Promise<Picture> {
  const { data, channels } = decode(await page.locator(`[data-name=${name}] canvas`).first().screenshot())
  const bytes = Uint8Array.from(data)
  const colours = new Set<number>()
  for (let at = 0; at < bytes.length; at += channels)
    colours.add((bytes[at]! * 256 + bytes[at + 1]!) * 256 + bytes[at + 2]!)
  return { colours: colours.size, data: bytes, channels }
}

/** A picture of a network that is paused, once its last ticks are drawn and its range is measured. */
async function settled(name: string): Promise<Picture> {
  let picture = await pixels(name)
  await expect
    .poll(
      async () => {
        const before = picture
        picture = await pixels(name)
        return picture.colours > 1 && Buffer.compare(before.data, picture.data) === 0
      },
      { interval: 300, timeout: PATIENCE },
    )
    .toBe(true)
  return picture
}

/** Part of the pixels that differ by more than what scaling does. */
function difference({ data: a, channels }: Picture, { data: b }: Picture): number {
  expect(a.length).toBe(b.length)
  let different = 0
  for (let at = 0; at < a.length; at += channels) {
    const distance = [0, 1, 2].reduce((sum, k) => sum + Math.abs(a[at + k]! - b[at + k]!), 0)
    if (distance > 30) different++
  }
  return different / (a.length / channels)
}

test('digits is what the page shows first, with its name, its adapter and pictures that are not blank', async () => {
  await visit()
  expect(await page.locator('#title').textContent()).toBe('Recall of handwritten digits')
  expect(await page.locator('#adapter').textContent()).not.toBe('')
  expect(await page.locator('#scenario').inputValue()).toBe('digits')
  await pause()
  for (const name of ['visible', 'xi']) expect((await settled(name)).colours).toBeGreaterThan(10)
  // Once each network has found its digit, a hidden neuron is silent or fully active.
  expect((await settled('hidden')).colours).toBeGreaterThan(1)
})

test('the device has what the adapter has of subgroups, timestamp-query and shader-f16', async () => {
  await lab.load('softmax-synapses')
  const [device, adapter] = await page.evaluate<[string[], string[]]>(
    'navigator.gpu.requestAdapter().then(({ features }) => [[...engram.device.features], [...features]])',
  )
  const offered = ['subgroups', 'timestamp-query', 'shader-f16'].filter((feature) =>
    adapter.includes(feature),
  )
  expect(device).toEqual(expect.arrayContaining(offered))
})

test('while it plays the pictures change, the plots fill and at least 19 of 20 digits are recalled', async () => {
  await lab.load('digits')
  // Six time constants are enough; test/gpu/lessons.test.ts runs all hundred.
  await page.evaluate(
    'engram.load({ ...engram.scenario, replicas: 20, time: { ...engram.scenario.time, ticks: 60 } })',
  )
  const cue = await settled('visible')
  await page.evaluate('engram.pace = Infinity')
  await page.locator('#play').click()
  // Half of each image was empty; strokes cover a part of it.
  await expect
    .poll(async () => difference(cue, await pixels('visible')), { interval: 1000, timeout: PATIENCE })
    .toBeGreaterThan(0.05)

  await page.waitForFunction('engram.simulation.tick >= 60')
  await page.locator('body[data-playing=false]').waitFor()
  expect(await tick()).toBe(60)
  expect(await page.locator('#toast').textContent()).toContain('Run complete')
  await page.evaluate('engram.simulation.flush()')
  const [states, memories] = await Promise.all([read('visible'), read('xi')])
  let correct = 0
  for (let replica = 0; replica < 20; replica++) {
    const overlap = (row: number): number => {
      let product = 0
      for (let k = 0; k < 784; k++) product += states[replica * 784 + k]! * memories[row * 784 + k]!
      return product
    }
    const overlaps = Array.from({ length: 100 }, (_, row) => overlap(row))
    // All memories have the same norm: the largest product is the largest cosine.
    if (overlaps.indexOf(Math.max(...overlaps)) === replica) correct++
  }
  expect(correct).toBeGreaterThanOrEqual(19)
  await eventually(() => page.locator('.plot output').allTextContents()).toHaveLength(3)
  const [energy] = await page.locator('.plot output').allTextContents()
  expect(energy).toMatch(/^total−39\d \(/)
  expect(await page.locator('.plot canvas').count()).toBe(3)
})

test('play, pause, step and reset do what they say, by button and by key', async () => {
  await play('softmax-synapses')
  await pause()
  const paused = await tick()
  await frames(page)
  expect(await tick()).toBe(paused)

  await page.locator('#step').click()
  await eventually(tick).toBe(paused + 1)
  await page.keyboard.press('s')
  await eventually(tick).toBe(paused + 2)
  expect(await engram('playing')).toBe(false)

  await page.locator('#reset').click()
  await eventually(tick).toBe(0)
  const initial = await read('xi')
  await page.locator('#title').click()
  await page.keyboard.press(' ')
  await eventually(tick).toBeGreaterThan(4)
  expect(await page.locator('#play').textContent()).toContain('Pause')
  await page.keyboard.press(' ')
  expect(await engram('playing')).toBe(false)
  expect(await read('xi')).not.toEqual(initial)
  await page.keyboard.press('r')
  await eventually(tick).toBe(0)
  expect(await read('xi')).toEqual(initial)
})

test('a slider that is moved while it plays acts without a new pipeline', async () => {
  await play('softmax-synapses')
  await eventually(tick).toBeGreaterThan(0)
  const pipelines = await engram<number>('pipelineCount')
  const slider = page.locator('[data-path="memories.xi.tau"] input[type=range]')
  await slider.focus()
  for (let press = 0; press < 5; press++) await page.keyboard.press('ArrowLeft')
  const tau = await engram<number>('simulation.model.scenario.memories.xi.tau')
  expect(tau).toBeLessThan(250)
  expect(await page.locator('[data-path="memories.xi.tau"] input[type=text]').inputValue()).toBe(String(tau))
  const before = await tick()
  await eventually(tick).toBeGreaterThan(before)
  expect(await engram('playing')).toBe(true)
  expect(await engram('pipelineCount')).toBe(pipelines)
  await page.locator('#restore').click()
  expect(await engram('simulation.model.scenario.memories.xi.tau')).toBe(250)
})

test('a slider acts on the very next tick', async () => {
  await play('hopfield')
  await pause()
  const start = await read('visible')
  // From here one tick with tau = 1, and the same tick again with the tau of the slider.
  await page.evaluate('engram.simulation.checkpoint().then((saved) => { window.saved = saved })')
  await engram('step()')
  const slow = await read('visible')
  await page.evaluate('engram.simulation.restore(window.saved)')
  const slider = page.locator('[data-path="neurons.visible.tau"] input[type=range]')
  await slider.focus()
  await page.keyboard.press('ArrowRight')
  const tau = await engram<number>('simulation.model.scenario.neurons.visible.tau')
  expect(tau).not.toBe(1)
  await engram('step()')
  const moved = await read('visible')
  // x' - x = (1 - exp(-dt/tau)) (target - x), the target the same for both.
  const ratio = Math.expm1(-0.2 / tau) / Math.expm1(-0.2)
  const [a, b] = [slow, moved].map((state) => state.map((x, index) => x - start[index]!))
  const largest = Math.max(...a!.map(Math.abs))
  expect(largest).toBeGreaterThan(0)
  expect(Math.max(...b!.map((change, index) => Math.abs(change - ratio * a![index]!)))).toBeLessThan(
    // Rounding of states of size up to 4 in float32.
    1e-6,
  )
})

test('a value that is not allowed is refused in one line and put back', async () => {
  await play('softmax-synapses')
  const field = page.locator('[data-path="memories.xi.tau"] input[type=text]')
  await field.fill('-3')
  await field.press('Enter')
  await eventually(() => page.locator('#toast').textContent()).toContain('memories.xi.tau: must be')
  expect(await field.inputValue()).toBe('250')
  expect(await engram('simulation.model.scenario.memories.xi.tau')).toBe(250)
  expect(await engram('playing')).toBe(true)
})

test('a picture grows when it is clicked', async () => {
  await play('digits')
  await pause()
  const width = async (): Promise<number> =>
    (await page.locator('[data-name=xi] canvas').boundingBox())?.width ?? 0
  const before = await width()
  await page.locator('[data-name=xi] canvas').click()
  await eventually(() => page.locator('#large .figure').getAttribute('data-name')).toBe('xi')
  await eventually(width).toBeGreaterThan(2 * before)
  expect((await settled('xi')).colours).toBeGreaterThan(10)
})

test('what cannot be loaded is named, and another scenario can still be chosen', async () => {
  await page.goto(`${url}?scenario=no-such-one`)
  await page.locator('#failure').waitFor()
  expect(await page.locator('#failure').textContent()).toContain('there is no scenario "no-such-one"')
  await page.locator('#scenario').selectOption('softmax-synapses')
  await page.locator('body[data-state=ready]').waitFor()
  expect(await page.locator('#failure').isVisible()).toBe(false)
})

test('values that run out of bounds stop the run and are named', async () => {
  await play('softmax-synapses')
  await pause()
  await page.evaluate(SPOIL)
  await page.locator('#play').click()
  await eventually(() => page.locator('#toast').textContent()).toContain('not finite')
  expect(await engram('playing')).toBe(false)
  await page.locator('#reset').click()
  await eventually(tick).toBe(0)
  await page.locator('#play').click()
  await eventually(tick).toBeGreaterThan(4)
})

test('screens of 1280, 1100 and 900 pixels show the whole page, one of 390 everything below each other, nothing cut off', async () => {
  await lab.load('digits')
  for (const width of [1280, 1100, 900]) {
    await page.setViewportSize({ width, height: 720 })
    const [wide, high] = await page.evaluate<[number, number]>(
      '[document.documentElement.scrollWidth, document.documentElement.scrollHeight]',
    )
    expect([wide, high]).toEqual([width, 720])
  }
  await page.setViewportSize({ width: 390, height: 844 })
  const [width, lowest] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, document.querySelector("#controls").getBoundingClientRect().bottom]',
  )
  expect(width).toBe(390)
  expect(lowest).toBeGreaterThan(844)
  await page.setViewportSize({ width: 1280, height: 720 })
})

test('pictures and plots follow the colour scheme of the reader', async () => {
  await play('softmax-synapses')
  await pause()
  const light = await settled('xi')
  await page.emulateMedia({ colorScheme: 'dark' })
  await eventually(async () => difference(light, await pixels('xi'))).toBeGreaterThan(0.5)
  await page.emulateMedia({ colorScheme: 'light' })
  await eventually(async () => difference(light, await pixels('xi'))).toBe(0)
})
