/** Errors of a run that come from more than one place. */
import { RunError } from '../errors.ts'

/** What every method of a simulation says after `destroy`. */
export function destroyedError(): RunError {
  return new RunError('the simulation was destroyed; make another with createSimulation')
}

/** Why a buffer could not be read: WebGPU gives no reason where the device is gone. */
export function readError(error: unknown): RunError {
  if (error instanceof RunError) return error
  return new RunError(`reading back failed: ${(error as Error).message || 'the GPU device was lost'}`)
}
