/** Draws sheets from the buffers of an engine: no value leaves the GPU but the two ends of its range. */
import type { Engine } from '../../core/gpu/engine.ts'
import { type Stops, stopNumbers } from './colours.ts'
import type { Companion } from './companions.ts'
import { type Numbers, PARAMS_BYTES, paramsOf } from './params.ts'
import { type PainterPipelines, type Pipelines, WORKGROUP } from './pipelines.ts'
import { type Range, ends, unitOf } from './range.ts'
import type { Sheet } from './sheet.ts'
import { WHOLE, type Window, sizeOf } from './window.ts'

/** Workgroups that measure one sheet; each invocation then takes several quads. */
const MOST_WORKGROUPS = 256

/** The largest float32: a range may end above it. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127

/** Extents lie this far apart: the portable alignment of a storage binding. */
const EXTENT_BYTES = 256

/** The most negative value as a size, and the largest value, both >= 0. */
export interface Extent {
  readonly low: number
  readonly high: number
}

/** One picture: the rows of a sheet, or rows of other buffers laid out as those of the sheet. */
export interface Print {
  readonly sheet: Sheet
  readonly companion?: Companion
}

/** What a print is drawn with; a change costs one small upload. */
export interface Look {
  readonly range: Range
  readonly stops: Stops
  /** Colours of a frame whose neuron is silent, and fully active. */
  readonly frameStops: Stops
  /** Size of the canvas in pixels. */
  readonly width: number
  readonly height: number
  readonly window: Window
  /** The replica whose matrix and whose activations are shown. */
  readonly replica: number
  /** The activation of a neuron whose frame is brightest. */
  readonly brightest: number
}

export interface Painter {
  /** Sets what the print of this number is drawn with from now on. */
  look(print: number, look: Look): void
  /** Sets the rows that the companion of this number shows. */
  place(print: number, rows: Uint32Array<ArrayBuffer>): void
  /** @param timestampWrites - where the pass leaves its times */
  draw(
    encoder: GPUCommandEncoder,
    print: number,
    target: GPUTextureView,
    timestampWrites?: GPURenderPassTimestampWrites,
  ): void
  /**
   * Measures all sheets, and the activations of their frames; undefined while an earlier measurement is on its way.
   * @returns one a print; a companion has that of all its rows
   */
  measure(): Promise<{ readonly extent: Extent; readonly activations?: Extent }[]> | undefined
  destroy(): void
}

/** Rows in buffers. */
type Source = Pick<Sheet, 'blocks' | 'columns' | 'stride' | 'format' | 'scale'>

/** Binds the prints of a network to pipelines. */
export async function createPainter(
  engine: Engine,
  prints: readonly Print[],
  pipelines: PainterPipelines,
): Promise<Painter> {
  const { device } = engine
  const sources = prints.map(({ sheet, companion }): Source => {
    if (companion === undefined) return sheet
    const { blocks, stride } = companion
    return { blocks, stride, columns: sheet.columns, format: 'f32', scale: 1 }
  })
  const [compiled, ofVectors] = await Promise.all([
    Promise.all(sources.map(({ format }) => pipelines.of(format))),
    pipelines.of('f32'),
  ])
  const created: GPUBuffer[] = []
  const buffer = (label: string, size: number, usage: GPUBufferUsageFlags): GPUBuffer => {
    const made = device.createBuffer({ label, size, usage })
    created.push(made)
    return made
  }
  const extents = buffer(
    'view/extents',
    2 * prints.length * EXTENT_BYTES,
    GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  )
  const staging = buffer('view/staging', extents.size, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST)
  let isMeasuring = false
  let isDestroyed = false

  const uniform = (label: string): GPUBuffer =>
    buffer(label, PARAMS_BYTES, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST)
  const measuring = (
    { measure }: Pipelines,
    params: GPUBuffer,
    name: string,
    slot: number,
    values: number,
  ) => ({
    pipeline: measure,
    workgroups: Math.min(MOST_WORKGROUPS, Math.ceil(values / 4 / WORKGROUP)),
    group: device.createBindGroup({
      layout: pipelines.measureLayout,
      entries: [
        { binding: 0, resource: { buffer: params } },
        { binding: 1, resource: { buffer: engine.buffer(name) } },
        { binding: 2, resource: { buffer: extents, offset: slot * EXTENT_BYTES, size: 8 } },
      ],
    }),
  })

  const parts = prints.map(({ sheet, companion }, index) => {
    const source = sources[index] as Source
    const used = compiled[index] as Pipelines
    const rowOf =
      companion &&
      buffer(
        `view/${sheet.name}/${companion.role}`,
        Math.max(16, sheet.rows * 4),
        GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
      )
    const none = engine.buffer('none')
    const blocks = source.blocks.map((block) => {
      const params = uniform(`view/${block.buffer}`)
      const inputs = [
        engine.buffer(block.buffer),
        rowOf ?? none,
        companion?.free === undefined ? none : engine.buffer(companion.free),
        sheet.frames === undefined ? none : engine.buffer(sheet.frames.buffer),
      ]
      return {
        block,
        params,
        shade: used.shade,
        shadeGroup: device.createBindGroup({
          layout: pipelines.shadeLayout,
          entries: [params, ...inputs].map((input, binding) => ({ binding, resource: { buffer: input } })),
        }),
        ...(companion === undefined
          ? { measuring: measuring(used, params, block.buffer, 2 * index, sheet.rows * sheet.columns) }
          : {}),
      }
    })
    const { frames } = sheet
    if (companion !== undefined || frames === undefined || frames.isBounded) return { source, rowOf, blocks }
    const params = uniform(`view/${frames.buffer}`)
    return {
      source,
      rowOf,
      blocks,
      frames: {
        params,
        measuring: measuring(ofVectors, params, frames.buffer, 2 * index + 1, frames.columns),
      },
    }
  })

  const upload = (params: GPUBuffer, colours: readonly number[], numbers: Partial<Numbers>): void =>
    device.queue.writeBuffer(params, 0, paramsOf(colours, numbers))

  const looks = new Map<number, Look>()
  const look = (index: number, next: Look): void => {
    looks.set(index, next)
    const { sheet, companion } = prints[index] as Print
    const { source, blocks, frames } = parts[index] as (typeof parts)[number]
    const { range, window, replica } = next
    const { low: first, high: last } = ends(range)
    const unit = unitOf(range)
    const colours = stopNumbers([...next.stops, ...next.frameStops])
    for (const { block, params } of blocks) {
      upload(params, colours, {
        ...sheet,
        ...sizeOf(window, sheet),
        start: block.start,
        count: block.count,
        first: sheet.copies > 1 ? replica * sheet.rows : 0,
        stride: source.stride,
        mapped: companion === undefined ? 0 : 1,
        masked: companion?.free === undefined ? 0 : 1,
        frameStart: replica * (sheet.frames?.stride ?? 0),
        left: window.left,
        top: window.top,
        canvasWidth: next.width,
        canvasHeight: next.height,
        low: Math.max(range.low, -LARGEST),
        high: Math.min(range.high, LARGEST),
        unit,
        firstValue: unit * first,
        lastValue: unit * last,
        scale: source.scale,
        frameScale: 1 / next.brightest,
      })
    }
    if (frames !== undefined && sheet.frames !== undefined) {
      const { columns, stride } = sheet.frames
      upload(frames.params, [], {
        start: 0,
        count: replica + 1,
        first: replica,
        rows: 1,
        columns,
        stride,
        scale: 1,
      })
    }
  }
  // A measurement needs no look, but the numbers beside it in `Params`.
  prints.forEach((_, index) =>
    look(index, {
      range: { low: 0, high: 1 },
      stops: Array<string>(9).fill('#000000'),
      frameStops: ['#000000', '#000000'],
      width: 1,
      height: 1,
      window: WHOLE,
      replica: 0,
      brightest: 1,
    }),
  )

  /** Blocks that hold rows of the replica shown. */
  const shown = (index: number) => {
    const { sheet, companion } = prints[index] as Print
    const { blocks } = parts[index] as (typeof parts)[number]
    if (companion !== undefined || sheet.copies === 1) return blocks
    const first = (looks.get(index)?.replica ?? 0) * sheet.rows
    return blocks.filter(({ block: { start, count } }) => start < first + sheet.rows && start + count > first)
  }

  return {
    look,
    place(index, rows) {
      const { rowOf } = parts[index] as (typeof parts)[number]
      if (rowOf !== undefined) device.queue.writeBuffer(rowOf, 0, rows)
    },
    draw(encoder, index, view, timestampWrites) {
      const pass = encoder.beginRenderPass({
        label: `view/${prints[index]?.sheet.name}`,
        colorAttachments: [{ view, loadOp: 'clear', storeOp: 'store', clearValue: [0, 0, 0, 0] }],
        ...(timestampWrites && { timestampWrites }),
      })
      for (const { shade, shadeGroup } of shown(index)) {
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
      parts.forEach(({ frames }, index) => {
        for (const { measuring } of [...shown(index), ...(frames === undefined ? [] : [frames])]) {
          if (measuring === undefined) continue
          pass.setPipeline(measuring.pipeline)
          pass.setBindGroup(0, measuring.group)
          pass.dispatchWorkgroups(measuring.workgroups)
        }
      })
      pass.end()
      encoder.copyBufferToBuffer(extents, 0, staging, 0, extents.size)
      device.queue.submit([encoder.finish()])
      return staging.mapAsync(GPUMapMode.READ).then(
        () => {
          const floats = new Float32Array(staging.getMappedRange())
          const read = (slot: number): Extent => {
            const at = (slot * EXTENT_BYTES) / 4
            return { high: floats[at] as number, low: floats[at + 1] as number }
          }
          const found = parts.map(({ frames }, index) => ({
            extent: prints[index]?.companion?.extent() ?? read(2 * index),
            ...(frames === undefined ? {} : { activations: read(2 * index + 1) }),
          }))
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
      for (const one of created) one.destroy()
    },
  }
}
