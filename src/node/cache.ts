import { access, chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'
import { RunError } from '../core/errors.ts'

/** npm package that carries a headless Chromium, SwiftShader and a Vulkan loader, for Linux on x64. */
export const BUNDLE = '@sparticuz/chromium'

/** Folder of the installed bundle, or undefined when it is not installed or not for this machine. */
export function bundleFolder(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  try {
    // <folder>/build/cjs/index.cjs; the package does not export its package.json.
    return dirname(dirname(dirname(createRequire(import.meta.url).resolve(BUNDLE))))
  } catch {
    return undefined
  }
}

/**
 * Unpacks the named archives of the bundle into one cache folder, the first time it is asked for them. Safe when
 * several processes ask at once: each fills a folder of its own, and the first to finish gives it the final name.
 * @param bundle - from `bundleFolder`
 * @param archives - names in the bundle's `bin`: `.tar.br` is unpacked, a plain `.br` becomes an executable file
 * @returns the folder with the unpacked files
 */
export async function unpackBundle(
  bundle: string,
  name: string,
  archives: readonly string[],
): Promise<string> {
  const { version } = JSON.parse(await readFile(join(bundle, 'package.json'), 'utf8')) as { version: string }
  const cache = await cacheFolder()
  const folder = join(cache, `${name}-${version}`)
  if (await exists(folder)) return folder
  const filling = await mkdtemp(`${folder}-`)
  try {
    for (const archive of archives) {
      const bytes = await promisify(brotliDecompress)(await readFile(join(bundle, 'bin', archive)))
      if (archive.endsWith('.tar.br')) await untar(bytes, filling)
      else await writeFile(join(filling, archive.slice(0, -'.br'.length)), bytes, { mode: 0o755 })
    }
    await chmod(filling, 0o755)
    await rename(filling, folder)
  } catch (error) {
    await rm(filling, { recursive: true, force: true })
    if (!(await exists(folder))) throw new RunError(`cannot unpack ${name} into ${cache}: ${reasonOf(error)}`)
  }
  return folder
}

function reasonOf(error: unknown): string {
  const reason = UNPACK_ERRORS[(error as NodeJS.ErrnoException).code ?? '']
  return reason === undefined
    ? `${String(error)}; install ${BUNDLE} again, or set XDG_CACHE_HOME to another folder`
    : `${reason}, or set XDG_CACHE_HOME to another folder`
}

const UNPACK_ERRORS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room',
  EDQUOT: 'the quota is used up; make room',
  EFBIG: 'a file would be larger than the limit (ulimit -f) allows; raise it',
  EACCES: 'not permitted; change the permissions',
  EROFS: 'the disk is read-only; make it writable',
}

/** XDG_CACHE_HOME/engram or ~/.cache/engram, else a folder of this user's own among the temporary files. */
export async function cacheFolder(): Promise<string> {
  const home = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const user = process.getuid?.() ?? 0
  for (const folder of [join(home, 'engram'), join(tmpdir(), `engram-${String(user)}`)]) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await rm(await mkdtemp(join(folder, 'probe-')), { recursive: true })
    } catch {
      continue
    }
    // Anyone may create folders among the temporary files: libraries are loaded from our own only.
    if ((await stat(folder)).uid === user) return folder
  }
  throw new RunError(`no folder to unpack drivers in: make ${home} writable or set XDG_CACHE_HOME`)
}

/** Writes the regular files of a tar archive; other entries are left out. */
async function untar(bytes: Uint8Array, folder: string): Promise<void> {
  const text = (start: number, length: number): string =>
    Buffer.from(bytes.subarray(start, start + length))
      .toString('latin1')
      .replace(/\0.*$/s, '')
  for (let start = 0; start + 512 <= bytes.length && bytes[start] !== 0;) {
    const size = parseInt(text(start + 124, 12), 8)
    const isFile = bytes[start + 156] === 0 || text(start + 156, 1) === '0'
    if (isFile) {
      const file = join(folder, text(start, 100))
      await mkdir(dirname(file), { recursive: true })
      const data = bytes.subarray(start + 512, start + 512 + size)
      await writeFile(file, data, { mode: parseInt(text(start + 100, 8), 8) & 0o777 })
    }
    start += 512 + Math.ceil(size / 512) * 512
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
