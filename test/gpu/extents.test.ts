import { expect, test } from 'vitest'
import { createPainter } from '../../src/app/views/painter.ts'
import { createPainterPipelines } from '../../src/app/views/pipelines.ts'
import { nextRange } from '../../src/app/views/range.ts'
import { stopNumbers, stopsOf } from '../../src/app/views/colours.ts'
import type { Sheet } from '../../src/app/views/sheet.ts'
import { mosaicOf, tileOf } from '../../src/app/views/tiling.ts'
import { WHOLE } from '../../src/app/views/window.ts'
import type { Engine } from '../../src/core/gpu/engine.ts'
import { testDevice } from './device.ts'

/** Columns about a workgroup of 64 and its quads, and those of networks that were drawn white. */
const SIZES = [1, 3, 63, 64, 65, 255, 256, 257, 300, 400, 512]

const LARGEST = Math.fround(3.4028234e38)

/** What stands in entry k of n. */
const VALUES: Readonly<Record<string, (k: number, n: number) => number>> = {
  'all zero': () => 0,
  'all -0': () => -0,
  'zeros of both signs': (k) => (k % 2 === 0 ? 0 : -0),
  'all positive': (k) => 0.5 + (k % 7),
  'all negative': (k) => -0.5 - (k % 7),
  mixed: (k) => (k % 5) - 1.5,
  'mixed with zeros': (k) => (k % 3) - 1,
  'one positive in -0': (k, n) => (k === n - 1 ? 0.25 : -0),
  'one negative in 0': (k, n) => (k === n - 1 ? -0.25 : 0),
  'with NaN and infinity': (k) => [NaN, Infinity, -Infinity, 0.75, -0.125][k % 5]!,
  'nothing finite': (k) => [NaN, Infinity, -Infinity][k % 3]!,
  tiny: (k) => (k % 2 === 0 ? 1 : -2) * 2 ** -125,
  huge: (k) => (k % 2 === 0 ? LARGEST : -LARGEST / 2),
  'huge and negative': (k) => (k % 2 === 0 ? -LARGEST : -1),
}

/** Extent and picture of values, each row a line of cells and each cell a pixel. */
async function seen(values: Float32Array<ArrayBuffer>, rows: number, columns: number) {
  const { device } = await testDevice()
  const made: GPUBuffer[] = []
  const buffer = (data: Float32Array<ArrayBuffer>): GPUBuffer => {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST
    const one = device.createBuffer({ size: Math.max(16, data.byteLength), usage })
    device.queue.writeBuffer(one, 0, data)
    made.push(one)
    return one
  }
  const stride = Math.ceil(columns / 4) * 4
  // What lies between the rows must not be measured.
  const padded = new Float32Array(rows * stride).fill(9)
  for (let row = 0; row < rows; row++)
    padded.set(values.subarray(row * columns, (row + 1) * columns), row * stride)
  const buffers: Readonly<Record<string, GPUBuffer>> = {
    data: buffer(padded),
    none: buffer(new Float32Array(4)),
  }
  const engine = { device, buffer: (name: string) => buffers[name]! } as unknown as Engine
  const sheet: Sheet = {
    ...{ name: 'w', kind: 'synapses', note: '', isMain: true, rows, copies: 1, columns, shape: [columns] },
    ...{ stride, format: 'f32', scale: 1, blocks: [{ buffer: 'data', start: 0, count: rows }] },
    ...{ array: 'w', ...mosaicOf(rows, tileOf(1, columns), { across: 1 }) },
  }
  const painter = await createPainter(engine, [{ sheet }], createPainterPipelines(device, 'rgba8unorm'))
  const extent = (await painter.measure())![0]!.extent
  const range = nextRange(undefined, extent.low, extent.high)
  const stops = stopsOf('light', range.low < 0)
  const look = { range, stops, frameStops: ['#000000', '#ffffff'], window: WHOLE, replica: 0, brightest: 1 }
  painter.look(0, { ...look, width: columns, height: rows })
  const texture = device.createTexture({
    size: [columns, rows],
    format: 'rgba8unorm',
    usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_SRC,
  })
  const bytesPerRow = Math.ceil((columns * 4) / 256) * 256
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST
  const copy = device.createBuffer({ size: bytesPerRow * rows, usage })
  const encoder = device.createCommandEncoder()
  painter.draw(encoder, 0, texture.createView())
  encoder.copyTextureToBuffer({ texture }, { buffer: copy, bytesPerRow }, [columns, rows])
  device.queue.submit([encoder.finish()])
  await copy.mapAsync(GPUMapMode.READ)
  const bytes = new Uint8Array(copy.getMappedRange().slice(0))
  for (const one of [...made, copy, texture]) one.destroy()
  painter.destroy()
  const pixel = (row: number, column: number): number[] =>
    Array.from(bytes.subarray(row * bytesPerRow + column * 4, row * bytesPerRow + column * 4 + 3))
  return { extent, range, stops, pixel }
}

test.each(Object.keys(VALUES).flatMap((name) => SIZES.map((size) => [name, size] as const)))(
  '%s in %i columns: the extent is that of the finite values, and each has its colour',
  async (name, columns) => {
    const rows = 3
    const values = Float32Array.from({ length: rows * columns }, (_, k) => VALUES[name]!(k, rows * columns))
    const { extent, range, stops, pixel } = await seen(values, rows, columns)
    const finite = [...values].filter(Number.isFinite)
    expect(extent).toEqual({ low: -Math.min(0, ...finite) + 0, high: Math.max(0, ...finite) })
    const numbers = stopNumbers(stops)
    const limit = Math.max(-range.low, range.high)
    const first = range.low < 0 ? -limit : 0
    values.forEach((value, k) => {
      const at = 8 * Math.min(1, Math.max(0, (value / limit - first / limit) / (1 - first / limit)))
      const below = Math.min(7, Math.floor(at))
      const expected = [0, 1, 2].map((channel) => {
        const [a, b] = [numbers[4 * below + channel]!, numbers[4 * below + 4 + channel]!]
        return Number.isFinite(value) ? 255 * (a + (b - a) * (at - below)) : channel === 1 ? 0 : 255
      })
      pixel(Math.floor(k / columns), k % columns).forEach((channel, index) => {
        if (Math.abs(channel - expected[index]!) > 1.01)
          expect.fail(`entry ${k}, ${value}: channel ${index} is ${channel}, not ${expected[index]}`)
      })
    })
  },
)
