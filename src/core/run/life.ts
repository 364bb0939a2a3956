/** Whether a simulation is usable: not destroyed, and its device not lost. */
import type { RunError } from '../errors.ts'
import { destroyedError } from './failures.ts'
import { onLost } from './lost.ts'

export interface Life {
  readonly isOver: boolean
  readonly isLost: boolean
  /** @throws RunError after `end` */
  checkAlive(): void
  /** @throws RunError if the device is lost */
  checkLost(): void
  /** Both. */
  checkDevice(): void
  /** Marks the simulation as destroyed. */
  end(): void
}

export function createLife(device: GPUDevice): Life {
  let isOver = false
  let lost: RunError | undefined
  const forget = onLost(device, (error) => (lost = error))
  const checkAlive = (): void => {
    if (isOver) throw destroyedError()
  }
  const checkLost = (): void => {
    if (lost !== undefined) throw lost
  }
  return {
    get isOver() {
      return isOver
    },
    get isLost() {
      return lost !== undefined
    },
    checkAlive,
    checkLost,
    checkDevice() {
      checkAlive()
      checkLost()
    },
    end() {
      isOver = true
      forget()
    },
  }
}
