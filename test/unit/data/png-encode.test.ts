import { expect, test } from 'vitest'
import { encodePng } from '../../../src/core/data/png-encode.ts'
import { readPng } from '../../../src/core/data/png.ts'

test.each([
  [1, 1],
  [3, 2],
  [257, 5],
])('a grey image of %i x %i pixels is read as it was written', (width, height) => {
  const pixels = Uint8Array.from({ length: width * height }, (_, index) => (index * 37) % 256)
  const read = readPng(encodePng(width, height, pixels))
  expect(read).toMatchObject({ width, height, channels: 1, most: 255 })
  expect([...read.data]).toEqual([...pixels])
})
