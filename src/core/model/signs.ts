/** Rows of signs as bits: the host's format of a binary memory. */
import type { Rows, Signs } from './model.ts'

/**
 * Packs the signs of rows.
 * @param rowAt - values of a row; called once for each row, in order
 */
export function packSigns(
  rows: number,
  columns: number,
  rowAt: (row: number) => ArrayLike<number>,
): Uint32Array {
  const wordsPerRow = Math.ceil(columns / 32)
  const words = new Uint32Array(rows * wordsPerRow)
  for (let row = 0; row < rows; row++)
    packRow(rowAt(row), words.subarray(row * wordsPerRow, (row + 1) * wordsPerRow))
  return words
}

/** Sets the bits of positive values in words that are 0. */
export function packRow(values: ArrayLike<number>, words: Uint32Array): void {
  for (let column = 0; column < values.length; column++) {
    const word = column >>> 5
    if ((values[column] as number) > 0) words[word] = (words[word] as number) | (1 << (column & 31))
  }
}

/** The values of a row: `unit` where a bit is set, else its negative. */
export function unpackRow(words: Uint32Array, unit: number, target: Float32Array): void {
  for (let column = 0; column < target.length; column++) {
    const bit = ((words[column >>> 5] as number) >>> (column & 31)) & 1
    target[column] = bit === 1 ? unit : -unit
  }
}

/** Rows stored as bits. Each read of `data` unpacks them; a weak reference caches the result. */
export function signRows<T extends Pick<Rows, 'rows' | 'columns'>>(
  shape: T,
  signs: Signs,
): T & Pick<Rows, 'data' | 'signs'> {
  let kept: WeakRef<Float32Array> | undefined
  return {
    ...shape,
    signs,
    get data() {
      const known = kept?.deref()
      if (known !== undefined) return known
      const { rows, columns } = shape
      const data = new Float32Array(rows * columns)
      for (let row = 0; row < rows; row++)
        unpack(signs, row, data.subarray(row * columns, (row + 1) * columns))
      kept = new WeakRef(data)
      return data
    },
  }
}

/** One row, without unpacking the others. Do not write to it. */
export function rowOf(rows: Rows, row: number): Float32Array {
  const { columns, signs } = rows
  if (signs === undefined) return rows.data.subarray(row * columns, (row + 1) * columns)
  const values = new Float32Array(columns)
  unpack(signs, row, values)
  return values
}

function unpack({ words, unit }: Signs, row: number, target: Float32Array): void {
  const first = row * Math.ceil(target.length / 32)
  unpackRow(words.subarray(first), unit, target)
}
