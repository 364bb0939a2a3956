/** Images as luminance: PNG files and their resizing. */
import { ModelError } from '../errors.ts'
import { readPng, type Png } from './png.ts'

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
  const { width, height, channels, most, data: samples } = readable(bytes)
  const data = new Float32Array(width * height)
  const coloured = channels >= 3
  const transparent = channels % 2 === 0
  for (let pixel = 0; pixel < data.length; pixel++) {
    const at = pixel * channels
    const sample = (channel: number) => (samples[at + channel] as number) / most
    const light = coloured ? 0.299 * sample(0) + 0.587 * sample(1) + 0.114 * sample(2) : sample(0)
    data[pixel] = transparent ? light * sample(channels - 1) : light
  }
  return { width, height, data }
}

/**
 * Reads an image of a format that is not read here: JPEG, upright as its metadata say, or WebP.
 * @throws ModelError if it cannot
 */
export type DecodeImage = (bytes: Uint8Array, format: 'JPEG' | 'WebP') => Promise<Image>

/**
 * Reads a PNG, JPEG or WebP image as luminance.
 * @param decode - reads JPEG and WebP; without it they are refused
 * @throws ModelError if the file is none of these or damaged
 */
export async function decodeImage(bytes: Uint8Array, decode?: DecodeImage): Promise<Image> {
  const format = formatOf(bytes)
  if (format === undefined || decode === undefined) return decodePng(bytes)
  return decode(bytes, format)
}

function formatOf(bytes: Uint8Array): 'JPEG' | 'WebP' | undefined {
  if ([0xff, 0xd8, 0xff].every((byte, at) => bytes[at] === byte)) return 'JPEG'
  const marks = String.fromCharCode(...bytes.subarray(0, 4), ...bytes.subarray(8, 12))
  return marks === 'RIFFWEBP' ? 'WebP' : undefined
}

/**
 * Pixels of four channels, 0 to 255, as luminance on black.
 * @param orientation - of the metadata (EXIF): how the pixels are to be turned; 1 = as they are
 */
export function luminance(
  {
    width,
    height,
    data,
  }: { readonly width: number; readonly height: number; readonly data: ArrayLike<number> },
  orientation = 1,
): Image {
  const light = new Float32Array(width * height)
  const turned = orientation >= 5
  const wide = turned ? height : width
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x)
      const sum =
        0.299 * (data[at] as number) + 0.587 * (data[at + 1] as number) + 0.114 * (data[at + 2] as number)
      const [left, down] = turned ? [y, x] : [x, y]
      const isMirrored = [2, 3, 7, 6].includes(orientation)
      const isFlipped = [3, 4, 7, 8].includes(orientation)
      const column = isMirrored ? wide - 1 - left : left
      const row = isFlipped ? (turned ? width : height) - 1 - down : down
      light[row * wide + column] = (sum / 255) * ((data[at + 3] as number) / 255)
    }
  return { width: wide, height: turned ? width : height, data: light }
}

function readable(bytes: Uint8Array): Png {
  try {
    return readPng(bytes)
  } catch (error) {
    if (error instanceof ModelError) throw error
    throw new ModelError(`is not a readable PNG image (${(error as Error).message}); save it again as PNG`)
  }
}

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

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** Names what is not PNG. */
function refuseOthers(bytes: Uint8Array): void {
  const other = OTHERS.find(([, start]) => start.every((byte, at) => bytes[at] === byte))
  if (other !== undefined) throw new ModelError(`is ${other[0]}; save it as PNG`)
  if (!SIGNATURE.every((byte, at) => bytes[at] === byte))
    throw new ModelError('is not a readable PNG image (it does not begin as one); save it again as PNG')
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
