import { totalmem } from 'node:os'
import type { Limits } from '../core/plan/layout.ts'
import type { RequestedDevice } from './device.ts'

/** What every WebGPU adapter has at least. */
export const DEFAULT_LIMITS: Limits = {
  maxStorageBufferBindingSize: 2 ** 27,
  maxBufferSize: 2 ** 28,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 8,
}

/** No limits: to plan without saying for what. */
export const NO_LIMITS: Limits = {
  maxStorageBufferBindingSize: Infinity,
  maxBufferSize: Infinity,
  maxComputeWorkgroupsPerDimension: Infinity,
  maxStorageBuffersPerShaderStage: Infinity,
}

/** The limits to plan with on a device: its own, and where it computes on the CPU the memory of the machine. */
export function limitsFor({ device, info }: RequestedDevice): Limits {
  const { maxStorageBufferBindingSize, maxBufferSize } = device.limits
  const { maxComputeWorkgroupsPerDimension, maxStorageBuffersPerShaderStage } = device.limits
  const limits = {
    maxStorageBufferBindingSize,
    maxBufferSize,
    maxComputeWorkgroupsPerDimension,
    maxStorageBuffersPerShaderStage,
  }
  return info.type === 'software' ? { ...limits, totalBytes: memoryBytes() } : limits
}

/** Memory of the machine, or of the container when that is less. */
function memoryBytes(): number {
  const constrained = process.constrainedMemory()
  return constrained > 0 ? Math.min(totalmem(), constrained) : totalmem()
}
