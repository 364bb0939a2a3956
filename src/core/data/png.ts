/**
 * Reads PNG: every colour type, depth, filter and interlacing, and the colour that tRNS makes transparent. (fast-png spreads
 * small depths wrongly when they are interlaced, and unpacks whatever an image holds behind its pixels.)
 * @see https://www.w3.org/TR/png-3/
 */
import { ModelError } from '../errors.ts'
import { crc32 } from './crc32.ts'
import { inflate } from './inflate.ts'

/** Most pixels of an image, 2^26: 8192 x 8192. */
const MOST_PIXELS = 2 ** 26

export interface Png {
  readonly width: number
  readonly height: number
  /** Samples of a pixel: grey or red, green, blue, and then the opacity. */
  readonly channels: number
  /** The largest value of a sample. */
  readonly most: number
  readonly data: Uint16Array
}

interface Header {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly colour: keyof typeof COLOURS
  readonly interlaced: boolean
}

/** By colour type: samples of a pixel in the file, and the depths there are. */
const COLOURS = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
} as const

const PALETTE = 3

/** Column and row where each pass of Adam7 starts, and its steps; without interlacing there is one. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const
const WHOLE = [[0, 0, 1, 1]] as const

/** The bytes of the pixels; damage is an Error like any other here. */
function unpacked(packed: Uint8Array, most: number): Uint8Array {
  try {
    return inflate(packed, { most })
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    const reason = error.reason.startsWith('unpacks to more')
      ? `it holds more pixels than its header says, which take ${most} bytes`
      : error.reason.replace(/; .*$/, '')
    throw new Error(reason, { cause: error })
  }
}

/**
 * @throws ModelError if the image has more than 2^26 pixels
 * @throws Error if the file is damaged
 */
export function readPng(bytes: Uint8Array): Png {
  // The size is looked at before anything else is.
  const header = headerOf(bytes.subarray(16, 29))
  const chunks = chunksOf(bytes)
  const { width, height, depth, colour, interlaced } = header
  const { samples } = COLOURS[colour]
  const data = new Uint16Array(width * height * samples)
  const passes = interlaced ? ADAM7 : WHOLE
  const bits = depth * samples
  const sizes = passes.map(([left, top, across, down]) => {
    const columns = Math.ceil((width - left) / across)
    const rows = Math.ceil((height - top) / down)
    return { columns, rows, line: Math.ceil((columns * bits) / 8), empty: columns <= 0 || rows <= 0 }
  })
  const total = sizes.reduce((sum, { rows, line, empty }) => sum + (empty ? 0 : rows * (line + 1)), 0)
  const raw = unpacked(joined(chunks.get('IDAT') ?? []), total)
  if (raw.length !== total) throw new Error(`it holds ${raw.length} bytes of pixels instead of ${total}`)
  let at = 0
  for (const [index, [left, top, across, down]] of passes.entries()) {
    const { columns, rows, line, empty } = sizes[index] as (typeof sizes)[number]
    if (empty) continue
    unfilter(raw.subarray(at, at + rows * (line + 1)), line, Math.max(1, bits >> 3))
    for (let row = 0; row < rows; row++) {
      const start = at + row * (line + 1) + 1
      const target = ((top + row * down) * width + left) * samples
      for (let sample = 0; sample < columns * samples; sample++) {
        const column = Math.floor(sample / samples)
        data[target + column * across * samples + (sample % samples)] = sampleAt(raw, start, sample, depth)
      }
    }
    at += rows * (line + 1)
  }
  return withColours({ width, height, channels: samples, most: 2 ** depth - 1, data }, colour, chunks)
}

function chunksOf(bytes: Uint8Array): Map<string, Uint8Array[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks = new Map<string, Uint8Array[]>()
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at)
    const end = at + 8 + length
    if (end + 4 > bytes.length) break
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end)) {
      throw new Error(`the CRC-32 of its ${type} chunk does not fit`)
    }
    if (/^[A-Z]/.test(type) && !['IHDR', 'PLTE', 'IDAT', 'IEND'].includes(type)) {
      throw new Error(`it needs an extension of PNG, ${type}`)
    }
    if (type === 'IHDR' && chunks.has(type)) throw new Error('it has two headers')
    chunks.set(type, [...(chunks.get(type) ?? []), bytes.subarray(at + 8, end)])
    if (type === 'IEND') return chunks
    at = end + 4
  }
  throw new Error('it is cut short')
}

function headerOf(chunk: Uint8Array): Header {
  if (chunk.length !== 13) throw new Error('it has no header')
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  const width = view.getUint32(0)
  const height = view.getUint32(4)
  const [depth = 0, colour = 0, compression, filter, interlace = 0] = chunk.subarray(8)
  if (width === 0 || height === 0) throw new Error(`it has ${width} x ${height} pixels`)
  if (width * height > MOST_PIXELS) {
    throw new ModelError(`has ${width} x ${height} pixels, ${MOST_PIXELS} at most are read; make it smaller`)
  }
  if (!isColour(colour) || !(COLOURS[colour].depths as readonly number[]).includes(depth)) {
    throw new Error(`there is no colour type ${colour} of ${depth} bits`)
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) throw new Error('its header is damaged')
  return { width, height, depth, colour, interlaced: interlace === 1 }
}

function isColour(type: number): type is Header['colour'] {
  return Object.hasOwn(COLOURS, type)
}

/** Undoes the filters of the lines, in place. */
function unfilter(raw: Uint8Array, line: number, pixel: number): void {
  for (let start = 0; start < raw.length; start += line + 1) {
    const filter = raw[start] as number
    if (filter > 4) throw new Error(`there is no filter ${filter}`)
    for (let at = start + 1; at <= start + line; at++) {
      const left = at - pixel > start ? (raw[at - pixel] as number) : 0
      const up = start > 0 ? (raw[at - line - 1] as number) : 0
      const corner = at - pixel > start && start > 0 ? (raw[at - line - 1 - pixel] as number) : 0
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] as number
      raw[at] = (raw[at] as number) + predicted
    }
  }
}

function paeth(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner)
  const toUp = Math.abs(left - corner)
  const toCorner = Math.abs(left + up - 2 * corner)
  if (toLeft <= toUp && toLeft <= toCorner) return left
  return toUp <= toCorner ? up : corner
}

function sampleAt(raw: Uint8Array, start: number, sample: number, depth: number): number {
  if (depth === 8) return raw[start + sample] as number
  if (depth === 16) return (raw[start + 2 * sample] as number) * 256 + (raw[start + 2 * sample + 1] as number)
  const bit = sample * depth
  return ((raw[start + (bit >> 3)] as number) >> (8 - depth - (bit & 7))) & (2 ** depth - 1)
}

/** Takes colours out of the palette and adds the opacity that tRNS tells. */
function withColours(
  png: Png,
  colour: Header['colour'],
  chunks: ReadonlyMap<string, readonly Uint8Array[]>,
): Png {
  const { data, channels, most, width, height } = png
  const opacity = chunks.get('tRNS')?.[0]
  const pixels = width * height
  if (colour === PALETTE) {
    const palette = chunks.get('PLTE')?.[0] ?? new Uint8Array()
    const colours = new Uint16Array(pixels * 4)
    for (let pixel = 0; pixel < pixels; pixel++) {
      const index = data[pixel] as number
      if (3 * index + 2 >= palette.length) throw new Error(`its palette has no colour ${index}`)
      colours.set(palette.subarray(3 * index, 3 * index + 3), pixel * 4)
      colours[pixel * 4 + 3] = opacity?.[index] ?? 255
    }
    return { ...png, channels: 4, most: 255, data: colours }
  }
  if (opacity === undefined) return png
  if (channels % 2 === 0 || opacity.length !== 2 * channels) throw new Error('its tRNS chunk is damaged')
  const key = Array.from({ length: channels }, (_, channel) => sampleAt(opacity, 0, channel, 16) & most)
  const keyed = new Uint16Array(pixels * (channels + 1))
  for (let pixel = 0; pixel < pixels; pixel++) {
    const from = data.subarray(pixel * channels, (pixel + 1) * channels)
    keyed.set(from, pixel * (channels + 1))
    keyed[pixel * (channels + 1) + channels] = key.every((value, channel) => value === from[channel])
      ? 0
      : most
  }
  return { ...png, channels: channels + 1, data: keyed }
}

/** Bytes one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
