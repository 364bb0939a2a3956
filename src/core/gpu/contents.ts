/** Contents of the buffers of a plan before the first tick: filled from the model, also at a reset. */
import type { Model, Rows } from '../model/model.ts'
import { blockBytes, slicesOf } from '../plan/layout.ts'
import type { BufferPlan } from '../plan/operation.ts'

/** Bytes of a matrix that are packed and uploaded at once: the extra memory on the host. */
const SLICE_BYTES = 2 ** 24

export interface Contents {
  /** Fills a buffer with its contents for a model. */
  fill(planned: BufferPlan, model: Model): void
  /** Fills a buffer; a large buffer is uploaded in slices, and each slice is freed before the next. */
  load(planned: BufferPlan, model: Model): Promise<void>
}

/** @param buffer - the buffer of a name in the plan */
export function createContents(device: GPUDevice, buffer: (name: string) => GPUBuffer): Contents {
  /** Uploads a block slice by slice, and yields between two slices. */
  function* upload(
    { matrix, block, of }: Extract<BufferPlan['initial'], { kind: 'rows' }>,
    model: Model,
  ): Generator<void> {
    for (const { slice, offset } of slicesOf(matrix, block, SLICE_BYTES)) {
      if (offset > 0) yield
      const bytes = blockBytes(matrix, slice, (copy) => of(model, copy))
      device.queue.writeBuffer(buffer(block.buffer), offset, bytes)
      device.queue.submit([])
    }
  }

  const fill = (planned: BufferPlan, model: Model): void => {
    const target = buffer(planned.name)
    if (planned.initial.kind === 'rows') {
      Array.from(upload(planned.initial, model))
      return
    }
    if (planned.initial.kind === 'data') {
      const data = planned.initial.make(model)
      device.queue.writeBuffer(target, 0, data)
      return
    }
    const encoder = device.createCommandEncoder({ label: `${planned.name}/fill` })
    if (planned.initial.kind === 'zero') {
      encoder.clearBuffer(target)
    } else {
      const source = buffer(planned.initial.of)
      const bytes = planned.bytes / planned.initial.times
      for (let copy = 0; copy < planned.initial.times; copy++)
        encoder.copyBufferToBuffer(source, 0, target, copy * bytes, bytes)
    }
    device.queue.submit([encoder.finish()])
  }

  return {
    fill,
    async load(planned, model) {
      if (planned.initial.kind !== 'rows') {
        fill(planned, model)
        return
      }
      const stops = upload(planned.initial, model)
      while (stops.next().done !== true) await device.queue.onSubmittedWorkDone()
    },
  }
}

/** Whether two models fill a buffer differently. */
export function isChanged(initial: BufferPlan['initial'], before: Model, next: Model): boolean {
  if (initial.kind === 'rows') {
    const { of, matrix } = initial
    return Array.from({ length: matrix.copies }, (_, copy) => copy).some((copy) =>
      areDifferent(of(before, copy), of(next, copy)),
    )
  }
  if (initial.kind !== 'data') return false
  const [a, b] = [bytesIn(initial.make(before)), bytesIn(initial.make(next))]
  return a.length !== b.length || a.some((byte, index) => byte !== b[index])
}

function areDifferent(x: Rows, y: Rows): boolean {
  const inBits = x.signs !== undefined && x.signs.unit === y.signs?.unit
  const [a, b] = inBits ? [x.signs.words, y.signs.words] : [x.data, y.data]
  return a !== b && (a.length !== b.length || a.some((value, index) => value !== b[index]))
}

function bytesIn({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
