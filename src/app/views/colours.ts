/** Colour maps, the same for the GPU and for the legends. */

export type Scheme = 'light' | 'dark'

/** Nine sRGB colours from the lowest value to the highest; between them it is linear. */
export type Stops = readonly string[]

/**
 * Signed values have the colour of the paper at 0 and are blue below it, red above it: after ColorBrewer's RdBu on
 * light, after F. Crameri's berlin on dark. Values >= 0 go from the paper to the strongest colour.
 */
const MAPS: Readonly<Record<Scheme, { readonly signed: Stops; readonly positive: Stops }>> = {
  light: {
    signed: [
      '#053061',
      '#2166ac',
      '#4393c3',
      '#a7cfe4',
      '#f7f7f7',
      '#f8bfa4',
      '#d6604d',
      '#b2182b',
      '#67001f',
    ],
    positive: [
      '#f7f7f7',
      '#e4eef0',
      '#c3dfe4',
      '#8fc5d3',
      '#57a4c2',
      '#3680b0',
      '#275e9a',
      '#1d3f7c',
      '#0f2452',
    ],
  },
  dark: {
    signed: [
      '#c4d2ff',
      '#6cb2e8',
      '#3384ad',
      '#1b4c66',
      '#121419',
      '#63200c',
      '#b04f32',
      '#e69079',
      '#ffd3c8',
    ],
    positive: [
      '#121419',
      '#221546',
      '#4f127b',
      '#812581',
      '#b5367a',
      '#e55064',
      '#fb8761',
      '#fec287',
      '#fcfdbf',
    ],
  },
}

export function stopsOf(scheme: Scheme, signed: boolean): Stops {
  return signed ? MAPS[scheme].signed : MAPS[scheme].positive
}

/** The colours as [9, 4] numbers in [0, 1]. */
export function stopNumbers(stops: Stops): number[] {
  return stops.flatMap((hex) => {
    const word = Number.parseInt(hex.slice(1), 16)
    return [(word >> 16) / 255, ((word >> 8) & 255) / 255, (word & 255) / 255, 1]
  })
}
