import { isMainThread } from 'node:worker_threads'
import { create, globals } from 'webgpu'
import { checkText } from '../core/model/arguments.ts'
import { ModelError, RunError } from '../core/errors.ts'
import { BUNDLE } from './cache.ts'
import { restBetweenPolls } from './polling.ts'
import { type DriverSet, driverSets, withDrivers } from './vulkan.ts'

/** What a person needs to know to tell one adapter from another. */
export interface AdapterInfo {
  /** Such as `nvidia-geforce-rtx-4090` or `swiftshader-device-subzero`. */
  readonly name: string
  /** software = computes on the CPU. */
  readonly type: 'hardware' | 'software'
  readonly vendor: string
  readonly architecture: string
  /** Name and version of the driver. */
  readonly driver: string
  /** Where the driver is from: `system` (Metal, Direct3D), `installed` (Vulkan), `npm` (SwiftShader of the bundle). */
  readonly source: string
}

export interface FoundAdapter {
  readonly adapter: GPUAdapter
  readonly info: AdapterInfo
}

export interface DeviceOptions {
  /**
   * `auto` (hardware, else an installed software driver, else SwiftShader), `hardware`, `software`, or part of an
   * adapter's name, vendor, architecture or driver, in any case. Default: the environment variable ENGRAM_ADAPTER,
   * else `auto`.
   */
  readonly adapter?: string
  /**
   * Without Dawn's checks of bounds, which a software adapter spends up to two fifths of its time on. No kernel of engram reads
   * or writes outside of its buffers; one of your own that does ends the process. Default: whether the environment
   * variable ENGRAM_UNCHECKED is 1.
   */
  readonly unchecked?: boolean
}

export interface RequestedDevice extends FoundAdapter {
  readonly device: GPUDevice
  /** Destroys the device and lets the process end. Await maps first, or they reject with AbortError. */
  readonly release: () => void
}

/** Used where the adapter has them; nothing depends on them. */
export const OPTIONAL_FEATURES: readonly GPUFeatureName[] = [
  'subgroups',
  'timestamp-query',
  'shader-f16',
  'float32-filterable',
]

/** Where Mesa's Vulkan drivers are: those of GPUs, and llvmpipe. */
export const MESA = 'Debian, Ubuntu: apt install mesa-vulkan-drivers'

/** Flag of Dawn. */
const UNCHECKED = 'enable-dawn-features=disable_robustness'

/**
 * A GPU device for Node, with all the limits of its adapter and those of subgroups, timestamp-query, shader-f16 and
 * float32-filterable that it has. Puts the constants of WebGPU (GPUBufferUsage, ...) on globalThis. On Linux a worker
 * thread must have been started with `env: SHARE_ENV`: the Vulkan loader reads the environment of the process.
 * @throws ModelError if no adapter has the name that was asked for, or ENGRAM_UNCHECKED is neither 0 nor 1
 * @throws RunError if there is no adapter
 */
export async function requestDevice(options: DeviceOptions = {}): Promise<RequestedDevice> {
  const wanted = wantedAdapter(options)
  const always = isUnchecked(options) ? [UNCHECKED] : []
  const instances = pin()
  const passedOver: AdapterInfo[] = []
  try {
    for await (const found of adapters(instances, always)) {
      if (!accepts(wanted, found.info)) {
        passedOver.push(found.info)
        continue
      }
      const { adapter, info } = found
      const device = await adapter.requestDevice({
        label: info.name,
        requiredFeatures: OPTIONAL_FEATURES.filter((feature) => adapter.features.has(feature)),
        requiredLimits: limitsOf(adapter),
      })
      // Other adapters do not compute on the cores of the process.
      const pollAtOnce = info.type === 'software' ? restBetweenPolls() : undefined
      const release = (): void => {
        device.destroy()
        // Not before the loss is reported: Dawn's threads may still be at work.
        void device.lost.then(() => {
          pollAtOnce?.()
          unpin(instances)
        })
      }
      return { device, adapter, info, release }
    }
  } catch (error) {
    unpin(instances)
    throw error
  }
  unpin(instances)
  throw noAdapter(wanted, passedOver)
}

/** What the caller or else ENGRAM_ADAPTER asks for, in lower case. */
export function wantedAdapter({ adapter }: DeviceOptions): string {
  const wanted = adapter ?? process.env.ENGRAM_ADAPTER ?? 'auto'
  checkText('the option `adapter`', wanted)
  return wanted.toLowerCase()
}

function isUnchecked({ unchecked }: DeviceOptions): boolean {
  const value = process.env.ENGRAM_UNCHECKED ?? ''
  if (!['', '0', '1'].includes(value)) {
    throw new ModelError(
      `ENGRAM_UNCHECKED is ${JSON.stringify(value)}; set it to 1, or to 0 for kernels with checks of bounds`,
    )
  }
  return unchecked ?? value === '1'
}

/**
 * Every adapter of this machine, best first: the one that `auto` takes is the first.
 * @param visit - called with each; the adapter is not to be used after it returns
 */
export async function forEachAdapter(visit: (found: FoundAdapter) => void): Promise<void> {
  const instances = pin()
  try {
    for await (const found of adapters(instances)) visit(found)
  } finally {
    unpin(instances)
  }
}

/** All limits of an adapter, as `requiredLimits` wants them. */
export function limitsOf(adapter: GPUAdapter): Record<string, number> {
  const limits: Record<string, number> = {}
  // They are getters of the prototype.
  for (const name in adapter.limits) {
    const value = adapter.limits[name as keyof GPUSupportedLimits]
    if (typeof value === 'number') limits[name] = value
  }
  return limits
}

/**
 * The adapters of each driver set in turn; within a set, the one that Dawn prefers comes first.
 * @param always - flags of Dawn for each
 */
async function* adapters(instances: GPU[], always: readonly string[] = []): AsyncGenerator<FoundAdapter> {
  Object.assign(globalThis, globals)
  const seen = new Set<string>()
  for await (const drivers of driverSets()) {
    const look = (flags: string[]): Promise<GPUAdapter | null> =>
      withDrivers(drivers, () => {
        const instance = create([...always, ...flags])
        instances.push(instance)
        return instance.requestAdapter({ powerPreference: 'high-performance' })
      })
    const preferred = await look([])
    if (preferred === null) continue
    const info = infoOf(preferred, drivers)
    seen.add(info.name)
    yield { adapter: preferred, info }
    for (const name of await namesOfAdapters(look)) {
      const adapter = await look([`adapter=${name}`])
      if (adapter === null) continue
      const info = infoOf(adapter, drivers)
      if (!seen.has(info.name)) yield { adapter, info }
      seen.add(info.name)
    }
  }
}

/** Dawn tells the names of its adapters to whoever asks for one that is not there. */
async function namesOfAdapters(look: (flags: string[]) => Promise<GPUAdapter | null>): Promise<string[]> {
  try {
    await look(['adapter=?'])
    return []
  } catch (error) {
    return [...String(error).matchAll(/name: '(.*)'/g)].map((match) => match[1] as string)
  }
}

function infoOf(adapter: GPUAdapter, drivers: DriverSet): AdapterInfo {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info
  return {
    name: device.replace(/-+$/, '') || architecture || vendor,
    type: isFallbackAdapter ? 'software' : 'hardware',
    vendor,
    architecture,
    driver: description,
    source: drivers.source,
  }
}

/** Whether an adapter is one that `wanted` asks for. */
export function accepts(wanted: string, info: AdapterInfo): boolean {
  if (wanted === 'auto' || wanted === info.type) return true
  if (wanted === 'hardware' || wanted === 'software') return false
  return [info.name, info.vendor, info.architecture, info.driver].some((text) =>
    text.toLowerCase().includes(wanted),
  )
}

/** The one line for the person whose wish no adapter meets. */
export function noAdapter(wanted: string, others: readonly AdapterInfo[]): Error {
  const names = others.map((info) => info.name).join(', ')
  if (others.length > 0 && wanted !== 'hardware' && wanted !== 'software') {
    return new ModelError(`no adapter is called \`${wanted}\`; this machine has ${names}`, {
      path: '--adapter',
    })
  }
  const instead = others.length > 0 ? `, or use ${names}` : ''
  return new RunError(
    `no ${wanted === 'hardware' ? wanted : 'GPU'} adapter found: ${remedyFor(wanted)}${instead}`,
  )
}

function remedyFor(wanted: string): string {
  if (process.platform !== 'linux') return 'update the graphics driver'
  if (!isMainThread && wanted !== 'hardware') return 'start the worker thread with env: SHARE_ENV'
  const driver = `install a Vulkan driver (${MESA})`
  return wanted === 'hardware' || process.arch !== 'x64' ? driver : `${driver} or run npm install ${BUNDLE}`
}

/**
 * Dawn's instances in use. Collecting the instance of a live device crashes or hangs the process, and a variable of
 * a module or a closure does not keep it: V8 sees that nothing reads it again. A property of globalThis does.
 */
const holder = globalThis as { engramDawn?: Set<GPU[]> }

function pin(): GPU[] {
  const instances: GPU[] = []
  holder.engramDawn ??= new Set()
  holder.engramDawn.add(instances)
  return instances
}

/** Time in ms in which the polls that Dawn has asked for have run. */
const GRACE = 100

/**
 * Lets the instances be collected, later: a poll that Dawn has asked for, such as that of `requestDevice`, still reads its
 * instance. The process may end before; it collects what is pinned then.
 */
function unpin(instances: GPU[]): void {
  const collect = (): void => {
    holder.engramDawn?.delete(instances)
    instances.length = 0
  }
  // Polls wait for timers or immediates, and those that were asked for before come first.
  setTimeout(() => setImmediate(collect), GRACE).unref()
}
