/** Reads files of the reader as data: images by the browser, arrays, and IDX with its labels. */
import { arrayFile } from '../../core/data/array.ts'
import { gunzip } from '../../core/data/gzip.ts'
import { decodeIdx } from '../../core/data/idx.ts'
import type { Image } from '../../core/data/image.ts'
import type { NpyArray } from '../../core/data/npy.ts'
import { ModelError } from '../../core/errors.ts'
import { naming } from '../../core/model/files.ts'
import { firstOf } from '../format.ts'
import { textOf } from '../messages.ts'
import { bitmapOf, lightOf } from '../session/decode.ts'
import { folderOf } from '../sharing/drop.ts'
import { type Dataset, arrayData, imageData, imagesName } from './dataset.ts'
import { isIdx, isImage } from './kinds.ts'

/** Longest side of an image in pixels; the browser scales larger images down. */
const MOST_PIXELS = 256

/** The most images at once. */
const MOST_IMAGES = 5000

/** A file of several arrays, to choose one from. */
export interface Choice {
  readonly names: readonly string[]
  readonly chosen: string
}

interface Found {
  readonly data: Dataset
  /** Present for a file of several arrays. */
  readonly arrays?: Choice
}

export interface Read extends Found {
  /** A reason for each file that gives no row. */
  readonly refused: readonly string[]
}

/** The files of one kind that can be read; undefined for none. */
type Reader = (
  files: readonly File[],
  refuse: (reason: unknown) => void,
  array?: string,
) => Promise<Found | undefined>

/** The kinds of data; the first of which a file can be read is taken. */
const KINDS: readonly {
  readonly name: string
  readonly has: (file: File) => boolean
  readonly read: Reader
}[] = [
  { name: 'images', has: isImage, read: readImages },
  { name: 'IDX', has: ({ name }) => isIdx(name), read: readIdx },
  { name: 'an array', has: ({ name }) => arrayFile(name) !== undefined, read: readArrays },
]

/**
 * @param array - which array of a file of several; default: the first that can be read
 * @throws ModelError if no file gives a row, with the reason for each
 */
export async function readData(files: readonly File[], array?: string): Promise<Read> {
  const kindOf = (file: File) => KINDS.find(({ has }) => has(file))
  const refused: string[] = []
  for (const [index, kind] of KINDS.entries()) {
    const own = files.filter((file) => kindOf(file) === kind)
    if (own.length === 0) continue
    const found = await kind.read(own, (reason) => void refused.push(textOf(reason)), array)
    if (found === undefined) continue
    const others = files.flatMap((file) => {
      const other = kindOf(file)
      if (other === undefined) return `${file.name} is not read as data`
      return KINDS.indexOf(other) > index ? `${file.name} is not used with ${kind.name}` : []
    })
    return { ...found, refused: [...refused, ...others] }
  }
  const wrong = files.filter((file) => kindOf(file) === undefined).map(({ name }) => name)
  if (wrong.length > 0 || refused.length === 0)
    refused.push(
      `${firstOf(wrong) || 'the folder'}: no data; give images, .npy, .npz, .csv, .tsv, .mat, .safetensors or IDX`,
    )
  throw new ModelError(firstOf(refused, '; '))
}

async function readImages(
  images: readonly File[],
  refuse: (reason: unknown) => void,
): Promise<Found | undefined> {
  if (images.length > MOST_IMAGES)
    throw new ModelError(`there are ${images.length} images, the page takes ${MOST_IMAGES}; give fewer`)
  const sorted = [...images].sort((a, b) =>
    `${folderOf(a)}/${a.name}`.localeCompare(`${folderOf(b)}/${b.name}`, 'en', { numeric: true }),
  )
  const found: Image[] = []
  const read: File[] = []
  for (const file of sorted) {
    try {
      found.push(await readImage(file))
      read.push(file)
    } catch (error) {
      refuse(error)
    }
  }
  const [first] = read
  if (first === undefined) return undefined
  const names = read.map(({ name }) => name)
  const folders = read.map(folderOf)
  const name = imagesName(names, folderOf(first).split('/')[0] ?? '')
  const title = read.length === 1 ? first.name : `${read.length} images`
  return { data: imageData(name, title, found, folders, names) }
}

async function readImage(file: File): Promise<Image> {
  const bitmap = await bitmapOf(file, file.name)
  const scale = Math.min(1, MOST_PIXELS / Math.max(bitmap.width, bitmap.height))
  const side = (pixels: number): number => Math.max(1, Math.round(pixels * scale))
  return lightOf(bitmap, side(bitmap.width), side(bitmap.height))
}

async function bytesOf(file: File): Promise<Uint8Array> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  return naming(file.name, () => gunzip(bytes))
}

async function readIdx(
  files: readonly File[],
  refuse: (reason: unknown) => void,
): Promise<Found | undefined> {
  const read: (NpyArray & { readonly name: string })[] = []
  for (const file of files) {
    try {
      const bytes = await bytesOf(file)
      read.push({ name: file.name, ...naming(file.name, () => decodeIdx(bytes)) })
    } catch (error) {
      refuse(error)
    }
  }
  const images = read.find(({ shape }) => shape.length > 1)
  const labels = read.find(({ shape }) => shape.length === 1 && shape[0] === images?.shape[0])
  for (const one of read)
    if (images === undefined)
      refuse(`${one.name} contains labels, not images; drop it together with its images`)
    else if (one !== images && one !== labels) refuse(`${one.name} does not belong to ${images.name}`)
  if (images === undefined) return undefined
  const { name } = images
  try {
    const data = naming(name, () =>
      arrayData(name, labels === undefined ? name : `${name}, ${labels.name}`, images, {
        // Bytes are levels out of 255.
        scale: images.data instanceof Uint8Array ? 1 / 255 : 1,
        ...(labels === undefined ? {} : { labels: labels.data }),
      }),
    )
    return { data }
  } catch (error) {
    refuse(error)
    return undefined
  }
}

/** The first file that can be read. */
async function readArrays(
  files: readonly File[],
  refuse: (reason: unknown) => void,
  wanted?: string,
): Promise<Found | undefined> {
  let found: Found | undefined
  for (const file of files) {
    if (found !== undefined) {
      refuse(`${file.name} is not used; give one array at a time`)
      continue
    }
    try {
      found = await readArray(file, wanted)
    } catch (error) {
      refuse(error)
    }
  }
  return found
}

async function readArray(file: File, wanted?: string): Promise<Found> {
  const bytes = await bytesOf(file)
  const kind = arrayFile(file.name)
  if (kind === undefined) throw new ModelError(`${file.name} is no array`)
  const { decode, names: namesIn, labelled } = await kind.load()
  const names = namesIn === undefined ? [] : naming(file.name, () => namesIn(bytes))
  const array = (name?: string): Dataset =>
    naming(file.name, () => {
      const title = name === undefined ? file.name : `${file.name}, ${name}`
      return arrayData(file.name, title, decode(bytes, name))
    })
  if (names.length === 0) {
    let fault: unknown
    try {
      return { data: array() }
    } catch (error) {
      fault = error
    }
    const found = naming(file.name, () => labelled?.(bytes))
    if (found === undefined) throw fault
    const title = `${file.name}, classes from column ${found.column}`
    return { data: naming(file.name, () => arrayData(file.name, title, found.array, found)) }
  }
  if (wanted !== undefined) return { data: array(wanted), arrays: { names, chosen: wanted } }
  let failure: unknown
  for (const name of names) {
    try {
      return { data: array(name), arrays: { names, chosen: name } }
    } catch (error) {
      failure ??= error
    }
  }
  throw failure
}
