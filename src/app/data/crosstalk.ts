/** Whether rows overlap so much that a coupling that stores them as J = P^T P / N mixes them. Pure. */
import type { Rows } from '../../core/model/model.ts'

/** Rows that are compared with each other; a comparison takes time in proportion to its square. */
const MOST_COMPARED = 200

/**
 * The share of neurons that one step turns at the capacity of independent patterns, P = 0.138 N, where recall is lost (Amit, Gutfreund,
 * Sompolinsky 1985): crosstalk of variance P / N is larger than the signal 1 with the probability erfc(1 / sqrt(2 P / N)) / 2.
 */
export const MOST_TURNED = 0.0036

export interface Crosstalk {
  /** The largest size of a cosine between two rows, 0 to 1. */
  readonly overlap: number
  /** The share of neurons at which the other rows are stronger than the row itself. */
  readonly turned: number
  /** True if the rows are mixed. */
  readonly isMixed: boolean
}

/**
 * The crosstalk among rows xi_mu, with m_mu,nu = xi_mu . xi_nu / N. One step from a row turns neuron i if
 * xi_mu,i sum over nu other than mu of m_mu,nu xi_nu,i < -m_mu,mu xi_mu,i^2 (Hertz, Krogh, Palmer 1991, section 2.2). Two rows with the
 * cosine c and the mean square r^2, each of which is stored alone, are apart at rest only if slope r^2 (1 - c) > 1: at the neurons where they differ the activation a
 * solves a = g(r^2 (1 - c) a), and a = 0 is the only solution below.
 * @param slope - of the activation at 0
 */
export function crosstalkOf({ rows, columns, data }: Rows, slope: number): Crosstalk {
  const count = Math.min(rows, MOST_COMPARED)
  const products = new Float64Array(count * count)
  for (let mu = 0; mu < count; mu++)
    for (let nu = mu; nu < count; nu++) {
      let sum = 0
      for (let i = 0; i < columns; i++) sum += at(data, mu * columns + i) * at(data, nu * columns + i)
      products[mu * count + nu] = products[nu * count + mu] = sum / columns
    }
  let [overlap, turned, isMixed] = [0, 0, false]
  const others = new Float64Array(columns)
  const squares = new Float64Array(columns)
  for (let place = 0; place < count * columns; place++)
    squares[place % columns] = at(squares, place % columns) + at(data, place) ** 2
  for (let mu = 0; mu < count; mu++) {
    const square = at(products, mu * count + mu)
    others.fill(0)
    for (let nu = 0; nu < count; nu++) {
      if (nu === mu) continue
      const product = at(products, mu * count + nu)
      const size = Math.sqrt(square * at(products, nu * count + nu))
      const cosine = size === 0 ? 0 : Math.abs(product) / size
      overlap = Math.max(overlap, cosine)
      isMixed ||= slope * size > 1 && slope * size * (1 - cosine) <= 1
      for (let i = 0; i < columns; i++) others[i] = at(others, i) + product * at(data, nu * columns + i)
    }
    for (let i = 0; i < columns; i++) {
      const value = at(data, mu * columns + i)
      // Without the coupling of the neuron with itself.
      const self = (at(squares, i) - value * value) / columns
      if (value * at(others, i) < (self - square) * value * value) turned++
    }
  }
  turned /= Math.max(1, count * columns)
  return { overlap, turned, isMixed: count > 1 && (isMixed || turned > MOST_TURNED) }
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number
}
