import { readFile } from 'node:fs/promises'
import { decode } from 'fast-png'
import { expect, test } from 'vitest'
import { eventually, useLab } from './lab.ts'

const lab = useLab()

/** The file that an item of the export menu saves. */
async function exported(id: string): Promise<Uint8Array> {
  const waiting = lab.page.waitForEvent('download')
  await lab.page.locator('#export').click()
  await lab.page.locator(`#export-menu [data-export=${id}]`).click()
  return new Uint8Array(await readFile(await (await waiting).path()))
}

const pressed = (selector: string) => lab.page.locator(selector).getAttribute('aria-pressed')

/** Where the markers of a plot stand, as parts of its width, and what they say. */
const markers = (probe: string): Promise<{ tick: string; text: string; at: number }[]> =>
  lab.page.evaluate(
    `[...document.querySelectorAll('[data-probe=${probe}] .plot-marker')].map((mark) => ({
      tick: mark.dataset.tick,
      text: mark.dataset.text,
      at: parseFloat(mark.style.left) / mark.parentElement.clientWidth,
    }))`,
  )

/** What the page says of the claims, and the state of each. */
const claims = (): Promise<string> =>
  lab.page.evaluate(
    `[document.querySelector('.claims summary').textContent, ...[...document.querySelectorAll('.claims li')].map((item) => item.dataset.state)].join('; ')`,
  )

test('a change of a parameter is marked in every plot at its time and turns a claim red, until the reset', async () => {
  await lab.load('softmax-synapses')
  await eventually(claims).toBe('3 claims, judged by tick 2,000; undecided; undecided; undecided')
  await lab.engram('step(300)')
  await eventually(claims).toBe('1 of 3 claims hold; holds; undecided; undecided')
  await lab.page.evaluate('engram.set("memories.xi.tau", 120)')
  await lab.engram('step(300)')
  await eventually(() => markers('similarity')).toHaveLength(1)
  const [mark] = await markers('similarity')
  expect(mark).toMatchObject({ tick: '300', text: 'xi.tau 250 → 120 at tick 300' })
  await eventually(async () => Math.abs((await markers('similarity'))[0]!.at - 0.5)).toBeLessThan(0.01)
  expect(await markers('overlap')).toHaveLength(1)

  // A drag over the right two thirds leaves the mark at a quarter of what is shown.
  const box = (await lab.page.locator('[data-probe=similarity] .u-over').boundingBox())!
  const y = box.y + box.height / 2
  await lab.page.mouse.move(box.x + box.width / 3, y)
  await lab.page.mouse.down()
  await lab.page.mouse.move(box.x + box.width * 0.8, y, { steps: 4 })
  await lab.page.mouse.move(box.x + box.width - 1, y, { steps: 2 })
  await lab.page.mouse.up()
  for (const probe of ['similarity', 'overlap'])
    await eventually(async () => Math.abs((await markers(probe))[0]!.at - 0.25)).toBeLessThan(0.03)
  expect(await lab.page.locator('[data-probe=overlap] .plot-all').isVisible()).toBe(true)
  await lab.page.mouse.dblclick(box.x + box.width / 2, y)
  await eventually(async () => Math.abs((await markers('overlap'))[0]!.at - 0.5)).toBeLessThan(0.01)

  await lab.engram('step(400)')
  await eventually(claims).toBe('1 of 3 claims hold, 1 fails; holds; fails; undecided')

  await lab.page.locator('#reset').click()
  await eventually(() => markers('similarity')).toEqual([])
  await eventually(claims).toBe('3 claims, judged by tick 2,000; undecided; undecided; undecided')
})

test('the key hides and shows lines, and the terms of the energy wait there', async () => {
  await lab.load('softmax-synapses')
  // A tenth of its neurons and patterns.
  const scenario = (await readFile('scenarios/fast-synapses.json', 'utf8'))
    .replace('"size": 1000', '"size": 100')
    .replace('"count": 200', '"count": 20')
  await lab.engram(`load(${scenario})`)
  await lab.engram('step(20)')
  await lab.page.evaluate('engram.simulation.flush()')
  const key = (line: string) => lab.page.locator(`[data-probe=energy] [data-line="${line}"]`)
  await eventually(() => key('term recurrent').getAttribute('aria-pressed')).toBe('false')
  expect(await key('total').getAttribute('aria-pressed')).toBe('true')
  await key('term recurrent').focus()
  await lab.page.keyboard.press('Enter')
  expect(await key('term recurrent').getAttribute('aria-pressed')).toBe('true')
  // Its line has the third colour: that of `visible` is between.
  await eventually(async () => {
    const picture = await lab.pixels('[data-probe=energy] .plot-area')
    const { width, height } = picture
    const near = (x: number, y: number) =>
      picture.at(x, y).every((value, k) => Math.abs(value - [0x0f, 0x7b, 0x5f][k]!) < 40)
    return Array.from({ length: width * height }, (_, k) => near(k % width, Math.floor(k / width))).includes(
      true,
    )
  }).toBe(true)
  await key('total').click()
  expect(await key('total').getAttribute('aria-pressed')).toBe('false')
  expect(await key('total').locator('span').isVisible()).toBe(false)
})

test('the cursor shows the values of one time in all plots; scales are logarithmic or symlog; a picture has all lines', async () => {
  await lab.load('hopfield')
  await lab.engram('step(40)')
  await lab.page.evaluate('engram.simulation.flush()')
  const area = lab.page.locator('[data-probe=energy] .plot-area')
  const time = (probe: string) =>
    lab.page.locator(`[data-probe=${probe}] .plot-area`).getAttribute('data-cursor')
  await area.focus()
  await lab.page.keyboard.press('Home')
  await eventually(() => time('energy')).toBe('t 0')
  await lab.page.keyboard.press('ArrowRight')
  // A sample every 5 ticks of 0.2.
  for (const probe of ['energy', 'overlap', 'speed']) await eventually(() => time(probe)).toBe('t 1')
  const shown = await lab.page.locator('[data-probe=speed] .plot-key span').first().textContent()
  await lab.page.keyboard.press('End')
  await eventually(() =>
    lab.page.locator('[data-probe=speed] .plot-key span').first().textContent(),
  ).not.toBe(shown)

  // The scale is plain where all values are above 0, symlog where some are below.
  await lab.page.locator('[data-probe=speed] .plot-log').click()
  expect(await lab.page.locator('[data-probe=speed] .plot-log').textContent()).toBe('log')
  await lab.page.locator('[data-probe=energy] .plot-log').click()
  expect(await lab.page.locator('[data-probe=energy] .plot-log').textContent()).toBe('symlog')
  await lab.page.locator('[data-probe=energy] .plot-log-time').click()
  for (const probe of ['energy', 'overlap', 'speed'])
    expect(await pressed(`[data-probe=${probe}] .plot-log-time`)).toBe('true')
  expect((await lab.pixels('[data-probe=speed] .plot-area')).colours).toBeGreaterThan(3)

  // The picture of all plots has their lines in their colours.
  const { data, channels, width, height } = decode(await exported('plots'))
  expect(width).toBeGreaterThan(1600)
  expect(height).toBeGreaterThan(600)
  const line = [0x24, 0x59, 0xc4]
  const rows = new Set<number>()
  for (let at = 0; at < data.length; at += channels)
    if (line.every((part, k) => data[at + k] === part))
      rows.add(Math.floor(at / channels / width / (height / 3)))
  // In each of the three plots.
  expect([...rows].sort()).toEqual([0, 1, 2])
})

test('a lane has a mark at each update, at the rate that its slider sets', async () => {
  await lab.load('softmax-synapses')
  const toggle = lab.page.locator('.lanes-toggle')
  if ((await toggle.getAttribute('aria-expanded')) === 'false') await toggle.click()
  const slider = lab.page.locator('[data-lane=xi] input[aria-label="xi: every"]')
  await slider.focus()
  for (let press = 0; press < 3; press++) await lab.page.keyboard.press('ArrowRight')
  expect(await lab.engram('simulation.model.memories[0].every')).toBe(4)
  await lab.engram('step(40)')
  const output = lab.page.locator('.lanes-window output')
  for (let click = 0; (await output.textContent()) !== 'last 20 ticks' && click < 12; click++)
    await lab.page.locator('.lanes-in').click()
  expect(await output.textContent()).toBe('last 20 ticks')
  // Opaque runs along the middle of each lane, and where the first one ends, in ticks.
  const marks = (lane: string) =>
    lab.page.evaluate<number[]>(
      `(() => {
        const canvas = document.querySelector('[data-lane=${lane}] canvas')
        const { data } = canvas.getContext('2d').getImageData(0, canvas.height >> 1, canvas.width, 1)
        const ends = []
        for (let x = 0; x < canvas.width; x++)
          if (data[4 * x + 3] > 200 && !(data[4 * x + 7] > 200)) ends.push(Math.round(((x + 1) / canvas.width) * 20))
        return ends
      })()`,
    )
  // Ticks 20 to 39: xi in 23, 27, 31, 35, 39; the other layers in each.
  await eventually(() => marks('xi')).toEqual([4, 8, 12, 16, 20])
  for (const lane of ['visible', 'hidden']) expect(await marks(lane)).toHaveLength(20)
})

test('while it plays the lanes tell the GPU time of each group and that of drawing, which can be switched off', async () => {
  await lab.load('softmax-synapses')
  const toggle = lab.page.locator('.lanes-toggle')
  if ((await toggle.getAttribute('aria-expanded')) === 'false') await toggle.click()
  const drawing = (part: string) => lab.page.locator(`[data-lane=drawing] .lane-${part}`).textContent()
  expect(await drawing('time')).toBe('')
  await lab.engram('play()')
  for (const lane of ['visible', 'hidden', 'xi', 'probes', 'drawing'])
    await eventually(() => lab.page.locator(`[data-lane=${lane}] .lane-time`).textContent()).toMatch(
      /^[\d.,]+ (µs|ms)$/,
    )
  await eventually(() => drawing('rate')).toMatch(/^\d.*\/s$/)
  await lab.page.keyboard.press('d')
  await eventually(() => drawing('rate')).toBe('off')
  expect(await drawing('time')).toBe('')
  await lab.page.keyboard.press('d')
  await eventually(() => drawing('time')).toMatch(/s$/)
  await lab.pause()
})

test('without timestamp-query there are no GPU times and no lane for drawing, and the lanes say why', async () => {
  const page = await lab.open()
  await page.addInitScript(`
    const request = GPUAdapter.prototype.requestDevice
    GPUAdapter.prototype.requestDevice = function (descriptor) {
      const requiredFeatures = descriptor.requiredFeatures.filter((feature) => feature !== 'timestamp-query')
      return request.call(this, { ...descriptor, requiredFeatures })
    }`)
  await page.goto(`${lab.url}?scenario=softmax-synapses`)
  await page.locator('body[data-state=ready]').waitFor()
  await page.evaluate('engram.step(40).then(() => engram.simulation.flush())')
  expect(await page.locator('.lanes-gpu').textContent()).toContain('no timestamp-query')
  expect(await page.locator('[data-lane=probes]').count()).toBe(1)
  expect(await page.locator('[data-lane=drawing]').count()).toBe(0)
  await page.context().close()
})

/** What is chosen to be seen of plots and lanes, apart from the part of time. */
const choices = (): Promise<readonly string[]> =>
  lab.page.evaluate(
    `[
      document.querySelector('.lanes-window output').textContent,
      ...[...document.querySelectorAll('[data-probe] [aria-pressed=true]')].map((button) => {
        const { probe } = button.closest('[data-probe]').dataset
        return probe + ' ' + (button.dataset.line ?? button.className)
      }),
    ]`,
  )

test('a rebuild keeps zoom, logarithms, hidden lines and markers, and the window of the lanes', async () => {
  await lab.load('softmax-synapses')
  await lab.engram('step(200)')
  await lab.page.evaluate('engram.set("memories.xi.tau", 120)')
  await lab.engram('step(200)')
  await lab.page.evaluate('engram.simulation.flush()')
  await eventually(() => markers('similarity')).toHaveLength(1)
  const asOpened = await choices()
  await lab.page.locator('[data-probe=similarity] .plot-key [data-line]').first().click()
  await lab.page.locator('[data-probe=overlap] .plot-log').click()
  // The last half, in which there is no marker; then the last quarter.
  await lab.page.locator('[data-probe=overlap] .plot-area').focus()
  await lab.page.keyboard.press('End')
  for (let press = 0; press < 2; press++) await lab.page.keyboard.press('+')
  await eventually(() => markers('similarity')).toHaveLength(0)
  await lab.page.evaluate('document.querySelector(".lanes-out").click()')
  const before = await choices()
  // The window, one line that is hidden, one logarithm.
  expect(before.filter((one) => !asOpened.includes(one))).toEqual([
    expect.stringMatching(/^last \d+ ticks$/),
    'overlap plot-log',
  ])
  expect(asOpened.filter((one) => !before.includes(one))).toEqual([
    expect.stringMatching(/^last \d+ ticks$/),
    expect.stringMatching(/^similarity /),
  ])

  await lab.page.evaluate('window.formerly = engram.simulation')
  await lab.page.evaluate('engram.set("probes.overlap.every", engram.scenario.probes.overlap.every + 1)')
  expect(await lab.page.evaluate('window.formerly === engram.simulation')).toBe(false)
  await lab.page.evaluate('engram.simulation.flush()')
  await eventually(choices).toEqual(before)
  expect(await lab.page.locator('[data-probe=similarity] .plot-all').isVisible()).toBe(true)
  expect(await markers('similarity')).toHaveLength(0)
  await lab.page.locator('[data-probe=similarity] .plot-all').click()
  await eventually(() => markers('similarity')).toMatchObject([{ tick: '200' }])
})

test('a probe that is sampled more seldom than its stimulus changes is drawn as points, and its key says so', async () => {
  await lab.load('softmax-synapses')
  await lab.engram('step(500)')
  /** Pixels with a colour, halfway between the samples that are 0 and those that are 1, and in the whole plot. */
  const coloured = (probe: string): Promise<[number, number]> =>
    lab.page.evaluate(`(() => {
      const drawn = document.querySelector('[data-probe=${probe}] canvas')
      const canvas = Object.assign(document.createElement('canvas'), { width: drawn.width, height: drawn.height })
      const context = canvas.getContext('2d', { willReadFrequently: true })
      context.drawImage(drawn, 0, 0)
      const over = document.querySelector('[data-probe=${probe}] .u-over').getBoundingClientRect()
      const { left, top, width } = drawn.getBoundingClientRect()
      const scale = canvas.width / width
      const count = (from, to) => {
        const y = Math.round((over.top - top + from * over.height) * scale)
        const { data } = context.getImageData(
          Math.round((over.left - left) * scale), y,
          Math.round(over.width * scale), Math.round((to - from) * over.height * scale))
        let found = 0
        for (let at = 0; at < data.length; at += 4)
          if (data[at + 3] > 60 && Math.max(...data.slice(at, at + 3)) - Math.min(...data.slice(at, at + 3)) > 40) found++
        return found
      }
      return [count(0.3, 0.7), count(0, 1)]
    })()`)
  await eventually(() => lab.page.locator('[data-probe=overlap] .plot-points').textContent()).toBe(
    'points, one every 50 ticks',
  )
  await eventually(async () => (await coloured('overlap'))[1]).toBeGreaterThan(100)
  expect((await coloured('overlap'))[0]).toBe(0)
  // The memory is slow: its similarity is a line.
  expect(await lab.page.locator('[data-probe=similarity] .plot-points').isVisible()).toBe(false)
  expect((await coloured('similarity'))[0]).toBeGreaterThan(100)
  // Shown for as long as the probe waits, patterns are lines again.
  await lab.engram('set("stimulus.0.dwell", 50)')
  await eventually(() => lab.page.locator('[data-probe=overlap] .plot-points').isVisible()).toBe(false)
  await lab.engram('step(500)')
  await eventually(async () => (await coloured('overlap'))[0]).toBeGreaterThan(20)
})
