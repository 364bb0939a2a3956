/** The required shape of patterns at a place, and the check of rows against it. */
import { shapeOf } from '../find.ts'
import type { Fit } from '../../kinds/couplings/definition.ts'
import { ModelError } from '../../errors.ts'
import type { Patterns } from './schema.ts'
import type { Scenario } from '../schema.ts'
import type { Block } from './block.ts'

/** The required shape of patterns at a place. */
export interface Want {
  /** JSON path of the patterns; random numbers depend on it. */
  readonly path: string
  readonly columns: number
  /** [N], or [height, width] if the layer is an image. */
  readonly shape: readonly number[]
  /** The origin of the number of columns, in words, and the key that can change it. */
  readonly columnsOf: { readonly text: string; readonly path?: string }
  /** The number of rows, its origin in words, and the key that can change it; absent = any number from 1. */
  readonly rows?: { readonly count: number; readonly text: string; readonly path: string }
  /** For a sparse matrix, whose entries form one row: its shape, and the layers that define the shape. */
  readonly between?: Fit['between']
  /**
   * True if rows of -1 and +1 are stored as bits; a source may return bits if there are no transforms, damage or
   * edits.
   */
  readonly binary?: boolean
}

/** Patterns of a layer: one column for each neuron. */
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
  // The same number of pixels with another width would scramble the image.
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
      rows: 'use rows of another size',
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
