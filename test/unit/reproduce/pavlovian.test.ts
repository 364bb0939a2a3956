import { expect, test } from 'vitest'
import { RandomStream } from '../../../src/core/model/random.ts'
import {
  correlatedSigns,
  expectedDistance,
  meanOffDiagonal,
  meanProduct,
} from '../../../src/core/reproduce/pavlovian.ts'

test('the expected distance is the mean over all sequences of draws, one by one', () => {
  const [N, K, tau, draws] = [4, 3, 5, 4]
  const patterns = correlatedSigns(new RandomStream(2, 'test'), K, { N, K, tau, rho: 0 })
  const H = meanProduct(patterns)
  const start = Float64Array.from({ length: N * N }, (_, at) => Math.sin(at))
  const distanceOf = (w: Float64Array) => meanOffDiagonal(N, (at) => (w[at]! - H[at]!) ** 2)
  for (let t = 0; t <= draws; t++) {
    let sum = 0
    for (let sequence = 0; sequence < K ** t; sequence++) {
      let w = start
      for (let step = 0; step < t; step++) {
        const xi = patterns[Math.floor(sequence / K ** step) % K]!
        w = w.map((one, at) => one + (xi[Math.floor(at / N)]! * xi[at % N]! - one) / tau)
      }
      sum += distanceOf(w)
    }
    const square = meanOffDiagonal(N, (at) => H[at]! ** 2)
    // The mean of W moves to H too: what is left of the start, squared, is all that the mean keeps.
    expect(sum / K ** t).toBeCloseTo(expectedDistance(t, tau, distanceOf(start), square), 12)
  }
})

test('correlated patterns overlap by rho in the mean', () => {
  const [N, K, rho] = [4000, 20, 0.3]
  const patterns = correlatedSigns(new RandomStream(1, 'test'), K, { N, K, tau: 1, rho })
  let sum = 0
  for (let a = 0; a < K; a++)
    for (let b = 0; b < a; b++)
      sum += patterns[a]!.reduce((dot, one, i) => dot + one * patterns[b]![i]!, 0) / N
  expect(sum / ((K * (K - 1)) / 2)).toBeCloseTo(rho, 1.5)
})
