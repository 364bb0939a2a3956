import { existsSync, readdirSync } from 'node:fs'
import { constants, homedir } from 'node:os'
import { basename, join } from 'node:path'
import { bundleFolder, unpackBundle } from './cache.ts'

/**
 * One way to look for adapters. On Linux that is a set of Vulkan driver manifests, elsewhere (Metal, Direct3D)
 * the system's own.
 */
export interface DriverSet {
  readonly source: 'system' | 'installed' | 'npm'
  /** What the Vulkan loader is to read instead of its own list; absent = leave it alone. */
  readonly manifests?: readonly string[]
}

/** Manifests of drivers that compute on the CPU: Mesa's lavapipe, SwiftShader. */
const SOFTWARE = /lvp|lavapipe|llvmpipe|swiftshader/i

/**
 * Where to look for adapters, best first: hardware, then each installed software driver, then the SwiftShader of
 * the npm bundle, which is unpacked when it is its turn.
 */
export async function* driverSets(): AsyncGenerator<DriverSet> {
  if (process.platform !== 'linux') {
    yield { source: 'system' }
    return
  }
  const installed = installedManifests()
  const software = installed.filter((manifest) => SOFTWARE.test(basename(manifest)))
  const hardware = hasGpu() ? installed.filter((manifest) => !software.includes(manifest)) : []
  if (installed.length > 0 && (await loadVulkan())) {
    if (hardware.length > 0) yield { source: 'installed', manifests: hardware }
    for (const manifest of software) yield { source: 'installed', manifests: [manifest] }
  }
  const folder = await swiftShaderFolder()
  if (folder !== undefined && (await loadVulkan())) {
    yield { source: 'npm', manifests: [join(folder, 'vk_swiftshader_icd.json')] }
  }
}

/**
 * Runs `look` while the Vulkan loader reads the manifests of a driver set. `look` must create its Vulkan instance
 * before it returns: the environment is put back then.
 */
export function withDrivers<T>(drivers: DriverSet, look: () => T): T {
  const { manifests } = drivers
  if (manifests === undefined) return look()
  // Loaders older than 1.3.207 know the second name only; newer ones prefer the first.
  const names = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES']
  const before = names.map((name) => process.env[name])
  for (const name of names) process.env[name] = manifests.join(':')
  try {
    return look()
  } finally {
    names.forEach((name, index) => {
      const value = before[index]
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    })
  }
}

/**
 * Whether the kernel offers a GPU: DRM render nodes, NVIDIA, WSL, Adreno, Mali. Where it does not, the hardware
 * drivers that every Mesa installs would only make Dawn complain on the terminal.
 */
function hasGpu(): boolean {
  if (chosenManifests() !== undefined) return true
  const nodes = ['/dev/nvidiactl', '/dev/dxg', '/dev/kgsl-3d0', '/dev/mali0']
  return nodes.some(existsSync) || list('/dev/dri').some((node) => node.startsWith('renderD'))
}

/** The manifests that the person wants, in place of the loader's list. */
function chosenManifests(): string | undefined {
  return process.env.VK_DRIVER_FILES ?? process.env.VK_ICD_FILENAMES
}

/** The manifests that the Vulkan loader would read, by its own rules. */
function installedManifests(): string[] {
  const { env } = process
  const chosen = chosenManifests()
  if (chosen !== undefined) return chosen.split(':').filter((path) => existsSync(path))
  const home = homedir()
  const roots = [
    env.XDG_CONFIG_HOME ?? join(home, '.config'),
    ...(env.XDG_CONFIG_DIRS ?? '/etc/xdg').split(':'),
    '/usr/local/etc',
    '/etc',
    env.XDG_DATA_HOME ?? join(home, '.local/share'),
    ...(env.XDG_DATA_DIRS ?? '/usr/local/share:/usr/share').split(':'),
    '/run/opengl-driver/share',
  ]
  return [...new Set(roots)]
    .map((root) => join(root, 'vulkan/icd.d'))
    .flatMap((folder) => list(folder).map((file) => join(folder, file)))
    .filter((path) => path.endsWith('.json'))
}

/** The files in a folder, sorted; none if it is not there. */
function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

/**
 * Loads libvulkan.so.1 into this process: the system's, else the bundle's. Dawn then finds it by its name, so that
 * neither LD_LIBRARY_PATH nor a restart is needed.
 */
async function loadVulkan(): Promise<boolean> {
  if (stays('libvulkan.so.1')) return true
  const folder = await swiftShaderFolder()
  return folder !== undefined && stays(join(folder, 'libvulkan.so.1'))
}

/**
 * Loads a library and keeps it. `process.dlopen` is meant for Node's addons: it loads the library, finds that it
 * is none, closes it and throws; the flag RTLD_NODELETE of glibc makes it stay.
 */
function stays(library: string): boolean {
  const RTLD_NODELETE = 0x1000
  try {
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_NOW | RTLD_NODELETE)
    return true
  } catch (error) {
    return String(error).includes('self-register')
  }
}

async function swiftShaderFolder(): Promise<string | undefined> {
  const bundle = bundleFolder()
  return bundle === undefined ? undefined : unpackBundle(bundle, 'swiftshader', ['swiftshader.tar.br'])
}
