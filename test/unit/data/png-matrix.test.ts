/** PNG of every colour type, depth, interlacing and transparency, against another decoder. */
import { deflateSync } from 'node:zlib'
import { PNG } from 'pngjs'
import { expect, test } from 'vitest'
import { crc32 } from '../../../src/core/data/crc32.ts'
import { decodePng } from '../../../src/core/data/image.ts'
import { ModelError } from '../../../src/core/errors.ts'

const [WIDTH, HEIGHT] = [11, 9]
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

interface Kind {
  readonly type: number
  readonly depth: number
  readonly interlaced: boolean
  readonly keyed: boolean
  /** With a palette that an image of colours only suggests. */
  readonly suggests?: boolean
}

const KINDS: readonly Kind[] = [
  ...[1, 2, 4, 8, 16].map((depth) => [0, depth] as const),
  ...[8, 16].flatMap((depth) => [2, 4, 6].map((type) => [type, depth] as const)),
  ...[1, 2, 4, 8].map((depth) => [3, depth] as const),
].flatMap(([type, depth]) =>
  [false, true].flatMap((interlaced) =>
    // With an alpha channel there is no tRNS.
    (type === 4 || type === 6 ? [false] : [false, true]).map((keyed) => ({ type, depth, interlaced, keyed })),
  ),
)

function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** The sample of a channel of a pixel; some pixels have the colour of the key. */
function sample({ depth }: Kind, x: number, y: number, channel: number): number {
  const most = 2 ** depth - 1
  return (x + y) % 3 === 0 ? most : (x * 7919 + y * 104729 + channel * 15485863) % (most + 1)
}

/** The pixels of one pass, packed line by line, without filter. */
function pass(kind: Kind, xs: readonly number[], ys: readonly number[]): Buffer {
  const channels = CHANNELS[kind.type] as number
  const lines = ys.map((y) => {
    const bits = xs.flatMap((x) =>
      Array.from({ length: channels }, (_, c) => sample(kind, x, y, c).toString(2).padStart(kind.depth, '0')),
    )
    const text = bits.join('')
    const bytes = text.padEnd(Math.ceil(text.length / 8) * 8, '0').match(/.{8}/g) ?? []
    return Buffer.from([0, ...bytes.map((byte) => parseInt(byte, 2))])
  })
  return xs.length === 0 ? Buffer.alloc(0) : Buffer.concat(lines)
}

function png(kind: Kind): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(WIDTH)
  header.writeUInt32BE(HEIGHT, 4)
  header.set([kind.depth, kind.type, 0, 0, kind.interlaced ? 1 : 0], 8)
  const every = (length: number, from: number, step: number): number[] =>
    Array.from({ length }, (_, at) => at).filter((at) => at >= from && (at - from) % step === 0)
  // Adam7: first column and row of each pass, and its steps.
  const passes = kind.interlaced
    ? [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]] // prettier-ignore
    : [[0, 0, 1, 1]]
  const data = passes.map(([x = 0, y = 0, dx = 1, dy = 1]) =>
    pass(kind, every(WIDTH, x, dx), every(HEIGHT, y, dy)),
  )
  const colours = 2 ** Math.min(8, kind.depth)
  const palette = Buffer.from(Array.from({ length: 3 * colours }, (_, k) => (k * 97 + 13) % 256))
  const channels = CHANNELS[kind.type] as number
  const key = Buffer.alloc(2 * channels)
  for (let c = 0; c < channels; c++) key.writeUInt16BE(2 ** kind.depth - 1, 2 * c)
  const alphas = Buffer.from(Array.from({ length: colours }, (_, k) => (k * 61) % 256))
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
    chunk('IHDR', header),
    ...(kind.type === 3 || kind.suggests === true ? [chunk('PLTE', palette)] : []),
    ...(kind.keyed ? [chunk('tRNS', kind.type === 3 ? alphas : key)] : []),
    chunk('IDAT', deflateSync(Buffer.concat(data))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

test.each([...KINDS, { type: 2, depth: 8, interlaced: false, keyed: true, suggests: true }])(
  'colour type $type of $depth bits, interlaced $interlaced, transparent $keyed',
  (kind) => {
    const bytes = png(kind)
    // 8 bits a sample, red, green, blue, alpha.
    const { data } = PNG.sync.read(bytes)
    const image = decodePng(bytes)
    expect([image.width, image.height]).toEqual([WIDTH, HEIGHT])
    for (let pixel = 0; pixel < WIDTH * HEIGHT; pixel++) {
      const [r = 0, g = 0, b = 0, a = 0] = data.subarray(4 * pixel, 4 * pixel + 4)
      const light = (0.299 * r + 0.587 * g + 0.114 * b) * (a / 255)
      // The other decoder rounds 16 bits to 8.
      const bound = kind.depth === 16 ? 2 : 1e-3
      expect(Math.abs((image.data[pixel] as number) * 255 - light), `pixel ${pixel}`).toBeLessThan(bound)
    }
  },
)

test.each([
  ['a JPEG image', [0xff, 0xd8, 0xff, 0xe0]],
  ['a GIF image', [0x47, 0x49, 0x46, 0x38, 0x39, 0x61]],
  ['an SVG drawing or other text', [0x3c, 0x73, 0x76, 0x67]],
])('%s is named for what it is', (name, start) => {
  expect(() => decodePng(Uint8Array.from([...start, ...new Uint8Array(40)]))).toThrow(
    `is ${name}; save it as PNG`,
  )
})

test('an image beyond any memory is refused by its header', () => {
  const bytes = png({ type: 0, depth: 8, interlaced: false, keyed: false })
  bytes.writeUInt32BE(32000, 16)
  bytes.writeUInt32BE(32000, 20)
  expect(() => decodePng(bytes)).toThrow('has 32000 x 32000 pixels, 67108864 at most are read')
})

test('no more is unpacked than the pixels need', () => {
  const kind = { type: 0, depth: 8, interlaced: false, keyed: false }
  const header = png(kind).subarray(0, 33)
  const bomb = chunk('IDAT', deflateSync(new Uint8Array(2 ** 24)))
  const bytes = Buffer.concat([header, bomb, chunk('IEND', Buffer.alloc(0))])
  expect(() => decodePng(bytes)).toThrow(
    `not a readable PNG image (it holds more pixels than its header says, which take ${(WIDTH + 1) * HEIGHT} bytes`,
  )
})

test('a second header is refused, whatever it says', () => {
  const bytes = png({ type: 0, depth: 8, interlaced: false, keyed: false })
  const twice = Buffer.concat([bytes.subarray(0, 33), bytes.subarray(8, 33), bytes.subarray(33)])
  expect(() => decodePng(twice)).toThrow('not a readable PNG image (it has two headers)')
})

test('a turned bit is never read as other pixels', () => {
  const bytes = png({ type: 3, depth: 2, interlaced: true, keyed: true })
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const turned = Buffer.from(bytes)
    turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7))
    expect(() => decodePng(turned), `bit ${bit}`).toThrow(ModelError)
  }
})

test('the checksum of the test is that of the standard', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926)
})
