/** Properties of the adapter that plans depend on. */

/** Whether it computes on the CPU. Not all browsers report this for the adapter they were started with. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  const names = [info.vendor, info.architecture, info.device, info.description].join(' ')
  return info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(names)
}

/** Smallest subgroup size of a device; 1 if it has no subgroups or the feature was not requested. */
function lanesOf({ adapterInfo, features }: GPUDevice): number {
  const { subgroupMinSize } = adapterInfo as GPUAdapterInfo & { readonly subgroupMinSize?: number }
  return features.has('subgroups') ? (subgroupMinSize ?? 1) : 1
}

/** The properties of a device that a plan needs, in addition to its limits. */
export function abilitiesOf(device: GPUDevice): { readonly lanes: number; readonly software: boolean } {
  return { lanes: lanesOf(device), software: isSoftware(device.adapterInfo) }
}

/** A name for readers. Browsers leave the description empty, and so others of these. */
export function adapterTitle({
  description,
  vendor,
  architecture,
  device,
}: Pick<GPUAdapterInfo, 'description' | 'vendor' | 'architecture' | 'device'>): string {
  return description || `${vendor} ${architecture || device}`.trim() || 'unnamed adapter'
}

/** Identifies an adapter and its driver. */
export function adapterKey({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  return [vendor, architecture, device, description].join(' | ')
}
