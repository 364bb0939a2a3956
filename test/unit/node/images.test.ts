/** Images of other formats against Pillow, which made them: test/cases/images/make.py. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { orientationOf } from '../../../src/core/data/exif.ts'
import { decodeImage as decodeAny } from '../../../src/core/data/image.ts'
import { decodeNpz } from '../../../src/core/data/npz.ts'
import { decodeImage } from '../../../src/node/images.ts'

const file = (name: string): Uint8Array =>
  Uint8Array.from(readFileSync(new URL(`../../cases/images/${name}`, import.meta.url)))
const upright = decodeNpz(file('upright.npz'))

/** Most difference from Pillow: decoders of JPEG round and smooth colours in ways of their own, two levels of 255 and a half. */
async function compare(bytes: Uint8Array, name: string, most = 2.5 / 255): Promise<void> {
  const { width, height, data } = await decodeAny(bytes, decodeImage)
  const wanted = upright[name]
  expect([height, width]).toEqual(wanted?.shape)
  const difference = data.reduce(
    (worst, value, at) => Math.max(worst, Math.abs(value - (wanted?.data[at] ?? 9))),
    0,
  )
  expect(difference).toBeLessThan(most)
}

test('a JPEG stands upright, however its metadata say that it lies', async () => {
  const bytes = file('photo.jpg')
  // The last that was made lies as 8.
  expect(orientationOf(bytes)).toBe(8)
  const tag = Buffer.from(bytes).indexOf(Buffer.from([0x01, 0x12, 0x00, 0x03]))
  for (let orientation = 1; orientation <= 8; orientation++) {
    const turned = bytes.with(tag + 9, orientation)
    expect(orientationOf(turned)).toBe(orientation)
    await compare(turned, `jpeg${orientation}`)
  }
  await compare(file('progressive.jpg'), 'progressive')
})

test('a WebP is exact, and on black where it is transparent', async () => {
  await compare(file('photo.webp'), 'webp', 1e-6)
})

test('a WebP lies as it is, whatever its EXIF metadata say: Chromium decodes it so', async () => {
  const chunk = (id: string, data: Uint8Array): Buffer => {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(data.length)
    return Buffer.concat([Buffer.from(id), length, data, Buffer.alloc(data.length % 2)])
  }
  const [height, width] = upright.webp!.shape as [number, number]
  // Flags for EXIF and transparency; then the orientation 6 in TIFF.
  const extended = Uint8Array.from([0x18, 0, 0, 0, width - 1, 0, 0, height - 1, 0, 0])
  const tiff = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]
  const content = Buffer.concat([
    Buffer.from('WEBP'),
    chunk('VP8X', extended),
    file('photo.webp').subarray(12),
    chunk('EXIF', Uint8Array.from(tiff)),
  ])
  await compare(Uint8Array.from(chunk('RIFF', content)), 'webp', 1e-6)
})

test('what is damaged, or has nobody to decode it, is named', async () => {
  const jpeg = file('photo.jpg')
  await expect(decodeAny(jpeg.subarray(0, 200), decodeImage)).rejects.toThrow(
    /^is not a readable JPEG image \(.+\); save it again/,
  )
  await expect(decodeAny(file('photo.webp').subarray(0, 60), decodeImage)).rejects.toThrow(
    /^is not a readable WebP image/,
  )
  await expect(decodeAny(jpeg)).rejects.toThrow('is a JPEG image; save it as PNG')
  expect(orientationOf(jpeg.subarray(0, 30))).toBe(1)
})
