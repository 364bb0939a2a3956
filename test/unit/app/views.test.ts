import { expect, test, vi } from 'vitest'
import { planNetwork } from '../../../src/core/plan/plan.ts'
import { blockText, countAt, densityOf } from '../../../src/app/views/density.ts'
import { nextEntry } from '../../../src/app/views/cursor.ts'
import { createDrawing } from '../../../src/app/views/drawing.ts'
import { nextRange, roundUpNicely } from '../../../src/app/views/range.ts'
import { type Sheet, placeOf, sheetsOf } from '../../../src/app/views/sheet.ts'
import { createSight } from '../../../src/app/views/sight.ts'
import { cellOf, entryAt } from '../../../src/app/views/tiling.ts'
import { sparseSynapses } from '../../couplings.ts'
import { type Parts, buildModel, zeroRows } from '../../build.ts'

const LIMITS = {
  maxStorageBufferBindingSize: 2 ** 27,
  maxBufferSize: 2 ** 28,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 10,
}

function sheets(parts: Parts): Sheet[] {
  const model = buildModel(parts)
  return sheetsOf(model, planNetwork(model, LIMITS))
}

function digits(replicas: number): Parts {
  return {
    layers: [
      { name: 'visible', size: 784, shape: [28, 28], lagrangian: { kind: 'linear', gain: 1 } },
      { name: 'hidden', size: 100, lagrangian: { kind: 'softmax', beta: 1 }, tau: 0 },
    ],
    memories: [{ name: 'xi', from: 'visible', to: 'hidden', init: zeroRows(100, 784) }],
    replicas,
  }
}

test('binary neurons are drawn by their activation, others that move by their state', () => {
  const layers = [
    { name: 'spins', size: 4, lagrangian: { kind: 'sign' } as const },
    { name: 'rates', size: 4, lagrangian: { kind: 'tanh', gain: 1 } as const },
  ]
  expect(sheets({ layers }).map(({ note, array }) => [note, array])).toEqual([
    ['activation · 4', 'spins/activations'],
    ['state · 4', 'rates'],
  ])
})

test('100 replicas and 100 memories of images are mosaics of 10 x 10 images', () => {
  const [visible, hidden, xi] = sheets(digits(100))
  expect(visible).toMatchObject({ tileHeight: 28, tileWidth: 28, across: 10, width: 298, height: 298 })
  // A frame of 2 cells around each memory, and a gap of 1.
  expect(xi).toMatchObject({ across: 10, frameX: 2, frameY: 2, gapX: 1, width: 329, height: 329 })
  expect(visible?.isMain).toBe(true)
  expect(hidden).toMatchObject({ note: 'activation · 100 · 100 replicas', width: 100, height: 100 })
})

test('a layer without an image becomes a grid without ragged lines where its size allows one', () => {
  const grid = (size: number): number[] => {
    const [sheet] = sheets({ layers: [{ name: 'x', size, lagrangian: { kind: 'linear', gain: 1 } }] })
    return [sheet?.height ?? 0, sheet?.width ?? 0]
  }
  expect(grid(1)).toEqual([1, 1])
  expect(grid(50)).toEqual([5, 10])
  expect(grid(1000)).toEqual([25, 40])
  // A prime has none, and what 34 has is a strip.
  expect(grid(101)).toEqual([10, 11])
  expect(grid(34)).toEqual([5, 7])
})

test('replicas of a few neurons are apart, those of more are the lines of a matrix', () => {
  const layout = (size: number) =>
    sheets({ layers: [{ name: 'x', size, lagrangian: { kind: 'linear', gain: 1 } }], replicas: 100 })[0]
  // 10 x 10 squares.
  expect(layout(1)?.note).toBe('state · 1 neuron · 100 replicas')
  expect(layout(1)).toMatchObject({ across: 10, gapX: 1, gapY: 1, width: 19, height: 19 })
  expect(layout(7)).toMatchObject({ tileHeight: 1, gapY: 1 })
  expect(layout(8)).toMatchObject({ tileHeight: 1, gapX: 1, gapY: 0 })
})

test('mosaics are about square, rather wide than high', () => {
  const layout = (rows: number, shape: readonly [number, number]): number[] => {
    const size = shape[0] * shape[1]
    const layers = [{ name: 'x', size, shape, lagrangian: { kind: 'linear', gain: 1 } as const }]
    const [sheet] = sheets({ layers, replicas: rows })
    return [sheet?.across ?? 0, sheet?.width ?? 0, sheet?.height ?? 0]
  }
  expect(layout(50, [28, 28])).toEqual([8, 238, 208])
  expect(layout(4, [5, 10])).toEqual([2, 21, 11])
  expect(layout(3, [4, 4])).toEqual([2, 9, 9])
})

test('a cell belongs to the entry that is drawn there, and gaps to none', () => {
  const [visible] = sheets(digits(99)) as [Sheet]
  expect(entryAt(visible, 0, 0)).toEqual({ row: 0, column: 0 })
  expect(entryAt(visible, 27, 1)).toEqual({ row: 0, column: 55 })
  // Tiles lie 28 cells and a gap of 2 apart.
  expect(entryAt(visible, 28, 0)).toBeUndefined()
  expect(entryAt(visible, 0, 29)).toBeUndefined()
  expect(entryAt(visible, 31, 60)).toEqual({ row: 21, column: 1 })
  expect(entryAt(visible, 297, 0)).toEqual({ row: 9, column: 27 })
  // Outside, and where a 100th tile would be.
  for (const [x, y] of [
    [-1, 0],
    [0, -1],
    [300, 0],
    [297, 297],
  ] as const)
    expect(entryAt(visible, x, y)).toBeUndefined()
})

test('what learns is the main picture', () => {
  const parts = digits(1)
  const memories = parts.memories?.map((memory) => ({ ...memory, rule: 'gated' as const, tau: 10 })) ?? []
  expect(sheets({ ...parts, memories }).filter(({ isMain }) => isMain)).toMatchObject([{ name: 'xi' }])
})

/** A convolution: an image of 2 channels, and 12 features. */
function convolution(): [Sheet, Sheet, Sheet] {
  const geometry = {
    image: [2, 5, 6],
    features: [12, 4, 5],
    kernel: [2, 2],
    stride: 1,
    boundary: 'valid',
  } as const
  const lagrangian = { kind: 'linear', gain: 1 } as const
  return sheets({
    layers: [
      { name: 'image', size: 60, shape: [2, 5, 6], lagrangian },
      { name: 'features', size: 240, shape: [12, 4, 5], lagrangian },
    ],
    memories: [
      { name: 'k', kind: 'convolution', geometry, from: 'image', to: 'features', init: zeroRows(12, 8) },
    ],
    replicas: 2,
  }) as [Sheet, Sheet, Sheet]
}

test('channels are a grid that is about square, with a gap that is thinner than between tiles', () => {
  const [image, features, k] = convolution()
  // 4 x 3 channels of 4 x 5 entries.
  expect(features).toMatchObject({ channelsAcross: 3, tileHeight: 19, tileWidth: 17, across: 2, gapX: 3 })
  // One channel above the other would be 11 x 6.
  expect(image).toMatchObject({ channelsAcross: 1, tileHeight: 11, tileWidth: 6, across: 2, gapX: 2 })
  // Filters are the images that they cover, and have no frames.
  expect(k).toMatchObject({ rows: 12, channelsAcross: 2, tileHeight: 2, tileWidth: 5, frameX: 0 })
  expect(k.frames).toBeUndefined()
  expect([image.note, k.note]).toEqual(['state · 2 × 5 × 6 · 2 replicas', 'memories · 12 rows of 2 × 2 × 2'])
})

test('a cell of a grid of channels belongs to the entry that is drawn there, and is named by its channel', () => {
  const [image, features, k] = convolution()
  // Channels of 4 x 5 lie 5 and 6 cells apart; the second replica begins after 17 cells and a gap of 3.
  const found = entryAt(features, 20 + 6 + 2, 5 + 3)
  expect(found).toEqual({ row: 1, column: 4 * 20 + 3 * 5 + 2 })
  expect(placeOf(features, found!)).toBe('replica 1, channel 4, pixel (3, 2)')
  expect(placeOf(k, { row: 7, column: 5 })).toBe('row 7, channel 1, pixel (0, 1)')
  for (const [x, y] of [
    [5, 0],
    [0, 4],
    [11, 9],
    [17, 0],
  ] as const)
    expect(entryAt(features, x, y)).toBeUndefined()
  for (const sheet of [image, features, k])
    for (let row = 0; row < sheet.rows; row++)
      for (let column = 0; column < sheet.columns; column++) {
        const { x, y } = cellOf(sheet, { row, column })
        expect(entryAt(sheet, x, y)).toEqual({ row, column })
      }
})

test('the arrow keys go from a channel to the next one, over the gap', () => {
  const [, features] = convolution()
  expect(nextEntry(features, { row: 0, column: 4 }, 1, 0)).toEqual({ row: 0, column: 20 })
  expect(nextEntry(features, { row: 0, column: 15 }, 0, 1)).toEqual({ row: 0, column: 60 })
  expect(nextEntry(features, { row: 0, column: 44 }, 1, 0)).toEqual({ row: 1, column: 0 })
})

test('thousands of replicas have a tile each', () => {
  const [visible] = sheets(digits(5000)) as [Sheet]
  expect(visible).toMatchObject({ rows: 5000, across: 71, note: 'state · 28 × 28 · 5000 replicas' })
})

test('a range is the smallest round number that holds the values', () => {
  expect([0.9, 1, 1.01, 1.7, 41, 7e-5].map(roundUpNicely)).toEqual([1, 1, 1.2, 2, 50, 8e-5])
  expect(roundUpNicely(0)).toBe(1)
})

test('a range grows at once, holds still under small changes and shrinks when it is far too wide', () => {
  const first = nextRange(undefined, 0, 1.7)
  expect(first).toEqual({ low: 0, high: 2 })
  expect(nextRange(first, 0, 2.2)).toEqual({ low: 0, high: 2.5 })
  expect(nextRange(first, 0, 1.3)).toEqual(first)
  expect(nextRange(first, 0, 1)).toEqual({ low: 0, high: 1 })
})

test('a state of zeros has a range with two ends, and takes none away', () => {
  expect(nextRange(undefined, 0, 0)).toEqual({ low: 0, high: 1 })
  expect(nextRange({ low: -4, high: 4 }, 0, 0)).toEqual({ low: -4, high: 4 })
})

test('once a value has been negative the range stays symmetric, so that the colour of 0 does not move', () => {
  const signed = nextRange({ low: 0, high: 2 }, 0.1, 1.7)
  expect(signed).toEqual({ low: -2, high: 2 })
  expect(nextRange(signed, 0, 1.7)).toEqual(signed)
})

test('blocks of a sparse matrix count its entries, the cut ones at its ends too', () => {
  // Row 0: columns 0 and 6; row 1: none; row 2: 2, 3, 6.
  const pattern = {
    rows: 3,
    columns: 7,
    indices: Uint32Array.of(0, 6, 2, 3, 6),
    indptr: Uint32Array.of(0, 2, 2, 5),
  }
  const density = densityOf(pattern, 2)
  const counts = [0, 1].map((row) => [0, 1].map((column) => countAt(density, { row, column })))
  expect(counts).toEqual([
    [1, 1],
    [2, 1],
  ])
  expect([0, 1].map((at) => blockText(density, { row: at, column: at }))).toEqual([
    'rows 0 to 1, columns 0 to 3',
    'row 2, columns 4 to 6',
  ])
  const whole = densityOf(pattern)
  expect([
    whole.rows,
    whole.columns,
    countAt(whole, { row: 2, column: 3 }),
    countAt(whole, { row: 1, column: 3 }),
  ]).toEqual([3, 7, 1, 0])
})

test('synapses of entries alone are drawn by where the entries are', () => {
  const model = sparseSynapses(1)
  const drawn = sheetsOf(model, planNetwork(model, LIMITS)).find(({ name }) => name === 'k')
  expect(drawn).toMatchObject({ kind: 'density', note: '16 entries of W, fixed · 6 × 6' })
})

test('a hundred thousand rows and columns become as many blocks as a picture has pixels', () => {
  const [rows, degree] = [1e5, 15]
  const indices = Uint32Array.from({ length: rows * degree }, (_, entry) => (entry * 6151) % rows)
  const indptr = Uint32Array.from({ length: rows + 1 }, (_, row) => row * degree)
  const density = densityOf({ rows, columns: rows, indices, indptr })
  expect([density.rows, density.columns, density.block]).toEqual([256, 256, [391, 391]])
  expect(density.counts.reduce((sum, count) => sum + count, 0)).toBe(rows * degree)
})

test('the sight of a picture moves with the cursor, zooms about it, and tells only of what has changed', () => {
  const [sheet] = sheets({ layers: [{ name: 'x', size: 400, lagrangian: { kind: 'linear', gain: 1 } }] })
  let changes = 0
  const sight = createSight(sheet as Sheet, () => changes++)
  expect(sight.step(1, 0)).toEqual({ row: 0, column: 210 })
  expect([changes, sight.cursor]).toEqual([0, undefined])
  sight.zoom(2)
  expect(sight.window).toEqual({ zoom: 2, left: 5, top: 5 })
  sight.mark({ row: 0, column: 0 })
  expect(sight.partOf({ row: 0, column: 0 })).toEqual({ x: -0.5, y: -0.5, width: 0.1, height: 0.1 })
  // The cursor is out of sight, and what is seen follows it.
  expect(sight.step(1, 0)).toEqual({ row: 0, column: 1 })
  expect(sight.window.left).toBe(0)
  expect(sight.entryUnder({ x: 0.15, y: 0.05 })).toEqual({ row: 0, column: 1 })
  expect(sight.step(-1, 0)).toBeUndefined()
  const before = changes
  expect(sight.pan({ x: -1, y: 0 })).toBe(false)
  expect(changes).toBe(before)
  expect(sight.pan({ x: 0.5, y: 0 })).toBe(true)
  sight.see(undefined)
  expect([sight.window.zoom, changes]).toEqual([1, before + 2])
})

test('a paused state is drawn in its own range, however soon after another it was measured', async () => {
  vi.useFakeTimers()
  vi.stubGlobal('performance', { now: Date.now, mark: () => undefined })
  let value = 0
  let range = 0
  let shown = { value, range }
  let isAsked = false
  const device = {
    features: new Set(),
    createCommandEncoder: () => ({ finish: () => undefined }),
    queue: { submit: () => undefined },
  }
  const picture = {
    sheet: { array: 'visible' },
    companions: [],
    place: () => undefined,
    paint: () => void (shown = { value, range }),
    adopt: ([found]: readonly [number]) => range !== (range = found),
  }
  const drawing = createDrawing(
    { engine: { device }, plan: { derived: [] }, ensure: () => undefined, tick: 0 } as never,
    { measure: () => Promise.resolve([value]) } as never,
    [picture] as never,
    () => (isAsked = true),
  )
  /** Frames every 16 ms, which draw if something has changed. */
  const frames = async (milliseconds: number): Promise<number> => {
    let drawn = 0
    for (let time = 0; time < milliseconds; time += 16) {
      await vi.advanceTimersByTimeAsync(16)
      if (!isAsked) continue
      isAsked = false
      drawing.drawAll(Date.now())
      drawn++
    }
    return drawn
  }
  try {
    for (const [next, wait] of [
      [1, 1000],
      [2, 30],
      [3, 90],
      [4, 1000],
    ] as const) {
      value = next
      isAsked = true
      await frames(wait)
    }
    expect(shown).toEqual({ value: 4, range: 4 })
    expect(await frames(1000), 'a state that rests is not drawn again').toBe(0)
  } finally {
    drawing.destroy()
    vi.unstubAllGlobals()
    vi.useRealTimers()
  }
})
