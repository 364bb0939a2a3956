/** A memory's rule of every kind, as a model has it. */
import type { NamedRule, Rule, RuleKind, RuleObject } from '../src/core/kinds/rules/table.ts'

/** One that is written out, with all that it may depend on. */
export const WRITTEN = {
  kind: 'custom',
  drive: 'k * to * from + base',
  decay: '1 + to * to * from * from',
  parameters: { k: 0.8 },
} as const satisfies Rule

/** Rules that have something of their own, one of each kind. */
export const OBJECTS = {
  custom: WRITTEN,
  bcm: { kind: 'bcm', tauThreshold: 1.5, decay: 0.5 },
  covariance: { kind: 'covariance', tauMean: 1.5 },
} as const satisfies { readonly [K in RuleObject['kind']]: Extract<RuleObject, { readonly kind: K }> }

/** What a memory of a rule of this kind has. */
export function learnerOf(kind: RuleKind): { readonly rule: Rule } {
  return { rule: (OBJECTS as Readonly<Partial<Record<RuleKind, RuleObject>>>)[kind] ?? (kind as NamedRule) }
}
