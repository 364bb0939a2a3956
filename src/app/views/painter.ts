/** Draws sheets from the buffers of an engine: only the two ends of the range are read back. */
import type { Engine } from '../../core/gpu/engine.ts'
import type { PainterPipelines } from './pipelines.ts'
import {
  EXTENTS_BYTES,
  type Allocate,
  type Look,
  type Measured,
  type Print,
  bindPrint,
  sourceOf,
} from './print.ts'

export interface Painter {
  /** Sets the settings of the print with this number. */
  look(print: number, look: Look): void
  /** Sets the rows of the companion with this number. */
  place(print: number, rows: Uint32Array<ArrayBuffer>): void
  /** @param timestampWrites - where the pass writes its times */
  draw(
    encoder: GPUCommandEncoder,
    print: number,
    target: GPUTextureView,
    timestampWrites?: GPURenderPassTimestampWrites,
  ): void
  /**
   * Measures all prints; undefined while an earlier measurement is pending. Empty if the network is closed or
   * the device is lost before the result.
   */
  measure(): Promise<Measured[]> | undefined
  destroy(): void
}

/** Binds the prints of a network to pipelines. */
export async function createPainter(
  engine: Engine,
  prints: readonly Print[],
  pipelines: PainterPipelines,
): Promise<Painter> {
  const { device } = engine
  const [compiled, ofVectors] = await Promise.all([
    Promise.all(prints.map((print) => pipelines.of(sourceOf(print).format))),
    pipelines.of('f32'),
  ])
  const created: GPUBuffer[] = []
  const allocate: Allocate = (label, size, usage) => {
    const made = device.createBuffer({ label, size, usage })
    created.push(made)
    return made
  }
  const extents = allocate(
    'view/extents',
    prints.length * EXTENTS_BYTES,
    GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  )
  const staging = allocate('view/staging', extents.size, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST)
  const bound = compiled.map((used, index) =>
    bindPrint(engine, pipelines, [used, ofVectors], prints[index] as Print, index, extents, allocate),
  )
  let isMeasuring = false
  let isDestroyed = false

  return {
    look: (index, next) => bound[index]?.look(next),
    place: (index, rows) => bound[index]?.place(rows),
    draw(encoder, index, view, timestampWrites) {
      const pass = encoder.beginRenderPass({
        label: `view/${prints[index]?.sheet.name}`,
        colorAttachments: [{ view, loadOp: 'clear', storeOp: 'store', clearValue: [0, 0, 0, 0] }],
        ...(timestampWrites && { timestampWrites }),
      })
      bound[index]?.shade(pass)
      pass.end()
    },
    measure() {
      if (isMeasuring || isDestroyed) return undefined
      isMeasuring = true
      const encoder = device.createCommandEncoder({ label: 'view/measure' })
      encoder.clearBuffer(extents)
      const pass = encoder.beginComputePass({ label: 'view/measure' })
      for (const print of bound) print.measure(pass)
      pass.end()
      encoder.copyBufferToBuffer(extents, 0, staging, 0, extents.size)
      device.queue.submit([encoder.finish()])
      return staging.mapAsync(GPUMapMode.READ).then(
        () => {
          const floats = new Float32Array(staging.getMappedRange())
          const found = bound.map((print) => print.measured(floats))
          staging.unmap()
          isMeasuring = false
          return found
        },
        // The network was closed or the device lost before the result.
        () => [],
      )
    },
    destroy() {
      isDestroyed = true
      for (const one of created) one.destroy()
    },
  }
}
