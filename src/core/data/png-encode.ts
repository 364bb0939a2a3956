/**
 * Writes PNG of 8 bits a sample, without filters: grey, or red, green and blue.
 * @see https://www.w3.org/TR/png-3/
 */
import { zlibSync } from 'fflate'
import { crc32 } from './crc32.ts'
import { joined } from './png.ts'

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

/** @param pixels - [height, width, channels], row-major, 0 = black to 255 = white */
export function encodePng(
  width: number,
  height: number,
  pixels: Uint8Array,
  channels: 1 | 3 = 1,
): Uint8Array {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  // Depth 8, colour type 0 (grey) or 2 (RGB).
  header.set([8, channels - 1], 8)
  const line = width * channels
  const lines = new Uint8Array(height * (line + 1))
  for (let row = 0; row < height; row++)
    lines.set(pixels.subarray(row * line, (row + 1) * line), row * (line + 1) + 1)
  return joined([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(lines)),
    chunk('IEND', new Uint8Array()),
  ])
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  bytes.set(
    Array.from(type, (letter) => letter.charCodeAt(0)),
    4,
  )
  bytes.set(data, 8)
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)))
  return bytes
}
