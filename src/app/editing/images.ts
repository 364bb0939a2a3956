/** Files of patterns: images, decoded by the browser, and arrays. */
import { requireArrayFile } from '../../core/data/array.ts'
import { gunzip } from '../../core/data/gzip.ts'
import type { Image } from '../../core/data/image.ts'
import { ModelError } from '../../core/errors.ts'
import { naming } from '../../core/model/files.ts'
import { textOf } from '../messages.ts'
import { bitmapOf, lightOf } from '../session/decode.ts'
import { type Pattern, flatReason, isFlat } from './flat.ts'

/** Largest side of an image in pixels; the browser scales larger images down before averaging. */
const MOST_PIXELS = 1024

function isImage({ type }: File): boolean {
  return type.startsWith('image/')
}

/** The patterns of some files, and a reason for each file or row that gives none. */
export interface Patterns {
  readonly patterns: readonly Pattern[]
  readonly refused: readonly string[]
}

/**
 * Reads patterns, of images and of arrays. Patterns of one value are refused, because nothing of them is stored.
 * @param size - neurons of the layer
 * @param fit - the row of an image
 */
export async function readPatterns(
  files: readonly File[],
  size: number,
  fit: (image: Image) => ArrayLike<number>,
): Promise<Patterns> {
  const read = await Promise.allSettled(
    files.map(async (file) =>
      isImage(file) ? [{ isImage: true, values: fit(await readImage(file)) }] : readRows(file, size),
    ),
  )
  const patterns: Pattern[] = []
  const refused = new Set<string>()
  for (const [index, outcome] of read.entries()) {
    if (outcome.status === 'rejected') {
      refused.add(textOf(outcome.reason))
      continue
    }
    const { name } = files[index] as File
    for (const [row, pattern] of outcome.value.entries()) {
      const place = outcome.value.length === 1 ? name : `row ${row} of ${name}`
      if (isFlat(pattern)) refused.add(flatReason(place))
      else patterns.push(pattern)
    }
  }
  return { patterns, refused: [...refused] }
}

async function readRows(file: File, size: number): Promise<Pattern[]> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const { decode } = await requireArrayFile(file.name).load()
  const { shape, data } = naming(file.name, () => decode(gunzip(bytes)))
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
  return Array.from({ length: rows }, (_, row) => ({
    isImage: false,
    values: values.subarray(row * size, (row + 1) * size),
  }))
}

/** The luminance of an image file in [0, 1], on black where it is transparent: what `image` patterns are. */
async function readImage(file: File): Promise<Image> {
  const bitmap = await bitmapOf(file, file.name)
  const scale = Math.min(1, MOST_PIXELS / Math.max(bitmap.width, bitmap.height))
  const sides = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)))
  return lightOf(bitmap, ...(sides as [number, number]))
}
