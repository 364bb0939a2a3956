/** Runs one kernel of the registry by itself: given fields, buffers and workgroups, outside of any plan. */
import { clockLayout, pipelineOf } from '../../../src/core/gpu/pipelines.ts'
import type { Kernel } from '../../../src/core/plan/kernels.ts'

export interface KernelRun {
  /** Values of `Params`, all of them. */
  readonly params: Readonly<Record<string, number>>
  /** Contents by binding name; a binding not named gets 16 bytes of zeros, as an unused one does in a plan. */
  readonly buffers: Readonly<Record<string, Float32Array | Uint32Array | Uint8Array>>
  readonly workgroups: readonly [number, number?, number?]
  readonly constants?: Readonly<Record<string, number>>
  /** The clock record: tick, then rows shown and ring slots. */
  readonly clock?: readonly number[]
}

/** Contents of a binding after the run, under one of its readings. */
export interface Output {
  readonly floats: Float32Array
  readonly words: Uint32Array
}

/** Dispatches a kernel once on a device and reads back what it may write. */
export async function dispatchKernel(
  device: GPUDevice,
  kernel: Kernel,
  run: KernelRun,
): Promise<Readonly<Record<string, Output>>> {
  const { pipeline, layout } = await pipelineOf(device, kernel, run.constants ?? {})
  const made: GPUBuffer[] = []
  const create = (bytes: ArrayLike<number> & ArrayBufferView, usage: number): GPUBuffer => {
    const buffer = device.createBuffer({
      size: Math.max(16, bytes.byteLength),
      usage,
      mappedAtCreation: true,
    })
    new Uint8Array(buffer.getMappedRange()).set(
      new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    )
    buffer.unmap()
    made.push(buffer)
    return buffer
  }

  const fields = new DataView(new ArrayBuffer(Math.max(16, kernel.fields.length * 4)))
  kernel.fields.forEach(({ name, type }, index) => {
    const value = run.params[name]
    if (value === undefined) throw new Error(`${kernel.key}: no value for ${name}`)
    if (type === 'u32') fields.setUint32(index * 4, value, true)
    else fields.setFloat32(index * 4, value, true)
  })
  for (const name of Object.keys(run.params))
    if (!kernel.fields.some((field) => field.name === name)) throw new Error(`${kernel.key} has no ${name}`)
  for (const name of Object.keys(run.buffers))
    if (!kernel.bindings.some((binding) => binding.name === name))
      throw new Error(`${kernel.key} binds no ${name}`)

  const uniform = create(new Uint8Array(fields.buffer), GPUBufferUsage.UNIFORM)
  const buffers = new Map(
    kernel.bindings.map(({ name }) => [
      name,
      create(run.buffers[name] ?? new Uint32Array(4), GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC),
    ]),
  )
  const clock = create(Int32Array.from(run.clock ?? [0]), GPUBufferUsage.STORAGE)

  const encoder = device.createCommandEncoder({ label: kernel.key })
  const pass = encoder.beginComputePass({ label: kernel.key })
  pass.setPipeline(pipeline)
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout,
      entries: [
        { binding: 0, resource: { buffer: uniform } },
        ...kernel.bindings.map(({ name, index }) => ({
          binding: index,
          resource: { buffer: buffers.get(name) as GPUBuffer },
        })),
      ],
    }),
  )
  if (kernel.clocked) {
    pass.setBindGroup(
      1,
      device.createBindGroup({
        layout: clockLayout(device),
        entries: [{ binding: 0, resource: { buffer: clock } }],
      }),
      [0],
    )
  }
  pass.dispatchWorkgroups(...(run.workgroups as [number, number?, number?]))
  pass.end()

  const written = kernel.bindings.filter(({ writes }) => writes).map(({ name }) => name)
  const total = written.reduce((sum, name) => sum + (buffers.get(name) as GPUBuffer).size, 0)
  const staging = device.createBuffer({
    size: total,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  })
  let offset = 0
  for (const name of written) {
    const buffer = buffers.get(name) as GPUBuffer
    encoder.copyBufferToBuffer(buffer, 0, staging, offset, buffer.size)
    offset += buffer.size
  }
  device.queue.submit([encoder.finish()])
  await staging.mapAsync(GPUMapMode.READ)
  const bytes = staging.getMappedRange().slice(0)
  const result: Record<string, Output> = {}
  offset = 0
  for (const name of written) {
    const { size } = buffers.get(name) as GPUBuffer
    const given = run.buffers[name]?.byteLength ?? size
    const part = bytes.slice(offset, offset + given)
    result[name] = { floats: new Float32Array(part), words: new Uint32Array(part) }
    offset += size
  }
  for (const buffer of [...made, staging]) buffer.destroy()
  return result
}
