import { encode, type ImageData } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { decodePng, resize } from '../../../src/core/data/image.ts'

const decoded = (image: ImageData) => [...decodePng(encode(image)).data]
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 6) as number)

describe('PNG as luminance', () => {
  it('is grey level over white, of 8 and of 16 bits', () => {
    expect(decoded({ width: 3, height: 1, data: Uint8Array.of(0, 51, 255), channels: 1 })).toEqual(
      near([0, 0.2, 1]),
    )
    const deep = { width: 2, height: 1, data: Uint16Array.of(13107, 65535), channels: 1, depth: 16 } as const
    expect(decoded(deep)).toEqual(near([0.2, 1]))
  })

  it('weighs red, green and blue', () => {
    const data = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255)
    expect(decoded({ width: 3, height: 1, data, channels: 3 })).toEqual(near([0.299, 0.587, 0.114]))
  })

  it('lies on black where it is transparent', () => {
    expect(decoded({ width: 2, height: 1, data: Uint8Array.of(255, 51, 255, 0), channels: 2 })).toEqual(
      near([0.2, 0]),
    )
    const data = Uint8Array.of(255, 255, 255, 102)
    expect(decoded({ width: 1, height: 1, data, channels: 4 })).toEqual(near([0.4]))
  })

  it('reads palettes and packed bits', () => {
    const palette = [
      [0, 0, 0],
      [255, 255, 255],
      [51, 51, 51],
    ]
    const indexed = { width: 3, height: 1, data: Uint8Array.of(1, 2, 0), channels: 1, palette }
    expect(decoded(indexed)).toEqual(near([1, 0.2, 0]))
    // 10 pixels of 1 bit in two lines of 5
    const bits = {
      width: 5,
      height: 2,
      data: Uint8Array.of(0b10100000, 0b01011000),
      channels: 1,
      depth: 1,
    } as const
    expect(decoded(bits)).toEqual([1, 0, 1, 0, 0, 0, 1, 0, 1, 1])
  })
})

describe('resizing by area average', () => {
  const image = { width: 4, height: 2, data: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7) }

  it('takes the mean of whole blocks', () => {
    expect([...resize(image, 2, 1).data]).toEqual([2.5, 4.5])
  })

  it('weighs pixels by the part that is covered', () => {
    const line = { width: 3, height: 1, data: Float32Array.of(0, 3, 9) }
    expect([...resize(line, 2, 1).data]).toEqual([...Float32Array.of(1, 7)])
  })

  it('repeats pixels when it enlarges by whole factors', () => {
    const pair = { width: 2, height: 1, data: Float32Array.of(1, 2) }
    expect([...resize(pair, 4, 2).data]).toEqual([1, 1, 2, 2, 1, 1, 2, 2])
  })

  it('keeps the mean', () => {
    const data = Float32Array.from({ length: 28 * 28 }, (_, index) => Math.sin(index))
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length
    const small = resize({ width: 28, height: 28, data }, 11, 9)
    expect(small).toMatchObject({ width: 11, height: 9 })
    expect(mean(small.data)).toBeCloseTo(mean(data), 6)
  })
})
