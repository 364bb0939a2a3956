/** Pattern sources, what is done to their rows, and the checks that need only the scenario. */
import { decodeIdx } from '../data/idx.ts'
import { decodePng, resize } from '../data/image.ts'
import { decodeNpy, type NpyData } from '../data/npy.ts'
import { decodeNpzArray } from '../data/npz.ts'
import { ModelError } from '../errors.ts'
import { naming, type Read } from './files.ts'
import { find } from './find.ts'
import type { Rows } from './model.ts'
import { list, show } from './path.ts'
import { drawRows, chosen, scaleTo } from './random-rows.ts'
import { packSigns, rowOf, signRows } from './signs.ts'
import { RandomStream } from './random.ts'
import type { Corrupt, Edit, Patterns, Scenario, Transform } from './schema.ts'

/** What the place needs at which patterns stand. */
export interface Want {
  /** JSON path of the patterns; random numbers belong to it. */
  readonly path: string
  readonly columns: number
  /** [N], or [height, width] when the layer is an image. */
  readonly shape: readonly number[]
  /** What sets the number of columns, in words; and where it can be changed. */
  readonly columnsOf: { readonly text: string; readonly path: string }
  /** The number of rows, what sets it in words, and where it can be changed; absent = any number from 1. */
  readonly rows?: { readonly count: number; readonly text: string; readonly path: string }
  /** Rows of -1 and +1 are stored as bits; a source may give them so if nothing is done to them. */
  readonly binary?: boolean
}

/** Rows on their way into a model. */
export interface Block extends Rows {
  /** [height, width] of the images that the rows are. */
  readonly image?: readonly [number, number]
  /** The data belongs to something else too and must be copied before it is changed. */
  readonly shared: boolean
}

/** Where patterns come from. */
export interface Sources {
  readonly seed: number
  /** The seed of `corrupt`. */
  readonly damageSeed: number
  readonly read: Read
  /** Rows of a memory, of a hebbian synapse, or of `stimulus.0`. */
  readonly rowsOf: (name: string) => Promise<Block>
}

/** Patterns of a layer: as many columns as it has neurons. */
export function forLayer(scenario: Scenario, name: string, path: string): Want {
  const layer = scenario.neurons[name]
  if (layer === undefined) throw new Error(`checkScenario knows layer ${name}`)
  const shape = typeof layer.size === 'number' ? [layer.size] : layer.size
  const columns = shape.reduce((product, length) => product * length, 1)
  return {
    path,
    columns,
    shape,
    columnsOf: { text: `layer \`${name}\` has ${columns} neurons`, path: `neurons.${name}.size` },
  }
}

/**
 * Loads or draws patterns, transforms, corrupts and edits them.
 * @returns at least one row, `want.columns` columns, every entry finite
 * @throws ModelError with the path of the patterns
 */
export async function loadPatterns(patterns: Patterns, want: Want, sources: Sources): Promise<Block> {
  try {
    const { transform = [], corrupt, edits = [] } = patterns
    const touched = transform.length > 0 || corrupt !== undefined || edits.length > 0
    const source = await load(patterns, touched ? { ...want, binary: false } : want, sources)
    checkColumns(patterns, source, want)
    let block = touched ? editable(source) : source
    for (const step of transform) {
      if (step.op === 'mean') block = meanOf(block, want.rows?.count ?? 1)
      else applyTransform(step, block)
    }
    if (corrupt !== undefined) {
      const shape = block.image ?? (want.shape.length === 2 ? (want.shape as [number, number]) : undefined)
      const stream = new RandomStream(sources.damageSeed, `${want.path}.corrupt`)
      const free = applyCorrupt(corrupt, block, shape, stream)
      if (free !== undefined) block = { ...block, free }
    }
    edits.forEach((edit, index) => {
      block = edited(edit, block, `${want.path}.edits.${index}`)
    })
    checkRows(patterns, block, want)
    checkFinite(block)
    return block
  } catch (error) {
    if (!(error instanceof ModelError) || error.place.path !== undefined) throw error
    throw new ModelError(error.reason, { path: want.path })
  }
}

/** The same rows in memory of their own. */
export function editable(block: Block): Block {
  const { signs, ...rest } = block
  if (signs !== undefined) return { ...rest, data: block.data.slice(), shared: false }
  return block.shared ? { ...block, data: block.data.slice(), shared: false } : block
}

/** Only what a model keeps of a block. */
export function toRows(block: Block): Rows {
  const { rows, columns, signs, free, labels } = block
  const rest = {
    rows,
    columns,
    ...(free === undefined ? {} : { free }),
    ...(labels === undefined ? {} : { labels }),
  }
  return signs === undefined ? { ...rest, data: block.data } : signRows(rest, signs)
}

// ---------------------------------------------------------------------------------------------------- sources

async function load(patterns: Patterns, want: Want, sources: Sources): Promise<Block> {
  switch (patterns.kind) {
    case 'npy':
      return loadNpy(patterns.path, sources.read, want.binary)
    case 'idx':
      return loadIdx(patterns, sources.read)
    case 'png':
      return loadPng(patterns, sources.read)
    case 'random': {
      const { columns } = want
      const rows = patterns.count ?? want.rows?.count ?? 1
      const stream = new RandomStream(sources.seed, want.path)
      const { distribution, norm, sparsity = 0 } = patterns
      if (want.binary && distribution === 'binary' && norm === undefined && sparsity === 0) {
        if (rows * columns > MAX_SIGNS) throw tooLarge(`${rows} x ${columns} signs`, (rows * columns) / 8)
        const row = new Float32Array(columns)
        const words = packSigns(rows, columns, () => {
          drawRows(patterns, row, columns, stream)
          return row
        })
        return signRows({ rows, columns, shared: false }, { words, unit: 1 })
      }
      const block = allocate(rows, columns)
      drawRows(patterns, block.data, columns, stream)
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

/** Most entries of one array: 4 GiB of float32, or 1 GiB of signs. */
const MAX_ENTRIES = 2 ** 30
const MAX_SIGNS = 2 ** 33

/** Rows of zeros. */
export function allocate(rows: number, columns: number): Block {
  const entries = rows * columns
  try {
    if (entries <= MAX_ENTRIES) return { rows, columns, data: new Float32Array(entries), shared: false }
  } catch {
    // The engine has less than that to give.
  }
  throw tooLarge(`${rows} x ${columns} values`, entries * 4)
}

function tooLarge(what: string, bytes: number): ModelError {
  return new ModelError(
    `${what} need ${bytes / 2 ** 30} GiB, more than there is for one array; use fewer rows or a smaller layer`,
  )
}

async function loadNpy(path: string, read: Read, binary = false): Promise<Block> {
  const [, archive, name] = /^(.*\.npz)(?:#(.*))?$/i.exec(path) ?? []
  const bytes = await read(archive ?? path)
  const { shape, data } = naming(archive ?? path, () =>
    archive === undefined ? decodeNpy(bytes) : decodeNpzArray(bytes, name),
  )
  // A number by itself is one row of one value.
  const [rows, ...rest] = shape.length === 0 ? [1, 1] : shape.length === 1 ? [1, ...shape] : shape
  if (rows === undefined || data.length === 0)
    throw new ModelError(`${path} holds no rows; give a file with at least one`)
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
 * @throws ModelError for an integer that float32 does not have
 */
function inFloat32(data: NpyData, path: string): Float32Array {
  if (data instanceof Float32Array) return data
  const rounded = new Float32Array(data)
  if (data instanceof Float64Array) return rounded
  const wrong = data.findIndex((value, index) => value !== rounded[index])
  if (wrong < 0) return rounded
  throw new ModelError(
    `${path} holds ${data[wrong]}, which float32 does not have exactly; save it with .astype('float32')`,
  )
}

/** [height, width] of rows of that shape; images of one channel have a side of 1 more. */
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
    throw new ModelError(`${spec.path} holds labels, not images; give the file of the images`)
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
  // Pixels are levels of 255; numbers of other types are what they are.
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
    throw new ModelError(`${path} holds images, not labels; give the file of the labels`)
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

async function loadPng(spec: Extract<Patterns, { kind: 'png' }>, read: Read): Promise<Block> {
  let block: Block | undefined
  let first = { width: 0, height: 0 }
  for (const [row, path] of spec.paths.entries()) {
    const bytes = await read(path)
    const image = naming(path, () => decodePng(bytes))
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

// ------------------------------------------------------------------------------------------ transform, corrupt

/** Each row with its number. */
function* rowsIn(block: Rows): Generator<[number, Float32Array]> {
  for (let row = 0; row < block.rows; row++) {
    yield [row, block.data.subarray(row * block.columns, (row + 1) * block.columns)]
  }
}

/** The mean of all rows, `count` times. */
function meanOf(block: Block, count: number): Block {
  const { columns } = block
  const sum = new Float64Array(columns)
  for (const [, row] of rowsIn(block))
    for (let column = 0; column < columns; column++)
      sum[column] = (sum[column] as number) + (row[column] as number)
  const mean = allocate(count, columns)
  for (const [, row] of rowsIn(mean)) row.set(sum.map((value) => value / block.rows))
  const { image } = block
  return image === undefined ? mean : { ...mean, image }
}

/** Applies one step to each row, in place. */
function applyTransform(step: Exclude<Transform, { op: 'mean' }>, block: Rows): void {
  const { data, columns } = block
  switch (step.op) {
    case 'center':
      for (const [, row] of rowsIn(block)) {
        let sum = 0
        for (const value of row) sum += value
        for (let column = 0; column < columns; column++) row[column] = (row[column] as number) - sum / columns
      }
      return
    case 'normalize':
      for (const [index, row] of rowsIn(block)) scaleTo(row, step.norm, index)
      return
    case 'binarize': {
      // In float32, as the data is: an entry that equals the threshold is not above it.
      const threshold = Math.fround(step.threshold)
      for (let index = 0; index < data.length; index++)
        data[index] = (data[index] as number) > threshold ? 1 : -1
      return
    }
    case 'scale':
      for (let index = 0; index < data.length; index++) data[index] = (data[index] as number) * step.factor
  }
}

/**
 * Damages each row, in place.
 * @param shape - [height, width] of the rows as images; absent = one line
 * @returns for a mask, which entries it frees; their data is set to 0
 */
function applyCorrupt(
  corrupt: Corrupt,
  block: Rows,
  shape: readonly [number, number] | undefined,
  stream: RandomStream,
): Uint8Array | undefined {
  const { data, columns } = block
  switch (corrupt.op) {
    case 'flip':
      for (const [, row] of rowsIn(block)) {
        for (const column of chosen(stream, Math.round(corrupt.fraction * columns), columns)) {
          row[column] = -(row[column] as number)
        }
      }
      return undefined
    case 'gaussian':
      for (let index = 0; index < data.length; index++) {
        data[index] = (data[index] as number) + corrupt.sigma * stream.normal()
      }
      return undefined
    case 'occlude': {
      const [top, left, height, width] = covered(corrupt, shape, columns)
      const lineLength = shape?.[1] ?? columns
      for (const [, row] of rowsIn(block)) {
        for (let line = top; line < top + height; line++) {
          row.fill(0, line * lineLength + left, line * lineLength + left + width)
        }
      }
      return undefined
    }
    case 'mask': {
      const free = new Uint8Array(data.length)
      for (let row = 0; row < block.rows; row++) {
        for (const column of chosen(stream, Math.round(corrupt.fraction * columns), columns)) {
          free[row * columns + column] = 1
          data[row * columns + column] = 0
        }
      }
      return free
    }
  }
}

/** [row, column, height, width] of what `occlude` sets to 0. */
function covered(
  corrupt: Extract<Corrupt, { op: 'occlude' }>,
  shape: readonly [number, number] | undefined,
  columns: number,
): readonly [number, number, number, number] {
  const [height, width] = shape ?? [1, columns]
  if (corrupt.rectangle !== undefined) {
    const [row, column, high, wide] = corrupt.rectangle
    if (row + high > height || column + wide > width) {
      throw new ModelError(
        `corrupt.rectangle ${show(corrupt.rectangle)} leaves the ${height} x ${width} image; it is [row, column, height, ` +
          'width] in pixels',
      )
    }
    return corrupt.rectangle
  }
  const { fraction = 0, side = 'bottom' } = corrupt
  // One line has no top and bottom: they mean its beginning and its end.
  const sides = { top: 'left', bottom: 'right', left: 'left', right: 'right' } as const
  const lines = Math.round(fraction * height)
  const across = Math.round(fraction * width)
  switch (shape === undefined ? sides[side] : side) {
    case 'top':
      return [0, 0, lines, width]
    case 'bottom':
      return [height - lines, 0, lines, width]
    case 'left':
      return [0, 0, height, across]
    case 'right':
      return [0, width - across, height, across]
  }
}

/** What a hand has changed, in place where rows do not become more. Entries that are set are masked no longer. */
function edited(edit: Edit, block: Block, path: string): Block {
  const { columns, free } = block
  const most = edit.op === 'row' ? block.rows : block.rows - 1
  if (edit.row > most) {
    throw new ModelError(`is ${edit.row}, there are ${block.rows} rows, numbered from 0`, {
      path: `${path}.row`,
    })
  }
  if (edit.op === 'row' && edit.values.length !== columns) {
    throw new ModelError(`has ${edit.values.length} values, the rows have ${columns}; give as many`, {
      path: `${path}.values`,
    })
  }
  const grown = edit.row === block.rows ? oneMore(block) : block
  const start = edit.row * columns
  switch (edit.op) {
    case 'row':
      grown.data.set(edit.values, start)
      break
    case 'clear':
      grown.data.fill(0, start, start + columns)
      break
    case 'paint':
      for (const column of edit.columns) {
        if (column >= columns) {
          throw new ModelError(`has ${column}, the rows have ${columns} columns, numbered from 0`, {
            path: `${path}.columns`,
          })
        }
        grown.data[start + column] = edit.value
        if (free !== undefined) free[start + column] = 0
      }
      return grown
  }
  grown.free?.fill(0, start, start + columns)
  // A row of other making belongs to no class.
  return grown.labels === undefined ? grown : { ...grown, labels: grown.labels.with(edit.row, -1) }
}

/** A row of zeros behind the last. */
function oneMore(block: Block): Block {
  const { rows, columns, data, free, labels } = block
  const grown = allocate(rows + 1, columns)
  grown.data.set(data)
  const mask = new Uint8Array(grown.data.length)
  mask.set(free ?? [])
  return {
    ...block,
    ...grown,
    ...(free === undefined ? {} : { free: mask }),
    ...(labels === undefined ? {} : { labels: [...labels, -1] }),
  }
}

// ----------------------------------------------------------------------------------------------------- checks

function checkColumns(patterns: Patterns, block: Block, want: Want): void {
  const { columns, image } = block
  const { shape } = want
  // As many pixels in other lines: every line would be broken in two.
  if (
    columns === want.columns &&
    image !== undefined &&
    shape.length === 2 &&
    image.join() !== shape.join()
  ) {
    const [height, width] = image
    throw new ModelError(
      `the images are [${height}, ${width}] (height, width), ${want.columnsOf.text.replace(/has .*/, `is [${shape.join(', ')}]`)}; ` +
        `set ${want.columnsOf.path} to [${height}, ${width}], or turn the images`,
    )
  }
  if (columns !== want.columns) {
    const remedies: Partial<Record<Patterns['kind'], string>> = {
      idx: 'resize the images',
      png: 'set width and height',
      rows: 'take rows of another size',
    }
    const remedy = remedies[patterns.kind] ?? `give rows of ${want.columns}`
    const size = image === undefined ? columns : `[${image.join(', ')}]`
    throw new ModelError(
      `rows have ${columns} columns, ${want.columnsOf.text}; ${remedy} or set ${want.columnsOf.path} to ${size}`,
    )
  }
}

function checkRows(patterns: Patterns, { rows }: Block, want: Want): void {
  if (want.rows !== undefined && rows !== want.rows.count) {
    const { count, text, path } = want.rows
    const first =
      patterns.kind === 'random' || (patterns.kind === 'idx' && rows > count)
        ? `set count to ${count}`
        : `give ${count} rows`
    throw new ModelError(`has ${rows} rows, ${text}; ${first} or set ${path} to ${rows}`)
  }
}

function checkFinite(block: Rows): void {
  if (block.signs !== undefined) return
  const { data, columns } = block
  for (let index = 0; index < data.length; index++) {
    if (!Number.isFinite(data[index])) {
      const where = `row ${Math.floor(index / columns)}, column ${index % columns}`
      throw new ModelError(`${where} is ${data[index]} in float32; every entry must be a finite number`)
    }
  }
}

/**
 * What can be said of patterns without loading them.
 * @throws ModelError if keys contradict each other or a name is unknown
 */
export function checkPatterns(
  scenario: Scenario,
  patterns: Patterns,
  path: string,
  masks: 'masks' | 'no masks' = 'no masks',
): void {
  if (patterns.kind === 'random' && patterns.distribution === 'orthogonal' && patterns.sparsity) {
    throw new ModelError('zeros would spoil the orthogonality; leave sparsity out or use "sphere"', {
      path: `${path}.sparsity`,
    })
  }
  if (patterns.kind === 'idx' && patterns.perLabel !== undefined && patterns.labels === undefined) {
    throw new ModelError('needs the labels; give their IDX file as `labels`', { path: `${path}.perLabel` })
  }
  if (patterns.kind === 'idx' && patterns.classes !== undefined && patterns.labels === undefined) {
    throw new ModelError('needs the labels; give their IDX file as `labels`', { path: `${path}.classes` })
  }
  if (patterns.kind === 'rows') checkOrigin(scenario, patterns.of, `${path}.of`)
  const { corrupt } = patterns
  if (corrupt?.op === 'mask' && masks === 'no masks') {
    throw new ModelError(
      'mask may stand only in the patterns of a stimulus; use occlude here, which sets to 0',
      {
        path: `${path}.corrupt.op`,
      },
    )
  }
  if (corrupt?.op === 'occlude') {
    const { fraction, side, rectangle } = corrupt
    if (
      (fraction === undefined) === (rectangle === undefined) ||
      (side !== undefined && rectangle !== undefined)
    ) {
      throw new ModelError('occlude needs either fraction (and side) or rectangle; give one of them', {
        path: `${path}.corrupt`,
      })
    }
  }
}

/** `rows` copies from something that has rows, and not from itself by a detour. */
function checkOrigin(scenario: Scenario, of: string, path: string): void {
  const chain: string[] = []
  let name: string | undefined = of
  while (name !== undefined) {
    if (chain.includes(name)) {
      const circle = [...chain.slice(chain.indexOf(name)), name].join(' -> ')
      throw new ModelError(`the rows are taken in a circle: ${circle}; give one of them rows of its own`, {
        path,
      })
    }
    chain.push(name)
    const origin = originOf(scenario, name, path)
    name = origin.kind === 'rows' ? origin.of : undefined
  }
}

/** The patterns that `rows` of that name copies. */
function originOf(scenario: Scenario, name: string, path: string): Patterns {
  const origins: Record<string, Patterns> = {}
  for (const [memory, { init }] of Object.entries(scenario.memories)) origins[memory] = init
  for (const [synapse, { base }] of Object.entries(scenario.synapses)) {
    if (base !== 0 && base.kind === 'hebbian') origins[synapse] = base.patterns
    else if (synapse === name) {
      throw new ModelError(`synapses.${name} has no hebbian base and so no rows; name a memory`, { path })
    }
  }
  scenario.stimulus.forEach(({ patterns }, index) => (origins[`stimulus.${index}`] = patterns))
  const origin = find(origins, name, 'memory, synapse or stimulus', path)
  if (origin.corrupt?.op === 'mask') {
    throw new ModelError(
      `the patterns of ${name} are masked, which cannot be copied; copy what they are made of`,
      { path },
    )
  }
  return origin
}
