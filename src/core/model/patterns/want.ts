/** What the place needs at which patterns stand, and whether rows fit it. */
import { shapeOf } from '../find.ts'
import type { Fit } from '../../kinds/couplings/definition.ts'
import { ModelError } from '../../errors.ts'
import type { Patterns } from './schema.ts'
import type { Scenario } from '../schema.ts'
import type { Block } from './block.ts'

/** What the place needs at which patterns stand. */
export interface Want {
  /** JSON path of the patterns; random numbers belong to it. */
  readonly path: string
  readonly columns: number
  /** [N], or [height, width] when the layer is an image. */
  readonly shape: readonly number[]
  /** What sets the number of columns, in words; and where one number can change it. */
  readonly columnsOf: { readonly text: string; readonly path?: string }
  /** The number of rows, what sets it in words, and where it can be changed; absent = any number from 1. */
  readonly rows?: { readonly count: number; readonly text: string; readonly path: string }
  /** Of a sparse matrix, whose entries are one row: its shape, and the layers that set it. */
  readonly between?: Fit['between']
  /** Rows of -1 and +1 are stored as bits; a source may give them so if nothing is done to them. */
  readonly binary?: boolean
}

/** Patterns of a layer: as many columns as it has neurons. */
export function forLayer(
  scenario: Scenario,
  name: string,
  path: string,
): Want & { readonly columnsOf: { readonly path: string } } {
  const layer = scenario.neurons[name]
  if (layer === undefined) throw new Error(`checkScenario knows layer ${name}`)
  const shape = shapeOf(layer)
  const columns = shape.reduce((product, length) => product * length, 1)
  return {
    path,
    columns,
    shape,
    columnsOf: { text: `layer \`${name}\` has ${columns} neurons`, path: `neurons.${name}.size` },
  }
}

export function checkColumns(patterns: Patterns, block: Block, want: Want): void {
  const { columns, image } = block
  const { shape } = want
  // As many pixels in other lines: every line would be broken in two.
  if (
    columns === want.columns &&
    image !== undefined &&
    want.columnsOf.path !== undefined &&
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
      image: 'set width and height',
      rows: 'take rows of another size',
    }
    const remedy = remedies[patterns.kind] ?? `give rows of ${want.columns}`
    const size = image === undefined ? columns : `[${image.join(', ')}]`
    const other = want.columnsOf.path === undefined ? '' : ` or set ${want.columnsOf.path} to ${size}`
    throw new ModelError(`rows have ${columns} columns, ${want.columnsOf.text}; ${remedy}${other}`)
  }
}

export function checkRows(patterns: Patterns, { rows }: Block, want: Want): void {
  if (want.rows !== undefined && rows !== want.rows.count) {
    const { count, text, path } = want.rows
    const first =
      patterns.kind === 'random' || (patterns.kind === 'idx' && rows > count)
        ? `set count to ${count}`
        : `give ${count} rows`
    throw new ModelError(`has ${rows} rows, ${text}; ${first} or set ${path} to ${rows}`)
  }
}
