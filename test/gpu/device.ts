import { fileURLToPath } from 'node:url'
import { requestDevice, type RequestedDevice } from '../../src/node/device.ts'

/**
 * The folder of SwiftShader.ini, which is read in the current folder when the first device of a process is made: one thread
 * computes. Idle threads spin for a while, on the core of the other worker.
 */
const SETTINGS = fileURLToPath(new URL('swiftshader', import.meta.url))

let requested: Promise<RequestedDevice> | undefined

/**
 * The device for GPU tests, one for all test files of a worker process: `const { device } = await testDevice()`.
 * Destroy the buffers you make, not the device. Software on Linux, unless ENGRAM_ADAPTER says otherwise. It rejects, and the
 * tests fail, where there is no adapter; a WebGPU error that no error scope captures fails the run.
 */
export function testDevice(): Promise<RequestedDevice> {
  requested ??= request()
  return requested
}

async function request(): Promise<RequestedDevice> {
  const adapter = process.env.ENGRAM_ADAPTER ?? (process.platform === 'linux' ? 'software' : 'auto')
  const result = await inFolder(SETTINGS, () => requestDevice({ adapter }))
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

/** Runs `body` in a folder. */
async function inFolder<T>(folder: string, body: () => Promise<T>): Promise<T> {
  const before = process.cwd()
  process.chdir(folder)
  try {
    return await body()
  } finally {
    process.chdir(before)
  }
}
