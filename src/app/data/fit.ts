/** Fits rows of data to a layer: size, and the transforms of patterns. Pure. */
import { type Image, resize } from '../../core/data/image.ts'
import { hashBytes } from '../../core/math/hash.ts'
import { ModelError } from '../../core/errors.ts'
import type { Rows } from '../../core/model/model.ts'
import type { Transform } from '../../core/model/patterns/schema.ts'
import { applyTransform } from '../../core/model/patterns/transforms.ts'
import { flatReason, isFlat } from '../editing/flat.ts'
import { fitted, likenessOf } from '../editing/likeness.ts'
import { firstOf } from '../format.ts'
import type { DataRow } from './dataset.ts'

/** whole: all of an image, with a border. fill: the middle of it, without a border. stretch: all, distorted. */
export type Crop = 'whole' | 'fill' | 'stretch'

/** The steps for each row, in this order; absent ones are left out. */
export interface Steps {
  readonly center: boolean
  readonly norm?: number
  readonly binarize?: number
  readonly factor?: number
}

/** [height, width] of the pictures of a layer; undefined for a layer that shows none. */
export function pictureOf(shape: readonly number[]): readonly [number, number] | undefined {
  const [height, width, more] = shape.filter((side) => side !== 1)
  if (height === undefined || more !== undefined) return undefined
  if (width !== undefined) return [height, width]
  const side = Math.round(Math.sqrt(height))
  return side * side === height && side > 1 ? [side, side] : undefined
}

/**
 * A row as the layer takes it, before the transforms.
 * @param shape - of the layer
 * @param invert - light becomes dark: the sum of smallest and largest value, minus the value
 * @throws ModelError for a row that does not fit
 */
export function fittedRow(
  row: Omit<DataRow, 'name'>,
  shape: readonly number[],
  crop: Crop,
  invert: boolean,
): Float32Array {
  const size = shape.reduce((product, side) => product * side, 1)
  const picture = pictureOf(shape)
  const sized = (): Float32Array => {
    const { image, values } = row
    if (image !== undefined && picture !== undefined) return fittedImage(image, picture, crop)
    if (values.length === size) return Float32Array.from(values)
    throw new ModelError(
      image === undefined
        ? `rows have ${values.length} values, the layer has ${size} neurons; let the layer take the size of the data`
        : `the layer of ${size} neurons is not an image; let the layer take the size of the data`,
    )
  }
  const values = sized()
  if (!invert) return values
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return values.map((value) => low + high - value)
}

function fittedImage(image: Image, [height, width]: readonly [number, number], crop: Crop): Float32Array {
  if (crop === 'whole') return fitted(image, width, height)
  return resize(crop === 'fill' ? middleOf(image, width / height) : image, width, height).data
}

/** The largest part in the middle of an image with that ratio of its sides. */
function middleOf({ width, height, data }: Image, ratio: number): Image {
  const across = Math.max(1, Math.min(width, Math.round(height * ratio)))
  const down = Math.max(1, Math.min(height, Math.round(width / ratio)))
  const [left, top] = [Math.floor((width - across) / 2), Math.floor((height - down) / 2)]
  const part = new Float32Array(across * down)
  for (let row = 0; row < down; row++) {
    const from = (top + row) * width + left
    part.set(data.subarray(from, from + across), row * across)
  }
  return { width: across, height: down, data: part }
}

export interface Fitted<R> {
  /** The rows that fit, and each as the layer takes it before the transforms. */
  readonly rows: readonly R[]
  readonly fitted: Rows
  /** A reason for each row that is left out. */
  readonly refused: readonly string[]
}

/**
 * The rows that the layer can take; an image of one value, and a row that cannot be transformed, is left out.
 * @throws ModelError if no row is left: the reasons
 */
export function fittedRows<R extends DataRow>(
  rows: readonly R[],
  fit: (row: R) => Float32Array,
  steps: Steps,
): Fitted<R> {
  const refused: string[] = []
  const found: { row: R; values: Float32Array }[] = []
  for (const row of rows) {
    const values = fit(row)
    const isImage = row.image !== undefined
    if (isImage && [row.values, values].some((one) => isFlat({ isImage, values: one })))
      refused.push(flatReason(row.name))
    else if (isScalable(values, steps)) found.push({ row, values })
    else refused.push(`${row.name} has the norm 0; give another row, or no norm`)
  }
  if (found.length === 0) throw new ModelError(firstOf(refused, '; ') || 'no row is chosen; choose a class')
  return {
    rows: found.map(({ row }) => row),
    fitted: joined(found.map(({ values }) => values)),
    refused,
  }
}

/** False for a row whose norm is 0 where the steps give it another. */
function isScalable(values: Float32Array, { center, norm }: Steps): boolean {
  if (norm === undefined) return true
  const centred = transformed(joined([values]), { center })
  return centred.data.some((value) => value !== 0)
}

/** The steps as a scenario writes them. */
export function transformsOf({
  center,
  norm,
  binarize,
  factor = 1,
}: Steps): Exclude<Transform, { op: 'mean' }>[] {
  return [
    ...(center ? [{ op: 'center' as const }] : []),
    ...(norm === undefined ? [] : [{ op: 'normalize' as const, norm }]),
    ...(binarize === undefined ? [] : [{ op: 'binarize' as const, threshold: binarize }]),
    ...(factor === 1 ? [] : [{ op: 'scale' as const, factor }]),
  ]
}

/** The rows after the steps. @throws ModelError for a row that cannot be normalised */
export function transformed(rows: Rows, steps: Steps): Rows {
  const copy = { ...rows, data: rows.data.slice() }
  for (const step of transformsOf(steps)) applyTransform(step, copy)
  return copy
}

/** The rows of a layer one after the other. */
export function joined(rows: readonly Float32Array[]): Rows {
  const columns = rows[0]?.length ?? 0
  const data = new Float32Array(rows.length * columns)
  rows.forEach((row, index) => data.set(row, index * columns))
  return { rows: rows.length, columns, data }
}

/** Reasons why rows are no patterns, such as `All 3 rows are equal.`; empty if nothing is. */
export function doubtsAbout({ rows, columns, data }: Rows): string {
  const row = (index: number) => data.subarray(index * columns, (index + 1) * columns)
  const all = Array.from({ length: rows }, (_, index) => row(index))
  const flat = all.filter((values) => values.every((value) => value === values[0])).length
  const spare = rows - new Set(all.map((values) => hashBytes(values))).size
  const count = (number: number): string =>
    number === rows
      ? rows === 1
        ? 'The row'
        : `All ${rows} rows`
      : number === 1
        ? '1 row'
        : `${number} rows`
  const has = (number: number, one: string, many: string): string => (number === 1 ? one : many)
  return [
    ...(flat === 0 ? [] : [`${count(flat)} ${has(flat, 'has', 'have')} one value throughout.`]),
    ...(spare === 0
      ? []
      : [
          spare === rows - 1
            ? `All ${rows} rows are equal.`
            : `${count(spare)} ${has(spare, 'repeats', 'repeat')} an earlier one.`,
        ]),
  ].join(' ')
}

/**
 * The steps that make rows like those of the network: their signs, or their mean and norm.
 * @param size - neurons; a norm grows with its root where the layer changes its size
 */
export function stepsLike(rows: Rows, isBinary: boolean, size: number): Steps {
  const { sign, mean, norm } = isBinary ? { sign: 1 } : likenessOf(rows)
  if (sign !== undefined) return { center: true, binarize: 0, ...(sign === 1 ? {} : { factor: sign }) }
  const grown = norm === undefined ? undefined : norm * Math.sqrt(size / rows.columns)
  // A mean that is not 0 comes from values of one sign, such as light.
  const isCentred =
    mean !== undefined && norm !== undefined && Math.abs(mean) * Math.sqrt(rows.columns) < 1e-2 * norm
  return { center: isCentred, ...(grown === undefined ? {} : { norm: Number(grown.toPrecision(6)) }) }
}
