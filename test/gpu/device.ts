import { keepCompiled } from '../compiled.mjs'
import { guard } from './helpers/guard.ts'
import { requestDevice, type RequestedDevice } from '../../src/node/device.ts'

let requested: Promise<RequestedDevice> | undefined

/**
 * The device for GPU tests, one for all test files of a worker process: `const { device } = await testDevice()`. It checks no
 * bounds, so that kernels that read outside of their buffers meet NaN and fail.
 * Destroy the buffers you make, not the device. Software on Linux, unless ENGRAM_ADAPTER says otherwise. It rejects, and the
 * tests fail, where there is no adapter; a WebGPU error that no error scope captures fails the run.
 */
export function testDevice(): Promise<RequestedDevice> {
  requested ??= request()
  return requested
}

async function request(): Promise<RequestedDevice> {
  const result = await requestDevice({
    adapter: process.env.ENGRAM_ADAPTER ?? (process.platform === 'linux' ? 'software' : 'auto'),
    unchecked: true,
  })
  guard(result.device)
  keepCompiled(result.device)
  result.device.addEventListener('uncapturederror', ({ error }) => {
    // Thrown outside of Dawn's callback, so that vitest sees it.
    setImmediate(() => {
      throw new Error(`uncaptured WebGPU error: ${error.message}`)
    })
  })
  process.once('exit', () => {
    result.release()
  })
  return result
}
