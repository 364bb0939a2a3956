/**
 * What is measured: five kinds of work, as plain numbers that every library gets, and what the result must be. Pure.
 *
 *   recall    v += rate (Xi^T softmax(beta Xi v) - v)                          `states` states that share Xi
 *   learning  w = softmax(beta Xi v); Xi += rate w (.) (1 v^T - Xi)             `replicas` networks, v held at one row
 *             after the other
 *   plastic   g = tanh x; W += rate (kappa g g^T - (W - J)), x += step (W g - x), each tick
 *   sparse    x += rate (A tanh(x) - x)                                         A with `degree` entries in each row
 *   convolution  f = relu(K * v); v += rate (K^T * f - v)                       `filters` of kernel x kernel, zeros around the image
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

export interface Sparse extends Common {
  readonly kind: 'sparse'
  readonly size: number
  readonly degree: number
  readonly rate: number
}

export interface Convolution extends Common {
  readonly kind: 'convolution'
  /** Pixels of a side of the image. */
  readonly side: number
  readonly filters: number
  /** Pixels of a side of a filter, odd. */
  readonly kernel: number
  readonly rate: number
}

export type Work = Recall | Learning | Plastic | Sparse | Convolution

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
  {
    kind: 'sparse',
    id: 'sparse-1e6-15',
    title: 'sparse synapses 10^6, 15 entries a row',
    checkTicks: 3,
    size: 1e6,
    degree: 15,
    rate: 0.1,
  },
  {
    kind: 'convolution',
    id: 'convolution-128-16x5',
    title: 'convolution 128 x 128, 16 filters of 5 x 5',
    checkTicks: 5,
    side: 128,
    filters: 16,
    kernel: 5,
    rate: 0.1,
  },
]

/** Numbers that every library starts from; row-major. */
export interface Inputs {
  /**
   * Memories [hidden, visible] (learning: [replicas, hidden, visible]), J [size, size], entries [size, degree] or filters [filters,
   * kernel kernel].
   */
  readonly matrix: Float32Array<ArrayBuffer>
  /** First states [states, visible], [size] or an image [side, side]; learning: the rows shown in turn, [hidden, visible]. */
  readonly states: Float32Array<ArrayBuffer>
  /** Patterns of J, [patterns, size]; none for a dense J. */
  readonly patterns?: Float32Array<ArrayBuffer>
  /** Columns of the entries of a sparse matrix, [size, degree], ascending in each row. */
  readonly columns?: Int32Array<ArrayBuffer>
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
    case 'sparse': {
      const { size, degree } = work
      const uniform = generator(7)
      const columns = new Int32Array(size * degree)
      for (let row = 0; row < size; row++) {
        const own = columns.subarray(row * degree, (row + 1) * degree)
        do for (let k = 0; k < degree; k++) own[k] = Math.floor(uniform() * size)
        while (own.sort().some((column, k) => column === own[k + 1]))
      }
      const matrix = normals(size * degree, 8).map((value) => 0.2 * value)
      return { matrix, states: normals(size, 9), columns }
    }
    case 'convolution': {
      const { side, filters, kernel } = work
      const matrix = normals(filters * kernel * kernel, 10).map((value) => 0.05 * value)
      return { matrix, states: normals(side * side, 11) }
    }
  }
}

/** Part of the largest entry by which results may differ: single precision, sums of thousands, in any order. */
export const TOLERANCE = 2e-3

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
