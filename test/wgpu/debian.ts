/** Drivers and a browser out of the packages of Debian or Ubuntu: unpacked into the cache, so no root, and the machine stays as it is. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from '../../src/node/cache.ts'

const run = promisify(execFile)

/**
 * A folder with the files of packages and of what they need that is not installed, `usr/lib` and so on; fetched the first time.
 * @param name - of the folder
 * @throws Error of one line where apt cannot fetch them
 */
export async function unpackPackages(name: string, packages: readonly string[]): Promise<string> {
  const cache = await cacheFolder()
  const folder = join(cache, name)
  if (existsSync(folder)) return folder
  const filling = await mkdtemp(`${folder}-`)
  try {
    // Lists of its own: those of the machine are root's, and images come without them.
    const apt = join(filling, 'apt')
    await mkdir(join(apt, 'lists/partial'), { recursive: true })
    await mkdir(join(apt, 'archives/partial'), { recursive: true })
    const own = ['-q', '-o', `Dir::State::lists=${join(apt, 'lists')}`, '-o', `Dir::Cache=${apt}`]
    const aptGet = (...args: string[]) => run('apt-get', [...own, ...args], { cwd: apt })
    await aptGet('update', '-o', 'APT::Update::Error-Mode=any')
    const { stdout } = await aptGet('install', '--simulate', '--no-install-recommends', ...packages)
    const lacking = [...stdout.matchAll(/^Inst (\S+)/gm)].map((match) => match[1] as string)
    if (lacking.length > 0) await aptGet('download', ...lacking)
    for (const file of await readdir(apt))
      if (file.endsWith('.deb')) await run('dpkg-deb', ['--extract', join(apt, file), filling])
    await rm(apt, { recursive: true })
    await rename(filling, folder)
  } catch (error) {
    await rm(filling, { recursive: true, force: true })
    if (existsSync(folder)) return folder
    const { message, stderr = '' } = error as Error & { stderr?: string }
    const why = /^[EW]: .*/m.exec(stderr)?.[0] ?? message.split('\n')[0] ?? ''
    throw new Error(`apt cannot fetch ${packages.join(', ')}: ${why}; see whether its mirror answers`, {
      cause: error,
    })
  }
  return folder
}

/**
 * What programs need in their environment to take Mesa's software drivers of a folder: lavapipe for Vulkan, llvmpipe for OpenGL.
 * @throws Error of one line where neither the folder nor the machine has them
 */
export async function mesaEnvironment(folder: string): Promise<Record<string, string>> {
  const lib = await librariesOf(folder)
  const manifests = [folder, '/'].map((root) => join(root, 'usr/share/vulkan/icd.d'))
  const found: string[] = []
  for (const at of manifests.filter(existsSync))
    found.push(
      ...(await readdir(at)).filter((file) => file.startsWith('lvp_icd')).map((file) => join(at, file)),
    )
  if (found[0] === undefined)
    throw new Error('mesa-vulkan-drivers has no lavapipe; take another version of it')
  // The path in a package's manifest is that of an installed library; a name alone is looked for as any library is.
  const manifest = join(folder, 'lavapipe.json')
  const text = await readFile(found[0], 'utf8')
  await writeFile(manifest, text.replace(/("library_path":\s*")[^"]*\//, '$1'))
  const drivers = join(lib, 'dri')
  const vendors = join(folder, 'usr/share/glvnd/egl_vendor.d')
  return {
    LD_LIBRARY_PATH: [lib, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
    VK_DRIVER_FILES: manifest,
    // Loaders older than 1.3.207 know this name only.
    VK_ICD_FILENAMES: manifest,
    ...(existsSync(drivers) && { LIBGL_DRIVERS_PATH: drivers }),
    ...(existsSync(vendors) && { __EGL_VENDOR_LIBRARY_DIRS: vendors }),
  }
}

/** Where the packages of a folder have their libraries: `usr/lib/x86_64-linux-gnu`, or of another machine. */
async function librariesOf(folder: string): Promise<string> {
  const lib = join(folder, 'usr/lib')
  const names = existsSync(lib) ? await readdir(lib) : []
  return join(lib, names.find((name) => name.endsWith('-linux-gnu')) ?? '')
}
