/** Kernels without checks of bounds. */
import { expect, test } from 'vitest'
import { createSimulation } from '../../src/core/run/simulation.ts'
import { requestDevice } from '../../src/node/device.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { buildModel, normalRows } from '../build.ts'
import { loadShipped } from '../scenario.ts'
import { testDevice } from './device.ts'

test('the device of the tests gives NaN to a kernel that reads outside of its buffer', async () => {
  const { device } = await testDevice()
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC
  const [from, to] = [device.createBuffer({ size: 16, usage }), device.createBuffer({ size: 16, usage })]
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: {
      module: device.createShaderModule({
        code: `@group(0) @binding(0) var<storage, read> a: array<f32>;
          @group(0) @binding(1) var<storage, read_write> b: array<f32>;
          @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) { b[i] = a[i + 2u]; }`,
      }),
    },
  })
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  pass.setPipeline(pipeline)
  const entries = [from, to].map((buffer, binding) => ({ binding, resource: { buffer, size: 16 } }))
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }))
  pass.dispatchWorkgroups(1)
  pass.end()
  const read = device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
  encoder.copyBufferToBuffer(to, 0, read, 0, 16)
  device.queue.submit([encoder.finish()])
  await read.mapAsync(GPUMapMode.READ)
  expect([...new Float32Array(read.getMappedRange())]).toEqual([0, 0, NaN, NaN])
  for (const buffer of [from, to, read]) buffer.destroy()
})

const small = buildModel({
  replicas: 5,
  layers: [
    {
      name: 'v',
      size: 7,
      lagrangian: { kind: 'tanh', gain: 2 },
      init: normalRows(new RandomStream(1, 'v'), 5, 7),
    },
    { name: 'h', size: 3, lagrangian: { kind: 'softmax', beta: 1 } },
  ],
  memories: [
    {
      name: 'xi',
      from: 'v',
      to: 'h',
      init: normalRows(new RandomStream(1, 'xi'), 3, 7),
      rule: 'gated',
      tau: 9,
    },
  ],
})

test.each([
  ['hierarchical', 'off'],
  ['small', 'on'],
] as const)(
  '%s, resident %s, has the same bytes with checks of bounds and without',
  async (name, resident) => {
    const { device, info } = await testDevice()
    const checked = await requestDevice({ adapter: info.name, unchecked: false })
    const [without, with_] = await Promise.all(
      [device, checked.device].map(async (on) => {
        const simulation = await createSimulation(on, name === 'small' ? small : await loadShipped(name), {
          resident,
        })
        await simulation.step(20)
        const saved = await simulation.checkpoint()
        simulation.destroy()
        return saved
      }),
    )
    checked.release()
    expect(without).toEqual(with_)
  },
)
