import { constants } from 'node:buffer'
import { open, readFile, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { readZip } from '../core/data/zip.ts'
import { checkText } from '../core/model/arguments.ts'
import { ModelError } from '../core/errors.ts'
import { type Bundle, decodeBundle } from '../core/model/bundle.ts'
import { outside, type Read } from '../core/model/files.ts'
import { SCENARIO } from '../core/model/json.ts'
import { checkLesson } from '../core/model/lesson-check.ts'
import { type LoadOptions, loadModel } from '../core/model/load.ts'
import type { Model } from '../core/model/model.ts'
import { decodeImage } from './images.ts'
import './inflate.ts'
import { scenarioFile, shippedHint } from './shipped.ts'

/**
 * Reads, validates and resolves a scenario file. The files it names are relative to it and must be in its folder,
 * unless `allowOutside` is set.
 * @param path - of the file, .json or .engram (a zip of the scenario and its files); or a name such as `digits`, which is a scenario of the package where no file has it
 * @throws ModelError for the first thing that is wrong, with file, JSON path, value and remedy
 */
export async function loadScenario(path: string, options: LoadOptions = {}): Promise<Model> {
  checkText('loadScenario', path)
  const { text, found } = await readScenario(path)
  const read = readerOf(homeOfFiles(found), options.allowOutside)
  const model = await loadModel(text, { ...options, file: path, read, decode: decodeImage })
  if (!CHANGING.some((key) => options[key] !== undefined)) checkLesson(model.scenario, path)
  return model
}

/** Options with which a scenario is no longer the one that its lesson is written for. */
const CHANGING = ['set', 'vary', 'seed', 'ticks'] as const satisfies readonly (keyof LoadOptions)[]

/** The text of a scenario, and the file that it stands in. */
export async function readScenario(path: string): Promise<{ readonly text: string; readonly found: string }> {
  const found = scenarioFile(path)
  const bytes = await readInput(found, path, SCENARIO, shippedHint)
  return { text: textOf(isEngram(found) ? decodeBundle(bytes, path).scenario : bytes, path), found }
}

/** Whether a file has a scenario and its files. */
function isEngram(path: string): boolean {
  return /\.engram$/i.test(path)
}

/** The place of the files that a scenario names: the folder of the scenario, or its .engram file. */
export function homeOfFiles(found: string): string {
  return isEngram(found) ? found : dirname(found)
}

/** Reads the files that a scenario names. @param path - as of `loadScenario` */
export function readerBeside(path: string, allowOutside = false): Read {
  return readerOf(homeOfFiles(scenarioFile(path)), allowOutside)
}

/** Reads the files that a scenario names. @param home - their folder, or an .engram file with them */
export function readerOf(home: string, allowOutside = false): Read {
  return isEngram(home) ? memberReader(home) : folderReader(home, allowOutside)
}

function memberReader(file: string): Read {
  let bundle: Promise<Bundle> | undefined
  return async (name) => {
    bundle ??= readInput(file).then((bytes) => decodeBundle(bytes, file))
    return (await bundle).read(name)
  }
}

function folderReader(folder: string, allowOutside: boolean): Read {
  return async (name) => {
    const file = resolve(folder, name)
    if (!allowOutside) await requireInside(folder, file, name)
    return /\.npz$/i.test(name)
      ? aligned(await readInput(file, name, undefined, undefined, ROOM))
      : readInput(file, name)
  }
}

/** Bytes left behind an archive, by which it can be moved. */
const ROOM = 8

/** Moves a large archive within its memory so that the numbers of its largest array can be used where they stand. */
function aligned(bytes: Buffer): Buffer {
  if (bytes.buffer.byteLength - bytes.byteOffset - bytes.length < ROOM) return bytes
  let starts: number[]
  try {
    const stored = readZip(bytes).flatMap((file) => file.stored ?? [])
    starts = stored.sort((a, b) => b.to - b.from - (a.to - a.from)).map(({ from }) => from)
  } catch {
    // It is refused where it is decoded.
    return bytes
  }
  const shift = (ROOM - ((starts[0] ?? 0) % ROOM)) % ROOM
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length + ROOM)
  whole.copyWithin(shift, 0, bytes.length)
  return whole.subarray(shift, shift + bytes.length)
}

/**
 * The text of a file: UTF-8, or UTF-16 with a byte order mark, as some shells write it.
 * @throws ModelError if it is neither
 */
function textOf(bytes: Uint8Array, file: string): string {
  const [first, second] = bytes
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
  // Zeros of UTF-16 without a mark are told by who parses it.
  const fatal = encoding !== 'utf-8' || (first !== 0 && second !== 0)
  try {
    return new TextDecoder(encoding, { fatal }).decode(bytes)
  } catch {
    throw new ModelError('is not text in UTF-8; save it as UTF-8', { file })
  }
}

/** Refuses a symbolic link that leads out of the folder of the scenario. */
async function requireInside(folder: string, file: string, name: string): Promise<void> {
  const [home, real] = await Promise.all([realpath(folder), realpath(file).catch(() => undefined)])
  // One that leads nowhere is said by reading it.
  if (real === undefined) return
  const way = relative(home, real)
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) throw outside(name)
}

/**
 * Reads a file that the user has named.
 * @param name - as it was named
 * @param remedy - for an empty file
 * @param hint - added to what is said of a name that is not there
 * @param room - bytes of memory left behind those of a large file
 * @throws ModelError if it is missing, no file (a folder, a pipe, a device), empty, not readable or too large
 */
export async function readInput(
  path: string,
  name = path,
  remedy?: string,
  hint?: (name: string) => string,
  room = 0,
): Promise<Buffer> {
  const size = await checkInput(path, name, remedy, hint)
  try {
    const isLarge = size > MOST_AT_ONCE || (room > 0 && size > LARGE)
    return isLarge ? await readLarge(path, size, room) : await readFile(path)
  } catch (error) {
    throw inputError(name, error, hint)
  }
}

/**
 * Looks at a file that the user has named before it is read.
 * @param name, remedy, hint - as of `readInput`
 * @returns its size
 * @throws ModelError if it is missing, a pipe, a device or empty
 */
export async function checkInput(
  path: string,
  name = path,
  remedy = 'write it again, or copy it into a file first',
  hint: (name: string) => string = () => '',
): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    throw inputError(name, error, hint)
  })
  // Pipes and devices may never end.
  if (!found.isFile() && !found.isDirectory())
    throw new ModelError(`${name} is a pipe or a device, not a file; copy it into a file first`)
  // What the system makes up while it is read, as below /proc, has no length either, and may block.
  if (found.isFile() && found.size === 0)
    throw new ModelError(`${name} is empty (0 bytes, as the system tells); ${remedy}`)
  return found.size
}

/** What a refusal of the system says of a file, by its name. */
export function inputError(
  name: string,
  error: unknown,
  hint: (name: string) => string = () => '',
): ModelError {
  if (error instanceof ModelError) return error
  const { code } = error as NodeJS.ErrnoException
  const reason = READ_ERRORS[code ?? ''] ?? `cannot be read (${code ?? String(error)})`
  return new ModelError(`${name} ${reason}${code === 'ENOENT' ? hint(name) : ''}`)
}

/** Bytes that Node reads in one call. */
const MOST_AT_ONCE = 2 ** 31 - 1

/** Bytes of a file that is to be in memory once. */
const LARGE = 2 ** 24

async function readLarge(path: string, size: number, room: number): Promise<Buffer> {
  if (size > constants.MAX_LENGTH) {
    const most = constants.MAX_LENGTH / 2 ** 30
    throw new ModelError(`${path} is larger than ${most.toFixed(0)} GiB, the most of this Node; split it`)
  }
  const bytes = Buffer.allocUnsafeSlow(size + room).subarray(0, size)
  const file = await open(path)
  try {
    for (let at = 0; at < size;) {
      const { bytesRead } = await file.read(bytes, at, Math.min(2 ** 28, size - at), at)
      if (bytesRead === 0) return bytes.subarray(0, at)
      at += bytesRead
    }
  } finally {
    await file.close()
  }
  return bytes
}

const READ_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist; check the name and the folder',
  ELOOP: 'is a symbolic link that leads to itself; remove it',
  ENOTDIR: 'does not exist; check the name and the folder',
  EISDIR: 'is a folder; give a file in it',
  EACCES: 'may not be read; change its permissions',
}
