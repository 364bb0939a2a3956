/** Memories that are a filter bank: the same rows at every place of an image. */
import { type Activations, type MemoryFacts, of } from './definition.ts'

/** What stands beyond the edge: nothing is asked for (valid), 0 (zero), what stands at the other side (periodic). */
export type Boundary = 'valid' | 'zero' | 'periodic'

/** In the order of the menu. */
export const BOUNDARIES = ['valid', 'zero', 'periodic'] as const satisfies readonly Boundary[]

/** Shapes of a convolution. */
export interface Geometry {
  /** [C, H, W] of the layer `from`. */
  readonly image: readonly [number, number, number]
  /** [F, P, Q] of the layer `to`. */
  readonly features: readonly [number, number, number]
  /** [kh, kw] */
  readonly kernel: readonly [number, number]
  readonly stride: number
  readonly boundary: Boundary
}

export interface Convolution {
  readonly from: string
  readonly to: string
  readonly geometry: Geometry
}

/** Places along one side: floor((n - k)/stride) + 1 for "valid", ceil(n/stride) else; less than 1 = there is none. */
export function placesAlong(side: number, kernel: number, stride: number, boundary: Boundary): number {
  return boundary === 'valid' ? Math.floor((side - kernel) / stride) + 1 : Math.ceil(side / stride)
}

/** How far a kernel reaches before its place: 0 for "valid", (k - 1) div 2 else. */
export function reachBefore(kernel: number, boundary: Boundary): number {
  return boundary === 'valid' ? 0 : Math.floor((kernel - 1) / 2)
}

/** Where tap `tap` of a place looks along one side; -1 = at nothing. */
function lookedAt(
  place: number,
  tap: number,
  side: number,
  kernel: number,
  { stride, boundary }: Geometry,
): number {
  const at = stride * place + tap - reachBefore(kernel, boundary)
  if (boundary === 'periodic') return ((at % side) + side) % side
  return at >= 0 && at < side ? at : -1
}

/** Columns of the tensor, [F, C kh kw], channel slowest. */
export function columnsOf({ image: [channels], kernel: [kh, kw] }: Geometry): number {
  return channels * kh * kw
}

/** Every pair that an entry of the tensor joins: a feature at a place, and what it looks at there. */
function forEachPair(
  geometry: Geometry,
  visit: (entry: number, feature: number, pixel: number) => void,
): void {
  const { image, features, kernel } = geometry
  const [channels, height, width] = image
  const [count, down, across] = features
  const [kh, kw] = kernel
  for (let f = 0; f < count; f++)
    for (let p = 0; p < down; p++)
      for (let q = 0; q < across; q++)
        for (let c = 0; c < channels; c++)
          for (let i = 0; i < kh; i++)
            for (let j = 0; j < kw; j++) {
              const y = lookedAt(p, i, height, kh, geometry)
              const x = lookedAt(q, j, width, kw, geometry)
              if (y < 0 || x < 0) continue
              visit(
                ((f * channels + c) * kh + i) * kw + j,
                (f * down + p) * across + q,
                (c * height + y) * width + x,
              )
            }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}

/** -sum_{f,p} g_to[f,p] sum_{c,d} K[f,c,d] g_from[c, stride p + d - pad] */
export const convolution: MemoryFacts<Convolution> = {
  under: 'memories',
  layers: ({ from, to }) => [from, to],
  energy(memory, K, g) {
    const [to, from] = ends(memory, g)
    let sum = 0
    forEachPair(memory.geometry, (entry, feature, pixel) => {
      sum += to[feature]! * K[entry]! * from[pixel]!
    })
    return -sum
  },
  input(memory, K, g, layer) {
    const geometry = memory.geometry
    if (layer === memory.to) {
      const from = of(g, memory.from)
      const sums = new Float64Array(sizeOf(geometry.features))
      forEachPair(geometry, (entry, feature, pixel) => (sums[feature]! += K[entry]! * from[pixel]!))
      return sums
    }
    const to = of(g, memory.to)
    const sums = new Float64Array(sizeOf(geometry.image))
    forEachPair(geometry, (entry, feature, pixel) => (sums[pixel]! += K[entry]! * to[feature]!))
    return sums
  },
  drive(memory, g, drive) {
    const geometry = memory.geometry
    const [to, from] = ends(memory, g)
    const sums = new Float64Array(geometry.features[0] * columnsOf(geometry))
    forEachPair(geometry, (entry, feature, pixel) => (sums[entry]! += drive(to[feature]!, from[pixel]!)))
    return sums
  },
  matrix(memory, K) {
    const geometry = memory.geometry
    const columns = sizeOf(geometry.image)
    const written = new Float64Array(sizeOf(geometry.features) * columns)
    forEachPair(geometry, (entry, feature, pixel) => (written[feature * columns + pixel]! += K[entry]!))
    return written
  },
  isMatrix: false,
  takesGates: false,
  rowShape: ({ geometry }) => [geometry.image[0], ...geometry.kernel],
  tex: {
    forward: (xi, from) => `${xi} \\ast ${from}`,
    backward: (xi, to) => `${xi}^\\top \\ast ${to}`,
    energy: (xi, to, from) => `- ${to} \\cdot (${xi} \\ast ${from})`,
    // The sum over all places p, of what a filter covers there.
    learnt: (to, from) => [`\\textstyle\\sum_p (${to})_p`, `(${from})_p`],
  },
}

function ends({ from, to }: Convolution, g: Activations): [Float64Array, Float64Array] {
  return [of(g, to), of(g, from)]
}
