/** Files of patterns: images, decoded by the browser, and arrays. */
import { arrayFile, requireArrayFile } from '../../core/data/array.ts'
import { gunzip } from '../../core/data/gzip.ts'
import type { Image } from '../../core/data/image.ts'
import { ModelError } from '../../core/errors.ts'
import { naming } from '../../core/model/files.ts'
import { bitmapOf, lightOf } from '../session/decode.ts'

/** Largest side of an image in pixels; the browser scales larger images down before averaging. */
const MOST_PIXELS = 1024

function isImage({ type }: File): boolean {
  return type.startsWith('image/')
}

/** Whether a file holds patterns; an archive of NumPy is a checkpoint. */
export function holdsPatterns(file: File): boolean {
  return isImage(file) || (arrayFile(file.name) !== undefined && !/\.npz$/i.test(file.name))
}

/** A row for memories, as it is; or an image, to be made like those that there are. */
export type Pattern = { readonly image: Image } | { readonly values: ArrayLike<number> }

/**
 * The patterns of files, images first made small where they are large.
 * @param size - neurons of the layer
 * @throws ModelError if a file cannot be read, or its rows have another length
 */
export async function readPatterns(files: readonly File[], size: number): Promise<Pattern[]> {
  const found = await Promise.all(
    files.map(async (file) => (isImage(file) ? [{ image: await readImage(file) }] : readRows(file, size))),
  )
  return found.flat()
}

async function readRows(file: File, size: number): Promise<Pattern[]> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const { shape, data } = naming(file.name, () => requireArrayFile(file.name).decode(gunzip(bytes)))
  const rows = shape.length > 1 ? (shape[0] as number) : 1
  const columns = data.length / Math.max(1, rows)
  if (rows === 0 || columns !== size)
    throw new ModelError(
      `${file.name} has rows of ${columns} values, the layer has ${size} neurons; give rows of ${size}`,
    )
  const values = Float32Array.from(data)
  const at = values.findIndex((value) => !Number.isFinite(value))
  if (at >= 0)
    throw new ModelError(
      `${file.name} has ${values[at]} in row ${Math.floor(at / size)}; give finite numbers`,
    )
  return Array.from({ length: rows }, (_, row) => ({ values: values.subarray(row * size, (row + 1) * size) }))
}

/** The luminance of an image file in [0, 1], on black where it is transparent: what `image` patterns are. */
async function readImage(file: File): Promise<Image> {
  const bitmap = await bitmapOf(file, file.name)
  const scale = Math.min(1, MOST_PIXELS / Math.max(bitmap.width, bitmap.height))
  const sides = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)))
  return lightOf(bitmap, ...(sides as [number, number]))
}
