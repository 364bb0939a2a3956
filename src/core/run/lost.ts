/** Callbacks for the loss of a device that do not keep their owners in memory. */
import { RunError } from '../errors.ts'

type Listener = (error: RunError) => void

const listeners = new WeakMap<GPUDevice, Set<Listener>>()

/**
 * Calls back when a device is lost, at once if it is already lost; returns a function that removes the callback.
 * A promise never releases its reactions, and `device.lost` exists as long as the device, so one reaction serves
 * all.
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
