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
