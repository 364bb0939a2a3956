import fc from 'fast-check'
import { deflateSync } from 'node:zlib'
import { PNG } from 'pngjs'
import { describe, expect, it } from 'vitest'
import { crc32 } from '../../../src/core/data/crc32.ts'
import { decodePng } from '../../../src/core/data/image.ts'

const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5) as number)

function chunk(type: string, content: Uint8Array | readonly number[]): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), Uint8Array.from(content)])
  const bytes = Buffer.alloc(body.length + 8)
  bytes.writeUInt32BE(body.length - 4, 0)
  body.copy(bytes, 4)
  bytes.writeUInt32BE(crc32(body), body.length + 4)
  return bytes
}

interface Options {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly colour: number
  readonly interlaced?: boolean
  readonly key?: boolean
}

const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const

/** A PNG of the given bytes of pixels, drawn from a list that repeats, with all filters in turn. */
function png({ width, height, depth, colour, interlaced, key }: Options, noise: readonly number[]): Buffer {
  const samples = [1, 0, 3, 1, 2, 0, 4][colour] as number
  let drawn = 0
  const draw = () => noise[drawn++ % noise.length] as number
  const raw: number[] = []
  for (const [left, top, across, down] of interlaced ? PASSES : [[0, 0, 1, 1] as const]) {
    const columns = Math.ceil((width - left) / across)
    const rows = Math.ceil((height - top) / down)
    if (columns <= 0) continue
    for (let row = 0; row < rows; row++) {
      raw.push(row % 5)
      for (let byte = 0; byte < Math.ceil((columns * samples * depth) / 8); byte++) raw.push(draw())
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([depth, colour, 0, 0, interlaced ? 1 : 0], 8)
  const palette = Array.from({ length: 3 * 2 ** Math.min(8, depth) }, draw)
  const transparent = {
    0: [0, 2 ** Math.min(8, depth) - 1],
    2: Array.from({ length: 6 }, (_, index) => (depth === 8 && index % 2 === 0 ? 0 : draw())),
    3: Array.from({ length: 2 }, draw),
  }[colour]
  const compressed = deflateSync(Uint8Array.from(raw))
  const half = compressed.length >> 1
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    // A palette may stand in a true-colour image, as a suggestion.
    ...(colour === 3 || colour === 2 ? [chunk('PLTE', palette)] : []),
    ...(key && transparent !== undefined ? [chunk('tRNS', transparent)] : []),
    chunk('IDAT', compressed.subarray(0, half)),
    chunk('IDAT', compressed.subarray(half)),
    chunk('IEND', []),
  ])
}

/** Luminance on black by pngjs. */
function reference(bytes: Buffer, most: number): number[] {
  // The types leave out `skipRescale`, which keeps samples of 16 bits.
  const options = { skipRescale: true } as Parameters<typeof PNG.sync.read>[1]
  const { data, width, height } = PNG.sync.read(bytes, options)
  return Array.from({ length: width * height }, (_, pixel) => {
    const [red = 0, green = 0, blue = 0, opacity = 0] = data.subarray(4 * pixel, 4 * pixel + 4)
    return ((0.299 * red + 0.587 * green + 0.114 * blue) / most) * (opacity / most)
  })
}

const formats = [
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [3, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
] as const
const matrix = formats.flatMap(([colour, depths]) =>
  depths.flatMap((depth) =>
    [false, true].flatMap((interlaced) => [false, true].map((key) => ({ colour, depth, interlaced, key }))),
  ),
)

describe('PNG of any size, with every filter', () => {
  it.each(matrix)(
    'is read as pngjs reads it: colour type $colour, $depth bits, interlaced $interlaced, tRNS $key',
    (format) => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 19 }),
          fc.integer({ min: 1, max: 19 }),
          fc.array(fc.nat(255), { minLength: 7, maxLength: 97 }),
          (width, height, noise) => {
            const bytes = png({ ...format, width, height }, noise)
            const most = format.colour === 3 ? 255 : 2 ** format.depth - 1
            expect([...decodePng(bytes).data]).toEqual(near(reference(bytes, most)))
          },
        ),
        { numRuns: 25 },
      )
    },
  )
})
