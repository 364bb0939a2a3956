/** What memories learn by BCM and covariance, beside published results. */
import { test } from 'vitest'
import { RandomStream } from '../../src/core/model/random.ts'
import { buildModel, normalRows, rowsOf } from '../build.ts'
import { withSimulation } from './helpers/compare.ts'
import { expectWithin } from './helpers/within.ts'

test('BCM neurons choose one of two orthogonal patterns, at the fixed point of the rule', async () => {
  // Bienenstock, Cooper, Munro 1982: where y (y - theta) = 0 for both patterns, only answers to one of them are stable. Shown in
  // turn, theta alternates; before the pattern of the neuron it is y^2 e^-h / (1 + e^-h) with h = dt / tauThreshold, so that
  // y = theta there means y = 1 + e^h (2 for a slow threshold), and the answer to the other pattern dies out.
  const patterns = [
    [1, 1, 1, 1, 0, 0, 0, 0].map((value) => value / 2),
    [0, 0, 0, 0, 1, -1, 1, -1].map((value) => value / 2),
  ]
  const starts = [
    [1.2, 0.8],
    [0.4, 0.9],
    [1.5, 1.4],
    [0.3, 0.5],
    [0.6, 0.2],
  ]
  const h = 0.05
  const model = buildModel({
    time: { dt: 1 },
    layers: [
      { name: 'v', size: 8, lagrangian: { kind: 'linear', gain: 1 }, tau: 1 },
      { name: 'h', size: starts.length, lagrangian: { kind: 'linear', gain: 1 }, tau: 0 },
    ],
    memories: [
      {
        name: 'xi',
        from: 'v',
        to: 'h',
        rule: { kind: 'bcm', tauThreshold: 1 / h, decay: 0 },
        tau: 150,
        init: rowsOf(
          starts.map(([a, b]) => patterns[0]!.map((value, i) => a! * value + b! * patterns[1]![i]!)),
        ),
      },
    ],
    stimulus: [{ kind: 'clamp', layer: 'v', patterns: rowsOf(patterns) }],
  })
  await withSimulation(model, async (simulation) => {
    await simulation.step(6000)
    const { data } = await simulation.read('xi')
    const answers = starts.map((_, row) =>
      patterns.map((pattern) => pattern.reduce((sum, value, i) => sum + value * data[row * 8 + i]!, 0)),
    )
    const chosen = 1 + Math.exp(h)
    answers.forEach(([first, second], row) => {
      const [a, b] = starts[row]!
      // The stronger answer at first wins.
      expectWithin([first!, second!], a! > b! ? [chosen, 0] : [0, chosen], 0.01, `row ${row}, answer`)
    })
  })
})

test('covariance learns the covariance of what both layers are shown, not their correlation', async () => {
  const stream = new RandomStream(8, 'covariance')
  const [K, N, M] = [6, 4, 3]
  const shown = (size: number): number[][] =>
    Array.from({ length: K }, () => Array.from({ length: size }, () => 1.5 + stream.normal()))
  const [from, to] = [shown(N), shown(M)]
  const meanOf = (rows: readonly number[][], column: number): number =>
    rows.reduce((sum, row) => sum + row[column]!, 0) / K
  const covariance = Array.from({ length: M * N }, (_, k) => {
    const [i, j] = [Math.floor(k / N), k % N]
    return (
      to.reduce((sum, row, t) => sum + (row[i]! - meanOf(to, i)) * (from[t]![j]! - meanOf(from, j)), 0) / K
    )
  })
  const layer = (name: string, size: number) =>
    ({ name, size, lagrangian: { kind: 'linear', gain: 1 }, tau: 1 }) as const
  const clamp = (name: string, rows: number[][]) =>
    ({ kind: 'clamp', layer: name, patterns: rowsOf(rows) }) as const
  const model = buildModel({
    time: { dt: 1 },
    layers: [layer('v', N), layer('h', M)],
    memories: [
      {
        ...{ name: 'xi', from: 'v', to: 'h', tau: 500, rule: { kind: 'covariance', tauMean: 500 } },
        init: normalRows(stream, M, N),
        bias: normalRows(stream, M, N, 0),
      },
    ],
    stimulus: [clamp('v', from), clamp('h', to)],
  })
  await withSimulation(model, async (simulation) => {
    await simulation.step(6000)
    expectWithin((await simulation.read('xi')).data, covariance, 0.02)
    expectWithin(
      (await simulation.read('xi.meanTo')).data,
      to[0]!.map((_, i) => meanOf(to, i)),
      0.02,
    )
    expectWithin(
      (await simulation.read('xi.meanFrom')).data,
      from[0]!.map((_, j) => meanOf(from, j)),
      0.02,
    )
  })
})
