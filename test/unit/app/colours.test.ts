import { expect, test } from 'vitest'
import { DIVERGING, SEQUENTIAL, type Stops, stopNumbers } from '../../../src/app/views/colours.ts'
import { ends } from '../../../src/app/views/range.ts'
import { createSettings } from '../../../src/app/views/settings.ts'

type Triple = readonly [number, number, number]

const linear = (stops: Stops): Triple[] => {
  const numbers = stopNumbers(stops)
  return stops.map((_, index) => {
    const part = (channel: number): number => {
      const value = numbers[4 * index + channel]!
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    }
    return [part(0), part(1), part(2)]
  })
}

/** CIE L*a*b* of linear sRGB, D65. */
function lab([r, g, b]: Triple): Triple {
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 / 116) * t + 16 / 116)
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505)
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b)
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

/** What linear sRGB is to an eye without one kind of cone: Viénot, Brettel, Mollon 1999, as by DaltonLens. */
const BLIND = {
  protan: [
    [0.11238, 0.88762, 0],
    [0.11238, 0.88762, 0],
    [0.00401, -0.00401, 1],
  ],
  deutan: [
    [0.29275, 0.70725, 0],
    [0.29275, 0.70725, 0],
    [-0.02234, 0.02234, 1],
  ],
} as const

const seen = (kind: keyof typeof BLIND, [r, g, b]: Triple): Triple => {
  const [red, green, blue] = BLIND[kind].map((row) =>
    Math.min(1, Math.max(0, row[0] * r + row[1] * g + row[2] * b)),
  )
  return [red!, green!, blue!]
}

const distance = (a: Triple, b: Triple): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])

const both = (maps: Readonly<Record<string, { readonly light: Stops; readonly dark: Stops }>>) =>
  Object.entries(maps).flatMap(([name, { light, dark }]) => [
    [name, 'light', light] as const,
    [name, 'dark', dark] as const,
  ])

/** Steps of lightness from stop to stop. */
const steps = (colours: readonly Triple[]): number[] => {
  const lightness = colours.map((colour) => lab(colour)[0])
  return lightness.slice(1).map((value, index) => value - lightness[index]!)
}

test.each(both(SEQUENTIAL))(
  'lightness changes one way only in %s on %s, for every eye',
  (_name, _scheme, map) => {
    expect(map).toHaveLength(9)
    const colours = linear(map)
    for (const kind of [undefined, 'protan', 'deutan'] as const) {
      const changes = steps(colours.map((colour) => (kind === undefined ? colour : seen(kind, colour))))
      const sign = Math.sign(changes[0]!)
      // One unit of L* is about what an eye can tell.
      for (const change of changes) expect(sign * change).toBeGreaterThan(1)
    }
  },
)

test.each(both(DIVERGING))(
  'lightness changes one way on each side of 0 in %s on %s, and no eye takes one sign for the other',
  (_name, _scheme, map) => {
    expect(map).toHaveLength(9)
    const colours = linear(map)
    for (const kind of [undefined, 'protan', 'deutan'] as const) {
      const viewed = colours.map((colour) => (kind === undefined ? colour : seen(kind, colour)))
      const changes = steps(viewed)
      const sign = Math.sign(changes[0]!)
      for (const change of changes.slice(0, 4)) expect(sign * change).toBeGreaterThan(1)
      for (const change of changes.slice(4)) expect(-sign * change).toBeGreaterThan(1)
      // Values of equal size and other sign; 10 units are plain to see side by side.
      for (let k = 1; k <= 4; k++)
        expect(distance(lab(viewed[4 - k]!), lab(viewed[4 + k]!)), `${kind} ${k}`).toBeGreaterThan(10)
    }
  },
)

test('0 has the middle colour whatever the range, and a range without negative values has the whole map', () => {
  expect(ends({ low: -1, high: 3 })).toEqual({ low: -3, high: 3 })
  expect(ends({ low: -4, high: -1 })).toEqual({ low: -4, high: 4 })
  expect(ends({ low: 0.5, high: 3 })).toEqual({ low: 0.5, high: 3 })
})

function memory(text?: string) {
  const kept = new Map(text === undefined ? [] : [['engram.pictures', text]])
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
}

test('maps and fixed ranges are found again, automatic ones are forgotten', () => {
  const storage = memory()
  const settings = createSettings(storage)
  settings.maps = { sequential: 'cividis', diverging: 'vik' }
  settings.fix('a/x', { low: -1, high: 2 })
  settings.fix('a/y', { low: 0, high: 1 })
  settings.fix('a/y', undefined)
  const again = createSettings(storage)
  expect(again.maps).toEqual({ sequential: 'cividis', diverging: 'vik' })
  expect(again.rangeOf('a/x')).toEqual({ low: -1, high: 2 })
  expect(again.rangeOf('a/y')).toBeUndefined()
})

test.each([
  'no JSON',
  '[]',
  '{"maps":{"sequential":"toString","diverging":3},"ranges":[["a",1,0],["b",null,1],"c"]}',
])('a storage that holds %s gives the defaults', (text) => {
  const settings = createSettings(memory(text))
  expect(settings.maps).toEqual({ sequential: 'paper', diverging: 'paper' })
  expect(['a', 'b', 'c'].map((name) => settings.rangeOf(name))).toEqual([undefined, undefined, undefined])
})
