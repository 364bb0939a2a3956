/** Makes rows of patterns: source, transforms, damage, edits. */
import { ModelError } from '../../errors.ts'
import type { Rows } from '../model.ts'
import { RandomStream } from '../random.ts'
import type { Patterns } from './schema.ts'
import { editable, type Block } from './block.ts'
import { applyCorrupt } from './corruption.ts'
import { edited } from './edits.ts'
import { loadSource, type Sources } from './sources.ts'
import { applyTransform, meanOf } from './transforms.ts'
import { checkColumns, checkRows, type Want } from './want.ts'

/**
 * Loads or draws patterns, transforms, corrupts and edits them.
 * @returns at least one row, `want.columns` columns, every entry finite
 * @throws ModelError with the path of the patterns
 */
export async function loadPatterns(patterns: Patterns, want: Want, sources: Sources): Promise<Block> {
  try {
    const { transform = [], corrupt, edits = [] } = patterns
    const touched = transform.length > 0 || corrupt !== undefined || edits.length > 0
    const source = await loadSource(patterns, touched ? { ...want, binary: false } : want, sources)
    checkColumns(patterns, source, want)
    let block = touched ? editable(source) : source
    for (const step of transform) {
      if (step.op === 'mean') block = meanOf(block, want.rows?.count ?? 1)
      else applyTransform(step, block)
    }
    if (corrupt !== undefined) {
      const stream = new RandomStream(sources.damageSeed, `${want.path}.corrupt`)
      const [channels, ...image] = want.shape
      // `occlude` covers the same part in each channel of an image.
      const free =
        corrupt.op === 'occlude' && block.image === undefined && image.length === 2
          ? applyCorrupt(corrupt, inChannels(block, channels as number), image as [number, number], stream)
          : applyCorrupt(corrupt, block, block.image ?? twoSides(want.shape), stream)
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

function twoSides(shape: readonly number[]): [number, number] | undefined {
  return shape.length === 2 ? (shape as [number, number]) : undefined
}

/** The same data with a row for each channel. */
function inChannels(block: Block, channels: number): Block {
  return { ...block, rows: block.rows * channels, columns: block.columns / channels }
}
