/** Compute pipelines with explicit layouts, compiled asynchronously and shared by all networks on a device. */
import { ModelError, RunError } from '../errors.ts'
import type { Kernel } from '../plan/kernels.ts'

/** A compiled kernel. Group 0: `Params` and the storage buffers; group 1: the clock record of the tick. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline
  readonly layout: GPUBindGroupLayout
}

const pipelines = new WeakMap<GPUDevice, Map<string, Promise<Pipeline>>>()
const clockLayouts = new WeakMap<GPUDevice, GPUBindGroupLayout>()

/** Layout of group 1: one clock record, at a dynamic offset. */
export function clockLayout(device: GPUDevice): GPUBindGroupLayout {
  let layout = clockLayouts.get(device)
  if (layout === undefined) {
    layout = device.createBindGroupLayout({
      label: 'clock',
      entries: [
        {
          binding: 0,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: 'read-only-storage', hasDynamicOffset: true },
        },
      ],
    })
    clockLayouts.set(device, layout)
  }
  return layout
}

/**
 * The pipeline of a kernel with the given overrides, compiled once for a device.
 * @throws RunError with the compiler's message, line and column; ModelError if the line is an expression of the user
 */
export function pipelineOf(
  device: GPUDevice,
  kernel: Kernel,
  constants: Readonly<Record<string, number>>,
): Promise<Pipeline> {
  let known = pipelines.get(device)
  if (known === undefined) {
    known = new Map()
    pipelines.set(device, known)
  }
  const key = `${kernel.key} ${JSON.stringify(constants)} ${kernel.written?.lines.join('\n') ?? ''}`
  let pipeline = known.get(key)
  if (pipeline === undefined) {
    pipeline = compile(device, kernel, constants)
    known.set(key, pipeline)
  }
  return pipeline
}

/** How many pipelines have been compiled for a device. */
export function pipelineCount(device: GPUDevice): number {
  return pipelines.get(device)?.size ?? 0
}

async function compile(
  device: GPUDevice,
  kernel: Kernel,
  constants: Readonly<Record<string, number>>,
): Promise<Pipeline> {
  const layout = device.createBindGroupLayout({
    label: kernel.key,
    entries: [
      {
        binding: 0,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: kernel.varied ? 'read-only-storage' : 'uniform' },
      },
      ...kernel.bindings.map(({ index, writes }): GPUBindGroupLayoutEntry => ({
        binding: index,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: writes ? 'storage' : 'read-only-storage' },
      })),
    ],
  })
  device.pushErrorScope('validation')
  const module = device.createShaderModule({ label: kernel.key, code: kernel.source })
  // Compile errors are reported below, with their line.
  void device.popErrorScope()
  try {
    const pipeline = await device.createComputePipelineAsync({
      label: kernel.key,
      layout: device.createPipelineLayout({
        label: kernel.key,
        bindGroupLayouts: kernel.clocked ? [layout, clockLayout(device)] : [layout],
      }),
      compute: { module, entryPoint: kernel.entryPoint, constants: { ...constants } },
    })
    return { pipeline, layout }
  } catch (error) {
    const { messages } = await module.getCompilationInfo()
    const first = messages.find(({ type }) => type === 'error')
    const lines = kernel.source.split('\n')
    const line = first && lines[first.lineNum - 1]
    const { origins = [] } = kernel.written ?? {}
    const origin = first && origins[first.lineNum - 1 - (lines.length - origins.length)]
    if (origin !== undefined)
      throw new ModelError(
        `${origin}: the compiler of this adapter rejects it: ${first?.message}; rewrite it`,
      )
    throw new RunError(
      first === undefined
        ? `kernel ${kernel.key}: ${(error as Error).message}`
        : `kernel ${kernel.key}, line ${first.lineNum}:${first.linePos}: ${first.message} in \`${line?.trim() ?? ''}\``,
    )
  }
}
