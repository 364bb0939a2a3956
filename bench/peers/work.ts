/**
 * What is measured: three kinds of work, as plain numbers that every library gets, and what the result must be. Pure.
 *
 *   recall    v += rate (Xi^T softmax(beta Xi v) - v)                          `states` states that share Xi
 *   learning  w = softmax(beta Xi v); Xi += rate w (.) (1 v^T - Xi)             `replicas` networks, v held at one row
 *             after the other
 *   plastic   g = tanh x; W += rate (kappa g g^T - (W - J)), x += step (W g - x), each tick
 */

interface Common {
  readonly id: string
  readonly title: string
  /** Ticks after which results are compared. */
  readonly checkTicks: number
}

export interface Recall extends Common {
  readonly kind: 'recall'
  readonly visible: number
  readonly hidden: number
  readonly states: number
  readonly rate: number
  readonly beta: number
}

export interface Learning extends Common {
  readonly kind: 'learning'
  readonly visible: number
  readonly hidden: number
  readonly replicas: number
  readonly rate: number
  readonly beta: number
}

export interface Plastic extends Common {
  readonly kind: 'plastic'
  readonly size: number
  readonly rate: number
  readonly step: number
  readonly kappa: number
  /** J is dense, or the Hebbian sum of this many patterns. */
  readonly patterns: number | undefined
}

export type Work = Recall | Learning | Plastic

function recall(visible: number, hidden: number, states: number): Recall {
  const title = `recall ${visible} x ${hidden}, ${states === 1 ? '1 state' : `${states} states`}`
  const id = `recall-${visible}x${hidden}-${states}`
  return { kind: 'recall', id, title, checkTicks: 5, visible, hidden, states, rate: 0.1, beta: 0.05 }
}

function plastic(patterns: number | undefined): Plastic {
  const base = patterns === undefined ? 'dense' : 'low-rank'
  return {
    kind: 'plastic',
    id: `plastic-2048-${base}`,
    title: `plastic synapses 2048, ${base} J`,
    checkTicks: 5,
    size: 2048,
    rate: 0.05,
    step: 0.1,
    kappa: 0.3 / 2048,
    patterns,
  }
}

export const WORKS: readonly Work[] = [
  recall(784, 1000, 1),
  recall(1024, 4096, 1),
  recall(4096, 4096, 1),
  recall(784, 1000, 64),
  recall(1024, 4096, 64),
  recall(4096, 4096, 64),
  {
    kind: 'learning',
    id: 'learning-50x4-1024',
    title: 'gated learning 50 x 4, 1024 replicas',
    checkTicks: 100,
    visible: 50,
    hidden: 4,
    replicas: 1024,
    rate: 1 / 250,
    beta: 2,
  },
  plastic(undefined),
  plastic(20),
]

/** Numbers that every library starts from; row-major. */
export interface Inputs {
  /** Memories [hidden, visible] (learning: [replicas, hidden, visible]), or J [size, size]. */
  readonly matrix: Float32Array<ArrayBuffer>
  /** First states [states, visible] or [size]; learning: the rows shown in turn, [hidden, visible]. */
  readonly states: Float32Array<ArrayBuffer>
  /** Patterns of J, [patterns, size]; none for a dense J. */
  readonly patterns?: Float32Array<ArrayBuffer>
}

/** A small generator (mulberry32): the same numbers everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function normals(count: number, seed: number): Float32Array<ArrayBuffer> {
  const uniform = generator(seed)
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
    return radius * Math.cos(2 * Math.PI * uniform())
  })
}

function signs(count: number, seed: number): Float32Array<ArrayBuffer> {
  const uniform = generator(seed)
  return Float32Array.from({ length: count }, () => (uniform() < 0.5 ? -1 : 1))
}

export function inputsOf(work: Work): Inputs {
  switch (work.kind) {
    case 'recall': {
      const { visible, hidden, states } = work
      const matrix = signs(hidden * visible, 1)
      // A cue each: a memory and noise.
      const noise = normals(states * visible, 2)
      const cues = noise.map((value, at) => {
        const row = Math.floor(at / visible) % hidden
        return 0.5 * (matrix[row * visible + (at % visible)] as number) + 0.5 * value
      })
      return { matrix, states: cues }
    }
    case 'learning': {
      const { visible, hidden, replicas } = work
      const rows = normals(hidden * visible, 3)
      const noise = normals(replicas * hidden * visible, 4)
      return {
        matrix: noise.map((value, at) => (rows[at % (hidden * visible)] as number) + 0.4 * value),
        states: rows,
      }
    }
    case 'plastic': {
      const { size, patterns } = work
      const count = patterns ?? 100
      const rows = signs(count * size, 5)
      const matrix = new Float32Array(size * size)
      for (let mu = 0; mu < count; mu++)
        for (let i = 0; i < size; i++) {
          const xi = (rows[mu * size + i] as number) / size
          for (let j = 0; j < size; j++)
            matrix[i * size + j] = (matrix[i * size + j] as number) + xi * (rows[mu * size + j] as number)
        }
      const states = normals(size, 6).map((value, at) => (rows[at] as number) + 0.5 * value)
      return patterns === undefined ? { matrix, states } : { matrix, states, patterns: rows }
    }
  }
}

/** Part of the largest entry by which results may differ: single precision, sums of thousands, in any order. */
export const TOLERANCE = 2e-3

/** The largest difference, as a part of the largest entry. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity
  let size = 0
  let most = 0
  for (let at = 0; at < a.length; at++) {
    size = Math.max(size, Math.abs(b[at] as number))
    const distance = Math.abs((a[at] as number) - (b[at] as number))
    if (!(distance <= most)) most = Number.isFinite(distance) ? distance : Infinity
  }
  return most / size
}

/** A library at one work: inputs uploaded, kernels compiled. */
export interface Runner {
  /** Advances; resolves when the work is done, without reading anything back. */
  run(ticks: number): Promise<void>
  /** What the ticks so far have made: states, or for learning the memories. */
  result(): Promise<Float32Array>
  destroy(): void
}

/** A library. */
export interface Peer {
  readonly id: string
  readonly title: string
  /** Where it computes. */
  readonly on: 'GPU' | 'CPU'
  /** Undefined when it cannot do this work. */
  prepare(work: Work, inputs: Inputs): Promise<Runner | undefined>
}
