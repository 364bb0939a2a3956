/**
 * Samples as results.zarr: a chunk is written under another name and renamed, then the shapes that tell of it, so that who reads
 * along finds every sample that a shape announces.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { version } from '../../../package.json'
import type { NpyArray, NpyData } from '../../core/data/npy.ts'
import type { PiecedArray } from '../../core/data/npz.ts'
import {
  GZIP_LEVEL,
  ZARR_TYPES,
  type ZarrArray,
  arrayMetadata,
  chunkShape,
  chunksOf,
  groupMetadata,
  zarrTypeOf,
} from '../../core/data/zarr.ts'
import { ModelError } from '../../core/errors.ts'
import type { Series } from '../../core/run/series.ts'
import { replaceFile, takeFolder } from '../output.ts'
import {
  type Column,
  type Opening,
  type Piece,
  type Store,
  columnsOf,
  createPiece,
  likeOf,
  piecesOf,
} from './store.ts'

export const ZARR = 'results.zarr'

/** Bytes of a chunk, as far as one sample fits; and most samples of one. */
const [CHUNK_BYTES, CHUNK_ROWS] = [2 ** 20, 2 ** 13]

/** Milliseconds between two announcements. */
const SHOWN = 1000

/** A series of the store. */
interface Track {
  readonly series: Series
  readonly columns: readonly (Column & { readonly piece: Piece })[]
  /** Samples of a chunk, and samples so far. */
  readonly rows: number
  count: number
}

/** Opens results.zarr in a folder: empty, or cut back to the samples of a checkpoint. */
export async function openZarr(opening: Opening): Promise<Store> {
  const path = join(opening.folder, ZARR)
  const { resumed, replicas } = opening
  const tracks = opening.series.map((series): Track => {
    const columns = columnsOf(series, replicas)
    const most = Math.max(...columns.map(({ bytes }) => bytes), 1)
    const rows = Math.min(CHUNK_ROWS, Math.max(1, Math.floor(CHUNK_BYTES / most)))
    const own = columns.map((column) => ({ ...column, piece: createPiece(column, rows) }))
    return { series, columns: own, rows, count: 0 }
  })
  const finals: Record<string, ZarrArray> = {}
  let shownAt = 0

  const arrayOf = ({ series, rows, count }: Track, column: Column): ZarrArray => ({
    type: zarrTypeOf(column.like),
    shape: [count, ...column.shape],
    chunk: [rows, ...column.shape.map((length) => Math.max(1, length))],
    dimensions: column.dimensions,
    ...(column.name.endsWith('.terms') && { attributes: { term_names: series.termNames } }),
  })
  const writeJson = (name: string, content: object, sync: boolean): void => {
    replaceFile(join(path, name, 'zarr.json'), `${JSON.stringify(content, null, 1)}\n`, sync)
  }
  const writeChunk = ({ rows, count }: Track, column: Track['columns'][number], sync: boolean): void => {
    const { name, piece } = column
    const index = Math.floor((count - piece.rows) / rows)
    replaceFile(join(path, name, chunkKey(column, index)), packed(piece.bytes), sync)
  }
  /** The group last: it has the shapes of one moment. */
  const tellShapes = (sync: boolean): void => {
    const arrays = tracks.flatMap((track) =>
      track.columns.map((column) => [column.name, arrayOf(track, column)] as const),
    )
    for (const [name, array] of arrays) writeJson(name, arrayMetadata(array), sync)
    writeJson('', groupMetadata({ ...Object.fromEntries(arrays), ...finals }, { engram: version }), sync)
  }
  const announce = (sync: boolean): void => {
    for (const track of tracks)
      for (const column of track.columns) if (column.piece.rows > 0) writeChunk(track, column, sync)
    tellShapes(sync)
    shownAt = performance.now()
  }

  const writeArray = async (name: string, array: NpyArray | PiecedArray): Promise<void> => {
    const { shape } = array
    const like = likeOf(array)
    const type = zarrTypeOf(like)
    const chunk = chunkShape(shape, CHUNK_BYTES / like.BYTES_PER_ELEMENT)
    const whole = new ZARR_TYPES[type](
      new ArrayBuffer(chunk.reduce((product, length) => product * length, like.BYTES_PER_ELEMENT)),
    )
    mkdirSync(join(path, name), { recursive: true })
    const chunks = chunksOf(shape, chunk)
    let current = chunks.next()
    let filled = 0
    const take = (values: NpyData): void => {
      for (let from = 0; from < values.length && current.done !== true;) {
        const { key, count } = current.value
        const part = values.subarray(from, from + count - filled)
        whole.set(part, filled)
        filled += part.length
        from += part.length
        if (filled < count) return
        replaceFile(join(path, name, key), packed(new Uint8Array(whole.buffer)), true)
        whole.fill(0)
        filled = 0
        current = chunks.next()
      }
    }
    for await (const piece of piecesOf(array)) take(piece)
    const [axis = ''] = name.split('.')
    const dimensions = shape.map((length, at) => {
      if (at === 0 && replicas > 1 && length === replicas) return 'replica'
      return axis === 'axis' ? name : `${name}.axis${at}`
    })
    finals[name] = { type, shape, chunk, dimensions }
    writeJson(name, arrayMetadata(finals[name]), true)
  }

  const makeFolder = ({ name }: Column): void => {
    mkdirSync(join(path, name), { recursive: true })
  }
  if (resumed === undefined) {
    takeFolder(path)
    tracks.flatMap(({ columns }) => columns).forEach(makeFolder)
  } else {
    const source = join(resumed.folder, ZARR)
    if (resolve(source) !== resolve(path)) await cp(source, path, { recursive: true, force: true })
    const known = readGroup(path)
    const names = new Set(tracks.flatMap(({ columns }) => columns.map(({ name }) => name)))
    // Axes, and the states of the end that the run had; what a process has not renamed before its end.
    const left = readdirSync(path).filter((name) => name !== 'zarr.json' && !names.has(name))
    for (const track of tracks) {
      const count = resumed.samples[track.series.name]
      track.count = count ?? 0
      for (const column of track.columns) {
        if (count === undefined) makeFolder(column)
        else left.push(...cutBack(path, column, known[column.name], count, arrayOf(track, column)))
      }
    }
    // Nobody is told of what goes.
    tellShapes(true)
    for (const name of left) rmSync(join(path, name), { recursive: true, force: true })
  }
  announce(true)

  return {
    push(sample) {
      const track = tracks.find(({ series }) => series.name === sample.probe)
      if (track === undefined) return
      for (const column of track.columns) column.piece.push(column.of(sample))
      track.count++
      if (track.columns[0]?.piece.isFull !== true) return
      for (const column of track.columns) writeChunk(track, column, true)
      for (const { piece } of track.columns) piece.clear()
    },
    show() {
      if (performance.now() - shownAt > SHOWN) announce(false)
    },
    commit() {
      announce(true)
      return Object.fromEntries(tracks.map(({ series, count }) => [series.name, count]))
    },
    async finish({ axes, states }) {
      for (const [name, array] of Object.entries({ ...axes, ...states })) await writeArray(name, array)
      announce(true)
      return [[ZARR, path]]
    },
    close: () => undefined,
  }
}

/** The arrays of a group, by its consolidated metadata. */
function readGroup(path: string): Readonly<Record<string, ReturnType<typeof arrayMetadata> | undefined>> {
  try {
    const group = JSON.parse(readFileSync(join(path, 'zarr.json'), 'utf8')) as ReturnType<
      typeof groupMetadata
    >
    return { ...group.consolidated_metadata.metadata }
  } catch {
    throw changed('there is none')
  }
}

/**
 * Takes up an array at some samples: the last chunk of them goes on.
 * @returns files of what stands behind them, below the folder of the group
 */
function cutBack(
  path: string,
  column: Column & { readonly piece: Piece },
  known: ReturnType<typeof arrayMetadata> | undefined,
  count: number,
  wanted: ZarrArray,
): string[] {
  const { name, piece } = column
  const length = known?.shape[0] ?? 0
  const found = { ...known, shape: known?.shape.slice(1) }
  const { shape, ...same } = arrayMetadata(wanted)
  if (JSON.stringify(sorted(found)) !== JSON.stringify(sorted({ ...same, shape: shape.slice(1) })))
    throw changed(`\`${name}\` there is another array`)
  if (length < count) throw changed(`\`${name}\` has ${length} samples there, the checkpoint ${count}`)
  const rows = wanted.chunk[0] as number
  const keys = Array.from({ length: Math.ceil(count / rows) }, (_, index) => chunkKey(column, index))
  const lacking = keys.find((key) => !existsSync(join(path, name, key)))
  if (lacking !== undefined) throw changed(`\`${name}/${lacking}\` is missing`)
  const rest = count % rows
  if (rest > 0) {
    const last = readChunk(join(path, name, keys.at(-1) as string))
    if (last?.length !== piece.bytes.length) throw changed(`\`${name}/${keys.at(-1)}\` is damaged`)
    piece.fill(last, rest)
  }
  const kept = new Set([...keys, 'zarr.json'])
  return readdirSync(join(path, name)).flatMap((file) => (kept.has(file) ? [] : [join(name, file)]))
}

function sorted(object: object): unknown {
  return Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The file of a chunk along the samples. */
function chunkKey({ shape }: Column, index: number): string {
  return `c.${[index, ...shape.map(() => 0)].join('.')}`
}

function packed(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { level: GZIP_LEVEL })
}

function readChunk(path: string): Uint8Array | undefined {
  try {
    return gunzipSync(readFileSync(path))
  } catch {
    return undefined
  }
}

function changed(what: string): ModelError {
  return new ModelError(
    `goes on behind samples in ${ZARR} beside it, and ${what}; put the ${ZARR} of that run there, or run again from the start`,
  )
}
