import { expect, test } from 'vitest'
import { normalOf, philox } from '../../../src/core/math/philox.ts'
import { noise, RandomStream } from '../../../src/core/model/random.ts'
import type { Kernel } from '../../../src/core/plan/kernels.ts'
import random from '../../../shaders/common/random.wgsl?raw'
import normal from '../../../shaders/noise/normal.wgsl?raw'
import real from '../../../shaders/common/real.wgsl?raw'
import { expectWithin } from '../helpers/within.ts'
import { runKernel } from './harness.ts'

/** A kernel for the functions of shaders/common alone: 8 words in, 4 words out an item. */
function kernelFor(expression: string): Kernel {
  return {
    key: `test ${expression}`,
    entryPoint: 'main',
    source: `
      struct Params { count: u32 }
      @group(0) @binding(0) var<uniform> params: Params;
      @group(0) @binding(1) var<storage, read> input: array<vec4<u32>>;
      @group(0) @binding(2) var<storage, read_write> output: array<vec4<u32>>;
      @compute @workgroup_size(64)
      fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        if (id.x >= params.count) { return; }
        let a = input[2u * id.x];
        let b = input[2u * id.x + 1u];
        output[id.x] = ${expression};
      }
      ${random}
      ${normal}
      ${real}`,
    fields: [{ name: 'count', type: 'u32' }],
    bindings: [
      { name: 'input', index: 1, writes: false },
      { name: 'output', index: 2, writes: true },
    ],
    clocked: false,
    varied: false,
  }
}

/** [count][8] words. */
const stream = new RandomStream(1, 'counters')
const items = [
  new Array<number>(8).fill(0),
  new Array<number>(8).fill(0xffffffff),
  [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0, 0],
  ...Array.from({ length: 997 }, () => Array.from({ length: 8 }, () => stream.word())),
]

async function run(expression: string, input: number[][]) {
  const { output } = await runKernel(kernelFor(expression), {
    params: { count: input.length },
    buffers: { input: Uint32Array.from(input.flat()), output: new Uint32Array(4 * input.length) },
    workgroups: [Math.ceil(input.length / 64)],
  })
  return output!
}

test('philox on the GPU is philox in TypeScript, bit by bit', async () => {
  const { words } = await run('philox(a, b.xy)', items)
  const expected = items.flatMap(([a, b, c, d, k, l]) => philox([a!, b!, c!, d!], [k!, l!]))
  expect([...words]).toEqual(expected)
})

test('noise on the GPU is noise in TypeScript within 1e-6, deep in both tails too', async () => {
  const { floats } = await run('vec4<u32>(bitcast<u32>(noise(a.x, a.y, a.z, a.w, b.x)), 0u, 0u, 0u)', items)
  const expected = items.map(([seed, tick, layer, replica, index]) =>
    noise(seed!, tick!, layer!, replica!, index!),
  )
  expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(3)
  expectWithin(
    expected.map((_, k) => floats[4 * k]!),
    expected,
    1e-6,
  )
})

test('normal numbers near 0 and far out are within 1e-6: u at both ends of (0, 1)', async () => {
  const ends = [0, 1, 2, 512, 513, 1e4, 1e6, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1e6]
  const words = [...ends, ...ends.map((word) => 2 ** 32 - 1 - word)]
  const pairs = words.flatMap((a) => words.map((b) => [a, b, 0, 0, 0, 0, 0, 0]))
  const { floats } = await run('vec4<u32>(bitcast<u32>(normalOf(a.x, a.y)), 0u, 0u, 0u)', pairs)
  const expected = pairs.map(([a, b]) => normalOf(a!, b!))
  expectWithin(
    expected.map((_, k) => floats[4 * k]!),
    expected,
    1e-6,
    'pair',
  )
})
