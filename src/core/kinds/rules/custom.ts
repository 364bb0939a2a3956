/**
 * Custom learning rules, tau dw/dt = drive - decay w for every entry w of a memory: two expressions that are
 * compiled for float64 and for WGSL.
 */
import * as v from 'valibot'
import { ModelError } from '../../errors.ts'
import {
  evaluate,
  type Expression,
  parametersOf,
  parseExpression,
  wgslOf,
} from '../../expression/expression.ts'
import { text } from '../fields.ts'
import type { Written } from '../lagrangians/definition.ts'
import { texText } from '../tex.ts'
import { checkParameters, parametersKey } from '../parameters.ts'

/** The variables of an expression: both activations, the entry, and its Lambda. */
const VARIABLES = ['to', 'from', 'w', 'base']
const BASE = VARIABLES.indexOf('base')

const WORDS = { hasX: false, example: 'an expression of to, from, w and base, such as to * from' }

export const customRule = v.pipe(
  v.strictObject({
    kind: v.literal('custom'),
    drive: text(
      'drive',
      'Drive of an entry w: one WGSL expression of the activations `to` and `from`, of w, of base (Lambda) and of the ' +
        'parameters, such as "to * from + base".',
    ),
    decay: v.optional(
      text(
        'decay',
        'Decay of an entry w: an expression of the same variables that is never negative, such as "to * to".',
      ),
      '0',
    ),
    parameters: parametersKey,
  }),
  v.description('tau dw/dt = drive - decay w, for every entry w of the memory.'),
)

export type CustomRule = Readonly<v.InferOutput<typeof customRule>>

/** An entry of a memory and the values that its rule depends on. */
export interface Entry {
  readonly to: number
  readonly from: number
  readonly w: number
  /** Lambda */
  readonly base: number
}

/** A custom rule with the values of its parameters, in float64. */
export interface CompiledRule {
  readonly drive: (entry: Entry) => number
  readonly decay: (entry: Entry) => number
  /** True if Lambda occurs in the rule. */
  readonly usesBase: boolean
}

interface Parsed {
  readonly drive: Expression
  readonly decay: Expression
}

const compiled = new WeakMap<CustomRule, CompiledRule>()

/** The functions of a custom rule; its expressions are parsed once. */
export function compileRule(rule: CustomRule): CompiledRule {
  let known = compiled.get(rule)
  if (known === undefined) {
    known = compile(rule, parse(rule, 'rule'))
    compiled.set(rule, known)
  }
  return known
}

function compile({ parameters }: CustomRule, { drive, decay }: Parsed): CompiledRule {
  const values = Object.values(parameters)
  const of =
    (expression: Expression) =>
    ({ to, from, w, base }: Entry): number =>
      evaluate(expression, 0, [to, from, w, base, ...values])
  return {
    drive: of(drive),
    decay: of(decay),
    usesBase: [drive, decay].some((expression) => parametersOf(expression).has(BASE)),
  }
}

function parse({ drive, decay, parameters }: CustomRule, path: string): Parsed {
  const names = [...VARIABLES, ...Object.keys(parameters)]
  return {
    drive: parseExpression(drive, names, `${path}.drive`, WORDS),
    decay: parseExpression(decay, names, `${path}.decay`, WORDS),
  }
}

/**
 * The functions `driveAt` and `decayAt` of an entry and of the parameters p, to be joined to shaders/rule/custom.wgsl. They
 * depend on the expressions alone: numbers may change without a new pipeline.
 */
export function ruleSource(rule: CustomRule): Written {
  const { drive, decay } = parse(rule, 'rule')
  const lines = [...functionOf('driveAt', drive), ...functionOf('decayAt', decay)]
  const origins = lines.map((_, line) =>
    line < lines.length / 2 ? `drive: ${rule.drive}` : `decay: ${rule.decay}`,
  )
  return { lines, origins }
}

/** tau dXi/dt as TeX. */
export function ruleFormula({ drive, decay }: CustomRule): string {
  return `\\texttt{${texText(drive)}} - (\\texttt{${texText(decay)}})\\, w`
}

function functionOf(name: string, expression: Expression): string[] {
  // `from` is a reserved word of WGSL.
  const names = ['row', 'column', 'entry', 'lambda', 'p.x', 'p.y', 'p.z', 'p.w']
  return [
    `fn ${name}(row: f32, column: f32, entry: f32, lambda: f32, p: vec4<f32>) -> f32 {`,
    `  return ${wgslOf(expression, names)};`,
    '}',
    '',
  ]
}

/** Known bounds of the activation of a layer. */
export interface Activity {
  readonly isNonNegative: boolean
  readonly isBounded: boolean
}

/** Points at which a rule is checked: except for 0 no round numbers, because kinks are often there. */
const LEVELS = [-7.9137, -2.0173, -0.9061, -0.1139, 0, 0.1207, 0.8953, 2.0311, 7.9263]

function levelsOf({ isNonNegative, isBounded }: Activity): number[] {
  return LEVELS.filter((level) => (!isNonNegative || level >= 0) && (!isBounded || Math.abs(level) <= 1))
}

/**
 * Checks a custom rule: its two expressions, that both are finite and the decay is not negative, for entries and
 * activations within [-8, 8] and within the bounds of the layers.
 * @param path - of the rule in the scenario
 * @param growing - integrators that accept a decay below 0, if that of the network does not
 * @returns warnings: a parameter without use
 * @throws ModelError with the position in the expression, or with the values at which a condition fails
 */
export function checkRule(
  rule: CustomRule,
  path: string,
  ends: { readonly to: Activity; readonly from: Activity },
  growing: readonly string[] | undefined,
): string[] {
  const names = Object.keys(rule.parameters)
  checkParameters(names, path, VARIABLES)
  const parsed = parse(rule, path)
  const { drive, decay } = compile(rule, parsed)
  for (const to of levelsOf(ends.to))
    for (const from of levelsOf(ends.from))
      for (const w of LEVELS)
        for (const base of LEVELS) {
          const entry = { to, from, w, base }
          checkFinite(drive(entry), entry, `${path}.drive`)
          checkFinite(decay(entry), entry, `${path}.decay`)
          if (decay(entry) < 0 && growing !== undefined)
            throw new ModelError(
              `is ${short(decay(entry))} at ${where(entry)}; this integrator needs a decay >= 0, such as to * to or ` +
                `abs(to); or set time.integrator to ${growing.map((kind) => `"${kind}"`).join(' or ')}`,
              { path: `${path}.decay` },
            )
        }
  const used = new Set([...parametersOf(parsed.drive), ...parametersOf(parsed.decay)])
  return names
    .filter((_, index) => !used.has(VARIABLES.length + index))
    .map((name) => `${path}.parameters.${name}: neither expression uses it; leave it out`)
}

/** An entry beyond this counts as divergent. */
const FARTHEST = 1e6

/**
 * The rest point of an entry under a custom rule with both activations held: the first w with drive(w) =
 * decay(w) w, starting at Lambda. Infinite if the entry diverges or exceeds 10^6.
 */
export function restOf(rule: CustomRule, held: Omit<Entry, 'w'>): number {
  const { drive, decay } = compileRule(rule)
  const pull = (w: number): number => {
    const entry = { ...held, w }
    return drive(entry) - decay(entry) * w
  }
  const side = Math.sign(pull(held.base))
  if (side === 0) return held.base
  const isOnTheWay = (w: number): boolean => Math.sign(pull(w)) === side
  let [reached, beyond] = [held.base, held.base]
  // Steps grow with the distance; they are fine near usual entries.
  for (let distance = 1e-3; isOnTheWay(beyond); distance *= 1.02) {
    reached = beyond
    beyond = held.base + side * distance
    if (distance > FARTHEST) return side * Infinity
  }
  for (let halving = 0; halving < 60; halving++) {
    const middle = (reached + beyond) / 2
    if (isOnTheWay(middle)) reached = middle
    else beyond = middle
  }
  return beyond
}

function checkFinite(value: number, entry: Entry, path: string): void {
  if (Number.isFinite(Math.fround(value))) return
  throw new ModelError(
    `is ${String(Math.fround(value))} at ${where(entry)}; write an expression that is finite for all values within 8, such as ` +
      'sqrt(max(to, 0)) or exp(min(w, 8))',
    { path },
  )
}

function where(entry: Entry): string {
  return Object.entries(entry)
    .map(([name, value]) => `${name} = ${String(value)}`)
    .join(', ')
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}
