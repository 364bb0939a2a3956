/**
 * Writing zip archives as a stream: uncompressed files, each behind its name and before its checksum, then the directory. What is
 * larger than 32 bits can say is in zip64. (APPNOTE.TXT, sections 4.3.7 to 4.3.16, 4.5.3; fflate's streams have no zip64.)
 */
import { strToU8 } from 'fflate'
import { ModelError } from '../errors.ts'
import { crc32 } from './crc32.ts'

export interface ZipWriter {
  /**
   * Begins a file.
   * @param size - bytes of its contents
   * @returns what stands before them
   */
  begin(name: string, size: number): Uint8Array
  /** Takes note of contents, which are to be written as they are. */
  add(bytes: Uint8Array): void
  /**
   * Ends a file.
   * @returns what stands behind its contents
   * @throws ModelError if there were more or fewer than `begin` said
   */
  end(): Uint8Array
  /** @returns the directory of the archive, its last bytes */
  close(): Uint8Array
}

interface Entry {
  readonly name: Uint8Array
  readonly size: number
  readonly offset: number
  readonly crc: number
}

/** 1 January 1980, the first day of zip: equal contents give equal bytes. */
const DATE = (1 << 21) | (1 << 16)

/** Sizes and the checksum stand behind the contents; names are UTF-8. */
const [BEHIND, UTF8] = [1 << 3, 1 << 11]

/** Versions of the format that a reader needs: for a stream, and for zip64. */
const [PLAIN, WIDE] = [20, 45]

/** What a field of 32 bits says where the number stands elsewhere. */
const ELSEWHERE = 0xffffffff

/** @param most - numbers below it are written in 32 bits; smaller in tests */
export function createZipWriter(most = ELSEWHERE): ZipWriter {
  const entries: Entry[] = []
  let offset = 0
  let current: { name: Uint8Array; size: number; offset: number; crc: number; seen: number } | undefined
  const isWide = (number: number): boolean => number >= most
  const flagsOf = (name: Uint8Array): number => BEHIND | (name.some((byte) => byte > 127) ? UTF8 : 0)
  const written = (bytes: Uint8Array): Uint8Array => {
    offset += bytes.length
    return bytes
  }
  const directoryEntry = ({ name, size, offset: at, crc }: Entry): Uint8Array => {
    const wide = [...(isWide(size) ? [size, size] : []), ...(isWide(at) ? [at] : [])]
    return fields([
      [4, 0x02014b50],
      [2, wide.length > 0 ? WIDE : PLAIN],
      [2, wide.length > 0 ? WIDE : PLAIN],
      [2, flagsOf(name)],
      [2, 0],
      [4, DATE],
      [4, crc],
      [4, isWide(size) ? ELSEWHERE : size],
      [4, isWide(size) ? ELSEWHERE : size],
      [2, name.length],
      [2, extraLength(wide)],
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, isWide(at) ? ELSEWHERE : at],
      name,
      ...extra(wide),
    ])
  }
  return {
    begin(text, size) {
      const name = strToU8(text)
      const wide = isWide(size) ? [size, size] : []
      current = { name, size, offset, crc: 0, seen: 0 }
      return written(
        fields([
          [4, 0x04034b50],
          [2, wide.length > 0 ? WIDE : PLAIN],
          [2, flagsOf(name)],
          [2, 0],
          [4, DATE],
          [4, 0],
          [4, wide.length > 0 ? ELSEWHERE : 0],
          [4, wide.length > 0 ? ELSEWHERE : 0],
          [2, name.length],
          [2, extraLength(wide)],
          name,
          ...extra(wide),
        ]),
      )
    },
    add(bytes) {
      if (current === undefined) throw new Error('no file has begun')
      current.crc = crc32(bytes, current.crc)
      current.seen += bytes.length
      offset += bytes.length
    },
    end() {
      if (current === undefined) throw new Error('no file has begun')
      const { size, seen, crc } = current
      if (seen !== size) throw new ModelError(`a file of ${size} bytes got ${seen}`)
      entries.push(current)
      current = undefined
      const width = isWide(size) ? 8 : 4
      return written(
        fields([
          [4, 0x08074b50],
          [4, crc],
          [width, size],
          [width, size],
        ]),
      )
    },
    close() {
      const start = offset
      const directory = entries.map(directoryEntry)
      const length = directory.reduce((sum, bytes) => sum + bytes.length, 0)
      const count = entries.length
      const isLong = isWide(start) || isWide(length) || count >= 0xffff
      const end64: Parts = [
        [4, 0x06064b50],
        [8, 44],
        [2, WIDE],
        [2, WIDE],
        [4, 0],
        [4, 0],
        [8, count],
        [8, count],
        [8, length],
        [8, start],
        [4, 0x07064b50],
        [4, 0],
        [8, start + length],
        [4, 1],
      ]
      return fields([
        ...directory,
        ...(isLong ? end64 : []),
        [4, 0x06054b50],
        [2, 0],
        [2, 0],
        [2, Math.min(count, 0xffff)],
        [2, Math.min(count, 0xffff)],
        [4, isLong ? ELSEWHERE : length],
        [4, isLong ? ELSEWHERE : start],
        [2, 0],
      ])
    },
  }
}

/** Fields of so many bytes with their numbers, little endian, and bytes as they are. */
type Parts = readonly (readonly [bytes: 2 | 4 | 8, number: number] | Uint8Array)[]

function fields(parts: Parts): Uint8Array {
  const lengths = parts.map((part) => (part instanceof Uint8Array ? part.length : part[0]))
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  parts.forEach((part, index) => {
    if (part instanceof Uint8Array) bytes.set(part, at)
    else if (part[0] === 2) view.setUint16(at, part[1], true)
    else if (part[0] === 4) view.setUint32(at, part[1], true)
    else view.setBigUint64(at, BigInt(part[1]), true)
    at += lengths[index] as number
  })
  return bytes
}

/** The extra field of zip64, where numbers need it. */
function extra(wide: readonly number[]): Parts {
  if (wide.length === 0) return []
  return [[2, 1], [2, 8 * wide.length], ...wide.map((number) => [8, number] as const)]
}

function extraLength(wide: readonly number[]): number {
  return wide.length === 0 ? 0 : 4 + 8 * wide.length
}
