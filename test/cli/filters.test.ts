/** A network with filters on the command line: what it writes, that it goes on bit by bit, and that its numbers are those of the documents. */
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { encodeNpy } from '../../src/core/data/npy.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { ask, filterScenario, readArrays, temporaryFolder, writeScenario } from './program.ts'

const folder = temporaryFolder()
const run = (...args: string[]) => ask(['run', ...args], folder)

test('filters are one state [F, C kh kw] of each replica, and a run in two parts has the bits of one', async () => {
  writeScenario(folder, 'filters.json', filterScenario())
  expect(await run('filters.json', '--out', 'whole')).toMatchObject({ code: 0, stderr: '' })
  const half = ['filters.json', '--ticks', '33', '--out', 'half', '--checkpoint-every', '33']
  expect(await run(...half)).toMatchObject({ code: 0 })
  expect(await run('filters.json', '--out', 'again', '--resume', 'half/checkpoint.npz')).toMatchObject({
    code: 0,
  })
  const [whole, again] = ['whole', 'again'].map((out) => readArrays(folder, `${out}/results.npz`))
  expect(whole!['state.k']!.shape).toEqual([3, 3, 18])
  expect(whole!['state.features']!.shape).toEqual([3, 36])
  expect(whole!['filters.value']!.shape).toEqual([2, 3, 3, 18])
  expect(again).toEqual(whole)
})

const SIDE = [7, 6] as const
const KERNEL = [3, 4] as const

/** tau = dt and euler: after a tick the state is b + I. Every sum as docs/scenario.md has it, "Filters". */
test.each([
  { boundary: 'valid', stride: 2, places: [3, 2], before: [0, 0] },
  { boundary: 'zero', stride: 1, places: [7, 6], before: [1, 1] },
  { boundary: 'zero', stride: 3, places: [3, 2], before: [1, 1] },
  { boundary: 'periodic', stride: 2, places: [4, 3], before: [1, 1] },
])('an Euler step of length tau with $boundary, stride $stride, is the sum of the documents', async (row) => {
  const { boundary, stride, places, before } = row
  const out = `${boundary}-${stride}`
  const [P, Q] = places as [number, number]
  const [H, W] = SIDE
  const [kh, kw] = KERNEL
  const stream = new RandomStream(1, boundary)
  const drawn = (...shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => stream.normal()),
  })
  const [K, x, y] = [drawn(2, 2 * kh * kw), drawn(1, 2 * H * W), drawn(1, 2 * P * Q)]
  for (const [name, array] of Object.entries({ K, x, y }))
    writeFileSync(`${folder}/${name}.npy`, encodeNpy(array))
  const layer = (size: number[], path: string) => ({
    size,
    lagrangian: { kind: 'linear', gain: 1 },
    tau: 0.5,
    init: { kind: 'npy', path },
  })
  writeScenario(folder, 'step.json', {
    version: 1,
    time: { dt: 0.5, ticks: 1, integrator: 'euler' },
    neurons: { image: layer([2, H, W], 'x.npy'), features: layer([2, P, Q], 'y.npy') },
    memories: {
      k: {
        kind: 'convolution',
        from: 'image',
        to: 'features',
        kernel: KERNEL,
        stride,
        boundary,
        init: { kind: 'npy', path: 'K.npy' },
      },
    },
  })
  expect(await run('step.json', '--out', out)).toMatchObject({ code: 0 })
  const arrays = readArrays(folder, `${out}/results.npz`)
  const features = new Float64Array(2 * P * Q)
  const image = new Float64Array(2 * H * W)
  for (let f = 0; f < 2; f++)
    for (let p = 0; p < P; p++)
      for (let q = 0; q < Q; q++)
        for (let c = 0; c < 2; c++)
          for (let i = 0; i < kh; i++)
            for (let j = 0; j < kw; j++) {
              let [row, column] = [stride * p + i - before[0]!, stride * q + j - before[1]!]
              if (boundary === 'periodic') [row, column] = [(row + H) % H, (column + W) % W]
              if (row < 0 || row >= H || column < 0 || column >= W) continue
              const weight = K.data[((f * 2 + c) * kh + i) * kw + j]!
              features[(f * P + p) * Q + q]! += weight * x.data[(c * H + row) * W + column]!
              image[(c * H + row) * W + column]! += weight * y.data[(f * P + p) * Q + q]!
            }
  for (const [name, sums] of [
    ['features', features],
    ['image', image],
  ] as const)
    sums.forEach((sum, k) => {
      expect(Math.abs(arrays[`state.${name}`]!.data[k]! - sum), `${name} ${k}`).toBeLessThan(1e-5)
    })
})
