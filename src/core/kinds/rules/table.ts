/**
 * The learning rules of docs/theory.md, "Dynamics", in float64. All of them are
 *   tau dXi/dt = gate (.) (drive + Lambda - decay (.) Xi),
 * entry by entry, of the activations `to` of its row and `from` of its column.
 * A rule of the user's own (custom.ts) is tau dw/dt = drive - decay w, both of an entry w and of all that it depends on.
 * @see Lotito 2025, appendix B; Hopfield, Feinstein, Palmer, Nature 304 (1983) 158; Oja, J. Math. Biology 15 (1982) 267
 */
import type { Written } from '../lagrangians/definition.ts'
import { compileRule, type CompiledRule, type CustomRule, ruleFormula, ruleSource } from './custom.ts'

/** A memory that stays as it is. */
interface Still {
  readonly isMoving: false
  /** What happens to Xi, for the schema. */
  readonly text: string
}

/** What all rules say by which a memory moves. */
interface Common {
  readonly isMoving: true
  /** The equation, for the schema. */
  readonly text: string
  /** Lambda where no bias is given: Xi(0) or 0; none = the rule has no Lambda, and takes no bias. */
  readonly base: 'init' | 'zero' | 'none'
  /** Part of the rate 1 / tau that a row has at least, as far as that is counted on. */
  readonly leastRate: number
  /** Activations of `to` below 0 would let Xi run away. */
  readonly needsNonNegative: boolean
  /** Its energy has the term |Xi - Lambda|^2 / 2. */
  readonly isElastic: boolean
  /** Where the energy of a network with it never rises by itself: always but with an input offset, or in the joint energy alone. */
  readonly descends: 'without-offset' | 'joint' | 'never'
}

/** A rule of activations alone. */
interface Factored extends Common {
  /** What pulls an entry besides Lambda. */
  readonly drive: (to: number, from: number) => number
  /** What the whole is multiplied with, by row; absent = 1. */
  readonly gate?: (to: number) => number
  /** What an entry is multiplied with, by row; absent = 1. */
  readonly decay?: (to: number) => number
  /** tau dXi/dt as TeX, of the symbols of Xi, g_to and g_from; `hasBias` = a Lambda is given. */
  readonly formula: (xi: string, to: string, from: string, hasBias: boolean) => string
  /** The same in expressions, for a rule that a user goes on with. */
  readonly expressions?: Pick<CustomRule, 'drive' | 'decay'>
}

/** A rule of each entry by itself, which the user has written. */
interface Entrywise extends Common {
  readonly compile: (rule: CustomRule) => CompiledRule
  /** Behind the WGSL of its kind. */
  readonly written: (rule: CustomRule) => Written
  /** tau dXi/dt as TeX. */
  readonly formulaOf: (rule: CustomRule) => string
}

export type Moving = Factored | Entrywise

/** Adding a kind: docs/extending.md. The WGSL of one that moves is shaders/rule/KIND.wgsl. */
export const RULES = {
  fixed: { isMoving: false, text: 'Xi stays.' },

  hebbian: {
    isMoving: true,
    text: 'tau dXi/dt = -(Xi - Lambda) + g_to g_from^T.',
    drive: (to, from) => to * from,
    base: 'init',
    leastRate: 1,
    needsNonNegative: false,
    isElastic: true,
    descends: 'without-offset',
    formula: (xi, to, from) => `-(${xi} - \\Lambda) + ${to} ${from}^\\top`,
    expressions: { drive: 'to * from + base', decay: '1' },
  },

  'anti-hebbian': {
    isMoving: true,
    text: 'tau dXi/dt = -(Xi - Lambda) - g_to g_from^T: what is seen is unlearnt.',
    drive: (to, from) => -to * from,
    base: 'init',
    leastRate: 1,
    needsNonNegative: false,
    isElastic: false,
    descends: 'never',
    formula: (xi, to, from) => `-(${xi} - \\Lambda) - ${to} ${from}^\\top`,
    expressions: { drive: 'base - to * from', decay: '1' },
  },

  gated: {
    isMoving: true,
    text: 'tau dXi/dt = g_to (g_from - Xi + Lambda) row by row; the activation of `to` must not be negative.',
    gate: (to) => to,
    drive: (_, from) => from,
    base: 'zero',
    leastRate: 1 / 2,
    needsNonNegative: true,
    isElastic: false,
    descends: 'joint',
    formula: (xi, to, from, hasBias) =>
      `${to} \\odot (\\mathbf 1\\, ${from}^\\top - ${xi}${hasBias ? ' + \\Lambda' : ''})`,
    expressions: { drive: 'to * from', decay: 'to' },
  },

  oja: {
    isMoving: true,
    text: 'tau dXi/dt = g_to (g_from - g_to Xi) row by row: rows turn to the first principal component of g_from and have length 1.',
    gate: (to) => to,
    drive: (_, from) => from,
    decay: (to) => to,
    base: 'none',
    leastRate: 1 / 4,
    needsNonNegative: false,
    isElastic: false,
    descends: 'never',
    formula: (xi, to, from) => `${to} \\odot (\\mathbf 1\\, ${from}^\\top - ${to} \\odot ${xi})`,
    expressions: { drive: 'to * from', decay: 'to * to' },
  },

  custom: {
    isMoving: true,
    text: '{"kind": "custom"}: tau dw/dt = drive - decay w for every entry w, by two expressions.',
    compile: compileRule,
    written: ruleSource,
    formulaOf: ruleFormula,
    base: 'init',
    leastRate: 1 / 4,
    needsNonNegative: false,
    isElastic: false,
    descends: 'never',
  },
} as const satisfies Readonly<Record<string, Still | Moving>>

export type RuleKind = keyof typeof RULES

/** Rules that a word says. */
export type NamedRule = Exclude<RuleKind, CustomRule['kind']>

/** What a memory learns by: a word, or a rule that is written out. */
export type Rule = NamedRule | CustomRule

/** In the order of the menu. */
export const RULE_KINDS = Object.keys(RULES) as [RuleKind, ...RuleKind[]]

/** The same without what is written out. */
export const NAMED_RULES = RULE_KINDS.filter((kind) => !isEntrywise(kind)) as [NamedRule, ...NamedRule[]]

/** The rule of synapses that learn, with kappa g g^T for its drive. */
export const SYNAPTIC = 'hebbian' satisfies RuleKind

export function ruleKindOf(rule: RuleKind | Rule): RuleKind {
  return typeof rule === 'string' ? rule : rule.kind
}

/** What moves a memory; undefined for one that stays as it is. */
export function movingRule(rule: RuleKind | Rule): Moving | undefined {
  const facts: Still | Moving = RULES[ruleKindOf(rule)]
  return facts.isMoving ? facts : undefined
}

/** True for a rule by which a memory changes. */
export function isMoving(rule: RuleKind | Rule): boolean {
  return RULES[ruleKindOf(rule)].isMoving
}

/** What has a rate of its own: all entries together, each row or each entry; undefined where nothing moves. */
export function rateSharedBy(rule: RuleKind | Rule): 'all' | 'row' | 'entry' | undefined {
  const facts = movingRule(rule)
  if (facts === undefined) return undefined
  if ('compile' in facts) return 'entry'
  return facts.gate === undefined && facts.decay === undefined ? 'all' : 'row'
}

/** True where the rate is the same for all entries at all times, so that it is computed once, on the host. */
export function hasSteadyRate(rule: RuleKind | Rule): boolean {
  return rateSharedBy(rule) === 'all'
}

/** True where each entry has a drive and a rate of its own. */
export function isEntrywise(rule: RuleKind | Rule): boolean {
  return rateSharedBy(rule) === 'entry'
}

/** The functions of a rule that is written out; undefined for others. */
export function compiledRule(rule: RuleKind | Rule): CompiledRule | undefined {
  if (typeof rule === 'string') return undefined
  const facts: Entrywise = RULES[rule.kind]
  return facts.compile(rule)
}

/** The WGSL of such a rule, behind that of its kind. */
export function writtenRule(rule: RuleKind | Rule): Written | undefined {
  if (typeof rule === 'string') return undefined
  const facts: Entrywise = RULES[rule.kind]
  return facts.written(rule)
}

/** tau dXi/dt as TeX, of the symbols of Xi, g_to and g_from; `hasBias` = a Lambda is given. */
export function formulaOfRule(rule: Rule, ...symbols: Parameters<Factored['formula']>): string {
  const facts = movingRule(rule)
  if (facts === undefined) return '0'
  if ('formula' in facts) return facts.formula(...symbols)
  return typeof rule === 'string' ? '' : facts.formulaOf(rule)
}

/** The rule of a kind to begin with: of one that is written out, what goes on as the rule before. */
export function startingRule(kind: RuleKind, before: Rule): Rule {
  const { custom } = RULES
  if (RULES[kind] !== custom) return kind as NamedRule
  if (typeof before !== 'string') return before
  const facts = movingRule(before)
  const expressions =
    (facts && 'expressions' in facts ? facts.expressions : undefined) ?? RULES.hebbian.expressions
  return { kind: 'custom', ...expressions, parameters: {} }
}

/** The components of the vector p of its WGSL, at most four, of a memory. */
export function ruleParameters(rule: Rule): readonly number[] {
  return typeof rule === 'string' ? [1] : Object.values(rule.parameters)
}

/** True for a rule that has a Lambda. */
export function isBiased(rule: RuleKind | Rule): boolean {
  return compiledRule(rule)?.usesBase ?? (movingRule(rule)?.base ?? 'none') !== 'none'
}

/** The rules with this Lambda where none is given, as text. */
export function restingAt(base: Moving['base']): string {
  return RULE_KINDS.filter((kind) => movingRule(kind)?.base === base).join(', ')
}

/** Rules that have a Lambda. */
export const BIASED = RULE_KINDS.filter(isBiased)
