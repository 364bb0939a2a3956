/** In Deno: stands for the npm package `webgpu` and for `src/node/vulkan.ts`. Deno has its own WebGPU and finds its drivers. */
import type { DriverSet } from '../../src/node/vulkan.ts'

export const globals = {}

export function create(): GPU {
  return (globalThis as unknown as { readonly navigator: { readonly gpu: GPU } }).navigator.gpu
}

export async function* driverSets(): AsyncGenerator<DriverSet> {
  yield await Promise.resolve({ source: 'system' })
}

export function withDrivers<T>(_: DriverSet, look: () => T): T {
  return look()
}
