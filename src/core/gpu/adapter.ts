/** What the adapter of a device is like, as far as plans depend on it. */

/** Whether it computes on the CPU. Not all browsers say so of the adapters that they are started with. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  const names = [info.vendor, info.architecture, info.device, info.description].join(' ')
  return info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(names)
}

/** Invocations that are sure to share a subgroup of a device; 1 where it has no subgroups, or was asked for none. */
function lanesOf({ adapterInfo, features }: GPUDevice): number {
  const { subgroupMinSize } = adapterInfo as GPUAdapterInfo & { readonly subgroupMinSize?: number }
  return features.has('subgroups') ? (subgroupMinSize ?? 1) : 1
}

/** What a plan has to know of a device, besides its limits. */
export function abilitiesOf(device: GPUDevice): { readonly lanes: number; readonly software: boolean } {
  return { lanes: lanesOf(device), software: isSoftware(device.adapterInfo) }
}

/** Tells one adapter and driver from another. */
export function adapterKey({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  return [vendor, architecture, device, description].join(' | ')
}
