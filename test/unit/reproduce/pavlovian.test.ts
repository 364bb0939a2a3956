import { expect, test } from 'vitest'
import { RandomStream } from '../../../src/core/model/random.ts'
import { expectedDistance, meanSquare } from '../../../src/core/reproduce/pavlovian.ts'

/** K patterns of +-1, one after the other. */
function signs(K: number, N: number): Float32Array {
  const stream = new RandomStream(2, 'test')
  return Float32Array.from({ length: K * N }, () => (stream.uniform() < 0.5 ? 1 : -1))
}

/** H = sum xi xi^T / K */
function meanProduct(patterns: Float32Array, K: number, N: number): Float64Array {
  return Float64Array.from({ length: N * N }, (_, at) => {
    let sum = 0
    for (let mu = 0; mu < K; mu++)
      sum += patterns[mu * N + Math.floor(at / N)]! * patterns[mu * N + (at % N)]!
    return sum / K
  })
}

function meanOffDiagonal(N: number, of: (at: number) => number): number {
  let sum = 0
  for (let at = 0; at < N * N; at++) if (at % (N + 1) !== 0) sum += of(at)
  return sum / (N * (N - 1))
}

test('the mean square of H is that of its entries, whatever the size of the patterns', () => {
  const [K, N] = [5, 7]
  const patterns = signs(K, N)
  const H = meanProduct(patterns, K, N)
  for (const factor of [1, 200])
    expect(meanSquare({ rows: K, columns: N, data: patterns.map((xi) => factor * xi) })).toBeCloseTo(
      meanOffDiagonal(N, (at) => H[at]! ** 2),
      12,
    )
})

test('the expected distance is the mean over all sequences of draws, one by one', () => {
  const [N, K, tau, draws] = [4, 3, 5, 4]
  const patterns = signs(K, N)
  const H = meanProduct(patterns, K, N)
  const start = Float64Array.from({ length: N * N }, (_, at) => Math.sin(at))
  const distanceOf = (w: Float64Array) => meanOffDiagonal(N, (at) => (w[at]! - H[at]!) ** 2)
  for (let t = 0; t <= draws; t++) {
    let sum = 0
    for (let sequence = 0; sequence < K ** t; sequence++) {
      let w = start
      for (let step = 0; step < t; step++) {
        const mu = Math.floor(sequence / K ** step) % K
        const xi = patterns.subarray(mu * N, (mu + 1) * N)
        w = w.map((one, at) => one + (xi[Math.floor(at / N)]! * xi[at % N]! - one) / tau)
      }
      sum += distanceOf(w)
    }
    const square = meanSquare({ rows: K, columns: N, data: patterns })
    // The mean of W moves to H too: what is left of the start, squared, is all that the mean keeps.
    expect(sum / K ** t).toBeCloseTo(expectedDistance(t, tau, distanceOf(start), square), 12)
  }
})
