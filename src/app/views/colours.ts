/** Colour maps, the same for the GPU and for the legends. */

export type Scheme = 'light' | 'dark'

/** Nine sRGB colours from the lowest value to the highest; between them it is linear. */
export type Stops = readonly string[]

/** One map, with its colours on light and on dark. */
interface ColourMap {
  readonly label: string
  readonly light: Stops
  readonly dark: Stops
}

const stops = (words: string): Stops => words.split(' ').map((word) => `#${word}`)
const same = (label: string, words: string): ColourMap => ({
  label,
  light: stops(words),
  dark: stops(words),
})

/** For values >= 0: lightness is monotonic. */
export const SEQUENTIAL = {
  // From the paper to the strongest colour.
  paper: {
    label: 'paper',
    light: stops('f7f7f7 e4eef0 c3dfe4 8fc5d3 57a4c2 3680b0 275e9a 1d3f7c 0f2452'),
    dark: stops('121419 221546 4f127b 812581 b5367a e55064 fb8761 fec287 fcfdbf'),
  },
  viridis: same('viridis', '440154 472d7b 3b528b 2c728e 21918c 28ae80 5ec962 addc30 fde725'),
  cividis: same('cividis', '00204d 07366e 414d6b 60646f 7c7b78 9c9577 bcaf6f e0cc5d ffea46'),
  greys: {
    label: 'greys',
    light: stops('f7f7f7 dadada bcbcbc 9f9f9f 828282 656565 494949 2d2d2d 111111'),
    dark: stops('121419 2c2e32 46484b 606265 7c7d80 98999b b4b5b7 d2d3d4 f2f2f3'),
  },
} as const satisfies Readonly<Record<string, ColourMap>>

/** For values of both signs: lightness is monotonic on each side of 0. */
export const DIVERGING = {
  // The colour of the paper at 0: after ColorBrewer's RdBu on light, after F. Crameri's berlin on dark.
  paper: {
    label: 'blue and red',
    light: stops('053061 2166ac 4393c3 a7cfe4 f7f7f7 f8bfa4 d6604d b2182b 67001f'),
    dark: stops('c4d2ff 6cb2e8 3384ad 1b4c66 121419 63200c b04f32 e69079 ffd3c8'),
  },
  orange: {
    label: 'blue and orange',
    light: stops('0b3c6f 2a6ba8 6ba3d0 b5d0e6 f5f3ef f2cfa5 e09a4c b5651d 6e3606'),
    dark: stops('c6e2ff 74b4e8 3a81b8 1d4a6e 121419 5e3a10 a8691f e3a65a ffdfb0'),
  },
  // After F. Crameri.
  vik: same('vik', '001261 034481 307da6 94bed2 ece5e0 dcac90 c27143 8f2c08 590008'),
} as const satisfies Readonly<Record<string, ColourMap>>

export type SequentialName = keyof typeof SEQUENTIAL
export type DivergingName = keyof typeof DIVERGING

/** The chosen colour maps. */
export interface Maps {
  readonly sequential: SequentialName
  readonly diverging: DivergingName
}

export const DEFAULT_MAPS: Maps = { sequential: 'paper', diverging: 'paper' }

export function stopsOf(scheme: Scheme, signed: boolean, maps: Maps = DEFAULT_MAPS): Stops {
  return (signed ? DIVERGING[maps.diverging] : SEQUENTIAL[maps.sequential])[scheme]
}

/** Colours of the frame of a memory for a silent and for a fully active hidden neuron. */
export function frameStops(scheme: Scheme): readonly [string, string] {
  return scheme === 'light' ? ['#dfe3e9', '#f26a00'] : ['#242932', '#ffc233']
}

/** The colours as [n, 4] numbers in [0, 1]. */
export function stopNumbers(stops: Stops): number[] {
  return stops.flatMap((hex) => {
    const word = Number.parseInt(hex.slice(1), 16)
    return [(word >> 16) / 255, ((word >> 8) & 255) / 255, (word & 255) / 255, 1]
  })
}
