import { encode } from 'fast-png'
import { expect, test } from 'vitest'
import { scenarioOf } from '../../src/app/sharing/link.ts'
import type { ScenarioInput } from '../../src/core/model/schema.ts'
import { eventually, useLab } from './lab.ts'

const lab = useLab()

const SIDE = 12
const LARGE = '#large [data-pane=state] canvas'
const SIZE = SIDE * SIDE
/** Replicas of the scenario below. */
const REPLICAS = 2

/** Six memories of mean 0 and norm 12, the last of them free; each replica starts on one of the first two. */
const scenario = (parts: Partial<ScenarioInput> = {}): ScenarioInput => ({
  version: 1,
  name: 'hands',
  time: { dt: 0.2, ticks: 100 },
  neurons: {
    visible: { size: [SIDE, SIDE], lagrangian: { kind: 'linear' } },
    hidden: { size: 6, lagrangian: { kind: 'softmax', beta: 0.5 }, tau: 0 },
  },
  memories: {
    xi: {
      from: 'visible',
      to: 'hidden',
      init: {
        kind: 'random',
        distribution: 'normal',
        transform: [{ op: 'center' }, { op: 'normalize', norm: 12 }],
        edits: [{ op: 'clear', row: 5 }],
      },
    },
  },
  stimulus: [{ kind: 'initial', layer: 'visible', patterns: { kind: 'rows', of: 'xi', select: [0, 1] } }],
  probes: { overlap: { kind: 'overlap', layer: 'visible', patterns: { kind: 'rows', of: 'xi' }, every: 5 } },
  replicas: REPLICAS,
  ...parts,
})

const open = async (parts: Partial<ScenarioInput> = {}): Promise<void> => {
  if (lab.page.url() === 'about:blank') await lab.load('softmax-synapses')
  await lab.engram(`load(${JSON.stringify(scenario(parts))})`)
  await eventually(() => lab.page.evaluate('document.title')).toContain('hands')
  await tool('look')
}
const part = (name: string) => lab.page.locator(`#hands [data-part="${name}"]`)
const tool = (name: 'look' | 'paint' | 'pick') => lab.page.locator(`#hands [data-value="${name}"]`).click()
const panel = async (name: 'cue' | 'memory'): Promise<void> => {
  const opener = lab.page.locator(`#hands [data-opens="${name}"]`)
  if ((await opener.getAttribute('aria-expanded')) === 'false') await opener.click()
}
const toast = (): Promise<string | null> => lab.page.locator('#toast').textContent()
const row = (data: readonly number[], index: number, columns = SIZE): number[] =>
  data.slice(index * columns, (index + 1) * columns)
const norm = (values: readonly number[]): number => Math.hypot(...values)
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
const cosine = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * b[index]!, 0) / (norm(a) * norm(b))
const largestDifference = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, index) => Math.abs(value - b[index]!)))

/** The middle of cell (x, y) of a picture that is `width` by `height` cells, in pixels of the page. */
async function at(
  name: string,
  [x, y]: readonly [number, number],
  [width, height]: readonly [number, number],
) {
  const box = (await lab.page.locator(`.figure[data-name="${name}"] canvas`).first().boundingBox())!
  return { x: box.x + ((x + 0.5) / width) * box.width, y: box.y + ((y + 0.5) / height) * box.height }
}
const cell = (column: number, line: number) => at('visible', [column, line], [SIDE, SIDE])
/** Memories fill a grid that is two or three across: the first one, and the last one of the first line. */
const firstMemory = () => at('xi', [0, 0], [4, 4])
const cornerMemory = () => at('xi', [3, 0], [4, 4])

async function stroke(from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  const [start, end] = [await cell(...from), await cell(...to)]
  await lab.page.mouse.move(start.x, start.y)
  await lab.page.mouse.down()
  await lab.page.mouse.move(end.x, end.y)
  await lab.page.mouse.up()
}
const edits = (): Promise<readonly { op: string }[]> =>
  lab.engram('scenario.stimulus[0].patterns.edits ?? []')
const cueOf = async (replica: number): Promise<number[]> => row(await lab.read('visible'), replica)

const one = {
  replicas: 1,
  stimulus: [{ kind: 'initial', layer: 'visible', patterns: { kind: 'rows', of: 'xi', select: [0] } }],
} satisfies Partial<ScenarioInput>

test('a stroke at tick 0 changes exactly the cells under the brush, and the cue: it survives Reset and the link', async () => {
  await open(one)
  const before = await lab.read('visible')
  const largest = Number(Math.max(...before).toPrecision(3))
  await eventually(async () => (await lab.pixels(LARGE)).colours).toBeGreaterThan(3)
  const point = await cell(6, 3)
  const box = (await lab.page.locator(LARGE).boundingBox())!
  const colour = async () =>
    (await lab.pixels(LARGE)).at(Math.round(point.x - box.x), Math.round(point.y - box.y))
  const unpainted = await colour()
  await tool('paint')
  await part('size').fill('1')
  await stroke([2, 3], [8, 3])
  await eventually(edits).toHaveLength(1)
  const painted = await lab.read('visible')
  const under = Array.from({ length: 7 }, (_, index) => 3 * SIDE + 2 + index)
  expect(painted).toEqual(
    before.map((value, index) => (under.includes(index) ? Math.fround(largest) : value)),
  )
  await eventually(colour).not.toEqual(unpainted)

  await lab.engram('step(7)')
  await lab.engram('reset()')
  expect(await lab.read('visible')).toEqual(painted)
  const linked = scenarioOf(new URL(await lab.engram<string>('link()')).hash)

  await lab.engram('undo()')
  expect(await lab.read('visible')).toEqual(before)
  await lab.engram(`load(${JSON.stringify(linked)})`)
  expect(await lab.read('visible')).toEqual(painted)
})

test('later a stroke changes the state, and Reset takes it away; on a layer that is held it changes the cue', async () => {
  await open(one)
  const start = await lab.read('visible')
  await lab.engram('step(3)')
  await tool('paint')
  await part('size').fill('3')
  const before = await lab.read('visible')
  await lab.page.locator('#hands [data-value=blank]').click()
  await stroke([5, 5], [5, 5])
  const state = await lab.read('visible')
  const changed = state.flatMap((value, index) => (value === before[index] ? [] : [index]))
  expect(changed).toEqual([4, 5, 6].flatMap((line) => [4, 5, 6].map((column) => line * SIDE + column)))
  expect(changed.map((index) => state[index])).toEqual(Array(9).fill(0))
  expect(await edits()).toEqual([])
  await lab.engram('reset()')
  expect(await lab.read('visible')).toEqual(start)

  const patterns = { kind: 'rows' as const, of: 'xi', select: [2] }
  await open({ replicas: 1, stimulus: [{ kind: 'clamp', layer: 'visible', patterns }] })
  await lab.engram('step(3)')
  const held = await lab.read('visible')
  await tool('paint')
  await stroke([1, 1], [1, 1])
  await eventually(edits).toHaveLength(1)
  await lab.engram('step(2)')
  const after = await lab.read('visible')
  expect(after.flatMap((value, index) => (value === held[index] ? [] : [index]))).toHaveLength(9)
  expect(await lab.engram('simulation.tick')).toBe(5)
})

test('in a grid of channels the pointer reads and paints the value that is drawn below it', async () => {
  const lagrangian = { kind: 'linear' } as const
  await open({
    replicas: 1,
    neurons: {
      visible: { size: [4, 6, 6], lagrangian, init: { kind: 'random', distribution: 'normal' } },
      features: { size: [3, 4, 4], lagrangian },
    },
    memories: {
      k: {
        kind: 'convolution',
        from: 'visible',
        to: 'features',
        kernel: [3, 3],
        init: { kind: 'random', count: 3, distribution: 'normal' },
      },
    },
    stimulus: [],
    probes: {},
  })
  // 2 x 2 channels, with a gap after 6 cells.
  const inGrid = (x: number, y: number) => at('visible', [x, y], [13, 13])
  const before = await lab.read('visible')
  const { x, y } = await inGrid(7 + 2, 7 + 4)
  await lab.page.mouse.move(x, y)
  await eventually(() => lab.page.locator('.readout').textContent()).toContain(
    `channel 3, pixel (4, 2), ${String(Number(before[3 * 36 + 4 * 6 + 2]!.toPrecision(5)))}`,
  )
  await tool('paint')
  await part('size').fill('1')
  // From channel 0 to channel 1.
  const [start, end] = [await inGrid(4, 1), await inGrid(7 + 1, 1)]
  await lab.page.mouse.move(start.x, start.y)
  await lab.page.mouse.down()
  await lab.page.mouse.move(end.x, end.y)
  await lab.page.mouse.up()
  const changed = async (): Promise<number[]> =>
    (await lab.read('visible')).flatMap((value, index) => (value === before[index] ? [] : [index]))
  await eventually(changed).toEqual([10, 11, 36 + 6, 36 + 7])
})

test('a stroke on the cue beside the state changes the cue at any tick, and the state at the next Reset', async () => {
  await open(one)
  const start = await lab.read('visible')
  await lab.engram('step(3)')
  const before = await lab.read('visible')
  await tool('paint')
  await part('size').fill('1')
  const box = (await lab.page.locator('#large [data-pane=cue] canvas').boundingBox())!
  await lab.page.mouse.click(box.x + (2.5 / SIDE) * box.width, box.y + (4.5 / SIDE) * box.height)
  const column = 4 * SIDE + 2
  await eventually(edits).toMatchObject([{ op: 'paint', row: 0, columns: [column] }])
  expect(await lab.read('visible')).toEqual(before)
  await lab.engram('reset()')
  const after = await lab.read('visible')
  expect(after.flatMap((value, index) => (value === start[index] ? [] : [index]))).toEqual([column])
})

test('a finger paints', async () => {
  await open(one)
  const { page } = lab
  await page.setViewportSize({ width: 390, height: 844 })
  const touch = await page.context().newCDPSession(page)
  await touch.send('Emulation.setTouchEmulationEnabled', { enabled: true })
  const finger = (type: 'touchStart' | 'touchMove' | 'touchEnd', x = 0, y = 0) =>
    touch.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] })
  const tap = async (x: number, y: number): Promise<void> => {
    await finger('touchStart', x, y)
    await finger('touchEnd')
  }
  const paint = page.locator('#hands [data-value=paint]')
  await paint.scrollIntoViewIfNeeded()
  const button = (await paint.boundingBox())!
  await tap(button.x + button.width / 2, button.y + button.height / 2)
  await eventually(() => paint.getAttribute('aria-pressed')).toBe('true')
  await part('size').fill('3')
  const point = await cell(5, 5)
  await tap(point.x, point.y)
  const painted = () => page.evaluate('engram.scenario.stimulus[0].patterns.edits')
  const columns = [4, 5, 6].flatMap((line) => [4, 5, 6].map((column) => line * SIDE + column))
  await eventually(painted).toMatchObject([{ op: 'paint', row: 0, columns }])

  // A stroke over the cue beside the state, at a tick at which it changes nothing but the cue.
  await page.evaluate('engram.step(3).then(() => engram.simulation.flush())')
  await page.locator('#hands [data-part=size]').fill('1')
  const cue = page.locator('#large [data-pane=cue] canvas')
  await cue.scrollIntoViewIfNeeded()
  const box = (await cue.boundingBox())!
  const over = (column: number) =>
    [box.x + ((column + 0.5) / SIDE) * box.width, box.y + (8.5 / SIDE) * box.height] as const
  await finger('touchStart', ...over(2))
  for (const column of [3, 5, 8]) await finger('touchMove', ...over(column))
  await finger('touchEnd')
  const stroke = Array.from({ length: 7 }, (_, index) => 8 * SIDE + 2 + index)
  await eventually(async () =>
    ((await painted()) as { columns: number[] }[]).flatMap((edit) => edit.columns),
  ).toEqual(expect.arrayContaining([...columns, ...stroke]))
  await touch.send('Emulation.setTouchEmulationEnabled', { enabled: false })
  await page.setViewportSize({ width: 1280, height: 720 })
})

test('a click on a memory makes it the cue of the chosen replica, with shift of all, and the run starts again', async () => {
  await open()
  await lab.engram('step(4)')
  const xi = await lab.read('xi')
  await tool('pick')
  await part('replica').fill('1')
  const point = await firstMemory()
  await lab.page.mouse.click(point.x, point.y)
  await eventually(() => lab.engram('simulation.tick')).toBe(0)
  expect(await cueOf(1)).toEqual(row(xi, 0))
  expect(await part('row').inputValue()).toBe('0')
  await eventually(toast).toContain('Row 0 of "xi" is the cue of replica 1 now')
  const second = await cornerMemory()
  await lab.page.keyboard.down('Shift')
  await lab.page.mouse.click(second.x, second.y)
  await lab.page.keyboard.up('Shift')
  await eventually(() => part('row').inputValue()).not.toBe('0')
  const chosen = Number(await part('row').inputValue())
  await eventually(() => cueOf(0)).toEqual(row(xi, chosen))
  expect(await cueOf(1)).toEqual(row(xi, chosen))
})

test.each([
  ['flip', { op: 'flip', fraction: 0.3 }],
  ['gaussian', { op: 'gaussian', sigma: 0.3 }],
  ['occlude', { op: 'occlude', fraction: 0.3 }],
])('damage by %s is the corrupt of the scenario, with its seed', async (kind, corrupt) => {
  await open({ seed: 5 })
  await panel('cue')
  await part('damage').selectOption(kind)
  await part('amount').fill('0.3')
  await eventually(() => lab.engram('scenario.stimulus[0].patterns.corrupt')).toEqual(corrupt)
  const shown = await lab.read('visible')
  const patterns = { kind: 'rows', of: 'xi', select: [0, 1], corrupt }
  const stimulus = [{ kind: 'initial', layer: 'visible', patterns }] as unknown as ScenarioInput['stimulus']
  await open({ seed: 5, stimulus: stimulus! })
  expect(await lab.read('visible')).toEqual(shown)
})

test('a state is stored in the free row like the others, recalled from half of it, forgotten, and back by undo', async () => {
  await open()
  const state = Array.from({ length: REPLICAS * SIZE }, (_, index) => ((index % 12) * (index % 7)) % 5)
  await lab.engram(`simulation.write('visible', [${state.join()}])`)
  await panel('memory')
  await part('keep').click()
  await eventually(toast).toContain('Stored in row 5 of "xi", with the mean and norm of the others')
  const stored = row(await lab.read('xi'), 5)
  expect(norm(stored)).toBeCloseTo(12, 2)
  // Entries below 10 are kept to four digits, 0.0005 at most.
  expect(Math.abs(mean(stored))).toBeLessThan(5e-4)
  const centred = state.slice(0, SIZE).map((value) => value - mean(state.slice(0, SIZE)))
  expect(cosine(stored, centred)).toBeGreaterThan(0.9999)

  await part('show').click({ modifiers: ['Shift'] })
  await panel('cue')
  await part('damage').selectOption('occlude')
  await part('amount').fill('0.5')
  await eventually(async () => (await cueOf(1)).slice(SIZE / 2).every((value) => value === 0)).toBe(true)
  expect(cosine(await cueOf(1), stored)).toBeLessThan(0.9)
  await lab.engram('step(60)')
  expect(cosine(await cueOf(1), stored)).toBeGreaterThan(0.999)
  await lab.engram('reset()')
  expect(row(await lab.read('xi'), 5)).toEqual(stored)

  await panel('memory')
  await part('row').fill('5')
  await part('forget').click()
  await eventually(async () => norm(row(await lab.read('xi'), 5))).toBe(0)
  await lab.engram('undo()')
  expect(row(await lab.read('xi'), 5)).toEqual(stored)
})

test('a hebbian coupling stores a pattern by adding it to J, and forgets it by taking it away', async () => {
  const N = 40
  const patterns = { kind: 'random' as const, count: 3, distribution: 'binary' as const }
  await open({
    neurons: { visible: { size: N, lagrangian: { kind: 'tanh', gain: 5 } } },
    memories: {},
    synapses: { w: { layer: 'visible', base: { kind: 'hebbian', patterns } } },
    stimulus: [],
    probes: {},
    replicas: 1,
  })
  const before = await lab.read('w')
  const state = Array.from({ length: N }, (_, index) => (index % 3 === 0 ? 0.5 : -0.25))
  await lab.engram('step(2)')
  await lab.engram(`simulation.write('visible', [${state.join()}])`)
  await panel('memory')
  await part('keep').click()
  await eventually(toast).toContain('Stored in the coupling "w" as pattern 3, as signs, like the others')
  const signs = state.map(Math.sign)
  const added = signs.flatMap((a, i) => signs.map((b, j) => (i === j ? 0 : (a * b) / N)))
  const after = await lab.read('w')
  expect(
    largestDifference(
      after,
      before.map((value, index) => value + added[index]!),
    ),
  ).toBeLessThan(1e-6)
  expect(await part('row').inputValue()).toBe('3')
  await part('forget').click()
  await eventually(async () => largestDifference(await lab.read('w'), before)).toBeLessThan(1e-6)
})

test('an image that is given becomes a memory with the mean and norm of the others', async () => {
  await open()
  const data = new Uint8Array(24 * 24).map((_, index) => (index % 24 < 12 ? 250 : 10))
  const give = (images: Readonly<Record<string, Uint8Array>>) =>
    part('files').setInputFiles(
      Object.entries(images).map(([name, bytes]) => ({
        name,
        mimeType: 'image/png',
        buffer: Buffer.from(bytes),
      })),
    )
  const half = encode({ width: 24, height: 24, data, channels: 1, depth: 8 })
  const white = encode({ width: 24, height: 24, data: data.map(() => 255), channels: 1, depth: 8 })
  const before = await lab.read('xi')
  await give({ 'white.png': white })
  await eventually(toast).toBe(
    'Nothing is stored: white.png has one value throughout; give a pattern of several values',
  )
  expect(await lab.read('xi')).toEqual(before)
  await give({ 'broken.png': half.slice(0, 20), 'half.png': half, 'white.png': white })
  await eventually(toast).toContain('Stored in row 5 of "xi"')
  expect(await toast()).toMatch(/Left out: broken.png cannot be read [^.]*; white.png has one value [^.]*\.$/)
  expect(await toast()).not.toContain('replaced')
  const stored = row(await lab.read('xi'), 5)
  expect(norm(stored)).toBeCloseTo(12, 2)
  expect(mean(stored)).toBeCloseTo(0, 4)
  // 144 entries of one size have the norm 12: half of them 1, half of them -1.
  const expected = stored.map((_, index) => (index % SIDE < SIDE / 2 ? 1 : -1))
  expect(largestDifference(stored, expected)).toBeLessThan(1e-3)

  // No row is free any more.
  const full = await lab.read('xi')
  await give({ 'half.png': half })
  await eventually(toast).toMatch(/the least used.* This replaced the memory in row \d\./)
  expect(await lab.read('xi')).not.toEqual(full)
  await lab.page.locator('#toast button', { hasText: 'Undo' }).click()
  await eventually(() => lab.read('xi')).toEqual(full)
})

test('classes choose the cues and the memories', async () => {
  await lab.load('digits')
  await panel('cue')
  const chips = (name: string) => part(name).locator('button')
  const pressed = (name: string) => part(name).locator('[aria-pressed=true]').allTextContents()
  for (const label of [0, 7]) {
    const count = (await pressed('cue-classes')).length
    await chips('cue-classes').nth(label).click()
    await eventually(() => pressed('cue-classes')).toHaveLength(count - 1)
  }
  const select = await lab.engram<number[]>('scenario.stimulus[0].patterns.select')
  expect(select).toHaveLength(100)
  // Ten memories a class, in the order of the classes.
  const classes = select.map((index) => Math.floor(index / 10))
  expect([...new Set(classes)].sort()).toEqual([1, 2, 3, 4, 5, 6, 8, 9])

  await panel('memory')
  await chips('memory-classes').nth(3).click()
  await eventually(() => pressed('memory-classes')).toHaveLength(9)
  const labels = await lab.engram<number[]>('simulation.model.memories[0].init.labels')
  expect(labels).toHaveLength(100)
  expect(labels).not.toContain(3)
})

test('what cannot be is refused in one line: zeros in a binary memory, images without a shape', async () => {
  await open({
    neurons: {
      visible: { size: SIZE, lagrangian: { kind: 'tanh' } },
      hidden: { size: 6, lagrangian: { kind: 'softmax' }, tau: 0 },
    },
    memories: {
      xi: {
        from: 'visible',
        to: 'hidden',
        format: 'binary',
        init: { kind: 'random', distribution: 'binary' },
      },
    },
  })
  await panel('memory')
  await part('row').fill('2')
  await part('forget').click()
  await eventually(toast).toContain('row 2 of "xi" cannot become 0: format "binary"')
  const before = await lab.read('xi')
  await part('files').setInputFiles({
    name: 'dot.png',
    mimeType: 'image/png',
    buffer: Buffer.from(encode({ width: 1, height: 1, data: new Uint8Array(1), channels: 1, depth: 8 })),
  })
  await eventually(toast).toContain(
    'layer "visible" is not an image; set neurons.visible.size to [height, width]',
  )
  await part('row').fill('9')
  await part('replace').click()
  await eventually(toast).toContain('row: give a number from 0 to 5')
  expect(await lab.read('xi')).toEqual(before)
})

test('by keys too Pick takes the memory at the cursor, in pictures of any size, and Paint the cell', async () => {
  await open(one)
  const { keyboard } = lab.page
  const shown = () => lab.engram<number[]>('scenario.stimulus[0].patterns.select')
  const isLarge = () => lab.page.locator('#large [data-name=xi]').count()
  const picture = lab.page.locator('[data-name=xi] canvas')
  const toFirst = async () => {
    for (const key of ['Left', 'Up'])
      for (let presses = 0; presses < 4; presses++) await keyboard.press(`Shift+Arrow${key}`)
  }
  await keyboard.press('m')
  await picture.focus()
  await toFirst()
  await keyboard.press('Shift+ArrowRight')
  await keyboard.press('Enter')
  await eventually(shown).toEqual([1])
  expect(await isLarge()).toBe(0)
  await keyboard.press('Shift+ArrowLeft')
  await keyboard.press('v')
  await keyboard.press('Enter')
  expect([await isLarge(), await shown()]).toEqual([1, [1]])
  await keyboard.press('m')
  await toFirst()
  await keyboard.press('Enter')
  await eventually(shown).toEqual([0])

  await keyboard.press('p')
  await part('size').fill('1')
  await lab.page.locator('[data-name=visible] [data-pane=state] canvas').focus()
  const before = await lab.read('visible')
  await keyboard.press('ArrowRight')
  await keyboard.press('Space')
  await eventually(edits).toHaveLength(1)
  const painted = await lab.read('visible')
  const changed = painted.flatMap((value, index) => (value === before[index] ? [] : [index]))
  expect(changed).toHaveLength(1)
  expect(await lab.engram('playing')).toBe(false)
  await lab.page.locator('#hands [data-value=blank]').click()
  await lab.page.locator('[data-name=visible] [data-pane=state] canvas').focus()
  await keyboard.press('ArrowRight')
  await keyboard.press('Enter')
  await eventually(async () => (await lab.read('visible'))[changed[0]!]).toBe(0)
})
