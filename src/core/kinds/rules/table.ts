/**
 * The learning rules of docs/theory.md, "Dynamics", in float64. All of them are
 *   tau dXi/dt = gate (.) (drive + Lambda - decay (.) Xi),
 * entry by entry, with the activations `to` of its row and `from` of its column. A custom rule (custom.ts) is
 * tau dw/dt = drive - decay w, where drive and decay may depend on w; rules with traces (traced.ts) have vectors
 * in addition to Xi.
 * @see Lotito 2025, appendix B; Hopfield, Feinstein, Palmer, Nature 304 (1983) 158; Oja, J. Math. Biology 15 (1982) 267;
 * Bienenstock, Cooper, Munro, J. Neurosci. 2 (1982) 32; Sejnowski, J. Math. Biology 4 (1977) 303
 */
import type { Written } from '../lagrangians/definition.ts'
import {
  compileRule,
  type CompiledRule,
  type CustomRule,
  customRule,
  ruleFormula,
  ruleSource,
} from './custom.ts'
import {
  BCM_TRACES,
  COVARIANCE_TRACES,
  type RuleNumber,
  TRACE_KEYS,
  type TracedRule,
  type TraceFacts,
  type TraceKey,
} from './traced.ts'

/** A fixed memory. */
interface Still {
  readonly isMoving: false
  /** The change of Xi, for the schema. */
  readonly text: string
}

/** Facts of all rules that change a memory. */
interface Common {
  readonly isMoving: true
  /** The equation, for the schema. */
  readonly text: string
  /** Default Lambda: Xi(0) or 0; none = the rule has no Lambda and no bias. */
  readonly base: 'init' | 'zero' | 'none'
  /** Guaranteed minimum of the rate of a row, in 1 / tau. */
  readonly leastRate: number
  /** True if Xi diverges for activations of `to` below 0. */
  readonly needsNonNegative: boolean
  /** True if its energy has the term |Xi - Lambda|^2 / 2. */
  readonly isElastic: boolean
  /** When the energy of the network never rises: always except with an input offset, or only in the joint energy. */
  readonly descends: 'without-offset' | 'joint' | 'never'
}

/** A rule of activations alone. */
interface Factored extends Common {
  /** The drive of an entry without Lambda. */
  readonly drive: (to: number, from: number) => number
  /** Factor of the whole, by row; absent = 1. */
  readonly gate?: (to: number) => number
  /** Factor of an entry, by row; absent = 1. */
  readonly decay?: (to: number) => number
  /** tau dXi/dt as TeX, of the symbols of Xi, g_to and g_from; `hasBias` = a Lambda is given. */
  readonly formula: (xi: string, to: string, from: string, hasBias: boolean) => string
  /** The same as expressions, as a start for a custom rule. */
  readonly expressions?: Pick<CustomRule, 'drive' | 'decay'>
}

/** A custom rule for each entry. */
interface Entrywise extends Common {
  readonly compile: (rule: CustomRule) => CompiledRule
  /** Appended to the WGSL of its kind. */
  readonly written: (rule: CustomRule) => Written
  /** tau dXi/dt as TeX. */
  readonly formulaOf: (rule: CustomRule) => string
}

/** A rule of activations and of traces of them; the rate is the same for all entries. */
interface Traced extends Common {
  readonly traces: readonly TraceFacts[]
  /** Factor of an entry. */
  readonly constantDecay: (rule: TracedRule) => number
  /** Its numbers, which a memory has as keys next to `rule`. */
  readonly numbers: Readonly<Partial<Record<TraceKey, RuleNumber>>>
  /** tau dXi/dt as TeX, of the symbols of Xi, g_to, g_from and of its traces, and of its numbers by key. */
  readonly tracedFormula: (
    xi: string,
    to: string,
    from: string,
    traces: readonly string[],
    number: (key: string) => string,
  ) => string
}

export type Moving = Factored | Entrywise | Traced

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
    text: 'tau dXi/dt = -(Xi - Lambda) - g_to g_from^T, unlearning.',
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
    text: 'tau dXi/dt = g_to (g_from - g_to Xi) row by row. Rows converge to the first principal component of g_from, with length 1.',
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

  bcm: {
    isMoving: true,
    text:
      'tau dXi/dt = g_to (g_to - theta) g_from^T - decay Xi, tauThreshold dtheta/dt = g_to^2 - theta. Each row becomes ' +
      'selective for one of the shown patterns.',
    traces: BCM_TRACES,
    constantDecay: (rule) => ('decay' in rule ? rule.decay : 0),
    numbers: { tauThreshold: { start: 10 }, decay: { absent: 0, start: 0 } },
    tracedFormula: (xi, to, from, [theta = ''], number) =>
      `${to} \\odot (${to} - ${theta})\\, ${from}^\\top${number('decay') === '0' ? '' : ` - ${number('decay')}\\, ${xi}`}`,
    base: 'none',
    leastRate: 1 / 4,
    needsNonNegative: false,
    isElastic: false,
    descends: 'never',
  },

  covariance: {
    isMoving: true,
    text: 'tau dXi/dt = (g_to - meanTo) (g_from - meanFrom)^T - (Xi - Lambda), tauMean dmean/dt = g - mean for both layers.',
    traces: COVARIANCE_TRACES,
    constantDecay: () => 1,
    numbers: { tauMean: { start: 10 } },
    tracedFormula: (xi, to, from, [meanTo = '', meanFrom = '']) =>
      `-(${xi} - \\Lambda) + (${to} - ${meanTo}) (${from} - ${meanFrom})^\\top`,
    base: 'init',
    leastRate: 1,
    needsNonNegative: false,
    isElastic: false,
    descends: 'never',
  },
} as const satisfies Readonly<Record<string, Still | Moving>>

export type RuleKind = keyof typeof RULES

/** A rule in a scenario that is an object. */
export { customRule }

/** A rule with numbers or expressions. */
export type RuleObject = CustomRule | TracedRule

/** Rules without numbers and expressions. */
export type NamedRule = Exclude<RuleKind, RuleObject['kind']>

/** The rule of a memory: a word, or a rule with its numbers and expressions. */
export type Rule = NamedRule | RuleObject

/** The value of `rule` in a scenario: a word or an object. */
export type WrittenRule = Exclude<RuleKind, CustomRule['kind']> | CustomRule

/** Numbers of rules that a memory has next to `rule`. */
export type RuleNumbers = Readonly<Partial<Record<TraceKey, number | undefined>>>

/** Their keys in a memory. */
export const RULE_KEYS = TRACE_KEYS

/** In the order of the menu. */
export const RULE_KINDS = Object.keys(RULES) as [RuleKind, ...RuleKind[]]

/** A rule that a scenario names by a word. */
export type WordRule = Extract<WrittenRule, string>

/** Rules that a scenario names by a word. */
export const RULE_WORDS = RULE_KINDS.filter((kind) => !isEntrywise(kind)) as [WordRule, ...WordRule[]]

/** The same without those that keep traces. */
export const NAMED_RULES = RULE_WORDS.filter((kind) => !keepsTraces(kind)) as [NamedRule, ...NamedRule[]]

/** One rule of each kind that has traces. */
export const TRACED_RULES: readonly TracedRule[] = RULE_WORDS.filter(keepsTraces).map(
  (kind) => ruleOf({ rule: kind, ...startingNumbers(kind) }) as TracedRule,
)

/** The rule of plastic synapses, with the drive kappa g g^T. */
export const SYNAPTIC = 'hebbian' satisfies RuleKind

export function ruleKindOf(rule: RuleKind | Rule | WrittenRule): RuleKind {
  return typeof rule === 'string' ? rule : rule.kind
}

/** The facts of the rule of a memory; undefined for a fixed memory. */
export function movingRule(rule: RuleKind | Rule | WrittenRule): Moving | undefined {
  const facts: Still | Moving = RULES[ruleKindOf(rule)]
  return facts.isMoving ? facts : undefined
}

/** True for a rule by which a memory changes. */
export function isMoving(rule: RuleKind | Rule | WrittenRule): boolean {
  return RULES[ruleKindOf(rule)].isMoving
}

/** The unit with a separate rate: all entries together, each row or each entry; undefined for a fixed memory. */
export function rateSharedBy(rule: RuleKind | Rule | WrittenRule): 'all' | 'row' | 'entry' | undefined {
  const facts = movingRule(rule)
  if (facts === undefined) return undefined
  if ('compile' in facts) return 'entry'
  if ('traces' in facts) return 'all'
  return facts.gate === undefined && facts.decay === undefined ? 'all' : 'row'
}

/** True where the rate is the same for all entries at all times, so that it is computed once, on the host. */
export function hasSteadyRate(rule: RuleKind | Rule | WrittenRule): boolean {
  return rateSharedBy(rule) === 'all'
}

/** True where each entry has a drive and a rate of its own. */
export function isEntrywise(rule: RuleKind | Rule | WrittenRule): boolean {
  return rateSharedBy(rule) === 'entry'
}

/** The facts of a rule that has traces; undefined for others. */
function tracedFacts(rule: RuleKind | Rule): Traced | undefined {
  const facts = movingRule(rule)
  return facts !== undefined && 'traces' in facts ? facts : undefined
}

/** True for a kind of rule that keeps traces of its layers. */
export function keepsTraces(kind: RuleKind): boolean {
  return tracedFacts(kind) !== undefined
}

/** True for a rule that keeps traces of its layers. */
export function isTraced(rule: Rule): rule is TracedRule {
  return typeof rule !== 'string' && tracedFacts(rule) !== undefined
}

/** The required and optional numbers of a rule. */
function numbersBeside(rule: RuleKind | Rule): Traced['numbers'] {
  return tracedFacts(rule)?.numbers ?? {}
}

/** Initial numbers of a rule on the page; undefined for numbers that the rule does not have. */
export function startingNumbers(rule: RuleKind): Required<RuleNumbers> {
  const numbers = numbersBeside(rule)
  const of = (key: TraceKey): number | undefined => numbers[key]?.start
  return { tauThreshold: of('tauThreshold'), decay: of('decay'), tauMean: of('tauMean') }
}

/** The defaults of optional numbers of a rule. */
export function absentNumbers(spec: { readonly rule: WrittenRule } & RuleNumbers): RuleNumbers {
  return Object.fromEntries(
    Object.entries(numbersBeside(ruleKindOf(spec.rule))).flatMap(([key, { absent }]) =>
      absent === undefined || spec[key as TraceKey] !== undefined ? [] : [[key, absent]],
    ),
  )
}

/** Errors in the numbers of a rule: the key and the remedy. */
export function wrongNumber(
  spec: { readonly rule: WrittenRule } & RuleNumbers,
): { readonly key: string; readonly says: string } | undefined {
  const kind = ruleKindOf(spec.rule)
  const numbers: Traced['numbers'] = numbersBeside(kind)
  for (const key of Object.keys(RULE_KEYS) as TraceKey[]) {
    const value = spec[key]
    if (numbers[key] === undefined && value !== undefined) {
      const takers = RULE_KINDS.filter((other) => numbersBeside(other)[key] !== undefined)
      const others = takers.map((other) => `"${other}"`).join(' or ')
      return {
        key,
        says: `is ${value}, but rule "${kind}" has no ${key}; leave it out or choose rule ${others}`,
      }
    }
    if (numbers[key] !== undefined && numbers[key].absent === undefined && value === undefined)
      return { key, says: `is missing; rule "${kind}" needs a number > 0` }
  }
  return undefined
}

/** The rule of a memory with its numbers. */
export function ruleOf(spec: { readonly rule: WrittenRule } & RuleNumbers): Rule {
  const kind = ruleKindOf(spec.rule)
  if (!keepsTraces(kind)) return spec.rule as Rule
  const numbers = Object.entries(numbersBeside(kind)).map(([key, { absent }]) => [
    key,
    spec[key as TraceKey] ?? absent,
  ])
  return { kind, ...Object.fromEntries(numbers) } as TracedRule
}

/** A trace of a memory. */
export interface Trace extends TraceFacts {
  /** Name of its array, such as `xi.theta`. */
  readonly name: string
  readonly layer: string
  readonly time: number
}

/** The rule of a coupling, if it is a learning memory between two layers. */
interface Learner {
  readonly name: string
  readonly from?: string
  readonly to?: string
  readonly rule?: Rule
}

/** The traces that the rule of a coupling keeps. */
export function tracesOf({ name, from = '', to = '', rule }: Learner): readonly Trace[] {
  if (rule === undefined || !isTraced(rule)) return []
  const traces: readonly TraceFacts[] = RULES[rule.kind].traces
  return traces.map((facts) => ({
    ...facts,
    name: `${name}.${facts.part}`,
    layer: facts.of === 'to' ? to : from,
    time: numberOf(rule, facts.tau),
  }))
}

/** The factor of each entry under a rule with one rate for all entries. */
export function steadyDecay(rule: Rule): number {
  return isTraced(rule) ? (RULES[rule.kind] as Traced).constantDecay(rule) : 1
}

/** The functions of a custom rule; undefined for others. */
export function compiledRule(rule: RuleKind | Rule): CompiledRule | undefined {
  return isWritten(rule) ? RULES[rule.kind].compile(rule) : undefined
}

/** The WGSL of a custom rule, appended to that of its kind. */
export function writtenRule(rule: RuleKind | Rule): Written | undefined {
  return isWritten(rule) ? RULES[rule.kind].written(rule) : undefined
}

/** True for a custom rule. */
export function isWritten(rule: RuleKind | Rule | WrittenRule): rule is CustomRule {
  return typeof rule !== 'string' && isEntrywise(rule)
}

/**
 * tau dXi/dt as TeX, of the symbols of Xi, g_to and g_from; `hasBias` = a Lambda is given.
 * @param number - shows the number under a key
 * @param memory - its name, if there are several
 */
export function formulaOfRule(
  rule: Rule,
  number: (key: string, value: number) => string,
  memory: string | undefined,
  ...symbols: Parameters<Factored['formula']>
): string {
  const facts = movingRule(rule)
  if (facts === undefined) return '0'
  if ('formula' in facts) return facts.formula(...symbols)
  if (isTraced(rule)) {
    const { traces, tracedFormula }: Traced = RULES[rule.kind]
    const [xi, to, from] = symbols
    const letters = traces.map(({ tex }) => tex.symbol(memory))
    return tracedFormula(xi, to, from, letters, (key) => number(key, numberOf(rule, key)))
  }
  return isWritten(rule) ? RULES[rule.kind].formulaOf(rule) : ''
}

/** The equations of the traces of a rule as TeX. */
export function traceFormulas(
  rule: Rule,
  number: (key: string, value: number) => string,
  memory: string | undefined,
  to: string,
  from: string,
): string[] {
  if (!isTraced(rule)) return []
  const { traces }: Traced = RULES[rule.kind]
  return traces.map(({ of, tau, tex }) => {
    const symbol = tex.symbol(memory)
    const time = `\\tau_{${symbol}}`
    const pull = `${tex.followed(of === 'to' ? to : from)} - ${symbol}`
    return `${time}\\, \\dot ${symbol} = ${pull}, \\qquad ${time} = ${number(tau, numberOf(rule, tau))}`
  })
}

function numberOf(rule: TracedRule, key: string): number {
  return (rule as unknown as Readonly<Record<string, number>>)[key] as number
}

/** The initial rule of a kind on the page; a custom rule starts as the previous rule. */
export function startingRule(kind: RuleKind, before: WrittenRule): WrittenRule {
  if (kind === ruleKindOf(before)) return before
  const { custom } = RULES
  if (RULES[kind] !== custom) return kind as WordRule
  const facts = movingRule(before)
  const expressions =
    (facts && 'expressions' in facts ? facts.expressions : undefined) ?? RULES.hebbian.expressions
  return { kind: 'custom', ...expressions, parameters: {} }
}

/** The components of the vector p of the rule's WGSL for a memory, at most four. */
export function ruleParameters(rule: Rule): readonly number[] {
  if (isWritten(rule)) return Object.values(rule.parameters)
  return [steadyDecay(rule)]
}

/** The numbers of a rule that may change during a run, by their paths in a memory. */
export function numbersOfRule(rule: RuleKind | WrittenRule): readonly string[] {
  if (isWritten(rule)) return Object.keys(rule.parameters).map((key) => `rule.parameters.${key}`)
  return Object.keys(numbersBeside(rule))
}

/** True for a rule that has a Lambda. */
export function isBiased(rule: RuleKind | Rule | WrittenRule): boolean {
  return compiledRule(rule)?.usesBase ?? (movingRule(rule)?.base ?? 'none') !== 'none'
}

/** The rules with this default Lambda, as text. */
export function restingAt(base: Moving['base']): string {
  return RULE_KINDS.filter((kind) => movingRule(kind)?.base === base).join(', ')
}

/** Rules that have a Lambda. */
export const BIASED = RULE_KINDS.filter(isBiased)
