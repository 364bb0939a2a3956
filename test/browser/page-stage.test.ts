import { expect, test } from 'vitest'
import { eventually, type Picture, useLab } from './lab.ts'

const lab = useLab()

const LARGE = '#large canvas'

/** Waits until the large picture is drawn. */
const drawn = (selector = LARGE) =>
  eventually(async () => (await lab.pixels(selector)).colours).toBeGreaterThan(1)

/** How far apart two colours are, 0 to 765. */
const distance = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, part, index) => sum + Math.abs(part - b[index]!), 0)

const brightness = ([red, green, blue]: readonly number[]): number => red! + green! + blue!

/** 1,100 memories of 4 x 4 pixels; row r holds r in every entry. */
const gallery = {
  version: 1,
  name: 'gallery',
  neurons: {
    visible: {
      size: [4, 4],
      lagrangian: { kind: 'linear' },
      init: { kind: 'values', values: [Array.from({ length: 16 }, (_, index) => index / 16)] },
    },
    hidden: { size: 1100, lagrangian: { kind: 'softmax' }, tau: 0 },
  },
  memories: {
    xi: {
      from: 'visible',
      to: 'hidden',
      init: { kind: 'values', values: Array.from({ length: 1100 }, (_, row) => Array<number>(16).fill(row)) },
    },
  },
  time: { dt: 0.1, ticks: 100 },
}

/** Two replicas, each with a cue of its own, made from the rows that a probe knows in the other order. */
const cued = {
  version: 1,
  name: 'cued',
  replicas: 2,
  time: { dt: 0.1, ticks: 100 },
  neurons: {
    visible: { size: [8, 8], lagrangian: { kind: 'linear' } },
    hidden: { size: 2, lagrangian: { kind: 'softmax', beta: 4 }, tau: 0 },
  },
  memories: {
    xi: {
      from: 'visible',
      to: 'hidden',
      init: { kind: 'values', values: [Array<number>(64).fill(0.9), Array<number>(64).fill(0.3)] },
    },
  },
  stimulus: [
    {
      kind: 'clamp',
      layer: 'visible',
      patterns: { kind: 'rows', of: 'xi', corrupt: { op: 'occlude', fraction: 0.5, side: 'bottom' } },
      dwell: 2,
      gap: 2,
    },
  ],
  probes: {
    overlap: {
      kind: 'overlap',
      layer: 'visible',
      patterns: { kind: 'rows', of: 'xi', select: [1, 0] },
      every: 1,
    },
  },
}

const load = (scenario: unknown): Promise<unknown> =>
  lab.page.evaluate(`engram.load(${JSON.stringify(scenario)})`)

test('a click on a picture that nothing else takes makes it large', async () => {
  await lab.load('softmax-synapses')
  await drawn()
  await lab.page.locator('#small [data-name=hidden] canvas').click()
  await lab.page.locator('#large [data-name=hidden]').waitFor()
})

test('cue and target stand beside the state in the colours of their values, and a cue that is over is dimmed', async () => {
  await load(cued)
  const cue = '#large [data-pane=cue]'
  const target = '#large [data-pane=target]'
  await lab.page.locator('#large [data-name=visible]').waitFor()
  await drawn(`${target} canvas`)
  // Tick 1 shows row 0 to both replicas: its upper half, 0.9, and 0 below; the target is pattern 1 of the probe.
  await lab.engram('step(1)')
  await eventually(() => lab.page.locator(cue).getAttribute('data-now')).toBe('true')
  expect(await lab.page.locator(`${cue} .pane-name`).textContent()).toBe('cue row 0 of 2')
  expect(await lab.page.locator(target).getAttribute('title')).toContain('pattern 1 of the overlap probe')
  const middle = ({ width }: Picture): number => Math.round(width / 4)
  await expect
    .poll(
      async () => {
        const [a, b, c] = [
          await lab.pixels('#large [data-pane=state] canvas'),
          await lab.pixels(`${cue} canvas`),
          await lab.pixels(`${target} canvas`),
        ] as const
        const upper = [a, b, c].map((one) => one.at(middle(one), Math.round(one.height * 0.25)))
        const lower = [a, b, c].map((one) => one.at(middle(one), Math.round(one.height * 0.75)))
        return {
          // State, cue and target agree above; below the target alone is filled.
          isSameAbove: distance(upper[0]!, upper[1]!) < 6 && distance(upper[1]!, upper[2]!) < 6,
          isSameBelow: distance(lower[0]!, lower[1]!) < 6,
          isFilled: distance(lower[1]!, lower[2]!) > 100,
        }
      },
      { timeout: 60_000 },
    )
    .toEqual({ isSameAbove: true, isSameBelow: true, isFilled: true })
  // Ticks 2 and 3 are the gap.
  await lab.engram('step(2)')
  await eventually(() => lab.page.locator(cue).getAttribute('data-now')).toBe('false')
  expect(await lab.page.locator(`${cue} .pane-name`).textContent()).toBe('cue gap')
  // Tick 4 shows row 1, which is pattern 0 of the probe.
  await lab.engram('step(2)')
  await eventually(() => lab.page.locator(target).getAttribute('title')).toContain('pattern 0 of')
})

test('the frame of the memory that wins is brighter than the others, and follows the replica that is chosen', async () => {
  await lab.page.emulateMedia({ colorScheme: 'dark' })
  const initial = { kind: 'initial', layer: 'visible', patterns: { kind: 'rows', of: 'xi' } }
  await load({
    ...cued,
    stimulus: [initial],
    neurons: {
      ...cued.neurons,
      hidden: { ...cued.neurons.hidden, lagrangian: { kind: 'softmax', beta: 0.4 } },
    },
  })
  // A negative memory for the second replica: each replica has a winner of its own.
  await lab.engram('set("memories.xi.init.values", [Array(64).fill(0.9), Array(64).fill(-0.9)])')
  await lab.page.locator('[data-name=xi] .figure-name').click()
  await drawn()
  await lab.engram('step(1)')
  const frames = async (): Promise<number[]> => {
    const picture = await lab.pixels(LARGE)
    // Two tiles of 8 x 8 with frames of 1 and a gap of 1: left of each tile, close to it.
    const cell = picture.width / 21
    const y = Math.round(picture.height / 2)
    return [1, 12].map((left) => brightness(picture.at(Math.round(left * cell) - 3, y)))
  }
  const winner = async (): Promise<number> => {
    const [a, b] = await frames()
    return Math.abs(a! - b!) < 100 ? -1 : a! > b! ? 0 : 1
  }
  const [first, , , second] = await lab.read('hidden/activations')
  expect([first! > 0.9, second! > 0.9]).toEqual([true, true])
  await eventually(winner).toBe(0)
  const field = lab.page.locator('#large .replica input')
  await field.fill('1')
  await field.press('Enter')
  await eventually(winner).toBe(1)
  await lab.page.emulateMedia({ colorScheme: 'light' })
})

test('keys lead a cursor through a picture and tell the value that engram.read gives; the pointer does too', async () => {
  await load(gallery)
  await lab.page.locator('[data-name=visible] .figure-name').click()
  await drawn()
  await lab.engram('step(3)')
  const canvas = lab.page.locator(LARGE).first()
  await canvas.focus()
  for (const key of ['ArrowRight', 'ArrowUp', 'ArrowRight']) await lab.page.keyboard.press(key)
  const values = await lab.read('visible')
  // From the middle, (2, 2), to the right and up.
  await eventually(() => lab.page.locator('.readout').textContent()).toBe(
    `pixel (1, 3), ${String(Number(values[7]!.toPrecision(5)))}`,
  )
  expect(await lab.page.locator('.readout').getAttribute('aria-live')).toBe('polite')
  const { x, y, width, height } = (await canvas.boundingBox())!
  await lab.page.mouse.move(x + width * 0.375, y + height * 0.875)
  await eventually(() => lab.page.locator('.readout').textContent()).toBe(
    `pixel (3, 1), ${String(Number(values[13]!.toPrecision(5)))}`,
  )
  await lab.page.mouse.move(2, 2)
  await eventually(() => lab.page.locator('.readout').isVisible()).toBe(false)
})

test('zoom and drag lead to row 900 of 1,100, whose colour is that of its value', async () => {
  await lab.page.locator('[data-name=xi] .figure-name').click()
  await drawn()
  const canvas = lab.page.locator(LARGE).first()
  const { x, y, width, height } = (await canvas.boundingBox())!
  // Tile 900, of 34 in a line: the wheel keeps the place below the pointer.
  const across = await lab.page.evaluate('Math.ceil(Math.sqrt(1100))')
  expect(across).toBe(34)
  await lab.page.mouse.move(
    x + (width * (900 % 34) + width / 2) / 34,
    y + (height * (Math.floor(900 / 34) + 0.5)) / 33,
  )
  for (let turn = 0; turn < 6; turn++) await lab.page.mouse.wheel(0, -250)
  const text = (): Promise<string | null> => lab.page.locator('.readout').textContent()
  await lab.page.mouse.move(
    x + (width * (900 % 34) + width / 2) / 34 + 1,
    y + (height * (Math.floor(900 / 34) + 0.5)) / 33,
  )
  await eventually(text).toMatch(/^row 900, pixel \(\d, \d\), 900$/)
  // A drag takes the picture along.
  await lab.page.mouse.down()
  await lab.page.mouse.move(x + width / 2, y + height / 2, { steps: 4 })
  await lab.page.mouse.up()
  await eventually(text).toMatch(/^row 900, /)
  await lab.page.mouse.move(2, 2)
  await eventually(() => lab.page.locator('.readout').isVisible()).toBe(false)
  const shown = (await lab.pixels(LARGE)).at(Math.round(width / 2), Math.round(height / 2))
  // Range 0 to 1,200; 900 is 6 of the 8 steps of the map, #275e9a.
  await eventually(() => lab.page.locator('#large .legend-high').textContent()).toBe('1200')
  expect(distance(shown, [0x27, 0x5e, 0x9a])).toBeLessThan(12)
  await canvas.focus()
  await lab.page.keyboard.press('0')
  expect(await lab.page.locator('#large .figure').getAttribute('data-zoomed')).toBe('false')
})

test('a fixed range and other colours hold, and are there again after a reload', async () => {
  const options = lab.page.locator('#large .options-button')
  await options.click()
  await lab.page.getByLabel('highest value').fill('10000')
  await lab.page.getByLabel('cividis').check()
  expect(await lab.page.locator('#large .legend-high').textContent()).toBe('10000')
  const ground = async (): Promise<number> => distance((await lab.pixels(LARGE)).at(5, 5), [0x00, 0x20, 0x4d])
  await lab.page.keyboard.press('Escape')
  await lab.engram('step(2)')
  // Row 0 is the lowest colour of cividis.
  await eventually(ground).toBeLessThan(12)
  await lab.load('softmax-synapses')
  await load(gallery)
  await lab.page.locator('[data-name=xi] .figure-name').click()
  await eventually(() => lab.page.locator('#large .legend-high').textContent()).toBe('10000')
  await eventually(ground).toBeLessThan(12)
  await options.click()
  await lab.page.getByRole('radio', { name: 'automatic' }).check()
  await eventually(() => lab.page.locator('#large .legend-high').textContent()).toBe('1200')
  await lab.page.evaluate('localStorage.clear()')
})

test('while drawing is switched off the ticks go on and nothing is drawn', async () => {
  await lab.load('softmax-synapses')
  await drawn()
  await lab.page.keyboard.press('d')
  expect(await lab.engram('drawing')).toBe(false)
  const draws = await lab.engram<number>('draws')
  await lab.engram('step(30)')
  await lab.page.evaluate('engram.simulation.flush().then(() => new Promise(requestAnimationFrame))')
  expect(await lab.engram('simulation.tick')).toBe(30)
  expect(await lab.engram('draws')).toBe(draws)
  await lab.page.locator('#large .tool-eye').click()
  await eventually(() => lab.engram<number>('draws')).toBeGreaterThan(draws)
})

test('a sparse memory is drawn by where its entries are, and tells what a block counts', async () => {
  const [rows, columns, degree] = [4, 300, 60]
  await lab.load('softmax-synapses')
  await load({
    version: 1,
    name: 'links',
    time: { dt: 0.1, ticks: 100 },
    neurons: {
      visible: { size: columns, lagrangian: { kind: 'tanh' } },
      hidden: { size: rows, lagrangian: { kind: 'tanh' }, tau: 0 },
    },
    memories: {
      links: {
        kind: 'sparse',
        from: 'visible',
        to: 'hidden',
        init: { kind: 'random-sparse', degree, distribution: 'normal' },
      },
    },
  })
  const { page } = lab
  await page.locator('#small [data-name=links] .figure-name').click()
  await page.locator('#large [data-name=links]').waitFor()
  await drawn()
  // Blocks of 1 x 2, of about three pixels.
  const indices = await page.evaluate<number[]>(
    '[...engram.simulation.model.memories[0].init.pattern.indices]',
  )
  const counts = Array.from({ length: rows }, () => new Array<number>(150).fill(0))
  indices.forEach((column, entry) => {
    counts[Math.floor(entry / degree)]![Math.floor(column / 2)]! += 1
  })
  const most = Math.max(...counts.flat())
  type Place = readonly [row: number, column: number]
  const placeOf = (count: number): Place => {
    const row = counts.findIndex((line) => line.includes(count))
    return [row, counts[row]!.indexOf(count)]
  }
  const [none, one, all] = [0, 1, most].map(placeOf) as [Place, Place, Place]
  await eventually(async () => {
    const picture = await lab.pixels(LARGE)
    const [dark, dim, bright] = [none, one, all].map(([row, column]) =>
      picture.at(
        Math.floor(((column + 0.5) * picture.width) / 150),
        Math.floor(((row + 0.5) * picture.height) / rows),
      ),
    )
    return [distance(dark!, bright!) > 150, distance(dark!, dim!) > 10]
  }).toEqual([true, true])
  const box = (await page.locator(LARGE).boundingBox())!
  const [row, column] = all
  await page.mouse.move(box.x + ((column + 0.5) * box.width) / 150, box.y + ((row + 0.5) * box.height) / rows)
  await eventually(() => page.locator('.readout').textContent()).toBe(
    `row ${row}, columns ${2 * column} to ${2 * column + 1}, ${most}`,
  )
  // Of a block there is no row to show.
  await page.mouse.down()
  await page.mouse.up()
  expect(await lab.engram('simulation.tick')).toBe(0)
})
