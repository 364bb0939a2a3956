/** The pipelines that draw and measure sheets, for every network on a device. */
import { type Format, FORMATS } from '../../core/plan/kernels.ts'
import { wgsl } from '../../core/plan/shaders.ts'

/** Invocations that measure together. */
export const WORKGROUP = 64

/** Pipelines for one format of numbers. */
export interface Pipelines {
  readonly shade: GPURenderPipeline
  readonly measure: GPUComputePipeline
}

/** Compiles once for each device and format. */
export interface PainterPipelines {
  readonly canvasFormat: GPUTextureFormat
  of(format: Format): Promise<Pipelines>
  readonly shadeLayout: GPUBindGroupLayout
  readonly measureLayout: GPUBindGroupLayout
}

export function createPainterPipelines(device: GPUDevice, canvasFormat: GPUTextureFormat): PainterPipelines {
  const inputs = (visibility: GPUShaderStageFlags): GPUBindGroupLayoutEntry[] => [
    { binding: 0, visibility, buffer: { type: 'uniform' } },
    { binding: 1, visibility, buffer: { type: 'read-only-storage' } },
  ]
  const shadeLayout = device.createBindGroupLayout({
    label: 'view/shade',
    entries: [
      ...inputs(GPUShaderStage.FRAGMENT),
      ...[2, 3, 4].map((binding): GPUBindGroupLayoutEntry => ({
        binding,
        visibility: GPUShaderStage.FRAGMENT,
        buffer: { type: 'read-only-storage' },
      })),
    ],
  })
  const measureLayout = device.createBindGroupLayout({
    label: 'view/measure',
    entries: [
      ...inputs(GPUShaderStage.COMPUTE),
      { binding: 2, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'storage' } },
    ],
  })
  const compile = async (format: Format): Promise<Pipelines> => {
    const module = (name: string): GPUShaderModule =>
      device.createShaderModule({
        label: `view/${name}+${format}`,
        code: [`view/${name}`, 'view/sheet', FORMATS[format], 'common/real'].map(wgsl).join('\n'),
      })
    const layout = (group: GPUBindGroupLayout): GPUPipelineLayout =>
      device.createPipelineLayout({ bindGroupLayouts: [group] })
    const shading = module('shade')
    const [shade, measure] = await Promise.all([
      device.createRenderPipelineAsync({
        label: `view/shade+${format}`,
        layout: layout(shadeLayout),
        vertex: { module: shading, entryPoint: 'cover' },
        fragment: { module: shading, entryPoint: 'shade', targets: [{ format: canvasFormat }] },
      }),
      device.createComputePipelineAsync({
        label: `view/measure+${format}`,
        layout: layout(measureLayout),
        compute: {
          module: module('measure'),
          entryPoint: 'measure',
          constants: { WORKGROUP },
        },
      }),
    ])
    return { shade, measure }
  }
  const known = new Map<Format, Promise<Pipelines>>()
  const of = (format: Format): Promise<Pipelines> => {
    let pipelines = known.get(format)
    if (pipelines === undefined) {
      pipelines = compile(format)
      known.set(format, pipelines)
    }
    return pipelines
  }
  // All networks need these: they compile while the scenario loads.
  of('f32').catch(() => undefined)
  return { canvasFormat, shadeLayout, measureLayout, of }
}
