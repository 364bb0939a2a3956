/**
 * Animated PNG of pictures with a palette, 8 bits per pixel, in an endless loop.
 * @see https://www.w3.org/TR/png-3/#apng-frame-based-animation
 */
import { deflateSync } from 'node:zlib'
import { crc32 } from '../src/core/data/crc32.ts'

export interface Frame {
  /** Index of the colour of each pixel, [height, width]. */
  readonly pixels: Uint8Array
  /** Duration in ms. */
  readonly delay: number
}

/** @param palette - red, green and blue of each of at most 256 colours */
export function encodeAnimation(
  width: number,
  height: number,
  palette: Uint8Array,
  frames: readonly Frame[],
): Uint8Array {
  let sequence = 0
  const chunks = [
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    // Depth 8, colour type 3 (palette).
    chunk('IHDR', Buffer.concat([words(width, height), Buffer.from([8, 3, 0, 0, 0])])),
    chunk('acTL', words(frames.length, 0)),
    chunk('PLTE', palette),
  ]
  for (const [index, { pixels, delay }] of frames.entries()) {
    const timing = Buffer.from([delay >> 8, delay & 255, 1000 >> 8, 1000 & 255, 0, 0])
    chunks.push(chunk('fcTL', Buffer.concat([words(sequence++, width, height, 0, 0), timing])))
    const lines = Buffer.alloc(height * (width + 1))
    for (let row = 0; row < height; row++)
      lines.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1)
    const data = deflateSync(lines, { level: 9 })
    // Programs without animation show the first frame.
    chunks.push(index === 0 ? chunk('IDAT', data) : chunk('fdAT', Buffer.concat([words(sequence++), data])))
  }
  return Buffer.concat([...chunks, chunk('IEND', new Uint8Array())])
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  return Buffer.concat([words(data.length), body, words(crc32(body))])
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index)
  return bytes
}
