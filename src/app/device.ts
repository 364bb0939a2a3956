/** The GPU device of the page. */
import { RunError } from '../core/model/errors.ts'

export interface PageDevice {
  readonly device: GPUDevice
  /** What a person would call the adapter. */
  readonly adapterName: string
}

/**
 * A device with all the limits of its adapter, and timestamp-query where it has it.
 * @throws RunError with a remedy if the browser has no WebGPU, or no adapter for it
 */
export async function requestPageDevice(): Promise<PageDevice> {
  // The types promise what old browsers and pages without https do not have.
  const gpu = navigator.gpu as GPU | undefined
  if (gpu === undefined) {
    throw new RunError(
      isSecureContext
        ? 'This browser has no WebGPU. Use Chrome or Edge 113, Safari 26, Firefox 141 or newer.'
        : `WebGPU needs https or localhost; this page came from ${location.origin}.`,
    )
  }
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
  // Times the kernels; the page does without where there is none.
  const requiredFeatures = (['timestamp-query'] as const).filter((feature) => adapter.features.has(feature))
  const device = await adapter.requestDevice({ requiredLimits, requiredFeatures })
  const { description, vendor, architecture, device: model } = adapter.info
  const name = [description, [vendor, architecture || model].filter((part) => part !== '').join(' ')]
  return { device, adapterName: name.find((text) => text !== '') ?? 'unnamed adapter' }
}
