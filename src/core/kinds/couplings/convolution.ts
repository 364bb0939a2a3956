/** Filter banks: memories with the same rows at every place of an image. */
import * as v from 'valibot'
import { ModelError } from '../../errors.ts'
import { choice, positiveInteger } from '../fields.ts'
import {
  type Activations,
  betweenTwo,
  type Ends,
  type MemoryFacts,
  of,
  sizeOf,
  slopeOf,
  type Surroundings,
} from './definition.ts'

/** Values beyond the edge: never needed (valid), 0 (zero), or the opposite side (periodic). */
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

const keys = {
  kernel: v.pipe(
    v.strictTuple([
      positiveInteger('height', 'Rows of a filter.', 2 ** 12),
      positiveInteger('width', 'Columns of a filter.', 2 ** 12),
    ]),
    v.title('kernel'),
    v.description('[height, width] of a filter.'),
  ),
  stride: v.optional(
    positiveInteger('stride', 'Step from one place to the next, in pixels along both sides.', 2 ** 12),
    1,
  ),
  boundary: v.optional(
    choice(
      'boundary',
      'valid: only places where the whole filter lies in the image. zero: every place, with 0 beyond the edge. periodic: ' +
        'every place, with the opposite side beyond the edge.',
      BOUNDARIES,
    ),
    'valid',
  ),
}

/** The fields of a convolution in a model, in addition to the fields of every memory. */
export interface Convolution {
  readonly geometry: Geometry
  readonly inputOffset: 'none'
  readonly format: 'f32'
}

/** Places along one side: floor((n - k)/stride) + 1 for "valid", ceil(n/stride) else; less than 1 = no place. */
export function placesAlong(side: number, kernel: number, stride: number, boundary: Boundary): number {
  return boundary === 'valid' ? Math.floor((side - kernel) / stride) + 1 : Math.ceil(side / stride)
}

/** Pixels of a filter before its place: 0 for "valid", (k - 1) div 2 else. */
export function reachBefore(kernel: number, boundary: Boundary): number {
  return boundary === 'valid' ? 0 : Math.floor((kernel - 1) / 2)
}

/** The pixel of tap `tap` of a place along one side; -1 = none. */
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

/** Every pair that an entry of the tensor joins: a feature at a place, and its pixel. */
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

type Given = Parameters<MemoryFacts<typeof keys, Convolution>['own']>[0]

/**
 * The shapes of a convolution.
 * @throws ModelError if its layers are not images, or have the wrong shapes
 */
function geometryOf(spec: Given, where: Surroundings): Geometry {
  const { from, to, kernel, stride, boundary } = spec
  const image = imageOf(from, `${where.path}.from`, where)
  const features = imageOf(to, `${where.path}.to`, where)
  const [, height, width] = image
  const places = [
    placesAlong(height, kernel[0], stride, boundary),
    placesAlong(width, kernel[1], stride, boundary),
  ] as const
  if (places.some((count) => count < 1))
    throw new ModelError(
      `[${kernel.join(', ')}] is larger than the [${height}, ${width}] of layer \`${from}\`; use a smaller one, or boundary "zero" or "periodic"`,
      { path: `${where.path}.kernel` },
    )
  const [count, down, across] = features
  if (down !== places[0] || across !== places[1])
    throw new ModelError(
      `is [${where.shapeOf(to).join(', ')}], but filters of [${kernel.join(', ')}], stride ${stride}, boundary "${boundary}" have ` +
        `${places.join(' x ')} places in the [${height}, ${width}] of layer \`${from}\`; set it to [${count}, ${places.join(', ')}]`,
      { path: `neurons.${to}.size` },
    )
  return { image, features, kernel, stride, boundary }
}

/** [channels, height, width] of a layer. */
function imageOf(layer: string, path: string, { shapeOf }: Surroundings): readonly [number, number, number] {
  const [first = 1, second, third] = shapeOf(layer)
  if (second === undefined)
    throw new ModelError(
      `names \`${layer}\`, a layer of ${first} neurons, but a convolution joins images; set neurons.${layer}.size to [height, width] or ` +
        '[channels, height, width]',
      { path },
    )
  return third === undefined ? [1, first, second] : [first, second, third]
}

/** -sum_{f,p} g_to[f,p] sum_{c,d} K[f,c,d] g_from[c, stride p + d - pad] */
export const convolution: MemoryFacts<typeof keys, Convolution> = {
  under: 'memories',
  description:
    'Filters K between two layers that are images. The input of feature f at a place is the sum of K[f] times the pixels ' +
    'under it. The image gets each feature back through the same filter.',
  keys,
  own: (spec, where) => ({ geometry: geometryOf(spec, where), inputOffset: 'none', format: 'f32' }),
  fit(spec, where) {
    const geometry = geometryOf(spec, where)
    const [channels] = geometry.image
    const [height, width] = geometry.kernel
    const [count] = geometry.features
    return {
      columns: columnsOf(geometry),
      shape: [channels, height, width],
      columnsOf: { text: `a filter has ${channels} x ${height} x ${width} weights` },
      rows: { count, text: `layer \`${spec.to}\` has ${count} features`, path: `neurons.${spec.to}.size` },
    }
  },
  ...betweenTwo,
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
  slope(memory, K, _, to) {
    return slopeOf(convolution.matrix(memory, K), memory, sizeOf(memory.geometry.image), to)
  },
  isMatrix: false,
  hasRows: true,
  learns: 'steady',
  rowShape: ({ geometry }) => [geometry.image[0], ...geometry.kernel],
  tex: {
    forward: (xi, from) => `${xi} \\ast ${from}`,
    backward: (xi, to) => `${xi}^\\top \\ast ${to}`,
    energy: (xi, to, from) => `- ${to} \\cdot (${xi} \\ast ${from})`,
    // The sum over all places p of the pixels under the filter.
    learnt: (to, from) => [`\\textstyle\\sum_p (${to})_p`, `(${from})_p`],
  },
}

function ends({ from, to }: Pick<Ends, 'from' | 'to'>, g: Activations): [Float64Array, Float64Array] {
  return [of(g, to), of(g, from)]
}
