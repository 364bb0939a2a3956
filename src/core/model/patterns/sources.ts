/** Sources of patterns: files, random numbers, rows of other patterns, values. */
import { requireArrayFile } from '../../data/array.ts'
import { decodeIdx } from '../../data/idx.ts'
import { type DecodeImage, decodeImage, decodePng, type Image, resize } from '../../data/image.ts'
import { type NpyArray, type NpyData, decodeNpy } from '../../data/npy.ts'
import { decodeNpzArray } from '../../data/npz.ts'
import { ModelError } from '../../errors.ts'
import { naming, namingAsync, type Read } from '../files.ts'
import { list } from '../path.ts'
import { RandomStream } from '../random.ts'
import type { Patterns } from './schema.ts'
import { packSigns, rowOf, signRows } from '../signs.ts'
import { MAX_SIGNS, allocate, tooLarge, type Block } from './block.ts'
import { drawRows } from './random-rows.ts'
import type { Want } from './want.ts'

/** Inputs of a source that are not in the scenario. */
export interface Sources {
  readonly seed: number
  /** The seed of `corrupt`. */
  readonly damageSeed: number
  readonly read: Read
  /** Reads images of formats that are not read here. */
  readonly decode?: DecodeImage | undefined
  /** Rows of a memory, of synapses with a base of patterns, or of `stimulus.0`. */
  readonly rowsOf: (name: string) => Promise<Block>
}

export async function loadSource(patterns: Patterns, want: Want, sources: Sources): Promise<Block> {
  switch (patterns.kind) {
    case 'npy':
      return loadNpy(patterns.path, sources.read, want.binary)
    case 'array':
      return loadArray(patterns, sources.read, want.binary)
    case 'idx':
      return loadIdx(patterns, sources.read)
    case 'png':
      return loadImages(patterns, sources.read, (bytes) => Promise.resolve(decodePng(bytes)))
    case 'image':
      return loadImages(patterns, sources.read, (bytes) => decodeImage(bytes, sources.decode))
    case 'random': {
      const { columns } = want
      const rows = patterns.count ?? want.rows?.count ?? 1
      const stream = new RandomStream(sources.seed, want.path)
      const choices = new RandomStream(sources.seed, `${want.path}.correlation`)
      const { distribution, norm, sparsity = 0 } = patterns
      if (want.binary && distribution === 'binary' && norm === undefined && sparsity === 0) {
        if (rows * columns > MAX_SIGNS) throw tooLarge(`${rows} x ${columns} signs`, (rows * columns) / 8)
        const row = new Float32Array(columns)
        const words = packSigns(rows, columns, () => {
          drawRows(patterns, row, columns, stream, choices)
          return row
        })
        return signRows({ rows, columns, shared: false }, { words, unit: 1 })
      }
      const block = allocate(rows, columns)
      drawRows(patterns, block.data, columns, stream, choices)
      return block
    }
    case 'rows':
      return selectRows(patterns.of, await sources.rowsOf(patterns.of), patterns.select)
    case 'values':
      return fromValues(patterns.values, want.path)
    case 'zeros':
      return allocate(patterns.count ?? want.rows?.count ?? 1, want.columns)
  }
}

async function loadNpy(path: string, read: Read, binary = false): Promise<Block> {
  const [, archive, name] = /^(.*\.npz)(?:#(.*))?$/i.exec(path) ?? []
  const bytes = await read(archive ?? path)
  const array = naming(archive ?? path, () =>
    archive === undefined ? decodeNpy(bytes) : decodeNpzArray(bytes, name),
  )
  return blockOf(array, path, binary)
}

async function loadArray(
  { path, header }: Extract<Patterns, { kind: 'array' }>,
  read: Read,
  binary = false,
): Promise<Block> {
  const { file, name, load } = requireArrayFile(path)
  const [bytes, { decode }] = await Promise.all([read(file), load()])
  return blockOf(
    naming(file, () => decode(bytes, name, header)),
    path,
    binary,
  )
}

/**
 * Rows of the first axis of an array.
 * @param path - of its file, for errors
 * @param binary - true = pack arrays of one magnitude as signs
 * @throws ModelError if it is empty, or holds an integer that float32 cannot represent
 */
export function blockOf({ shape, data }: NpyArray, path: string, binary = false): Block {
  // A single number is one row of one value.
  const [rows, ...rest] = shape.length === 0 ? [1, 1] : shape.length === 1 ? [1, ...shape] : shape
  if (rows === undefined || data.length === 0)
    throw new ModelError(`${path} contains no rows; give a file with at least one`)
  const image = imageOf(rest)
  const shared = data instanceof Float32Array
  const block = { rows, columns: data.length / rows, shared, ...(image ? { image } : {}) }
  if (binary && isOfSigns(data)) {
    const { columns } = block
    const words = packSigns(rows, columns, (row) => data.subarray(row * columns, (row + 1) * columns))
    return signRows(block, { words, unit: 1 })
  }
  return { ...block, data: inFloat32(data, path) }
}

/**
 * The numbers in float32; floats are rounded.
 * @throws ModelError for an integer that float32 cannot represent
 */
function inFloat32(data: NpyData, path: string): Float32Array {
  if (data instanceof Float32Array) return data
  const rounded = new Float32Array(data)
  if (data instanceof Float64Array) return rounded
  const wrong = data.findIndex((value, index) => value !== rounded[index])
  if (wrong < 0) return rounded
  throw new ModelError(
    `${path} contains ${data[wrong]}, which float32 cannot represent exactly; save it with .astype('float32')`,
  )
}

/** [height, width] of rows of that shape; images with one channel have an extra side of 1. */
function imageOf(sides: readonly number[]): readonly [number, number] | undefined {
  const [height, width, more] = sides.length > 2 ? sides.filter((side) => side !== 1) : sides
  return height === undefined || width === undefined || more !== undefined ? undefined : [height, width]
}

function isOfSigns(data: NpyData): boolean {
  for (const value of data) if (value !== 1 && value !== -1) return false
  return true
}

async function loadIdx(spec: Extract<Patterns, { kind: 'idx' }>, read: Read): Promise<Block> {
  const bytes = await read(spec.path)
  const { shape, data } = naming(spec.path, () => decodeIdx(bytes))
  const [images = 0, ...rest] = shape
  if (rest.length === 0)
    throw new ModelError(`${spec.path} contains labels, not images; give the file of the images`)
  const columns = rest.reduce((product, length) => product * length, 1)
  const image = imageOf(rest)
  const labels = spec.labels === undefined ? undefined : await loadLabels(spec.labels, images, read)
  const order = labels === undefined ? after(spec.skip, images) : chosenImages(spec, labels)
  const count = spec.count ?? order.length
  if (count > order.length || count === 0) {
    const { skip, perLabel, classes } = spec
    const how = [
      `skip ${skip}`,
      ...(perLabel === undefined ? [] : [`perLabel ${perLabel}`]),
      ...(classes === undefined ? [] : [`classes ${classes.join(', ')}`]),
    ]
    const had = `${spec.path} has ${images} images, ${order.length} after ${list(how).replace(' or ', ' and ')}`
    throw new ModelError(
      `${had}; ${count === 0 ? 'lower skip or choose other classes' : `count asks for ${count}`}`,
    )
  }
  const block = allocate(count, columns)
  // Bytes are levels out of 255; other types are not scaled.
  const full = data instanceof Uint8Array ? 255 : 1
  const values = data instanceof Uint8Array ? data : inFloat32(data, spec.path)
  for (let row = 0; row < count; row++) {
    const from = (order[row] as number) * columns
    for (let column = 0; column < columns; column++) {
      block.data[row * columns + column] = (values[from + column] as number) / full
    }
  }
  return {
    ...block,
    ...(image === undefined ? {} : { image }),
    ...(labels === undefined
      ? {}
      : { labels: order.slice(0, count).map((image) => labels[image] as number) }),
  }
}

/** The integers from `first` to `end` - 1. */
function after(first: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index)
}

/** The images of the chosen classes, in the order of the file: after `skip` of them, or `perLabel` of each label. */
function chosenImages(spec: Extract<Patterns, { kind: 'idx' }>, labels: readonly number[]): number[] {
  const { skip, perLabel, classes } = spec
  if (perLabel !== undefined) return ofEachLabel(labels, skip, perLabel, classes)
  return after(0, labels.length)
    .filter((image) => classes?.includes(labels[image] as number) ?? true)
    .slice(skip)
}

async function loadLabels(path: string, images: number, read: Read): Promise<readonly number[]> {
  const bytes = await read(path)
  const { shape, data } = naming(path, () => decodeIdx(bytes))
  if (shape.length !== 1)
    throw new ModelError(`${path} contains images, not labels; give the file of the labels`)
  if (data.length !== images) {
    throw new ModelError(
      `${path} has ${data.length} labels for ${images} images; give the file that belongs to them`,
    )
  }
  const labels = Array.from(data)
  const odd = labels.find((label) => !Number.isInteger(label))
  if (odd !== undefined) throw new ModelError(`${path} has the label ${odd}; labels are whole numbers`)
  return labels
}

/** Images number `skip` to `skip + perLabel - 1` of each label (of `classes` only), in the order of the file. */
function ofEachLabel(
  labels: readonly number[],
  skip: number,
  perLabel: number,
  classes?: readonly number[],
): number[] {
  const seen = new Map<number, number>((classes ?? []).map((label) => [label, 0]))
  const order: number[] = []
  labels.forEach((label, index) => {
    if (classes !== undefined && !classes.includes(label)) return
    const before = seen.get(label) ?? 0
    seen.set(label, before + 1)
    if (before >= skip && before < skip + perLabel) order.push(index)
  })
  for (const [label, count] of seen) {
    if (count < skip + perLabel) {
      throw new ModelError(
        `label ${label} has ${count} images, skip ${skip} and perLabel ${perLabel} need ${skip + perLabel}; lower them`,
      )
    }
  }
  return order
}

async function loadImages(
  spec: Extract<Patterns, { kind: 'png' | 'image' }>,
  read: Read,
  decode: (bytes: Uint8Array) => Promise<Image>,
): Promise<Block> {
  let block: Block | undefined
  let first = { width: 0, height: 0 }
  for (const [row, path] of spec.paths.entries()) {
    const bytes = await read(path)
    const image = await namingAsync(path, () => decode(bytes))
    if (row === 0) first = image
    const wanted = { width: spec.width ?? first.width, height: spec.height ?? first.height }
    const given = spec.width !== undefined && spec.height !== undefined
    if (!given && (image.width !== first.width || image.height !== first.height)) {
      throw new ModelError(
        `${path} is ${image.width} x ${image.height} pixels, ${spec.paths[0]} is ${first.width} x ${first.height}; set ` +
          'width and height to resize both',
      )
    }
    block ??= {
      ...allocate(spec.paths.length, wanted.width * wanted.height),
      image: [wanted.height, wanted.width],
    }
    block.data.set(resize(image, wanted.width, wanted.height).data, row * block.columns)
  }
  return block as Block
}

function selectRows(of: string, source: Block, select?: readonly number[]): Block {
  if (select === undefined) {
    const { signs } = source
    if (signs === undefined) return { ...source, shared: true }
    const { rows, columns, image, labels } = source
    return signRows(
      { rows, columns, shared: true, ...(image && { image }), ...(labels && { labels }) },
      signs,
    )
  }
  const block = allocate(select.length, source.columns)
  select.forEach((from, row) => {
    if (from >= source.rows) {
      throw new ModelError(`selects row ${from} of \`${of}\`, which has ${source.rows}, numbered from 0`)
    }
    block.data.set(rowOf(source, from), row * source.columns)
  })
  const { image, labels } = source
  return {
    ...block,
    ...(image === undefined ? {} : { image }),
    ...(labels === undefined ? {} : { labels: select.map((from) => labels[from] as number) }),
  }
}

function fromValues(values: readonly (readonly number[])[], path: string): Block {
  const columns = values[0]?.length ?? 0
  const block = allocate(values.length, columns)
  values.forEach((row, index) => {
    if (row.length !== columns) {
      throw new ModelError(`has ${row.length} values, row 0 has ${columns}; give rows of one length`, {
        path: `${path}.values.${index}`,
      })
    }
    block.data.set(row, index * columns)
  })
  return block
}
