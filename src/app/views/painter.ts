/** Draws sheets from the buffers of an engine: no value leaves the GPU but the two ends of its range. */
import type { Engine } from '../../core/gpu/engine.ts'
import type { Format } from '../../core/plan/kernels.ts'
import real from '../../../shaders/common/real.wgsl?raw'
import binary from '../../../shaders/matrix/binary.wgsl?raw'
import f16 from '../../../shaders/matrix/f16.wgsl?raw'
import f32 from '../../../shaders/matrix/f32.wgsl?raw'
import measureSource from '../../../shaders/view/measure.wgsl?raw'
import shadeSource from '../../../shaders/view/shade.wgsl?raw'
import sheetSource from '../../../shaders/view/sheet.wgsl?raw'
import { type Stops, stopNumbers } from './colours.ts'
import type { Range } from './range.ts'
import type { Sheet } from './sheet.ts'

const FORMATS: Readonly<Record<Format, string>> = { f32, f16, binary }

const WORKGROUP = 64

/** Workgroups that measure one sheet; each invocation then takes several quads. */
const MOST_WORKGROUPS = 256

/** Bytes of `Params` in shaders/view/sheet.wgsl. */
const PARAMS_BYTES = 9 * 16 + 16 * 4

/** Extents lie this far apart: the portable alignment of a storage binding. */
const EXTENT_BYTES = 256

interface Pipelines {
  readonly shade: GPURenderPipeline
  readonly measure: GPUComputePipeline
}

/** Compiles once a device and format. */
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
    entries: inputs(GPUShaderStage.FRAGMENT),
  })
  const measureLayout = device.createBindGroupLayout({
    label: 'view/measure',
    entries: [
      ...inputs(GPUShaderStage.COMPUTE),
      { binding: 2, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'storage' } },
    ],
  })
  const compile = async (format: Format): Promise<Pipelines> => {
    const module = (name: string, source: string): GPUShaderModule =>
      device.createShaderModule({
        label: `view/${name}+${format}`,
        code: [source, sheetSource, FORMATS[format], real].join('\n'),
      })
    const layout = (group: GPUBindGroupLayout): GPUPipelineLayout =>
      device.createPipelineLayout({ bindGroupLayouts: [group] })
    const shading = module('shade', shadeSource)
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
          module: module('measure', measureSource),
          entryPoint: 'measure',
          constants: { WORKGROUP },
        },
      }),
    ])
    return { shade, measure }
  }
  const known = new Map<Format, Promise<Pipelines>>()
  return {
    canvasFormat,
    shadeLayout,
    measureLayout,
    of(format) {
      let pipelines = known.get(format)
      if (pipelines === undefined) {
        pipelines = compile(format)
        known.set(format, pipelines)
      }
      return pipelines
    },
  }
}

/** The most negative value as a size, and the largest value, both >= 0. */
export interface Extent {
  readonly low: number
  readonly high: number
}

/** What a sheet is drawn with; a change costs one small upload. */
export interface Look {
  readonly range: Range
  readonly stops: Stops
  /** Size of the canvas in pixels. */
  readonly width: number
  readonly height: number
}

export interface Painter {
  /** Sets what the sheet of this number is drawn with from now on. */
  look(sheet: number, look: Look): void
  draw(encoder: GPUCommandEncoder, sheet: number, target: GPUTextureView): void
  /** Measures all sheets; undefined while an earlier measurement is on its way. */
  measure(): Promise<Extent[]> | undefined
  destroy(): void
}

/** Binds the sheets of a network to pipelines. */
export async function createPainter(
  engine: Engine,
  sheets: readonly Sheet[],
  pipelines: PainterPipelines,
): Promise<Painter> {
  const { device } = engine
  const compiled = await Promise.all(sheets.map(({ format }) => pipelines.of(format)))
  const buffer = (label: string, size: number, usage: GPUBufferUsageFlags): GPUBuffer =>
    device.createBuffer({ label, size, usage })
  const extents = buffer(
    'view/extents',
    sheets.length * EXTENT_BYTES,
    GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  )
  const staging = buffer('view/staging', extents.size, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST)
  let isMeasuring = false
  let isDestroyed = false

  const parts = sheets.map((sheet, index) => {
    const { shade, measure } = compiled[index] as Pipelines
    return sheet.blocks.map((block) => {
      const params = buffer(
        `view/${block.buffer}`,
        PARAMS_BYTES,
        GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
      )
      const inputs = [
        { binding: 0, resource: { buffer: params } },
        { binding: 1, resource: { buffer: engine.buffer(block.buffer) } },
      ]
      const quads = block.count * Math.ceil(sheet.columns / 4)
      return {
        block,
        params,
        shade,
        measure,
        workgroups: Math.min(MOST_WORKGROUPS, Math.ceil(quads / WORKGROUP)),
        shadeGroup: device.createBindGroup({ layout: pipelines.shadeLayout, entries: inputs }),
        measureGroup: device.createBindGroup({
          layout: pipelines.measureLayout,
          entries: [
            ...inputs,
            { binding: 2, resource: { buffer: extents, offset: index * EXTENT_BYTES, size: 8 } },
          ],
        }),
      }
    })
  })

  const look = (index: number, { range, stops, width, height }: Look): void => {
    const sheet = sheets[index] as Sheet
    for (const { block, params } of parts[index] ?? []) {
      const data = new ArrayBuffer(PARAMS_BYTES)
      new Float32Array(data, 0, 36).set(stopNumbers(stops))
      new Uint32Array(data, 144, 9).set([
        block.start,
        block.count,
        sheet.columns,
        sheet.stride,
        sheet.tileHeight,
        sheet.tileWidth,
        sheet.across,
        sheet.gapX,
        sheet.gapY,
      ])
      new Float32Array(data, 180, 7).set([
        sheet.width,
        sheet.height,
        width,
        height,
        range.low,
        range.high,
        sheet.scale,
      ])
      device.queue.writeBuffer(params, 0, data)
    }
  }
  // A measurement needs no look, but the numbers beside it in `Params`.
  sheets.forEach((_, index) =>
    look(index, {
      range: { low: 0, high: 1 },
      stops: Array<string>(9).fill('#000000'),
      width: 1,
      height: 1,
    }),
  )

  return {
    look,
    draw(encoder, sheet, view) {
      const pass = encoder.beginRenderPass({
        label: `view/${sheets[sheet]?.name}`,
        colorAttachments: [{ view, loadOp: 'clear', storeOp: 'store', clearValue: [0, 0, 0, 0] }],
      })
      for (const { shade, shadeGroup } of parts[sheet] ?? []) {
        pass.setPipeline(shade)
        pass.setBindGroup(0, shadeGroup)
        pass.draw(3)
      }
      pass.end()
    },
    measure() {
      if (isMeasuring || isDestroyed) return undefined
      isMeasuring = true
      const encoder = device.createCommandEncoder({ label: 'view/measure' })
      encoder.clearBuffer(extents)
      const pass = encoder.beginComputePass({ label: 'view/measure' })
      for (const { measure, measureGroup, workgroups } of parts.flat()) {
        pass.setPipeline(measure)
        pass.setBindGroup(0, measureGroup)
        pass.dispatchWorkgroups(workgroups)
      }
      pass.end()
      encoder.copyBufferToBuffer(extents, 0, staging, 0, extents.size)
      device.queue.submit([encoder.finish()])
      return staging.mapAsync(GPUMapMode.READ).then(
        () => {
          const floats = new Float32Array(staging.getMappedRange())
          const found = sheets.map((_, index): Extent => {
            const at = (index * EXTENT_BYTES) / 4
            return { high: floats[at] as number, low: floats[at + 1] as number }
          })
          staging.unmap()
          isMeasuring = false
          return found
        },
        // The network was closed or the device lost while the numbers were on their way.
        () => [],
      )
    },
    destroy() {
      isDestroyed = true
      for (const { params } of parts.flat()) params.destroy()
      extents.destroy()
      staging.destroy()
    },
  }
}
