import { fileURLToPath } from 'node:url'

const SETTINGS = fileURLToPath(new URL('swiftshader', import.meta.url))

/**
 * Starts the first device of a process in the folder of SwiftShader.ini, which is read in the current folder: one thread computes.
 * Threads that have nothing to do spin, and both workers of the tests have a core to themselves.
 * @param start - a device, or a process that has one
 */
export async function inSettings<T>(start: () => Promise<T>): Promise<T> {
  const before = process.cwd()
  process.chdir(SETTINGS)
  try {
    return await start()
  } finally {
    process.chdir(before)
  }
}
