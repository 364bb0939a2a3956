/** Samples for results.npz: each array grows in a file of its own, and the archive is made of them at the end. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { crc32 } from '../../core/data/crc32.ts'
import { type NpyData, encodeNpyHeader } from '../../core/data/npy.ts'
import { type TypedPieces, encodeNpzPieces } from '../../core/data/npz.ts'
import { readZipFrom } from '../../core/data/zip.ts'
import { ModelError } from '../../core/errors.ts'
import { type Output, PARTS, refusing, takeFolder } from '../output.ts'
import { type Appender, createAppender } from './appender.ts'
import { type Column, type Opening, type Store, columnsOf } from './store.ts'

export const NPZ = 'results.npz'
export const NPZ_PARTS = `results${PARTS}`

/** Bytes that are copied at once. */
const PIECE = 2 ** 20

interface Track {
  readonly name: string
  readonly columns: readonly { readonly column: Column; readonly file: Appender }[]
  count: number
}

/** @param output - writes the archive */
export function openNpz(opening: Opening, output: Output): Store {
  const { folder, series, replicas, resumed } = opening
  const path = join(folder, NPZ_PARTS)
  const columns = series.map((one) => ({ name: one.name, own: columnsOf(one, replicas) }))
  const known = columns.filter(({ name }) => resumed?.samples[name] !== undefined)
  if (resumed === undefined) takeFolder(path)
  else {
    const parts = known.flatMap(({ name, own }) =>
      own.map((column) => ({ column, rows: resumed.samples[name] as number })),
    )
    takeUp(resumed.folder, folder, parts)
  }
  const tracks = columns.map(({ name, own }): Track => {
    const count = resumed?.samples[name] ?? 0
    const files = own.map((column) => ({
      column,
      file: createAppender(join(path, column.name + PARTS), count * column.bytes),
    }))
    return { name, columns: files, count }
  })
  const files = tracks.flatMap((track) => track.columns.map(({ file }) => file))
  const flush = (sync: boolean): void => {
    for (const file of files) file.flush(sync)
  }
  const close = (): void => {
    for (const file of files) file.close()
  }
  return {
    push(sample) {
      const track = tracks.find(({ name }) => name === sample.probe)
      if (track === undefined) return
      for (const { column, file } of track.columns) file.push(bytesOf(column, sample))
      track.count++
    },
    show: () => undefined,
    commit() {
      flush(true)
      return Object.fromEntries(tracks.map(({ name, count }) => [name, count]))
    },
    async finish({ axes, states }) {
      flush(false)
      const samples = tracks.flatMap((track) =>
        track.columns.map(({ column, file }): readonly [string, TypedPieces] => [
          column.name,
          {
            shape: [track.count, ...column.shape],
            like: column.like,
            pieces: numbersOf(file.path, column, track.count),
          },
        ]),
      )
      const written = await output.write(
        NPZ,
        encodeNpzPieces({ ...axes, ...Object.fromEntries(samples), ...states }),
      )
      close()
      rmSync(path, { recursive: true, force: true })
      return [[NPZ, written]]
    },
    close,
  }
}

function bytesOf({ like, of }: Column, sample: Parameters<Column['of']>[0]): Uint8Array {
  const Type = like.constructor as new (values: ArrayLike<number>) => NpyData
  const { buffer, byteOffset, byteLength } = new Type(of(sample))
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** The numbers of the rows of a part; each piece is in the memory of the one before. */
function* numbersOf(path: string, { like, bytes }: Column, rows: number): Generator<NpyData> {
  const Type = like.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => NpyData
  const room = new Uint8Array(PIECE)
  const file = openSync(path, 'r')
  try {
    for (let at = 0; at < rows * bytes; at += PIECE) {
      const piece = readRange(file, at, Math.min(rows * bytes, at + PIECE), room)
      yield new Type(room.buffer, 0, piece.length / like.BYTES_PER_ELEMENT)
    }
  } finally {
    closeSync(file)
  }
}

/** Bytes of a file, fewer where it ends before; at the start of `room`, if there is one. */
function readRange(
  file: number,
  from: number,
  to: number,
  room?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const bytes = room?.subarray(0, to - from) ?? new Uint8Array(Math.max(0, to - from))
  let filled = 0
  while (filled < bytes.length) {
    const count = readSync(file, bytes, filled, bytes.length - filled, from + filled)
    if (count === 0) break
    filled += count
  }
  return bytes.subarray(0, filled)
}

/** An array that goes on, and the samples of it that stay. */
interface Taken {
  readonly column: Column
  readonly rows: number
}

/**
 * Makes the parts of a run that goes on: from its archive, if it came to its end after the checkpoint, or from its parts.
 * @param source - folder of the checkpoint
 */
function takeUp(source: string, folder: string, taken: readonly Taken[]): void {
  const [archive, path] = [join(source, NPZ), join(folder, NPZ_PARTS)]
  const isSame = resolve(source) === resolve(folder)
  if (existsSync(archive)) {
    refusing(path, () => {
      rmSync(path, { recursive: true, force: true })
      mkdirSync(path)
    })
    extract(archive, path, taken)
    // From now on the parts count.
    if (isSame) rmSync(archive)
    return
  }
  const parts = join(source, NPZ_PARTS)
  for (const { column, rows } of taken) {
    const size = statSync(join(parts, column.name + PARTS), { throwIfNoEntry: false })?.size
    if (size === undefined) throw changed(`\`${column.name}\` is not there`)
    if (size < rows * column.bytes)
      throw changed(
        `\`${column.name}\` has ${Math.floor(size / column.bytes)} samples there, the checkpoint ${rows}`,
      )
  }
  if (isSame) return
  refusing(path, () => {
    rmSync(path, { recursive: true, force: true })
    mkdirSync(path)
    for (const { column } of taken)
      copyFileSync(join(parts, column.name + PARTS), join(path, column.name + PARTS))
  })
}

/** Copies arrays out of an archive, which is never whole in memory, each against its checksum. */
function extract(archive: string, path: string, taken: readonly Taken[]): void {
  const file = openSync(archive, 'r')
  try {
    const read = (from: number, to: number): Uint8Array<ArrayBuffer> => readRange(file, from, to)
    const files = readZipFrom({ size: fstatSync(file).size, read })
    for (const { column, rows } of taken) {
      const stored = files.find(({ name }) => name === `${column.name}.npy`)?.stored
      if (stored === undefined) throw changed(`\`${column.name}\` is not there`)
      const length = new DataView(read(stored.from + 8, stored.from + 10).buffer).getUint16(0, true)
      const data = stored.from + 10 + length
      const found = Math.floor((stored.to - data) / column.bytes)
      const header = encodeNpyHeader([found, ...column.shape], column.like)
      const own = read(stored.from, data)
      if (Buffer.compare(header, own) !== 0) throw changed(`\`${column.name}\` there is another array`)
      if (found < rows) throw changed(`\`${column.name}\` has ${found} samples there, the checkpoint ${rows}`)
      const part = createAppender(join(path, column.name + PARTS), 0)
      let crc = crc32(own)
      for (let at = data; at < stored.to; at += PIECE) {
        const bytes = read(at, Math.min(stored.to, at + PIECE))
        crc = crc32(bytes, crc)
        part.push(bytes.subarray(0, Math.max(0, data + rows * column.bytes - at)))
      }
      part.flush(true)
      part.close()
      if (crc !== stored.crc) throw changed(`\`${column.name}\` there is damaged`)
    }
  } finally {
    closeSync(file)
  }
}

function changed(what: string): ModelError {
  return new ModelError(
    `goes on behind samples beside it, in ${NPZ} or ${NPZ_PARTS}, and ${what}; put the files of that run there, or run again from the start`,
  )
}
