/** A network for patterns of the user's own, what it recalls of them, and a picture of both. Pure. */
import { encodePng } from '../core/data/png-encode.ts'
import type { Rows } from '../core/model/model.ts'

/** What is done to the cues, as a scenario writes it. */
export type Damage =
  | { readonly op: 'occlude' | 'flip'; readonly fraction: number }
  | { readonly op: 'gaussian'; readonly sigma: number }

export interface RecallOptions {
  /** Number of patterns K. */
  readonly patterns: number
  /** [N], or [height, width] of images. */
  readonly shape: readonly number[]
  readonly damage: Damage
  /** Networks, each with a cue of its own, at most K. */
  readonly cues: number
  readonly seed: number
}

/** beta |xi|^2: memories that overlap by half still differ by this half in the exponent of the softmax. */
const SHARPNESS = 80

/** Overlap with its own pattern from which a cue counts as recalled. */
export const RECALLED = 0.95

/**
 * The scenario of a modern Hopfield network (Ramsauer et al. 2021): a linear visible layer, one softmax neuron for each
 * pattern, adiabatic. Patterns are centred and get the norm sqrt(N); beta = 80 / N.
 */
export function recallScenario({ patterns, shape, damage, cues, seed }: RecallOptions) {
  const size = shape.reduce((product, length) => product * length, 1)
  return {
    version: 1,
    name: 'Recall of own patterns',
    description: `${patterns} patterns are memories, one row of Xi each. Each of ${cues} networks starts from a damaged one and settles on the memory that is most similar. A smaller beta of the hidden layer lets the memories melt into one another.`,
    seed,
    time: { dt: 0.1, ticks: 100 },
    neurons: {
      visible: { size: shape.length === 1 ? size : [...shape], lagrangian: { kind: 'linear' }, tau: 1 },
      hidden: { size: patterns, lagrangian: { kind: 'softmax', beta: SHARPNESS / size }, tau: 0 },
    },
    memories: {
      xi: {
        from: 'visible',
        to: 'hidden',
        init: {
          kind: 'npy',
          path: 'patterns.npy',
          transform: [{ op: 'center' }, { op: 'normalize', norm: Math.sqrt(size) }],
        },
      },
    },
    stimulus: [{ kind: 'initial', layer: 'visible', patterns: { kind: 'rows', of: 'xi', corrupt: damage } }],
    probes: {
      energy: { kind: 'energy', every: 5 },
      overlap: { kind: 'overlap', layer: 'visible', patterns: { kind: 'rows', of: 'xi' }, every: 5 },
    },
    replicas: cues,
  }
}

export interface Recalled {
  /** Overlap x.xi / (|x| |xi|) of the cue and of the final state with their own pattern, -1 to 1. */
  readonly cue: number
  readonly final: number
  /** The pattern that the final state is most similar to. */
  readonly nearest: number
  readonly isRecalled: boolean
}

/**
 * What became of each cue.
 * @param stored - memories, [K, N]
 * @param cues - states at the start, [replicas, N]; replica r belongs to pattern r
 * @param finals - states at the end, of the same shape
 */
export function judge(stored: Rows, cues: Float32Array, finals: Float32Array): Recalled[] {
  const { columns } = stored
  const row = (data: Float32Array, index: number): Float32Array =>
    data.subarray(index * columns, (index + 1) * columns)
  return Array.from({ length: finals.length / columns }, (_, own) => {
    const state = row(finals, own)
    const overlaps = Array.from({ length: stored.rows }, (_, k) => cosine(row(stored.data, k), state))
    const final = overlaps[own] as number
    const nearest = overlaps.reduce(
      (best, overlap, k) => (overlap > (overlaps[best] as number) ? k : best),
      0,
    )
    return {
      cue: cosine(row(stored.data, own), row(cues, own)),
      final,
      nearest,
      isRecalled: nearest === own && final >= RECALLED,
    }
  })
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, left, right] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number]
    dot += x * y
    left += x * x
    right += y * y
  }
  return left === 0 || right === 0 ? 0 : dot / Math.sqrt(left * right)
}

/** Columns of a line of the picture, pixels between two images, and the least height of one. */
const ACROSS = 12
const GAP = 4
const LEAST = 56

/**
 * A picture of images: above each other the cue, what became of it, and the pattern; as PNG.
 * @param shape - [height, width]
 */
export function recallPicture(
  stored: Rows,
  cues: Float32Array,
  finals: Float32Array,
  [height, width]: readonly [number, number],
): Uint8Array {
  const { columns } = stored
  const count = finals.length / columns
  const zoom = Math.max(1, Math.ceil(LEAST / height))
  const across = Math.min(ACROSS, count)
  const lines = Math.ceil(count / ACROSS)
  const [stepX, stepY] = [width * zoom + GAP, height * zoom + GAP]
  const pictureWidth = across * stepX + GAP
  const pictureHeight = lines * (3 * stepY + 2 * GAP)
  const pixels = new Uint8Array(pictureWidth * pictureHeight).fill(255)
  for (let index = 0; index < count; index++) {
    const own = stored.data.subarray(index * columns, (index + 1) * columns)
    const [low, high] = [own.reduce((a, b) => Math.min(a, b)), own.reduce((a, b) => Math.max(a, b))]
    const left = GAP + (index % ACROSS) * stepX
    const top = GAP + Math.floor(index / ACROSS) * (3 * stepY + 2 * GAP)
    ;[cues, finals, stored.data].forEach((rows, place) => {
      for (let y = 0; y < height * zoom; y++)
        for (let x = 0; x < width * zoom; x++) {
          const value = rows[index * columns + Math.floor(y / zoom) * width + Math.floor(x / zoom)] as number
          const grey = (255 * (value - low)) / Math.max(high - low, 1e-12)
          pixels[(top + place * stepY + y) * pictureWidth + left + x] = Math.min(255, Math.max(0, grey))
        }
    })
  }
  return encodePng(pictureWidth, pictureHeight, pixels)
}
