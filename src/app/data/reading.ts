/** Reads files of the reader as data: images by the browser, arrays, and IDX with its labels. */
import { arrayFile } from '../../core/data/array.ts'
import { gunzip } from '../../core/data/gzip.ts'
import { decodeIdx } from '../../core/data/idx.ts'
import type { Image } from '../../core/data/image.ts'
import { ModelError } from '../../core/errors.ts'
import { naming } from '../../core/model/files.ts'
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

export interface Read {
  readonly data: Dataset
  /** Present for a file of several arrays. */
  readonly arrays?: Choice
}

/**
 * @param array - which array of a file of several; default: the first that can be read
 * @throws ModelError if no file gives a row
 */
export async function readData(files: readonly File[], array?: string): Promise<Read> {
  const images = files.filter(isImage)
  if (images.length > 0) return { data: await readImages(images, files) }
  const others = files.filter((file) => isIdx(file.name))
  if (others.length > 0) return { data: await readIdx(others) }
  const file = files.find(({ name }) => arrayFile(name) !== undefined)
  if (file === undefined)
    throw new ModelError(
      `${files[0]?.name ?? 'the folder'} is not read as data; give images, .npy, .npz, .csv, .tsv, .mat, .safetensors or IDX`,
    )
  return readArray(file, files, array)
}

async function readImages(images: readonly File[], files: readonly File[]): Promise<Dataset> {
  const refused = files.filter((file) => !isImage(file)).map(({ name }) => `${name} is no image`)
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
      refused.push(textOf(error))
    }
  }
  const [first] = read
  if (first === undefined) throw new ModelError(refused[0] ?? 'there is no image')
  const names = read.map(({ name }) => name)
  const folders = read.map(folderOf)
  const name = imagesName(names, folderOf(first).split('/')[0] ?? '')
  const title = read.length === 1 ? first.name : `${read.length} images`
  return imageData(name, title, found, folders, refused, names)
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

async function readIdx(files: readonly File[]): Promise<Dataset> {
  const read = await Promise.all(
    files.map(async (file) => {
      const bytes = await bytesOf(file)
      return { file, ...naming(file.name, () => decodeIdx(bytes)) }
    }),
  )
  const images = read.find(({ shape }) => shape.length > 1)
  if (images === undefined)
    throw new ModelError(
      `${files[0]?.name ?? ''} contains labels, not images; drop it together with its images`,
    )
  const labels = read.find(({ shape }) => shape.length === 1 && shape[0] === images.shape[0])
  const refused = read
    .filter((one) => one !== images && one !== labels)
    .map(({ file }) => `${file.name} does not belong to ${images.file.name}`)
  const { name } = images.file
  return naming(name, () =>
    arrayData(name, labels === undefined ? name : `${name}, ${labels.file.name}`, images, {
      // Bytes are levels out of 255.
      scale: images.data instanceof Uint8Array ? 1 / 255 : 1,
      refused,
      ...(labels === undefined ? {} : { labels: labels.data }),
    }),
  )
}

async function readArray(file: File, files: readonly File[], wanted?: string): Promise<Read> {
  const bytes = await bytesOf(file)
  const refused = files.filter((other) => other !== file).map(({ name }) => `${name} is not used`)
  const kind = arrayFile(file.name)
  if (kind === undefined) throw new ModelError(`${file.name} is no array`)
  const { decode, names: namesIn } = await kind.load()
  const names = namesIn === undefined ? [] : naming(file.name, () => namesIn(bytes))
  const array = (name?: string): Dataset =>
    naming(file.name, () => {
      const title = name === undefined ? file.name : `${file.name}, ${name}`
      return arrayData(file.name, title, decode(bytes, name), { refused })
    })
  if (names.length === 0) return { data: array() }
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
