import { strFromU8, unzipSync } from 'fflate'
import { afterEach, expect, test, vi } from 'vitest'
import { tablesFile } from '../../../src/app/sharing/tables.ts'

const PIECES = ['tick,time,value\n', '0,0,1\n', '1,0.1,0.5\n', 'π\n']

afterEach(() => vi.unstubAllGlobals())

/** Sizes of the strings and bytes that blobs are made of from now on. */
function watchBlobs(): number[] {
  const sizes: number[] = []
  const Own = Blob
  vi.stubGlobal(
    'Blob',
    class extends Own {
      constructor(parts: (Blob | string | Uint8Array<ArrayBuffer>)[]) {
        super(parts)
        for (const part of parts) if (!(part instanceof Own)) sizes.push(part.length)
      }
    },
  )
  return sizes
}

test('a table alone is its pieces, never put together in one string', async () => {
  const sizes = watchBlobs()
  const { name, content } = tablesFile([{ name: 'e.csv', pieces: PIECES }])
  expect(sizes).toEqual(PIECES.map(({ length }) => length))
  expect(name).toBe('e.csv')
  expect(await content.text()).toBe(PIECES.join(''))
})

test('several tables are a zip, of which no part is a table as a whole', async () => {
  // Numbers that deflate cannot make small.
  const digits = Array.from({ length: 64 }, (_, k) =>
    Array.from({ length: 4096 }, (_, i) => ((Math.sin(k * 4096 + i) * 1e9) % 1).toFixed(12)).join('\n'),
  )
  const sizes = watchBlobs()
  const { name, content } = tablesFile([
    { name: 'a.csv', pieces: digits },
    { name: 'b.csv', pieces: PIECES },
    { name: 'none.csv', pieces: [] },
  ])
  expect(name).toBe('csv.zip')
  expect(content.size).toBeGreaterThan(1e6)
  expect(Math.max(...sizes)).toBeLessThan(content.size / 8)
  const files = unzipSync(new Uint8Array(await content.arrayBuffer()))
  expect(Object.entries(files).map(([file, bytes]) => [file, strFromU8(bytes)])).toEqual([
    ['a.csv', digits.join('')],
    ['b.csv', PIECES.join('')],
    ['none.csv', ''],
  ])
})
