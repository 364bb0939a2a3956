/** Single rows and entries that were changed by hand. */
import { ModelError } from '../../errors.ts'
import type { Edit } from './schema.ts'
import { allocate, type Block } from './block.ts'

/** Applies edits to a block, in place unless an edit adds a row. An edit removes the mask of the entries that it sets. */
export function edited(edit: Edit, block: Block, path: string): Block {
  const { columns, free } = block
  const most = edit.op === 'row' ? block.rows : block.rows - 1
  if (edit.row > most) {
    throw new ModelError(`is ${edit.row}, but there are ${block.rows} rows, numbered from 0`, {
      path: `${path}.row`,
    })
  }
  if (edit.op === 'row' && edit.values.length !== columns) {
    throw new ModelError(
      `has ${edit.values.length} values, but the rows have ${columns} columns; give ${columns} values`,
      {
        path: `${path}.values`,
      },
    )
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
          throw new ModelError(`has ${column}, but the rows have ${columns} columns, numbered from 0`, {
            path: `${path}.columns`,
          })
        }
        grown.data[start + column] = edit.value
        if (free !== undefined) free[start + column] = 0
      }
      return grown
  }
  grown.free?.fill(0, start, start + columns)
  // An edited row has no class.
  return grown.labels === undefined ? grown : { ...grown, labels: grown.labels.with(edit.row, -1) }
}

/** Appends a row of zeros. */
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
