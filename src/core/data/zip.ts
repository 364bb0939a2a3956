/** Reading zip archives, each file against its checksum. (APPNOTE.TXT, sections 4.3.7 to 4.3.16) */
import { strFromU8 } from 'fflate'
import { ModelError } from '../errors.ts'
import { crc32 } from './crc32.ts'
import { MOST_UNPACKED, inflate, tooLarge } from './inflate.ts'

export interface ZipFile {
  readonly name: string
  /**
   * Unpacks the file.
   * @throws ModelError if it is damaged, or unpacks to more than 1 GiB
   */
  readonly read: () => Uint8Array<ArrayBuffer>
  /** Bytes of the contents. */
  readonly size: number
  /** Where its contents stand as they are, if they are not compressed, and their CRC-32. */
  readonly stored?: { readonly from: number; readonly to: number; readonly crc: number }
}

const [LOCAL, CENTRAL, END, END64, LOCATOR64] = [0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50]

/** Most bytes of a comment at the end. */
const COMMENT = 0xffff

/** Bytes that are read in ranges. */
export interface Source {
  readonly size: number
  /** Bytes `from` to `to` - 1, both within the size. */
  read(from: number, to: number): Uint8Array<ArrayBuffer>
  /** True if each call of `read` gives memory of its own, which then need not be copied. */
  readonly isOwn?: true
}

/**
 * The files of an archive by its directory, none of them unpacked as yet.
 * @param areViews - true = contents that are not compressed are views of the archive
 * @throws ModelError if the directory or what it refers to is damaged
 */
export function readZip(bytes: Uint8Array, areViews = false): ZipFile[] {
  const read = (from: number, to: number): Uint8Array<ArrayBuffer> =>
    bytes.subarray(from, to) as Uint8Array<ArrayBuffer>
  return readZipFrom({ size: bytes.length, read, ...(areViews && { isOwn: true }) })
}

/** The same of an archive that need not be whole in memory; of its files, only those that are read. */
export function readZipFrom(source: Source): ZipFile[] {
  const { start, end, count } = directory(source)
  if (start > end) throw damaged('its directory is damaged')
  const bytes = source.read(start, end)
  const files: ZipFile[] = []
  const names = new Set<string>()
  let at = 0
  for (let index = 0; index < count; index++) {
    const { name, next, file } = entry(source, bytes, at)
    if (names.has(name)) throw damaged(`holds \`${name}\` twice`)
    names.add(name)
    files.push(file)
    at = next
  }
  // A smaller count would hide files.
  if (at !== bytes.length) throw damaged('its directory has more than it counts')
  return files
}

/** Where the directory begins and ends, and how many entries it has. */
function directory(source: Source): { start: number; end: number; count: number } {
  const from = Math.max(0, source.size - 22 - COMMENT - 20)
  const view = viewOf(source.read(from, source.size))
  const last = view.byteLength - 22
  for (let at = last; at >= Math.max(0, last - COMMENT); at--) {
    if (view.getUint32(at, true) !== END || view.getUint16(at + 20, true) !== view.byteLength - at - 22)
      continue
    const locator = at - 20
    const is64 = locator >= 0 && view.getUint32(locator, true) === LOCATOR64
    if (!is64)
      return { start: view.getUint32(at + 16, true), end: from + at, count: view.getUint16(at + 10, true) }
    const end = long(view, locator + 8)
    if (end + 56 > source.size) throw damaged('its end is damaged')
    const wide = viewOf(source.read(end, end + 56))
    if (wide.getUint32(0, true) !== END64) throw damaged('its end is damaged')
    return { start: long(wide, 48), end, count: long(wide, 32) }
  }
  throw damaged('it has no directory at its end')
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * @param bytes - the directory
 * @param at - where an entry begins in it
 */
function entry(
  source: Source,
  bytes: Uint8Array,
  at: number,
): { readonly name: string; readonly next: number; readonly file: ZipFile } {
  const view = viewOf(bytes)
  if (at + 46 > bytes.length || view.getUint32(at, true) !== CENTRAL)
    throw damaged('its directory is damaged')
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)]
  const crc = view.getUint32(at + 16, true)
  const lengths = [28, 30, 32].map((offset) => view.getUint16(at + offset, true))
  const [nameLength = 0, extraLength = 0, commentLength = 0] = lengths
  const extra = at + 46 + nameLength
  const next = extra + extraLength + commentLength
  if (next > bytes.length) throw damaged('its directory is damaged')
  const name = strFromU8(bytes.subarray(at + 46, extra))
  const short = [20, 24, 42].map((offset) => view.getUint32(at + offset, true))
  const [packed = 0, size = 0, local = 0] = widened(view, short, extra, extraLength)
  const head = local + 30 > source.size ? undefined : viewOf(source.read(local, local + 30))
  if (head?.getUint32(0, true) !== LOCAL) throw damaged(`\`${name}\` is not where it should be`)
  const named = local + 30 + head.getUint16(26, true)
  const from = named + head.getUint16(28, true)
  if (from + packed > source.size) throw damaged(`\`${name}\` is cut off`)
  // A name has no checksum, but stands twice.
  if (strFromU8(source.read(local + 30, named)) !== name)
    throw damaged(`\`${name}\` has another name before its contents`)
  if ((flags & 1) !== 0) throw new ModelError(`\`${name}\` is encrypted; write it without a password`)
  if (method !== 0 && method !== 8)
    throw new ModelError(
      `\`${name}\` is compressed by method ${method}; write it with deflate, or uncompressed`,
    )
  const read = (): Uint8Array<ArrayBuffer> => {
    const stored = source.read(from, from + packed)
    if (method === 8 && size > MOST_UNPACKED) throw tooLarge(MOST_UNPACKED)
    // Not `slice`, which of a Buffer gives the same memory.
    const plain = (): Uint8Array<ArrayBuffer> => (source.isOwn === true ? stored : new Uint8Array(stored))
    const content = method === 0 ? plain() : unpacked(name, stored, size)
    if (content.length !== size || crc32(content) !== crc)
      throw damaged(`\`${name}\` does not fit its checksum`)
    return content
  }
  return {
    name,
    next,
    file: { name, read, size, ...(method === 0 && { stored: { from, to: from + size, crc } }) },
  }
}

function unpacked(name: string, stored: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  try {
    return inflate(stored, { raw: true, most: size })
  } catch (error) {
    throw error instanceof ModelError ? damaged(`\`${name}\` ${error.reason.replace(/; .*$/, '')}`) : error
  }
}

/** Sizes and offset from the zip64 extra field where they do not fit 32 bits. */
function widened(view: DataView, short: readonly number[], extra: number, length: number): number[] {
  const end = extra + length
  for (let at = extra; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue
    // In the order size, packed size, offset; only those that are needed are there.
    let place = at + 4
    const next = (value: number | undefined): number => {
      if (value !== 0xffffffff || place + 8 > end) return value ?? 0
      place += 8
      return long(view, place - 8)
    }
    const size = next(short[1])
    const packed = next(short[0])
    return [packed, size, next(short[2])]
  }
  return [...short]
}

/** A whole number of 64 bits; what is too large for exact arithmetic is beyond any file. */
function long(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true))
}

function damaged(what: string): ModelError {
  return new ModelError(`is not a readable .npz archive (${what}); write or copy it again`)
}
