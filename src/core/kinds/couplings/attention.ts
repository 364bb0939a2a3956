/** Attention among the tokens of one layer (Hoover et al., Energy Transformer, arXiv 2302.07253). */
import { add, dot, row, times, transposeTimes } from '../../math/algebra.ts'
import { type Activations, type HyperedgeFacts, of, type Symbols, type Written } from './definition.ts'

/** Projections, in the order of the tensor. */
export const PROJECTIONS = ['query', 'key'] as const

/** The fields of attention in a model, in addition to the fields of every coupling. */
export interface Attention {
  readonly name: string
  /** The layer; its rows are the tokens. */
  readonly layer: string
  /** T rows of D neurons. */
  readonly tokens: readonly [count: number, width: number]
  readonly heads: number
  /** Rows of each projection for one head. */
  readonly size: number
  readonly beta: number
}

/** -(1/beta) sum_h sum_q log sum_{k != q} exp(beta (W_K^h g_k) . (W_Q^h g_q)); without other tokens a term is 0. */
export const attention: HyperedgeFacts<Attention> = {
  under: 'memories',
  layers: ({ layer }) => [layer],
  targets: ({ layer }) => [layer],
  withoutEnergy: () => undefined,
  arrays: ({ name, tokens: [, width], heads, size }) =>
    PROJECTIONS.map((part) => ({ name: `${name}.${part}`, length: heads * size * width })),
  energy(coupling, tensor, g) {
    const { weights } = attended(coupling, tensor, g)
    return -weights.flat().reduce((sum, { logSum }) => sum + logSum, 0) / coupling.beta
  },
  input(coupling, tensor, g) {
    const { query, key, seenKeys, seenQueries } = attended(coupling, tensor, g)
    return Float64Array.from(
      seenKeys.flatMap((keys, t) => {
        const sent = transposeTimes(query, keys)
        add(sent, transposeTimes(key, seenQueries[t]!))
        return [...sent]
      }),
    )
  },
  drive(coupling, g, drive, tensor) {
    const { tokens, seenKeys, seenQueries } = attended(coupling, tensor, g)
    return Float64Array.from(
      [seenKeys, seenQueries].flatMap((seen) =>
        Array.from({ length: coupling.heads * coupling.size }, (_, r) =>
          Array.from({ length: coupling.tokens[1] }, (__, d) =>
            tokens.reduce((sum, token, t) => sum + drive(seen[t]![r]!, token[d]!), 0),
          ),
        ).flat(),
      ),
    )
  },
  slope,
  numbers: ['beta'],
  learns: 'none',
  text: ({ layer, tokens: [count, width], heads, size, beta }) =>
    `${count} ${count === 1 ? 'token' : 'tokens'} of ${width} in ${layer}, ${heads} ${heads === 1 ? 'head' : 'heads'} of ${size}, beta ${beta}`,
  tex: {
    sent(_, __, { matrix }) {
      const keys = `\\sum_k ${matrix('a', 'tk')}^h ${matrix('K', 'k')}^h`
      const queries = `\\sum_q ${matrix('a', 'qt')}^h ${matrix('Q', 'q')}^h`
      return `\\sum_h \\left[ ${matrix('W', 'Q')}^{h\\top} ${keys} + ${matrix('W', 'K')}^{h\\top} ${queries} \\right]_t`
    },
    lines({ layer, beta }, symbols) {
      const { matrix, g } = symbols
      const projected = (role: string, t: string): string =>
        `${matrix(role, t)}^h = ${matrix('W', role)}^h\\, (${g(layer)})_${t}`
      const weights = `${matrix('a', 'qk')}^h = \\operatorname{softmax}_{k \\ne q}(\\beta\\, ${scoreOf(symbols)})`
      return [
        `${projected('Q', 'q')}, \\quad ${projected('K', 'k')}`,
        `${weights}, \\qquad \\beta = ${symbols.number('beta', beta)}`,
      ]
    },
    energy: (_, symbols) =>
      `- \\tfrac1\\beta \\sum_{h,q} \\log \\sum_{k \\ne q} \\exp(\\beta\\, ${scoreOf(symbols)})`,
  },
}

function scoreOf({ matrix }: Symbols): string {
  return `${matrix('K', 'k')}^h \\cdot ${matrix('Q', 'q')}^h`
}

/** Patterns by projection. */
interface AttentionSpec<P> {
  readonly layer: string
  readonly init: Readonly<Record<(typeof PROJECTIONS)[number], P>>
}

export function writtenAttention<P>(): Written<AttentionSpec<P>, P> {
  return {
    ends: ({ layer }) => [layer],
    parts: ({ init }) => PROJECTIONS.map((part) => ({ part, patterns: init[part], path: `init.${part}` })),
  }
}

/** Attention weights of token q in one head: exp(S_qk) / sum, 0 for k = q, and log sum exp(S_qk). */
interface Weights {
  readonly of: Float64Array
  readonly logSum: number
}

/** W_Q and W_K, the tokens, their queries and keys, and the attention weights of every token. */
function attended(
  { layer, tokens: [count, width], heads, size, beta }: Attention,
  tensor: Float64Array,
  g: Activations,
) {
  const length = heads * size * width
  const [query, key] = [tensor.subarray(0, length), tensor.subarray(length, 2 * length)]
  const all = of(g, layer)
  const tokens = Array.from({ length: count }, (_, t) => row(all, width, t))
  const queries = tokens.map((token) => times(query, token))
  const keys = tokens.map((token) => times(key, token))
  const weights = Array.from({ length: heads }, (_, h) =>
    queries.map((own, q) => {
      const mine = row(own, size, h)
      return softmaxOfOthers(
        keys.map((other) => beta * dot(row(other, size, h), mine)),
        q,
      )
    }),
  )
  /** sum_t weight(h, t) values_t, head by head. */
  const seenBy = (values: readonly Float64Array[], weight: (h: number, t: number) => number): Float64Array =>
    Float64Array.from({ length: heads * size }, (_, r) =>
      values.reduce((sum, value, t) => sum + weight(Math.floor(r / size), t) * value[r]!, 0),
    )
  const seenKeys = tokens.map((_, q) => seenBy(keys, (h, k) => weights[h]![q]!.of[k]!))
  const seenQueries = tokens.map((_, k) => seenBy(queries, (h, q) => weights[h]![q]!.of[k]!))
  return { query, key, tokens, queries, keys, weights, seenKeys, seenQueries }
}

function softmaxOfOthers(scores: readonly number[], own: number): Weights {
  const others = scores.filter((_, k) => k !== own)
  if (others.length === 0) return { of: new Float64Array(scores.length), logSum: 0 }
  const most = Math.max(...others)
  const logSum = most + Math.log(others.reduce((sum, score) => sum + Math.exp(score - most), 0))
  return { of: Float64Array.from(scores, (score, k) => (k === own ? 0 : Math.exp(score - logSum))), logSum }
}

/**
 * Minus the Hessian of the energy. With S_qk = beta K_k . Q_q, whose derivative is beta u = beta W_Q^T K_k by token q and
 * beta w = beta W_K^T Q_q by token k, it is for every head and q
 *   beta (sum_k a_qk (u, w)(u, w)^T - m m^T) + sum_k a_qk (W_Q^T W_K and its transpose),   m = sum_k a_qk (u, w)
 */
function slope(coupling: Attention, tensor: Float64Array, g: Activations): Float64Array {
  const {
    tokens: [count, width],
    heads,
    size,
    beta,
  } = coupling
  const { query, key, queries, keys, weights } = attended(coupling, tensor, g)
  const N = count * width
  const result = new Float64Array(N * N)
  const put = (left: number, right: number, of: (i: number, j: number) => number): void => {
    for (let i = 0; i < width; i++)
      for (let j = 0; j < width; j++) result[(left * width + i) * N + right * width + j]! += of(i, j)
  }
  for (let h = 0; h < heads; h++) {
    const [queryOf, keyOf] = [query, key].map((one) => row(one, size * width, h)) as [
      Float64Array,
      Float64Array,
    ]
    const joined = (i: number, j: number): number => {
      let sum = 0
      for (let s = 0; s < size; s++) sum += queryOf[s * width + i]! * keyOf[s * width + j]!
      return sum
    }
    const product = Float64Array.from({ length: width * width }, (_, at) =>
      joined(Math.floor(at / width), at % width),
    )
    weights[h]!.forEach((given, q) => {
      const mean = new Float64Array(N)
      const w = transposeTimes(keyOf, row(queries[q]!, size, h))
      given.of.forEach((a, k) => {
        if (k === q) return
        const u = transposeTimes(queryOf, row(keys[k]!, size, h))
        put(q, q, (i, j) => beta * a * u[i]! * u[j]!)
        put(k, k, (i, j) => beta * a * w[i]! * w[j]!)
        put(q, k, (i, j) => a * (beta * u[i]! * w[j]! + product[i * width + j]!))
        put(k, q, (i, j) => a * (beta * w[i]! * u[j]! + product[j * width + i]!))
        u.forEach((value, i) => (mean[q * width + i]! += a * value))
        w.forEach((value, i) => (mean[k * width + i]! += a * value))
      })
      for (let i = 0; i < N; i++) for (let j = 0; j < N; j++) result[i * N + j]! -= beta * mean[i]! * mean[j]!
    })
  }
  return result
}
