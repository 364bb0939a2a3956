/** What the tests of kernels share: the device, and what their outputs hold before a run. */
import type { Kernel } from '../../../src/core/plan/kernels.ts'
import { testDevice } from '../device.ts'
import { compared } from '../helpers/compared.ts'
import { type KernelRun, type Output, dispatchKernel } from './dispatch.ts'

/**
 * Whether the kernels that need subgroups can be tested: test/gpu/adapter.test.ts demands it of Dawn's adapters, and naga, the
 * compiler of wgpu, has none.
 */
export const hasSubgroups = (await testDevice()).device.features.has('subgroups')

/** Outputs are filled with it before a run, to see what a kernel leaves alone. */
export const SENTINEL = -12345

/** A length of `count` sentinels. */
export function sentinels(count: number): Float32Array<ArrayBuffer> {
  return new Float32Array(count).fill(SENTINEL)
}

/** Dispatches a kernel once on the device of the tests. */
export async function runKernel(kernel: Kernel, run: KernelRun): Promise<Readonly<Record<string, Output>>> {
  const { device } = await testDevice()
  compared.kernels.push(kernel.key)
  return dispatchKernel(device, kernel, run)
}
