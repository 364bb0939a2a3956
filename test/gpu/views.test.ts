import { expect, test } from 'vitest'
import { forEachEntry } from '../../src/core/math/sparse.ts'
import { loadModel } from '../../src/core/model/load.ts'
import type { Scenario, ScenarioInput } from '../../src/core/model/schema.ts'
import { createSimulation } from '../../src/core/run/simulation.ts'
import { stopNumbers, stopsOf } from '../../src/app/views/colours.ts'
import { createPainter } from '../../src/app/views/painter.ts'
import { createPainterPipelines } from '../../src/app/views/pipelines.ts'
import { WHOLE } from '../../src/app/views/window.ts'
import { type Sheet, sheetsOf } from '../../src/app/views/sheet.ts'
import { entryAt } from '../../src/app/views/tiling.ts'
import { testDevice } from './device.ts'

type Formats = Extract<Scenario['memories'][string], { readonly kind: 'dense' }>['format']

/** 7 memories of 5 x 6 pixels in 3 replicas, with synapses; neither 30 nor 7 is a multiple of 4. */
function scenario(format: Formats): ScenarioInput {
  const binary = format === 'binary'
  return {
    version: 1,
    time: { dt: 0.1, ticks: 10 },
    neurons: {
      visible: {
        size: [5, 6],
        lagrangian: { kind: 'tanh' },
        init: { kind: 'random', count: 3, distribution: 'normal' },
      },
      hidden: { size: 7, lagrangian: { kind: 'softmax' }, tau: 0 },
    },
    memories: {
      xi: {
        from: 'visible',
        to: 'hidden',
        format,
        scale: binary ? 0.25 : 1,
        init: { kind: 'random', count: 7, distribution: binary ? 'binary' : 'normal' },
      },
    },
    synapses: {
      w: {
        layer: 'visible',
        tau: 2,
        strength: 1,
        base: { kind: 'hebbian', patterns: { kind: 'random', count: 4, distribution: 'normal' } },
      },
    },
    replicas: 3,
  }
}

/** 5 filters of 2 channels over an image of 2 channels, whose hidden layer has 5; a dense memory of the same image. */
const CHANNELS: ScenarioInput = {
  version: 1,
  time: { dt: 0.1, ticks: 10 },
  neurons: {
    visible: {
      size: [2, 5, 6],
      lagrangian: { kind: 'tanh' },
      init: { kind: 'random', count: 3, distribution: 'normal' },
    },
    features: {
      size: [5, 4, 5],
      lagrangian: { kind: 'tanh' },
      init: { kind: 'random', distribution: 'normal' },
    },
    hidden: { size: 7, lagrangian: { kind: 'softmax' }, tau: 0 },
  },
  memories: {
    k: {
      kind: 'convolution',
      from: 'visible',
      to: 'features',
      kernel: [2, 2],
      init: { kind: 'random', count: 5, distribution: 'normal' },
    },
    xi: { from: 'visible', to: 'hidden', init: { kind: 'random', count: 7, distribution: 'normal' } },
  },
  replicas: 3,
}

/** 520 x 770 entries, more than a picture has blocks; the last blocks are cut. */
const SPARSE: ScenarioInput = {
  version: 1,
  time: { dt: 0.1, ticks: 10 },
  neurons: {
    visible: { size: 770, lagrangian: { kind: 'tanh' } },
    hidden: { size: 520, lagrangian: { kind: 'tanh' }, tau: 0 },
  },
  memories: {
    links: {
      kind: 'sparse',
      from: 'visible',
      to: 'hidden',
      init: { kind: 'random-sparse', degree: 30, distribution: 'normal' },
    },
  },
  replicas: 3,
}

interface Painting {
  readonly bindingLimit?: number
  readonly pixels?: number
}

const RANGE = { low: -2, high: 2 }
/** A silent neuron, and a fully active one. */
const FRAMES = ['#000000', '#ffffff']

/** RGBA bytes of a sheet. @param pixels - of a cell, in each direction */
async function paint(shown: ScenarioInput, name: string, { bindingLimit, pixels = 2 }: Painting = {}) {
  const { device } = await testDevice()
  const model = await loadModel(JSON.stringify(shown), {
    read: () => Promise.reject(new Error('there is no file')),
  })
  const limits = bindingLimit === undefined ? device.limits : limited(device.limits, bindingLimit)
  const simulation = await createSimulation(device, model, { limits })
  await simulation.step(3)
  const { data: activations } = await simulation.read('hidden/activations')
  const sheets = sheetsOf(model, simulation.plan)
  const index = sheets.findIndex((one) => one.name === name)
  const sheet = sheets[index] as Sheet
  const painter = await createPainter(
    simulation.engine,
    sheets.map((sheet) => ({ sheet })),
    createPainterPipelines(device, 'rgba8unorm'),
  )
  const width = Math.floor(sheet.width * pixels)
  const height = Math.floor(sheet.height * pixels)
  const stops = stopsOf('light', true)
  painter.look(index, {
    range: RANGE,
    stops,
    frameStops: FRAMES,
    width,
    height,
    window: WHOLE,
    replica: 0,
    brightest: 1,
  })

  const texture = device.createTexture({
    size: [width, height],
    format: 'rgba8unorm',
    usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_SRC,
  })
  const bytesPerRow = Math.ceil((width * 4) / 256) * 256
  const copy = device.createBuffer({
    size: bytesPerRow * height,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  })
  const encoder = device.createCommandEncoder()
  painter.draw(encoder, index, texture.createView())
  encoder.copyTextureToBuffer({ texture }, { buffer: copy, bytesPerRow }, [width, height])
  device.queue.submit([encoder.finish()])
  await copy.mapAsync(GPUMapMode.READ)
  const bytes = new Uint8Array(copy.getMappedRange().slice(0))
  copy.destroy()
  texture.destroy()
  const extents = await painter.measure()
  const { data } = await simulation.read(name)
  const blocks = sheet.blocks.length
  painter.destroy()
  simulation.destroy()
  /** Colour of the middle of a cell. */
  const cell = (column: number, row: number): number[] => {
    const at = Math.floor(row * pixels) * bytesPerRow + Math.floor(column * pixels) * 4
    return Array.from(bytes.subarray(at, at + 4))
  }
  return { model, sheet, cell, data, activations, blocks, extent: extents?.[index]?.extent }
}

function limited(limits: GPUSupportedLimits, bindingLimit: number) {
  const { maxBufferSize, maxComputeWorkgroupsPerDimension, maxStorageBuffersPerShaderStage } = limits
  return {
    maxBufferSize,
    maxComputeWorkgroupsPerDimension,
    maxStorageBuffersPerShaderStage,
    maxStorageBufferBindingSize: bindingLimit,
  }
}

/** The colour map by hand. */
function colourOf(value: number): number[] {
  const numbers = stopNumbers(stopsOf('light', true))
  const at = 8 * Math.min(1, Math.max(0, (value - RANGE.low) / (RANGE.high - RANGE.low)))
  const below = Math.min(7, Math.floor(at))
  return [0, 1, 2, 3].map((channel) => {
    const [a, b] = [numbers[4 * below + channel] as number, numbers[4 * below + 4 + channel] as number]
    return 255 * (a + (b - a) * (at - below))
  })
}

/** The largest difference of a channel between what is painted and the colours of the values. */
function largestError({ sheet, cell, data, activations }: Awaited<ReturnType<typeof paint>>): number {
  let largest = 0
  for (let y = 0; y < sheet.height; y++) {
    for (let x = 0; x < sheet.width; x++) {
      const entry = entryAt(sheet, x, y)
      const expected =
        entry === undefined
          ? surroundings(sheet, x, y, activations)
          : colourOf(data[entry.row * sheet.columns + entry.column] as number)
      cell(x, y).forEach((channel, index) => {
        largest = Math.max(largest, Math.abs(channel - (expected[index] as number)))
      })
    }
  }
  return largest
}

/** The colour of a cell of no entry: a frame from black to white with the activation of its neuron, or nothing. */
function surroundings(sheet: Sheet, x: number, y: number, activations: Float32Array): number[] {
  const pitchX = sheet.tileWidth + 2 * sheet.frameX + sheet.gapX
  const pitchY = sheet.tileHeight + 2 * sheet.frameY + sheet.gapY
  const row = Math.floor(y / pitchY) * sheet.across + Math.floor(x / pitchX)
  const isFrame =
    sheet.frameX > 0 &&
    row < sheet.rows &&
    x % pitchX < pitchX - sheet.gapX &&
    y % pitchY < pitchY - sheet.gapY
  const [insideX, insideY] = [(x % pitchX) - sheet.frameX, (y % pitchY) - sheet.frameY]
  const isTile = insideX >= 0 && insideY >= 0 && insideX < sheet.tileWidth && insideY < sheet.tileHeight
  if (!isFrame || isTile) return [0, 0, 0, 0]
  // The activations of replica 0 come first.
  const grey = 255 * (activations[row] as number)
  return [grey, grey, grey, 255]
}

test.each([
  ['f32', 'visible'],
  ['f32', 'xi'],
  ['f16', 'xi'],
  ['binary', 'xi'],
  ['f32', 'w'],
] as const)('with memories in %s, each cell of `%s` has the colour of its value', async (format, name) => {
  const painted = await paint(scenario(format), name)
  expect(largestError(painted)).toBeLessThan(1.01)
})

test.each(['visible', 'features', 'k', 'xi'])(
  'each channel of `%s` has its place in the tile, and gaps stay blank',
  async (name) => {
    const painted = await paint(CHANNELS, name)
    expect(painted.sheet.tileWidth * painted.sheet.tileHeight).toBeGreaterThan(painted.sheet.columns)
    expect(largestError(painted)).toBeLessThan(1.01)
  },
)

/** A memory whose rows are lines. */
const LINES: ScenarioInput = {
  version: 1,
  time: { dt: 0.1, ticks: 10 },
  neurons: {
    visible: {
      size: 20,
      lagrangian: { kind: 'tanh' },
      init: { kind: 'random', distribution: 'normal' },
    },
    hidden: { size: 60, lagrangian: { kind: 'softmax', beta: 0.1 }, tau: 0 },
  },
  memories: {
    xi: { from: 'visible', to: 'hidden', init: { kind: 'random', count: 60, distribution: 'normal' } },
  },
}

test('rows that are low lines keep the colours of their values between their frames', async () => {
  const painted = await paint(LINES, 'xi', { pixels: 1 })
  expect(painted.sheet).toMatchObject({ tileHeight: 1, tileWidth: 20, frameX: 1, frameY: 0 })
  expect(largestError(painted)).toBeLessThan(1.01)
})

test('a tile of few pixels has no frame: it is as bright as its neuron is active, over the colours of its values', async () => {
  const { sheet, cell, data, activations } = await paint(scenario('f32'), 'xi', { pixels: 0.5 })
  expect(sheet).toMatchObject({ tileHeight: 5, tileWidth: 6, frameX: 1, frameY: 1 })
  let [entries, largest] = [0, 0]
  // The middle of a pixel is the corner of every other cell.
  for (let y = 1; y < sheet.height; y += 2)
    for (let x = 1; x < sheet.width; x += 2) {
      const entry = entryAt(sheet, x, y)
      if (entry !== undefined) entries++
      const glow = entry ? Math.min(1, Math.abs(activations[entry.row]!)) : 0
      const expected = entry
        ? colourOf(data[entry.row * sheet.columns + entry.column]!).map(
            (channel) => channel + glow * (255 - channel),
          )
        : [0, 0, 0, 0]
      cell(x, y).forEach((channel, index) => {
        largest = Math.max(largest, Math.abs(channel - expected[index]!))
      })
    }
  expect(entries).toBeGreaterThan(40)
  expect(largest).toBeLessThan(1.01)
})

test.each(['xi', 'w'] as const)('a matrix that is split into blocks is drawn whole: `%s`', async (name) => {
  const painted = await paint(scenario('f32'), name, { bindingLimit: 512 })
  expect(painted.blocks).toBeGreaterThan(1)
  expect(largestError(painted)).toBeLessThan(1.01)
})

test('entries of a sparse memory are counted in blocks, each a cell', async () => {
  const painted = await paint(SPARSE, 'links')
  const { sheet, extent, model } = painted
  const { rows, columns } = sheet
  expect([rows, columns]).toEqual([174, 193])
  const data = new Float32Array(rows * columns)
  forEachEntry(model.memories[0]!.init.pattern!, (_, row, column) => {
    data[Math.floor(row / 3) * columns + Math.floor(column / 4)]! += 1
  })
  expect(largestError({ ...painted, data })).toBeLessThan(1.01)
  expect(extent).toEqual({ low: 0, high: Math.max(...data) })
  expect(extent!.high).toBeGreaterThan(1)
})

test.each(['f32', 'f16', 'binary'] as const)(
  'the range of `xi` in %s is measured over what is stored and no padding',
  async (format) => {
    const { extent, data } = await paint(scenario(format), 'xi')
    expect(extent).toEqual({ low: -Math.min(...data), high: Math.max(...data) })
  },
)
