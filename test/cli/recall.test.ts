import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { encodeNpy } from '../../src/core/data/npy.ts'
import { encodePng } from '../../src/core/data/png-encode.ts'
import { readPng } from '../../src/core/data/png.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { ask, type Outcome, readArrays, readJson, temporaryFolder } from './program.ts'

const folder = temporaryFolder()
const stream = new RandomStream(1, 'images')

/** Stripes and their mirror images at random places: images that differ. */
function imageOf(width: number, height: number): Uint8Array {
  const pixels = Uint8Array.from({ length: width * height }, () => (stream.uniform() < 0.5 ? 20 : 230))
  return encodePng(width, height, pixels)
}

beforeAll(() => {
  mkdirSync(join(folder, 'images'))
  for (const shape of [[6], [2, 3, 4, 5]])
    writeFileSync(
      join(folder, `axes${shape.length}.npy`),
      encodeNpy({ shape, data: new Float32Array(shape.reduce((product, length) => product * length)) }),
    )
  for (const index of [1, 2, 10]) writeFileSync(join(folder, 'images', `p${index}.png`), imageOf(12, 9))
  writeFileSync(join(folder, 'grey.png'), encodePng(4, 3, new Uint8Array(12).fill(128)))
  writeFileSync(join(folder, 'images', 'notes.md'), 'no image')
  const data = Float32Array.from({ length: 30 * 80 }, () => stream.normal())
  writeFileSync(join(folder, 'rows.npy'), encodeNpy({ shape: [30, 80], data }))
})

describe('a folder of images', () => {
  let done: Outcome
  beforeAll(async () => {
    done = await ask(['recall', 'images'], folder)
  })

  test('is recalled from its upper halves, with a line for each image in the order of their numbers', () => {
    expect(done.code).toBe(0)
    const [head, ...lines] = done.stdout.trimEnd().split('\n')
    expect(head).toBe('pattern\tcue\trecalled')
    const rows = lines.slice(0, 3).map((line) => line.split('\t'))
    expect(rows.map(([name]) => name)).toEqual(['p1.png', 'p2.png', 'p10.png'])
    for (const [, cue, recalled] of rows) {
      expect(Number(cue)).toBeLessThan(0.85)
      expect(Number(recalled)).toBeGreaterThan(0.99)
    }
    expect(lines.slice(3)).toEqual([
      '3 of 3 patterns recalled',
      `picture\t${join('out', 'recall', 'recall.png')}`,
      `scenario\t${join('out', 'recall', 'scenario.json')}`,
      `results.npz\t${join('out', 'recall', 'results.npz')}`,
    ])
    expect(readdirSync(join(folder, 'out/recall')).sort()).toEqual([
      'patterns.npy',
      'recall.png',
      'results.npz',
      'scenario.json',
      'summary.json',
    ])
  })

  test('has a picture of cue, recall and pattern above each other', () => {
    const { width, height } = readPng(readFileSync(join(folder, 'out/recall/recall.png')))
    // 12 x 9 pixels, seven times as large, with four pixels between.
    expect([width, height]).toEqual([3 * (12 * 7 + 4) + 4, 3 * (9 * 7 + 4) + 8])
  })

  test('leaves a scenario that gives the same bytes, as the hint says', async () => {
    expect(done.stderr).toMatch(
      /^next: engram run out\/recall\/scenario\.json --set neurons\.hidden\.lagrangian\.beta=/,
    )
    const again = await ask(['run', 'out/recall/scenario.json', '--out', 'again'], folder)
    expect(again.code).toBe(0)
    expect(readArrays(folder, 'again/results.npz')).toEqual(readArrays(folder, 'out/recall/results.npz'))
    expect(readJson(folder, 'again/summary.json').final).toEqual(
      readJson(folder, 'out/recall/summary.json').final,
    )
  })
})

test('rows of numbers are recalled from flipped signs, the worst first, and none is a picture', async () => {
  const done = await ask(['recall', 'rows.npy', '--out', 'rows', '--quiet'], folder)
  expect([done.code, done.stderr]).toEqual([0, ''])
  const lines = done.stdout.trimEnd().split('\n')
  expect(lines).toHaveLength(1 + 20 + 3)
  expect(lines[21]).toBe('30 of 30 patterns recalled')
  expect(readdirSync(join(folder, 'rows'))).not.toContain('recall.png')
})

test('cues with too little left are not counted as recalled, and the line says what they became', async () => {
  const done = await ask(['recall', 'rows.npy', '--damage', 'gaussian=30', '--out', 'noise'], folder)
  const [, count] = /^(\d+) of 30 patterns recalled$/m.exec(done.stdout) ?? []
  expect(Number(count)).toBeLessThan(10)
  expect(done.stdout).toMatch(/^row \d+\t.*\tmost similar to row \d+$/m)
})

test.each([
  [['nowhere'], 'nowhere does not exist; check the name and the folder'],
  [
    ['images/notes.md'],
    'patterns: images/notes.md is neither an image (PNG, JPEG, WebP) nor an array; save it as one of them',
  ],
  [['out'], 'patterns: out holds no image; save the images as PNG, JPEG or WebP'],
  [
    ['images', 'grey.png', '--size', '4x4'],
    'patterns: grey.png has one value throughout, so that nothing of it is stored; leave it out',
  ],
  [['rows.npy', 'rows.npy'], 'patterns: 2 files, the first an array; give one array, or images'],
  [['rows.npy', '--size', '3x3'], '--size: only images are resized; leave it out'],
  [
    ['rows.npy', '--damage', 'occlude=0.5'],
    '--damage: occlude hides a part of an image, and the patterns are rows of 80; use flip=0.2',
  ],
  [
    ['axes1.npy'],
    'patterns: axes1.npy has the shape [6]; give [K, N] or [K, H, W], in NumPy by x.reshape(1, -1)',
  ],
  [
    ['axes4.npy'],
    'patterns: axes4.npy has the shape [2, 3, 4, 5]; give [K, N] or [K, H, W], in NumPy by x.reshape(2, -1)',
  ],
  [['images', '--damage', 'flip=2'], '--damage: must be a part from 0 to 1, not 2'],
  [['images', '--damage', 'fog'], '--damage: must be occlude=0.5, flip=0.2 or gaussian=0.5, not "fog"'],
  [['images', '--size', '9'], '--size: must be HEIGHTxWIDTH in pixels, such as 32x32, not "9"'],
  [['images', '--cues', '0'], '--cues: must be an integer from 1 to 4096, not "0"'],
])('%j is refused in one line, and nothing is written', async (args, line) => {
  const done = await ask(['recall', ...args, '--out', 'none'], folder)
  expect([done.code, done.stdout, done.stderr]).toEqual([2, '', `${line}\n`])
  expect(readdirSync(folder)).not.toContain('none')
})
