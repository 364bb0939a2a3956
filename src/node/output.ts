import { lstat, mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import * as v from 'valibot'
import { RunError } from '../core/errors.ts'
import { checkUnlocked, lock } from './lock.ts'

/** The folder that the files of a command go to; no other command writes into it until it is closed. */
export interface Output {
  readonly folder: string
  /** Names of the files written so far. */
  readonly files: readonly string[]
  /**
   * Writes a file under a temporary name and renames it, so that a file of its name is always whole. With the first one
   * the files of an earlier command go.
   * @param name - may have folders, which are made
   * @param content - may come in pieces; if making one fails, that error is thrown and there is no file
   * @returns its path
   */
  write(name: string, content: Content): Promise<string>
  /**
   * Makes way, as the first `write` does, for files that others write there.
   * @param names - that the folder has from now on, beside the files of `write`
   */
  claim(names: readonly string[]): Promise<void>
  /** Lets others write there. */
  close(): void
}

type Content = Uint8Array | string | Iterable<string> | AsyncIterable<Uint8Array | string>

export interface OutputOptions {
  /** Names of the files that an earlier command of the same kind left in the folder. */
  readonly earlier?: (folder: string) => Promise<readonly string[]>
  /** Names of the files to come: none may be a folder. */
  readonly names?: readonly string[]
  /** False = the caller sees to it that no other process writes there. */
  readonly locks?: boolean
  /** True = other processes write there at the same time; what they are about to rename stays. */
  readonly shared?: boolean
  /** What an error of `write` says at its end; `give another folder with --out` by default. */
  readonly remedy?: Remedy
}

/** Milliseconds in which a process renames the file that it has written. */
const YOUNG = 3_600_000

/**
 * Makes the folder and sees to it that files can be written there.
 * @throws RunError, also by `write`, that says what the disk or the permissions refuse, or who else writes there
 */
export async function createOutput(folder: string, options: OutputOptions = {}): Promise<Output> {
  const files: string[] = []
  const partial = new Set<string>()
  const tidied = new Set<string>()
  const isLeft = async (path: string): Promise<boolean> => {
    if (options.shared !== true) return true
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }))
    return Date.now() - mtimeMs > YOUNG
  }
  const tidy = async (path: string): Promise<void> => {
    if (tidied.has(path)) return
    tidied.add(path)
    await makeFolder(path)
    const left = (await readdir(path)).filter((name) => /\.\d+\.part$/.test(name))
    for (const name of left) if (await isLeft(join(path, name))) await removeFile(join(path, name))
  }
  let isOurs = false
  const replaceEarlier = async (): Promise<void> => {
    if (isOurs) return
    for (const name of (await options.earlier?.(folder)) ?? []) await removeFile(join(folder, name))
    isOurs = true
  }
  const write = async (name: string, content: Content): Promise<string> => {
    const path = join(folder, name)
    const temporary = `${path}.${process.pid}.part`
    try {
      if (name.includes('/')) await tidy(dirname(path))
      const file = await open(temporary, 'w')
      partial.add(temporary)
      try {
        await writeFile(file, content)
        // A full disk may tell only now.
        await file.sync()
      } finally {
        await file.close()
      }
      await replaceEarlier()
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw isOfFiles(error) ? writeError(path, error, GONE, options.remedy) : error
    } finally {
      partial.delete(temporary)
    }
    if (!files.includes(name)) files.push(name)
    return path
  }
  try {
    await makeFolder(folder)
  } catch (error) {
    throw writeError(folder, error, NOWHERE, options.remedy)
  }
  const release =
    options.locks === false
      ? () => undefined
      : await lock(folder).catch((error: unknown) => {
          throw isOfFiles(error) ? writeError(folder, error, GONE, options.remedy) : error
        })
  const close = (): void => {
    process.off('exit', close)
    for (const path of partial) rmSync(path, { force: true })
    release()
  }
  process.on('exit', close)
  try {
    await tidy(folder)
    for (const name of options.names ?? []) await refuseFolder(join(folder, name))
  } catch (error) {
    close()
    throw isOfFiles(error) ? writeError(folder, error, GONE, options.remedy) : error
  }
  const claim = async (names: readonly string[]): Promise<void> => {
    await replaceEarlier()
    files.push(...names.filter((name) => !files.includes(name)))
  }
  return { folder, files, write, claim, close }
}

/** Tells the files of a folder whose names match, as `earlier` of the options does. */
export function filesLike(names: RegExp): (folder: string) => Promise<string[]> {
  return async (folder) => (await readdir(folder)).filter((name) => names.test(name))
}

/**
 * Looks, before anything long begins and without writing, whether a folder can be written to by now.
 * @throws RunError if another command writes there, or a file is in its place
 */
export async function checkOutput(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory()) await checkUnlocked(folder)
}

/** As mkdir -p, but of each folder once: Node's own never ends where a parent takes no folder, such as /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const parent = dirname(resolve(path))
    if (code === 'ENOENT' && parent !== resolve(path) && !(await isFolder(parent))) {
      await makeFolder(parent)
      await mkdir(path)
      return
    }
    if (await isFolder(path)) return
    const link = await lstat(path).catch(() => undefined)
    throw link?.isSymbolicLink() === true ? Object.assign(new Error(code), { code: DANGLING }) : error
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

/** A folder of that name is somebody's own, unless a run has made it. */
async function removeFile(path: string): Promise<void> {
  if (!(await isFolder(path))) await rm(path, { force: true })
  else if (await isMade(path)) await rm(path, { recursive: true, force: true })
}

/** Ends the name of a folder in which a run keeps its samples until its end, and those of the files in it. */
export const PARTS = '.parts'

/** Whether a folder is one that `takeFolder` has made: a Zarr group of engram, or parts and nothing else. */
async function isMade(folder: string): Promise<boolean> {
  if (folder.endsWith(PARTS)) return (await readdir(folder)).every((name) => name.endsWith(PARTS))
  const text = await readFile(join(folder, 'zarr.json'), 'utf8').catch(() => '')
  return v.is(
    v.pipe(v.string(), v.parseJson(), v.object({ attributes: v.object({ engram: v.string() }) })),
    text,
  )
}

/**
 * Makes a folder for files of a run.
 * @throws RunError if there is one of that name
 */
export function takeFolder(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw writeError(path, code === 'EEXIST' ? { code: 'EISDIR' } : error, GONE)
  }
}

/**
 * Writes a file of others in a folder of `createOutput`, under a temporary name first: a file of its name is always whole.
 * @param sync - it is to be on the disk before this returns
 * @throws RunError that says what the disk refuses
 */
export function replaceFile(path: string, content: Uint8Array | string, sync: boolean): void {
  const temporary = `${path}.${process.pid}.part`
  refusing(path, () => {
    try {
      const file = openSync(temporary, 'w')
      try {
        writeWhole(file, typeof content === 'string' ? Buffer.from(content) : content)
        if (sync) fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(temporary, path)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  })
}

/** Writes all bytes at the end of a file, or where it stands. */
export function writeWhole(file: number, bytes: Uint8Array): void {
  for (let from = 0; from < bytes.length;) from += writeSync(file, bytes, from)
}

/**
 * Does something with a file.
 * @throws RunError that says what the disk refuses
 */
export function refusing<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw isOfFiles(error) ? writeError(path, error, GONE) : error
  }
}

async function refuseFolder(path: string): Promise<void> {
  if (await isFolder(path)) throw writeError(path, { code: 'EISDIR' })
}

/** Errors of the system have names as codes; those of WebGPU have none. */
function isOfFiles(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).code === 'string'
}

/** The line for what the system refuses. */
export function writeError(
  path: string,
  error: unknown,
  missing = NOWHERE,
  remedy: Remedy = OTHER,
): RunError {
  const { code = '' } = error as NodeJS.ErrnoException
  const reason = code === 'ENOENT' ? missing : (WRITE_ERRORS[code] ?? String(error))
  const join = reason.includes('; ') ? remedy.join : ';'
  return new RunError(`cannot write ${path}: ${reason}${join} ${remedy.text}`)
}

/** What a person can do, and what joins it to a remedy of the error. */
interface Remedy {
  readonly text: string
  readonly join: ' or' | ', and'
}

const OTHER: Remedy = { text: 'give another folder with --out', join: ' or' }

/** For folders that a command goes on with. */
export const AGAIN: Remedy = { text: 'run the same command again', join: ', and' }
const DANGLING = 'DANGLING'
const NOWHERE = 'no folder can be made there'
const GONE = 'its folder is gone'

const WRITE_ERRORS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room',
  EDQUOT: 'the quota is used up; make room',
  EFBIG: 'the file would be larger than the disk or the limit (ulimit -f) allows',
  EACCES: 'not permitted; change the permissions',
  EPERM: 'not permitted; change the permissions',
  EROFS: 'the disk is read-only',
  ENOTDIR: 'there is a file in place of a folder',
  EEXIST: 'there is a file in place of a folder',
  EISDIR: 'there is a folder of that name',
  ELOOP: 'its links go in a circle',
  ENAMETOOLONG: 'the name is too long',
  EIO: 'the disk fails',
  [DANGLING]: 'there is a link to a place that does not exist; make that place',
}
