/** Edits of patterns of a scenario, in the shortest form. Pure. */
import type { Edit, Patterns } from '../../core/model/patterns/schema.ts'

/** Digits of a value set by hand: short enough for a link. */
const DIGITS = 4

/** Patterns whose entries of a row are set; later values of an entry replace earlier ones. */
export function painted(patterns: Patterns, row: number, values: ReadonlyMap<number, number>): Patterns {
  const kept = (patterns.edits ?? []).flatMap((edit): Edit[] => {
    if (edit.op !== 'paint' || edit.row !== row) return [edit]
    const columns = edit.columns.filter((column) => !values.has(column))
    return columns.length > 0 ? [{ ...edit, columns }] : []
  })
  const byValue = new Map<number, number[]>()
  for (const [column, value] of values) byValue.set(value, [...(byValue.get(value) ?? []), column])
  for (const [value, columns] of byValue) {
    const before = kept.findIndex((edit) => edit.op === 'paint' && edit.row === row && edit.value === value)
    const same = kept[before]
    const all = same?.op === 'paint' ? [...same.columns, ...columns] : columns
    const edit: Edit = { op: 'paint', row, columns: all.sort((a, b) => a - b), value }
    if (before >= 0) kept[before] = edit
    else kept.push(edit)
  }
  return withEdits(patterns, kept)
}

/** Patterns with one row replaced. */
export function replaced(patterns: Patterns, row: number, values: ArrayLike<number>): Patterns {
  const rounded = Array.from(values, rounded4)
  const isZero = rounded.every((value) => value === 0)
  const edits = patterns.edits ?? []
  // The edit that added a row keeps its place, because later rows depend on it.
  const earlier = edits.findIndex((edit) => edit.op === 'row' && edit.row === row)
  const edit: Edit = isZero && earlier < 0 ? { op: 'clear', row } : { op: 'row', row, values: rounded }
  if (earlier < 0) return withEdits(patterns, [...without(patterns, row), edit])
  return withEdits(
    patterns,
    edits.flatMap((old, index) => (index === earlier ? [edit] : old.row === row ? [] : [old])),
  )
}

/** Patterns with one row set to 0. */
export function cleared(patterns: Patterns, row: number, columns: number): Patterns {
  return replaced(patterns, row, new Float32Array(columns))
}

/** The edits that concern other rows. */
export function without(patterns: Patterns, row: number): readonly Edit[] {
  return (patterns.edits ?? []).filter((edit) => edit.row !== row)
}

export function withEdits(patterns: Patterns, edits: readonly Edit[]): Patterns {
  const { edits: before, ...rest } = patterns
  if (edits.length > 0) return { ...rest, edits: [...edits] }
  return before === undefined ? patterns : rest
}

/** A value to four digits, as a float32 can hold it. */
export function rounded4(value: number): number {
  const short = Number(value.toPrecision(DIGITS))
  return Math.abs(short) < 1e-30 ? 0 : short
}
