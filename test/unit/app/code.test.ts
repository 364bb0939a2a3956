/** QR codes of links: what a reader finds in them, and how large they are. */
import { expect, test } from 'vitest'
import { codeOf, squareOf } from '../../../src/app/sharing/squares.ts'
import { isShared, isShort, linkTo, scenarioOf } from '../../../src/app/sharing/link.ts'
import { scenarioOfShort, shortestLink } from '../../../src/app/sharing/short.ts'
import { ModelError } from '../../../src/core/errors.ts'
import { setValue } from '../../../src/core/model/path.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import type { Scenario } from '../../../src/core/model/schema.ts'
import { loadShipped } from '../../scenario.ts'

const PAGE = 'https://example.org/engram/'
const { scenario } = await loadShipped('digits')
const shipped = { id: 'digits', scenario }
const load = () => Promise.resolve(scenario)
const changed = (path: string, value: unknown): Scenario => parseScenario(setValue(scenario, path, value))
const beta = changed('neurons.hidden.lagrangian.beta', 0.02)

test('a reader finds the link in its code, which has four light squares around it', () => {
  for (const link of [
    PAGE,
    shortestLink(PAGE, scenario, shipped),
    shortestLink(PAGE, beta, shipped, '?level=lecture'),
  ])
    expect(decoded(codeOf(link))).toBe(link)
})

test('a changed value of a shipped scenario makes a short link, which opens it', async () => {
  const link = shortestLink(PAGE, beta, shipped)
  const { hash } = new URL(link)
  expect([isShort(hash), isShared(hash)]).toEqual([true, true])
  // A code of 53 squares a side, version 9, has room for 230 letters; the whole scenario needs more than twice that.
  expect(link.length).toBeLessThan(230)
  expect(linkTo(PAGE, beta).length).toBeGreaterThan(460)
  expect(await scenarioOfShort(hash, load)).toEqual(beta)
  // Without a value that the scenario has, too.
  const endless = changed('probes', {})
  expect(await scenarioOfShort(new URL(shortestLink(PAGE, endless, shipped)).hash, load)).toEqual(endless)
})

test('a short link of another version of the shipped scenario is refused', async () => {
  const { hash } = new URL(shortestLink(PAGE, beta, shipped))
  await expect(scenarioOfShort(hash, () => Promise.resolve(changed('seed', 7)))).rejects.toThrow(ModelError)
})

test('a network of its own has a link without defaults', () => {
  const own = { ...beta, name: 'Mine' }
  const link = shortestLink(PAGE, own, undefined)
  expect(scenarioOf(new URL(link).hash)).toEqual(own)
  expect(link.length).toBeLessThan(linkTo(PAGE, own).length)
})

test('a square is whole pixels of the screen, and at least four pixels in a lecture', () => {
  const window = { innerWidth: 1280, innerHeight: 720, devicePixelRatio: 1 }
  expect(squareOf(61, window, false)).toBe(8)
  expect(squareOf(185, window, false)).toBe(2)
  expect(squareOf(185, window, true)).toBe(4)
  const dense = squareOf(61, { ...window, devicePixelRatio: 1.5 }, false)
  expect(dense * 1.5).toBe(12)
})

/** Data words of the versions 1 to 9 at the lowest correction, and their blocks (ISO/IEC 18004, table 9). */
const WORDS = [19, 34, 55, 80, 108, 136, 156, 194, 232]
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'

/** The text of a code, as ISO/IEC 18004 defines it, without correction: an own reader, not that of the library. */
function decoded({ path, size }: { readonly path: string; readonly size: number }): string {
  const dark = new Set([...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x} ${y}`))
  const side = size - 8
  for (const one of dark)
    for (const at of one.split(' ').map(Number)) expect(at >= 4 && at < side + 4, one).toBe(true)
  const get = (x: number, y: number): number => Number(dark.has(`${x + 4} ${y + 4}`))
  const version = (side - 17) / 4
  const middles = version === 1 ? [] : version < 7 ? [6, side - 7] : [6, (side - 1) / 2, side - 7]
  const last = side - 8
  const isFixed = (x: number, y: number): boolean =>
    x === 6 ||
    y === 6 ||
    (x < 9 && y < 9) ||
    (x >= last && y < 9) ||
    (x < 9 && y >= last) ||
    (version > 6 && ((x >= side - 11 && y < 6) || (y >= side - 11 && x < 6))) ||
    middles.some((a) =>
      middles.some((b) => {
        const isCorner =
          [a, b].filter((at) => at === 6).length === 2 ||
          (a === 6 && b === side - 7) ||
          (b === 6 && a === side - 7)
        return !isCorner && Math.abs(x - a) <= 2 && Math.abs(y - b) <= 2
      }),
    )
  const format = [
    ...[0, 1, 2, 3, 4, 5, 7, 8].map((x) => get(x, 8)),
    ...[7, 5, 4, 3, 2, 1, 0].map((y) => get(8, y)),
  ]
  const bits = parseInt(format.join(''), 2) ^ 0x5412
  // 01 is the lowest correction.
  expect(bits >> 13).toBe(1)
  const mask = [
    (x: number, y: number) => (x + y) % 2,
    (_: number, y: number) => y % 2,
    (x: number) => x % 3,
    (x: number, y: number) => (x + y) % 3,
    (x: number, y: number) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2,
    (x: number, y: number) => ((x * y) % 2) + ((x * y) % 3),
    (x: number, y: number) => (((x * y) % 2) + ((x * y) % 3)) % 2,
    (x: number, y: number) => (((x + y) % 2) + ((x * y) % 3)) % 2,
  ][(bits >> 10) & 7]!
  let stream = ''
  let isUp = true
  for (let right = side - 1; right > 0; right -= right === 8 ? 3 : 2) {
    for (let step = 0; step < side; step++)
      for (const x of [right, right - 1]) {
        const y = isUp ? side - 1 - step : step
        if (!isFixed(x, y)) stream += String(get(x, y) ^ Number(mask(x, y) === 0))
      }
    isUp = !isUp
  }
  const words = Array.from({ length: WORDS[version - 1]! }, (_, at) => stream.slice(8 * at, 8 * at + 8))
  const blocks = version > 5 ? 2 : 1
  const data = Array.from({ length: blocks }, (_, block) => words.filter((_, at) => at % blocks === block))
    .flat()
    .join('')
  let at = 0
  const take = (count: number): number => parseInt(data.slice(at, (at += count)), 2)
  let text = ''
  for (let mode = take(4); mode > 0; mode = data.length - at < 4 ? 0 : take(4)) {
    if (mode === 4) for (let left = take(8); left > 0; left--) text += String.fromCharCode(take(8))
    else if (mode === 2)
      for (let left = take(9); left > 0; left -= 2) {
        const value = take(left > 1 ? 11 : 6)
        text += left > 1 ? LETTERS[Math.floor(value / 45)]! + LETTERS[value % 45]! : LETTERS[value]!
      }
    else if (mode === 1)
      for (let left = take(10); left > 0; left -= 3)
        text += String(take([4, 4, 7, 10][Math.min(left, 3)]!)).padStart(Math.min(left, 3), '0')
    else throw new Error(`mode ${mode}`)
  }
  return text
}
