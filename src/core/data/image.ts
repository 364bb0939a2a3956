/** Images as luminance: PNG files and their resizing. */
import { convertIndexedToRgb, decode, type DecodedPng } from 'fast-png'
import { ModelError } from '../model/errors.ts'

/** Luminance in [0, 1], row-major. */
export interface Image {
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}

/**
 * Reads a PNG as luminance, 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), composed on black where it is transparent.
 * @throws ModelError if the file is not a readable PNG
 */
export function decodePng(bytes: Uint8Array): Image {
  refuseOthers(bytes)
  let png: DecodedPng
  // Images of other types may suggest a palette, which is not theirs.
  const isPalette = bytes[25] === PALETTE
  try {
    png = expand(decode(bytes, { checkCrc: true }), isPalette)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ModelError(`is not a readable PNG image (${reason}); save it again as PNG`)
  }
  const { width, height, channels, depth, data: samples } = png
  const data = new Float32Array(width * height)
  const most = 2 ** depth - 1
  const coloured = channels >= 3
  const transparent = channels === 2 || channels === 4
  // The colour that a tRNS chunk makes transparent, in samples of the file's depth; a palette has its own.
  const key = transparent || isPalette ? [] : Array.from(png.transparency ?? [], (level) => level & most)
  for (let pixel = 0; pixel < data.length; pixel++) {
    const at = pixel * channels
    const sample = (channel: number) => (samples[at + channel] ?? 0) / most
    const light = coloured ? 0.299 * sample(0) + 0.587 * sample(1) + 0.114 * sample(2) : sample(0)
    const isKey = key.length === channels && key.every((level, channel) => samples[at + channel] === level)
    data[pixel] = transparent ? light * sample(channels - 1) : isKey ? 0 : light
  }
  return { width, height, data }
}

/** Colour type of images whose samples number the colours of a palette. */
const PALETTE = 3

/** Most pixels of an image, 2^26: 8192 x 8192. */
const MOST_PIXELS = 2 ** 26

/** How other formats begin. */
const OTHERS: readonly (readonly [name: string, start: readonly number[]])[] = [
  ['a JPEG image', [0xff, 0xd8, 0xff]],
  ['a GIF image', [0x47, 0x49, 0x46, 0x38]],
  ['a WebP image', [0x52, 0x49, 0x46, 0x46]],
  ['a TIFF image', [0x49, 0x49, 0x2a, 0]],
  ['a TIFF image', [0x4d, 0x4d, 0, 0x2a]],
  ['a BMP image', [0x42, 0x4d]],
  ['an SVG drawing or other text', [0x3c]],
]

/** Names what is not PNG, and refuses sizes that nobody means before anything is unpacked. */
function refuseOthers(bytes: Uint8Array): void {
  const other = OTHERS.find(([, start]) => start.every((byte, at) => bytes[at] === byte))
  if (other !== undefined) throw new ModelError(`is ${other[0]}; save it as PNG`)
  if (bytes.length < 29) return
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0) !== 0x89504e47) return
  const [width, height, depth, interlacing] = [
    view.getUint32(16),
    view.getUint32(20),
    view.getUint8(24),
    view.getUint8(28),
  ]
  if (width * height > MOST_PIXELS)
    throw new ModelError(`has ${width} x ${height} pixels, ${MOST_PIXELS} at most are read; make it smaller`)
  if (interlacing === 1 && depth < 8)
    throw new ModelError(
      `is an interlaced PNG of ${depth} bit${depth === 1 ? '' : 's'} a sample, which is not read; save it without interlacing`,
    )
}

/** One byte or more a sample: palettes become colours, packed grey levels of 1, 2 and 4 bits are spread out. */
function expand(png: DecodedPng, isPalette: boolean): DecodedPng {
  if (isPalette && png.palette) {
    return { ...png, data: convertIndexedToRgb(png), depth: 8, channels: png.palette[0]?.length ?? 3 }
  }
  if (png.depth >= 8) return png
  const { width, height, depth } = png
  const lineBytes = Math.ceil((width * depth) / 8)
  const data = new Uint8Array(width * height)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const bit = column * depth
      const byte = png.data[row * lineBytes + (bit >> 3)] ?? 0
      data[row * width + column] = (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1)
    }
  }
  return { ...png, data }
}

/** Resizes by area average: each new pixel is the mean of the part of the image that it covers. */
export function resize(image: Image, width: number, height: number): Image {
  if (image.width === width && image.height === height) return image
  const across = new Float64Array(image.height * width)
  for (let row = 0; row < image.height; row++) {
    average(image.data, row * image.width, 1, image.width, across, row * width, 1, width)
  }
  const data = new Float32Array(height * width)
  for (let column = 0; column < width; column++) {
    average(across, column, width, image.height, data, column, width, height)
  }
  return { width, height, data }
}

/** Area average along one line: `count` values from `start` in steps of `stride`, into `newCount` values. */
function average(
  from: Float32Array | Float64Array,
  start: number,
  stride: number,
  count: number,
  to: Float32Array | Float64Array,
  newStart: number,
  newStride: number,
  newCount: number,
): void {
  const step = count / newCount
  for (let index = 0; index < newCount; index++) {
    const begin = index * step
    const end = begin + step
    let sum = 0
    for (let source = Math.floor(begin); source < Math.min(count, Math.ceil(end)); source++) {
      const covered = Math.min(end, source + 1) - Math.max(begin, source)
      sum += covered * (from[start + source * stride] as number)
    }
    to[newStart + index * newStride] = sum / step
  }
}
