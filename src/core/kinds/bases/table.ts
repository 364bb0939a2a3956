/**
 * The base J [N, N] of synapses: their start and their rest, computed once (docs/scenario.md, "Synapses and
 * memories").
 */

import type { BaseRows, Given, Made, Stored } from './definition.ts'
import { checkSpan, spanOf } from './pseudoinverse.ts'
import { checkSigns, storkeyOf } from './storkey.ts'

/** Adding a kind: docs/extending.md. */
export const BASES = {
  zero: { of: 'nothing' },

  hebbian: {
    of: 'patterns',
    description: 'J = P^T P / N with the patterns P as rows.',
    formula: (p) => `\\tfrac1N\\, ${p}^\\top ${p}`,
    hasCrosstalk: true,
    made: (patterns, zeroDiagonal) => ({ patterns, zeroDiagonal }),
  },

  pseudoinverse: {
    of: 'patterns',
    description:
      'J = P^T (P P^T)^-1 P, the projection onto the patterns: all of fewer than N are fixed points. Dependent patterns add nothing.',
    formula: (p) => `${p}^\\top (${p} ${p}^\\top)^{-1} ${p}`,
    made: (patterns, zeroDiagonal) => ({ patterns: spanOf(patterns), zeroDiagonal }),
    check: checkSpan,
    fewestNeurons: { count: 2, reason: 'J of one neuron is the identity' },
  },

  storkey: {
    of: 'patterns',
    description:
      'Patterns of -1 and +1, one after the other: J_ij += (xi_i xi_j - xi_i h_ji - xi_j h_ij) / N, h_ij = sum over k other than i, j of J_ik xi_k.',
    formula: (p) => `\\text{of } ${p} \\text{ by Storkey's rule}`,
    made: (patterns, zeroDiagonal) => ({ matrix: storkeyOf(patterns, zeroDiagonal) }),
    check: checkSigns,
    fewestNeurons: { count: 2, reason: 'one neuron has no others to learn from' },
    mostNeurons: 4096,
  },

  matrix: { of: 'matrix' },

  csr: { of: 'matrix' },
} as const satisfies Readonly<Record<string, Stored | Given>>

type Table = typeof BASES

export type BaseKind = keyof Table

/** Kinds that are computed from patterns. */
export type StoringKind = { [K in BaseKind]: Table[K]['of'] extends 'patterns' ? K : never }[BaseKind]

/** The fields of a base in a model, by the source of its kind. */
interface Contents<R> {
  readonly nothing: unknown
  readonly patterns: { readonly patterns: R; readonly zeroDiagonal: boolean }
  readonly matrix: { readonly matrix: R }
}

/** The most neurons for which a sparse matrix is stored as dense: 1 GiB of float32. */
export const MOST_WRITTEN = 2 ** 14

/** J in a model, with rows of some type. */
export type BaseOf<R> = {
  readonly [K in BaseKind]: { readonly kind: K } & Contents<R>[Table[K]['of']]
}[BaseKind]

/** Kinds that are computed from patterns, in the order of the menu. */
export const STORING_KINDS = Object.entries(BASES).flatMap(([kind, { of }]) =>
  of === 'patterns' ? [kind] : [],
) as [StoringKind, ...StoringKind[]]

/** The entry of a kind that is computed from patterns. */
export function storingFacts(kind: StoringKind): Stored {
  return BASES[kind]
}

/** A kind whose patterns do not disturb each other, however they overlap. */
export const WITHOUT_CROSSTALK = 'pseudoinverse' satisfies StoringKind

/** True if a stored pattern disturbs another in proportion to their overlap. */
export function hasCrosstalk(base: BaseOf<unknown>): boolean {
  return 'patterns' in base && storingFacts(base.kind).hasCrosstalk === true
}

/** The source of J. */
export function madeOf(base: BaseOf<BaseRows>): Made {
  if ('patterns' in base) return storingFacts(base.kind).made(base.patterns, base.zeroDiagonal)
  return 'matrix' in base ? { matrix: base.matrix } : undefined
}

/** J as TeX, from the symbol of its patterns; undefined for a base without patterns. */
export function formulaOfBase(base: BaseOf<unknown>, p: string): readonly string[] {
  if (!('patterns' in base)) return []
  return [`${storingFacts(base.kind).formula(p)}${base.zeroDiagonal ? ',\\quad J_{ii} = 0' : ''}`]
}

/** The patterns of a base; undefined for a base without patterns. */
export function storedBy<R>(base: BaseOf<R>): R | undefined {
  return 'patterns' in base ? base.patterns : undefined
}
