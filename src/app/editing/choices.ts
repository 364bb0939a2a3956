/** Cues and memories by choice: a memory as the cue, damage, classes. Pure. */
import type { Corrupt, Patterns } from '../../core/model/patterns/schema.ts'
import { rounded4, without, withEdits } from './edits.ts'
import type { Cue, Store } from './places.ts'

/**
 * The patterns of a cue that shows a stored row to one or all replicas. A repeating cue keeps its number of
 * rows, so that no rebuild is needed. Damage stays; painted entries of the cue are removed.
 * @param values - the row, for one replica whose cue has another source
 */
export function shownRow(
  cue: Cue,
  store: Store,
  row: number,
  replica: number | 'all',
  replicas: number,
  values: ArrayLike<number>,
): Patterns {
  const { patterns, rows } = cue
  const isDealt = cue.kind === 'initial' || cue.kind === 'init'
  const { corrupt } = patterns
  const damage = corrupt === undefined ? {} : { corrupt }
  const isCopy = patterns.kind === 'rows' && patterns.of === store.name
  const transform = isCopy ? patterns.transform : fromStore(store)
  const treatment = { ...(transform === undefined ? {} : { transform }), ...damage }
  if (!isDealt || replica === 'all' || replicas === 1) {
    return { kind: 'rows', of: store.name, select: Array<number>(rows.rows).fill(row), ...treatment }
  }
  if (isCopy) {
    const { select = Array.from({ length: store.rows.rows }, (_, index) => index) } = patterns
    const dealt = Array.from(
      { length: Math.max(replicas, rows.rows) },
      (_, r) => select[r % select.length] as number,
    )
    dealt[replica] = row
    return withEdits({ ...patterns, select: dealt }, without(patterns, replica))
  }
  const edits = without(patterns, cue.rowOf(replica))
  const edit = { op: 'row' as const, row: cue.rowOf(replica), values: Array.from(values, rounded4) }
  return withEdits(patterns, [...edits, edit])
}

/** The transform that removes the scale of a memory from its rows. */
function fromStore({ format, scale }: Store): Patterns['transform'] {
  if (format === 'binary') return [{ op: 'binarize', threshold: 0 }]
  return scale === 1 ? undefined : [{ op: 'scale', factor: 1 / scale }]
}

/** The kinds of damage on a page, and the range of their amount. */
export const DAMAGES = [
  { kind: 'none', label: 'none', most: 0 },
  { kind: 'flip', label: 'flip signs', most: 1 },
  { kind: 'gaussian', label: 'noise', most: 2 },
  { kind: 'occlude', label: 'hide', most: 1 },
  { kind: 'mask', label: 'leave free', most: 1 },
] as const

export type Damage = (typeof DAMAGES)[number]['kind']

/** The kind and amount of a corruption. */
export function damageOf(corrupt: Corrupt | undefined): { readonly kind: Damage; readonly amount: number } {
  if (corrupt === undefined) return { kind: 'none', amount: 0 }
  if (corrupt.op === 'gaussian') return { kind: 'gaussian', amount: corrupt.sigma }
  return { kind: corrupt.op, amount: corrupt.fraction ?? 0 }
}

/** A standard deviation for noise, else a fraction of the neurons. */
export function amountText(kind: Damage, amount: number): string {
  return kind === 'gaussian' ? `σ ${amount.toFixed(2)}` : `${Math.round(amount * 100)} %`
}

/** Patterns with damage of a kind and amount; an image keeps the side that is hidden. */
export function damaged(patterns: Patterns, kind: Damage, amount: number): Patterns {
  const { corrupt, ...clean } = patterns
  switch (kind) {
    case 'none':
      return clean
    case 'gaussian':
      return { ...clean, corrupt: { op: 'gaussian', sigma: amount } }
    case 'occlude': {
      const side = corrupt?.op === 'occlude' ? corrupt.side : undefined
      return { ...clean, corrupt: { op: 'occlude', fraction: amount, ...(side ? { side } : {}) } }
    }
    case 'flip':
    case 'mask':
      return { ...clean, corrupt: { op: kind, fraction: amount } }
  }
}

/** Patterns of a cue of certain classes only. */
export function cueOfClasses(
  cue: Cue,
  classes: readonly number[],
  store: Store | undefined,
  replicas: number,
): Patterns {
  const { patterns, kind, rows } = cue
  const isDealt = kind === 'initial' || kind === 'init'
  if (patterns.kind === 'idx') return imagesOfClasses(patterns, classes, isDealt ? rows.rows : undefined)
  if (patterns.kind !== 'rows' || store === undefined) return patterns
  const fitting = (store.rows.labels ?? []).flatMap((label, row) => (classes.includes(label) ? [row] : []))
  const count = isDealt ? replicas : fitting.length
  const select = Array.from({ length: count }, (_, index) => fitting[index % fitting.length] as number)
  return withEdits({ ...patterns, select }, [])
}

/**
 * Images of certain classes only.
 * @param count - required number of rows, filled with enough images of each class
 */
export function imagesOfClasses(
  patterns: Extract<Patterns, { kind: 'idx' }>,
  classes: readonly number[],
  count: number | undefined,
): Patterns {
  const rest = withEdits(patterns, []) as typeof patterns
  if (count === undefined) return { ...rest, classes: [...classes] }
  return { ...rest, classes: [...classes], count, perLabel: Math.ceil(count / classes.length) }
}
