/** How fast a device copies. */

/** A global of every runtime, but not part of ECMAScript. */
declare const performance: { readonly now: () => number }

const ROUNDS = 5
const MIB = 2 ** 20

/** Milliseconds that a timed submit of copies should take, and the copies in it at most. */
const TIMED = 20
const MOST_COPIES = 256

/** Bytes of a buffer: more than caches hold. */
const COPIED = 128 * MIB

/** Bytes a second that copies read and write, the median of some rounds. */
export async function copyBandwidth(device: GPUDevice): Promise<number> {
  const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
  const size = Math.min(COPIED, device.limits.maxBufferSize)
  const from = device.createBuffer({ label: 'bandwidth/from', size, usage })
  const to = device.createBuffer({ label: 'bandwidth/to', size, usage })
  try {
    const time = async (copies: number): Promise<number> => {
      const encoder = device.createCommandEncoder({ label: 'bandwidth' })
      for (let copy = 0; copy < copies; copy++) encoder.copyBufferToBuffer(from, 0, to, 0, size)
      const start = performance.now()
      device.queue.submit([encoder.finish()])
      await device.queue.onSubmittedWorkDone()
      return performance.now() - start
    }
    // The first use of a buffer fills it with zeros.
    await time(1)
    const once = Math.max(await time(1), 0.01)
    const copies = Math.max(1, Math.min(MOST_COPIES, Math.round(TIMED / once)))
    const rates: number[] = []
    for (let round = 0; round < ROUNDS; round++)
      rates.push((2 * size * copies) / ((await time(copies)) / 1000))
    return rates.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] as number
  } finally {
    from.destroy()
    to.destroy()
  }
}
