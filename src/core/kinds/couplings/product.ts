/** Hyperedges of patterns that two to four layers share; each layer has its part of every pattern. */
import { dot, row } from '../../math/algebra.ts'
import { type Activations, type HyperedgeFacts, of, type Symbols, type Written } from './definition.ts'

/** The part of the patterns that belongs to one layer: A, [count, N], row-major. */
interface Factor {
  /** The second half of the name of its array: the layer. */
  readonly part: string
  readonly layer: string
  readonly init: { readonly rows: number; readonly columns: number }
}

/** Layers of a product. */
export const FEWEST_FACTORS = 2
export const MOST_FACTORS = 4

/** The fields of a product in a model, in addition to the fields of every coupling. */
export interface Product {
  readonly name: string
  readonly factors: readonly Factor[]
  /** Factor of every product. */
  readonly scale: number
  /** Time constant; absent = fixed patterns. */
  readonly tau?: number
}

/** -scale sum_mu prod_l (A^l_mu . g_l) */
export const product: HyperedgeFacts<Product> = {
  under: 'memories',
  layers: ({ factors }) => factors.map(({ layer }) => layer),
  targets: ({ factors }) => factors.map(({ layer }) => layer),
  withoutEnergy: () => undefined,
  arrays: ({ name, factors }) =>
    factors.map(({ part, init }) => ({ name: `${name}.${part}`, length: init.rows * init.columns })),
  energy(coupling, tensor, g) {
    return -weights(coupling, overlaps(coupling, tensor, g), []).reduce((sum, value) => sum + value, 0)
  },
  input(coupling, tensor, g, layer) {
    const at = coupling.factors.findIndex((factor) => factor.layer === layer)
    return summed(coupling, tensor, at, weights(coupling, overlaps(coupling, tensor, g), [at]))
  },
  drive(coupling, g, drive, tensor) {
    const found = overlaps(coupling, tensor, g)
    return Float64Array.from(
      coupling.factors.flatMap(({ layer }, at) => {
        const from = of(g, layer)
        return [...weights(coupling, found, [at])].flatMap((to) => Array.from(from, (own) => drive(to, own)))
      }),
    )
  },
  slope(coupling, tensor, g, to, from) {
    const [i, j] = [to, from].map((layer) => coupling.factors.findIndex((one) => one.layer === layer)) as [
      number,
      number,
    ]
    const [rows, columns] = [coupling.factors[i]!.init.columns, coupling.factors[j]!.init.columns]
    const result = new Float64Array(rows * columns)
    if (i === j) return result
    weights(coupling, overlaps(coupling, tensor, g), [i, j]).forEach((weight, mu) => {
      const [left, right] = [patternOf(coupling, tensor, i, mu), patternOf(coupling, tensor, j, mu)]
      left.forEach((a, r) => right.forEach((b, c) => (result[r * columns + c]! += weight * a * b)))
    })
    return result
  },
  numbers: ['scale'],
  learns: 'steady',
  text: ({ factors }) => {
    const count = factors[0]?.init.rows ?? 0
    return `${count} ${count === 1 ? 'pattern' : 'patterns'} of ${factors.map(({ layer }) => layer).join(', ')}`
  },
  tex: {
    sent: (edge, layer, symbols) =>
      `${scaleOf(edge, symbols)}${partOf(layer, symbols)}^\\top ${others(edge, layer, symbols)}`,
    lines: (edge, symbols) =>
      edge.tau === undefined
        ? []
        : edge.factors.map(({ layer }) => {
            const A = partOf(layer, symbols)
            const tau = symbols.number('tau', edge.tau ?? 0)
            const pull = `-(${A} - ${A}(0)) + ${scaleOf(edge, symbols)}${others(edge, layer, symbols)} ${symbols.g(layer)}^\\top`
            return `\\tau_{A}\\, \\dot ${A} = ${pull}, \\qquad \\tau_{A} = ${tau}`
          }),
    energy: (edge, symbols) => {
      const factors = edge.factors.map(({ layer }) => `(${overlapOf(layer, symbols)})_\\mu`).join('')
      const elastic = edge.factors.map(({ layer }) => {
        const A = partOf(layer, symbols)
        return ` + \\tfrac12 |${A} - ${A}(0)|^2`
      })
      return `- ${scaleOf(edge, symbols)}\\sum_\\mu ${factors}${edge.tau === undefined ? '' : elastic.join('')}`
    },
  },
}

function partOf(layer: string, { matrix, of: symbol }: Symbols): string {
  return matrix('A', symbol(layer))
}

function overlapOf(layer: string, symbols: Symbols): string {
  return `${partOf(layer, symbols)}\\, ${symbols.g(layer)}`
}

/** The product of the overlaps of all layers but one, in TeX. */
function others({ factors }: Product, layer: string, symbols: Symbols): string {
  const list = factors.filter((one) => one.layer !== layer).map((one) => overlapOf(one.layer, symbols))
  return `(${list.join(' \\odot ')})`
}

function scaleOf({ scale }: Product, symbols: Symbols): string {
  return scale === 1 ? '' : `${symbols.number('scale', scale)}\\, `
}

/** Patterns by layer. */
interface ProductSpec<P> {
  readonly between: Readonly<Record<string, P>>
}

export function writtenProduct<P>(): Written<ProductSpec<P>, P> {
  return {
    ends: ({ between }) => Object.keys(between),
    parts: ({ between }) =>
      Object.entries(between).map(([part, patterns]) => ({ part, patterns, path: `between.${part}` })),
  }
}

/** Row mu of the part of one layer. */
function patternOf({ factors }: Product, tensor: Float64Array, at: number, mu: number): Float64Array {
  const start = factors.slice(0, at).reduce((sum, { init }) => sum + init.rows * init.columns, 0)
  return row(tensor.subarray(start), factors[at]!.init.columns, mu)
}

/** A^l_mu . g_l, [layer][mu]; undefined for a layer without an activation. */
function overlaps(coupling: Product, tensor: Float64Array, g: Activations): (Float64Array | undefined)[] {
  return coupling.factors.map(({ layer, init }, at) => {
    const own = g.get(layer)
    if (own === undefined) return undefined
    return Float64Array.from({ length: init.rows }, (_, mu) => dot(patternOf(coupling, tensor, at, mu), own))
  })
}

/** scale times the product of the overlaps of all layers but some, [mu]. */
function weights(
  { factors, scale }: Product,
  found: readonly (Float64Array | undefined)[],
  without: readonly number[],
): Float64Array {
  return Float64Array.from({ length: factors[0]?.init.rows ?? 0 }, (_, mu) =>
    found.reduce((result, values, at) => {
      if (without.includes(at)) return result
      if (values === undefined) throw new Error(`there is no activation of \`${factors[at]!.layer}\``)
      return result * values[mu]!
    }, scale),
  )
}

/** sum_mu A_mu weight_mu of one layer, [N]. */
function summed(coupling: Product, tensor: Float64Array, at: number, by: Float64Array): Float64Array {
  const sums = new Float64Array(coupling.factors[at]!.init.columns)
  by.forEach((weight, mu) =>
    patternOf(coupling, tensor, at, mu).forEach((value, i) => (sums[i]! += weight * value)),
  )
  return sums
}
