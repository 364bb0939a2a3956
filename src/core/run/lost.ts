/** Hearing of the loss of a device without being kept alive by it. */
import { RunError } from '../errors.ts'

type Listener = (error: RunError) => void

const listeners = new WeakMap<GPUDevice, Set<Listener>>()

/**
 * Calls back when a device is lost, at once when it is lost already; returns a function that ends it. A promise never
 * forgets who waits for it, and `device.lost` lives as long as the device: it has one reaction for all.
 */
export function onLost(device: GPUDevice, listener: Listener): () => void {
  let known = listeners.get(device)
  if (known === undefined) {
    const all = new Set<Listener>()
    listeners.set(device, all)
    void device.lost.then(({ message, reason }) => {
      listeners.delete(device)
      const error = new RunError(`the GPU device was lost: ${message || reason}`)
      for (const one of all) one(error)
    })
    known = all
  }
  known.add(listener)
  const set = known
  return () => set.delete(listener)
}
