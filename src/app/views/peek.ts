/** Reads single values back from the drawn buffers, without a stall. */
import type { Simulation } from '../../core/run/simulation.ts'
import { fromHalf } from '../../core/data/half.ts'
import type { Sheet } from './sheet.ts'

/** One stored number: a row of the blocks, counted over all copies, and a column. */
export interface Spot {
  readonly source: Pick<Sheet, 'blocks' | 'stride' | 'format' | 'scale'>
  readonly row: number
  readonly column: number
  /** The array of the network that contains it, if any. */
  readonly array?: string
}

export interface Peek {
  /** The values of spots, NaN without a value; undefined while earlier ones are pending. */
  read(spots: readonly Spot[]): Promise<number[]> | undefined
  destroy(): void
}

/** The most spots in one read. */
const MOST_SPOTS = 4

const BITS = { f32: 32, f16: 16, binary: 1 } as const

export function createPeek(simulation: Simulation): Peek {
  const { engine } = simulation
  const { device } = engine
  const staging = device.createBuffer({
    label: 'view/peek',
    size: MOST_SPOTS * 4,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  })
  let isBusy = false
  let isDestroyed = false

  return {
    read(spots) {
      if (isBusy || isDestroyed) return undefined
      isBusy = true
      simulation.ensure(spots.flatMap(({ array }) => array ?? []))
      const encoder = device.createCommandEncoder({ label: 'view/peek' })
      const bits = spots.map(({ source, row, column }, index) => {
        const { blocks, stride, format } = source
        const block = blocks.find(({ start, count }) => row >= start && row < start + count)
        if (block === undefined) return undefined
        const bit = ((row - block.start) * stride + column) * BITS[format]
        const word = Math.floor(bit / 32)
        encoder.copyBufferToBuffer(engine.buffer(block.buffer), word * 4, staging, index * 4, 4)
        return bit - word * 32
      })
      device.queue.submit([encoder.finish()])
      return staging.mapAsync(GPUMapMode.READ).then(
        () => {
          const view = new DataView(staging.getMappedRange())
          const values = spots.map(({ source: { format, scale } }, index) => {
            const bit = bits[index]
            if (bit === undefined) return NaN
            if (format === 'f32') return scale * view.getFloat32(index * 4, true)
            const word = view.getUint32(index * 4, true)
            if (format === 'f16') return scale * fromHalf((word >>> bit) & 0xffff)
            return ((word >>> bit) & 1) === 1 ? scale : -scale
          })
          staging.unmap()
          isBusy = false
          return values
        },
        // The network was closed or the device lost before the result.
        () => [],
      )
    },
    destroy() {
      isDestroyed = true
      staging.destroy()
    },
  }
}
