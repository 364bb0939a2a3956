/** Errors of a run that come from more than one place. */
import { RunError } from '../errors.ts'

/** The error of every method of a simulation after `destroy`. */
export function destroyedError(): RunError {
  return new RunError('the simulation was destroyed; make another with createSimulation')
}

/** The reason why a buffer could not be read; WebGPU gives none after the loss of the device. */
export function readError(error: unknown): RunError {
  if (error instanceof RunError) return error
  return new RunError(`reading back failed: ${(error as Error).message || 'the GPU device was lost'}`)
}
