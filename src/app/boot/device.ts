/** The GPU device of the page. */
import { RunError } from '../../core/errors.ts'
import { adapterTitle, isSoftware } from '../../core/gpu/adapter.ts'
import type { Limits } from '../../core/plan/layout.ts'
import { reached } from './timing.ts'

export interface PageDevice {
  readonly device: GPUDevice
  /** A readable name of the adapter. */
  readonly adapterName: string
  /** The options for planning a network. */
  readonly limits: Limits
}

/** Used if the adapter has them; the page works without. timestamp-query times kernels and pictures. */
const OPTIONAL_FEATURES: readonly GPUFeatureName[] = ['subgroups', 'timestamp-query', 'shader-f16']

/**
 * A device with all the limits of its adapter, and those of subgroups, timestamp-query and shader-f16 that it has.
 * @throws RunError with a remedy if the browser has no WebGPU, or no adapter for it
 */
export async function requestPageDevice(): Promise<PageDevice> {
  // Old browsers and pages without https lack properties that the types declare.
  const gpu = navigator.gpu as GPU | undefined
  if (gpu === undefined) {
    throw new RunError(
      isSecureContext
        ? 'This browser has no WebGPU. Use Chrome or Edge 113, Safari 26, Firefox 141 or newer.'
        : `WebGPU needs https or localhost; this page came from ${location.origin}.`,
    )
  }
  reached('adapter')
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (adapter === null) {
    throw new RunError(
      'WebGPU found no graphics adapter. Turn on hardware acceleration in the settings of the browser, update the ' +
        'graphics driver, or look at chrome://gpu for the reason.',
    )
  }
  const requiredLimits: Record<string, number> = {}
  // They are getters of the prototype.
  for (const name in adapter.limits) {
    const value = adapter.limits[name as keyof GPUSupportedLimits]
    if (typeof value === 'number') requiredLimits[name] = value
  }
  const requiredFeatures = OPTIONAL_FEATURES.filter((feature) => adapter.features.has(feature))
  const device = await adapter.requestDevice({ requiredLimits, requiredFeatures })
  reached('device')
  return { device, adapterName: adapterTitle(adapter.info), limits: limitsOf(device) }
}

/** The limits of the device; where it computes on the CPU, its memory is that of the machine. */
function limitsOf({ limits, adapterInfo }: GPUDevice): Limits {
  const { maxStorageBufferBindingSize, maxBufferSize } = limits
  const { maxComputeWorkgroupsPerDimension, maxStorageBuffersPerShaderStage } = limits
  const own = {
    maxStorageBufferBindingSize,
    maxBufferSize,
    maxComputeWorkgroupsPerDimension,
    maxStorageBuffersPerShaderStage,
  }
  // In GiB, rounded down to a power of 2; not all browsers report it.
  const { deviceMemory } = navigator as { readonly deviceMemory?: number }
  return isSoftware(adapterInfo) && deviceMemory !== undefined
    ? { ...own, totalBytes: (deviceMemory * 2 ** 30) / 2 }
    : own
}
