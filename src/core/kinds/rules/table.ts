/**
 * The learning rules of docs/theory.md, "Dynamics", in float64. All of them are
 *   tau dXi/dt = gate (.) (drive + Lambda - decay (.) Xi),
 * entry by entry, of the activations `to` of its row and `from` of its column.
 * @see Lotito 2025, appendix B; Hopfield, Feinstein, Palmer, Nature 304 (1983) 158; Oja, J. Math. Biology 15 (1982) 267
 */

/** A memory that stays as it is. */
interface Still {
  readonly isMoving: false
  /** What happens to Xi, for the schema. */
  readonly text: string
}

export interface Moving {
  readonly isMoving: true
  /** The equation, for the schema. */
  readonly text: string
  /** What pulls an entry besides Lambda. */
  readonly drive: (to: number, from: number) => number
  /** What the whole is multiplied with, by row; absent = 1. */
  readonly gate?: (to: number) => number
  /** What an entry is multiplied with, by row; absent = 1. */
  readonly decay?: (to: number) => number
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
  /** tau dXi/dt as TeX, of the symbols of Xi, g_to and g_from; `hasBias` = a Lambda is given. */
  readonly formula: (xi: string, to: string, from: string, hasBias: boolean) => string
}

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
  },
} as const satisfies Readonly<Record<string, Still | Moving>>

export type RuleKind = keyof typeof RULES

/** In the order of the menu. */
export const RULE_KINDS = Object.keys(RULES) as [RuleKind, ...RuleKind[]]

/** The rule of synapses that learn, with kappa g g^T for its drive. */
export const SYNAPTIC = 'hebbian' satisfies RuleKind

/** What moves a memory; undefined for one that stays as it is. */
export function movingRule(kind: RuleKind): Moving | undefined {
  const rule: Still | Moving = RULES[kind]
  return rule.isMoving ? rule : undefined
}

/** True for a rule by which a memory changes. */
export function isMoving(kind: RuleKind): boolean {
  return RULES[kind].isMoving
}

/** True where the rate is the same for all entries at all times, so that it is computed once, on the host. */
export function hasSteadyRate(kind: RuleKind): boolean {
  const rule = movingRule(kind)
  return rule !== undefined && rule.gate === undefined && rule.decay === undefined
}

/** True for a rule that has a Lambda. */
export function isBiased(kind: RuleKind): boolean {
  return (movingRule(kind)?.base ?? 'none') !== 'none'
}

/** Rules that have a Lambda. */
export const BIASED = RULE_KINDS.filter(isBiased)

/** The rules with this Lambda where none is given, as text. */
export function restingAt(base: Moving['base']): string {
  return RULE_KINDS.filter((kind) => movingRule(kind)?.base === base).join(', ')
}
