/** One print bound to its buffers: its drawing and its measurement. */
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

/** Distance between extents: the portable alignment of a storage binding. */
const EXTENT_BYTES = 256

/** The most negative value as a size, and the largest value, both >= 0. */
export interface Extent {
  readonly low: number
  readonly high: number
}

/** The measurement of a print. */
export interface Measured {
  /** Extent of its values; for a companion, of all its rows. */
  readonly extent: Extent
  /** Extent of the activations of its frames. */
  readonly activations?: Extent
}

/** One picture: the rows of a sheet, or rows of other buffers laid out as those of the sheet. */
export interface Print {
  readonly sheet: Sheet
  readonly companion?: Companion
}

/** Settings of a print; changing them uploads a few bytes. */
export interface Look {
  readonly range: Range
  readonly stops: Stops
  /** Colours of a frame for a silent and for a fully active neuron. */
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

/** Rows in buffers. */
type Source = Pick<Sheet, 'blocks' | 'columns' | 'stride' | 'format' | 'scale'>

/** The rows that a print shows. */
export function sourceOf({ sheet, companion }: Print): Source {
  if (companion === undefined) return sheet
  const { blocks, stride } = companion
  return { blocks, stride, columns: sheet.columns, format: 'f32', scale: 1 }
}

/** Two extents for each print: values, and activations of its frames. */
export const EXTENTS_BYTES = 2 * EXTENT_BYTES

export interface BoundPrint {
  look(look: Look): void
  /** Sets the shown rows of a companion. */
  place(rows: Uint32Array<ArrayBuffer>): void
  shade(pass: GPURenderPassEncoder): void
  measure(pass: GPUComputePassEncoder): void
  /** The measurement, from all extents. */
  measured(extents: Float32Array): Measured
}

/** Creates a buffer that is destroyed with the painter. */
export type Allocate = (label: string, size: number, usage: GPUBufferUsageFlags) => GPUBuffer

/**
 * @param index - number of the print
 * @param used - pipelines for the format of its rows
 * @param ofVectors - pipelines for activations
 */
export function bindPrint(
  engine: Engine,
  pipelines: PainterPipelines,
  [used, ofVectors]: readonly [Pipelines, Pipelines],
  print: Print,
  index: number,
  extents: GPUBuffer,
  allocate: Allocate,
): BoundPrint {
  const { device } = engine
  const { sheet, companion } = print
  const source = sourceOf(print)
  let replica = 0

  const uniform = (label: string): GPUBuffer =>
    allocate(label, PARAMS_BYTES, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST)
  const measuring = (
    { measure }: Pipelines,
    params: GPUBuffer,
    values: GPUBuffer,
    slot: number,
    count: number,
  ) => ({
    pipeline: measure,
    workgroups: Math.min(MOST_WORKGROUPS, Math.ceil(count / 4 / WORKGROUP)),
    group: device.createBindGroup({
      layout: pipelines.measureLayout,
      entries: [
        { binding: 0, resource: { buffer: params } },
        { binding: 1, resource: { buffer: values } },
        { binding: 2, resource: { buffer: extents, offset: slot * EXTENT_BYTES, size: 8 } },
      ],
    }),
  })

  const rowOf =
    companion &&
    allocate(
      `view/${sheet.name}/${companion.role}`,
      Math.max(16, sheet.rows * 4),
      GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    )
  const none = engine.buffer('none')
  const density =
    sheet.density &&
    allocate(
      `view/${sheet.name}/density`,
      sheet.density.counts.byteLength,
      GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    )
  if (sheet.density !== undefined && density !== undefined)
    device.queue.writeBuffer(density, 0, sheet.density.counts)
  const bufferOf = (name: string): GPUBuffer => density ?? engine.buffer(name)
  const blocks = source.blocks.map((block) => {
    const params = uniform(`view/${block.buffer}`)
    const inputs = [
      bufferOf(block.buffer),
      rowOf ?? none,
      companion?.free === undefined ? none : engine.buffer(companion.free),
      sheet.frames === undefined ? none : engine.buffer(sheet.frames.buffer),
    ]
    return {
      block,
      params,
      shadeGroup: device.createBindGroup({
        layout: pipelines.shadeLayout,
        entries: [params, ...inputs].map((input, binding) => ({ binding, resource: { buffer: input } })),
      }),
      ...(companion === undefined
        ? {
            measuring: measuring(used, params, bufferOf(block.buffer), 2 * index, sheet.rows * sheet.columns),
          }
        : {}),
    }
  })
  const bindFrames = ({ buffer, columns, stride }: NonNullable<Sheet['frames']>) => {
    const params = uniform(`view/${buffer}`)
    return {
      params,
      columns,
      stride,
      measuring: measuring(ofVectors, params, engine.buffer(buffer), 2 * index + 1, columns),
    }
  }
  const frames =
    companion !== undefined || sheet.frames === undefined || sheet.frames.isBounded
      ? undefined
      : bindFrames(sheet.frames)

  /** Blocks with rows of the shown replica. */
  const shown = () => {
    if (companion !== undefined || sheet.copies === 1) return blocks
    const first = replica * sheet.rows
    return blocks.filter(({ block: { start, count } }) => start < first + sheet.rows && start + count > first)
  }
  const upload = (params: GPUBuffer, colours: readonly number[], numbers: Partial<Numbers>): void =>
    device.queue.writeBuffer(params, 0, paramsOf(colours, numbers))

  const look = (next: Look): void => {
    ;({ replica } = next)
    const colours = stopNumbers([...next.stops, ...next.frameStops])
    for (const { block, params } of blocks) upload(params, colours, numbersOf(print, source, block, next))
    if (frames === undefined) return
    const { params, columns, stride } = frames
    upload(params, [], {
      start: 0,
      count: replica + 1,
      first: replica,
      rows: 1,
      columns,
      stride,
      scale: 1,
    })
  }
  // A measurement needs the numbers of `Params`, but not the colours.
  look({
    range: { low: 0, high: 1 },
    stops: Array<string>(9).fill('#000000'),
    frameStops: ['#000000', '#000000'],
    width: 1,
    height: 1,
    window: WHOLE,
    replica: 0,
    brightest: 1,
  })

  return {
    look,
    place(rows) {
      if (rowOf !== undefined) device.queue.writeBuffer(rowOf, 0, rows)
    },
    shade(pass) {
      for (const { shadeGroup } of shown()) {
        pass.setPipeline(used.shade)
        pass.setBindGroup(0, shadeGroup)
        pass.draw(3)
      }
    },
    measure(pass) {
      for (const { measuring } of [...shown(), ...(frames === undefined ? [] : [frames])]) {
        if (measuring === undefined) continue
        pass.setPipeline(measuring.pipeline)
        pass.setBindGroup(0, measuring.group)
        pass.dispatchWorkgroups(measuring.workgroups)
      }
    },
    measured(floats) {
      const read = (slot: number): Extent => {
        const at = (slot * EXTENT_BYTES) / 4
        return { high: floats[at] as number, low: floats[at + 1] as number }
      }
      return {
        extent: companion?.extent() ?? read(2 * index),
        ...(frames === undefined ? {} : { activations: read(2 * index + 1) }),
      }
    },
  }
}

/** Uniforms of one block of a print. */
function numbersOf(
  { sheet, companion }: Print,
  source: Source,
  block: Sheet['blocks'][number],
  { range, window, replica, width, height, brightest }: Look,
): Numbers {
  const { low: first, high: last } = ends(range)
  const unit = unitOf(range)
  return {
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
    canvasWidth: width,
    canvasHeight: height,
    low: Math.max(range.low, -LARGEST),
    high: Math.min(range.high, LARGEST),
    unit,
    firstValue: unit * first,
    lastValue: unit * last,
    scale: source.scale,
    frameScale: 1 / brightest,
  }
}
