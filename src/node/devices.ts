import {
  accepts,
  type AdapterInfo,
  type DeviceOptions,
  forEachAdapter,
  limitsOf,
  MESA,
  noAdapter,
  OPTIONAL_FEATURES,
  wantedAdapter,
} from './device.ts'

export interface ListedAdapter extends AdapterInfo {
  /** Whether `requestDevice` with the same options takes this one. */
  readonly default: boolean
  readonly features: readonly string[]
  /** Smallest and largest subgroup, where the adapter has subgroups. */
  readonly subgroupSize?: readonly [number, number]
  readonly limits: Readonly<Record<string, number>>
}

/**
 * All adapters of this machine, in the order in which `auto` prefers them.
 * @throws RunError if there is none
 */
export async function listAdapters(options: DeviceOptions = {}): Promise<ListedAdapter[]> {
  const wanted = wantedAdapter(options)
  const listed: ListedAdapter[] = []
  await forEachAdapter(({ adapter, info }) => {
    const { subgroupMinSize = 0, subgroupMaxSize = 0 } = adapter.info
    listed.push({
      ...info,
      default: accepts(wanted, info) && !listed.some((other) => other.default),
      features: [...adapter.features].sort(),
      ...(adapter.features.has('subgroups') && { subgroupSize: [subgroupMinSize, subgroupMaxSize] }),
      limits: limitsOf(adapter),
    })
  })
  if (listed.length === 0) throw noAdapter(wanted, [])
  return listed
}

/**
 * The adapters for a person to read: name, type, driver, the features engram uses and the limits that bound a network; and what
 * to install where there is none but SwiftShader.
 */
export function adaptersText(adapters: readonly ListedAdapter[]): string {
  const isBundled = adapters.every(({ source }) => source === 'npm')
  const faster = `Mesa's llvmpipe, where it is installed, is taken instead, and is up to six times as fast (${MESA})`
  return [...adapters.map(adapterText), ...(isBundled ? [faster] : [])].join('\n\n')
}

function adapterText(adapter: ListedAdapter): string {
  const limit = (name: keyof GPUSupportedLimits): number => adapter.limits[name] ?? 0
  const bytes = (name: keyof GPUSupportedLimits): string => bytesText(limit(name))
  const rows = {
    type: adapter.type,
    driver: `${adapter.driver} (${adapter.source})`,
    features: OPTIONAL_FEATURES.filter((feature) => adapter.features.includes(feature)).join(', ') || 'none',
    ...(adapter.subgroupSize && { subgroups: [...new Set(adapter.subgroupSize)].join(' to ') }),
    binding: `${bytes('maxStorageBufferBindingSize')}, ${String(limit('maxStorageBuffersPerShaderStage'))} in a kernel`,
    buffer: bytes('maxBufferSize'),
    workgroup:
      `${String(limit('maxComputeInvocationsPerWorkgroup'))} invocations, ` +
      `${bytes('maxComputeWorkgroupStorageSize')} shared`,
  }
  const title = adapter.name + (adapter.default ? ' (default)' : '')
  return [title, ...Object.entries(rows).map(([name, value]) => `  ${name.padEnd(10)} ${value}`)].join('\n')
}

/** Such as `128 MiB`; limits are powers of two, or near enough. */
function bytesText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB']
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1)
  return `${String(Math.round(bytes / 1024 ** power))} ${units[power] as string}`
}
