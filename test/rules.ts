/** A memory's rule of every kind, as a model has it. */
import type { Rule, RuleKind } from '../src/core/kinds/rules/table.ts'

/** One that is written out, with all that it may depend on. */
export const WRITTEN = {
  kind: 'custom',
  drive: 'k * to * from + base',
  decay: '1 + to * to * from * from',
  parameters: { k: 0.8 },
} as const satisfies Rule

/** What a memory of a rule of this kind has. */
export function learnerOf(kind: RuleKind): { readonly rule: Rule } {
  return { rule: kind === WRITTEN.kind ? WRITTEN : kind }
}
