/** Data of the reader: rows of numbers or images, with classes where there are labels. Pure. */
import type { Image } from '../../core/data/image.ts'
import type { NpyArray } from '../../core/data/npy.ts'
import { ModelError } from '../../core/errors.ts'

/** One row: an image, or numbers. */
export interface DataRow {
  /** Its file, or its number in a file. */
  readonly name: string
  readonly image?: Image
  readonly values: Float32Array
}

export interface Dataset {
  /** Of its first file, or its folder. */
  readonly name: string
  /** Its files in words. */
  readonly files: string
  readonly rows: readonly DataRow[]
  /** Shape of a row in words, such as `28 x 28 pixels`. */
  readonly shape: string
  /** Smallest and largest value. */
  readonly range: readonly [number, number]
  /** The class of each row. */
  readonly classes?: readonly string[]
  /** A row of numbers: its length. Images: height and width, the medians of both where the images have several sizes. */
  readonly size: readonly number[]
  /** Number of sizes of the images; 1 for numbers. */
  readonly sizes: number
}

/** The name of some images: that of their folder, else that of the first. @param names - at least one */
export function imagesName(names: readonly string[], folder: string): string {
  const [first = ''] = names
  const others = names.length - 1
  if (others === 0 || folder === '') return others > 0 ? `${first} and ${others} more` : first
  return folder
}

/** Such as `img0.png and 5 more: 6 images`. */
export function usedText({ name, rows }: Pick<Dataset, 'name' | 'rows'>, count: number): string {
  const noun = rows.every(({ image }) => image !== undefined) ? 'image' : 'row'
  return `${name}: ${count} ${noun}${count === 1 ? '' : 's'}`
}

/**
 * @param folders - of the images; two or more are their classes
 * @param names - of the images
 */
export function imageData(
  name: string,
  files: string,
  images: readonly Image[],
  folders: readonly string[],
  names: readonly string[] = [],
): Dataset {
  const sizes = new Set(images.map(({ width, height }) => `${height} x ${width}`)).size
  const size = [medianOf(images.map(({ height }) => height)), medianOf(images.map(({ width }) => width))]
  const shape = sizes === 1 ? `${size.join(' x ')} pixels` : `images of ${sizes} sizes`
  const rows = images.map((image, index) => ({
    name: names[index] ?? `image ${index}`,
    image,
    values: image.data,
  }))
  const isClassed = new Set(folders).size > 1
  const classes = isClassed ? withoutCommon(folders) : undefined
  return { name, files, rows, shape, range: rangeOf(rows), ...(classes && { classes }), size, sizes }
}

/** Rounded. */
function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return Math.round(((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2)
}

/** Folders without the ones that all are in. */
function withoutCommon(folders: readonly string[]): string[] {
  const paths = folders.map((folder) => folder.split('/'))
  let common = 0
  while (paths.every((path) => path.length > common + 1 && path[common] === paths[0]?.[common])) common++
  return paths.map((path) => path.slice(common).join('/'))
}

/**
 * The rows of an array, [rows, ...row] or [row]; rows of two sides are images.
 * @param scale - factor of all values
 * @throws ModelError for an array without rows, or with a value that is not finite; its message follows the name of the file
 */
export function arrayData(
  name: string,
  files: string,
  { shape, data }: NpyArray,
  {
    scale = 1,
    labels,
  }: {
    readonly scale?: number
    readonly labels?: ArrayLike<number | string>
  } = {},
): Dataset {
  const [count = 1, ...rest] = shape.length > 1 ? shape : [1, ...shape]
  const sides = rest.filter((side) => side !== 1)
  const size = data.length / Math.max(1, count)
  if (data.length === 0) throw new ModelError('has no rows; give a file with at least one')
  const all = Float32Array.from(data as ArrayLike<number>, (value) => value * scale)
  const wrong = all.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0)
    throw new ModelError(
      `has ${all[wrong]} in row ${Math.floor(wrong / size)}; give finite numbers that float32 can hold`,
    )
  const [height, width] = sides
  const isImage = sides.length === 2 && height !== undefined && width !== undefined
  const rows = Array.from({ length: count }, (_, row): DataRow => {
    const values = all.subarray(row * size, (row + 1) * size)
    const own = { name: `row ${row}`, values }
    return isImage ? { ...own, image: { width, height, data: values } } : own
  })
  if (labels !== undefined && labels.length !== count)
    throw new ModelError(
      `has ${count} rows, and there are ${labels.length} labels; give the file that belongs to them`,
    )
  return {
    name,
    files,
    rows,
    shape: isImage ? `${height} x ${width} pixels` : `${size} ${size === 1 ? 'value' : 'values'}`,
    range: rangeOf(rows),
    ...(labels !== undefined && { classes: Array.from(labels, String) }),
    size: isImage ? [height, width] : [size],
    sizes: 1,
  }
}

function rangeOf(rows: readonly DataRow[]): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const { values } of rows)
    for (const value of values) {
      if (value < low) low = value
      if (value > high) high = value
    }
  return [low, high]
}

/** The classes with their numbers of rows, in order. */
export function classCounts({ classes = [] }: Dataset): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of classes) counts.set(name, (counts.get(name) ?? 0) + 1)
  return new Map([...counts].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })))
}

/**
 * The chosen rows: the first `count` of the classes; with classes, as many of each as possible in turn.
 * @param classes - absent = all rows
 */
export function chosenRows(
  { rows, classes }: Dataset,
  count: number,
  chosen?: ReadonlySet<string>,
): readonly DataRow[] {
  if (classes === undefined || chosen === undefined) return rows.slice(0, count)
  const queues = new Map<string, DataRow[]>([...chosen].map((name) => [name, []]))
  rows.forEach((row, index) => queues.get(classes[index] ?? '')?.push(row))
  const found: DataRow[] = []
  const lists = [...queues.values()]
  for (let at = 0; found.length < count && lists.some((list) => at < list.length); at++)
    for (const list of lists) {
      const row = list[at]
      if (row !== undefined && found.length < count) found.push(row)
    }
  return found
}
