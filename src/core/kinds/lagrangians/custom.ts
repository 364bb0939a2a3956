/**
 * Custom Lagrangians, L(x) = sum_i l(x_i) with the activation g = l'(x): two expressions that are compiled for
 * float64 and for WGSL and checked against each other.
 */
import { ModelError } from '../../errors.ts'
import {
  differentiate,
  evaluate,
  type Expression,
  parametersOf,
  parseExpression,
  wgslOf,
} from '../../expression/expression.ts'
import { text } from '../fields.ts'
import { checkParameters, parametersKey } from '../parameters.ts'
import type { Of, Written } from './definition.ts'

type Real = (x: number) => number

export const customKeys = {
  activation: text(
    'activation',
    'g(x) of one neuron, one WGSL expression of x and the parameters, such as "tanh(gain * x)".',
  ),
  lagrangian: text(
    'lagrangian',
    'l(x) with l\'(x) = g(x), of one neuron, such as "logCosh(gain * x) / gain"; L(x) is the sum over the layer.',
  ),
  parameters: parametersKey,
}

export type Custom = Of<'custom', typeof customKeys>

/** One custom Lagrangian with the values of its parameters, in float64. */
export interface Compiled {
  /** l(x) */
  readonly value: Real
  /** g(x) as written. */
  readonly activation: Real
  /** g'(x), the entry of the Hessian. */
  readonly slope: Real
  /** l'(x), which must equal g(x). */
  readonly derivative: Real
  /** The largest slope of g at the checked states. */
  readonly steepest: number
  /** True if g >= 0 at the checked states. */
  readonly isNonNegative: boolean
  /** Two successive states between which g falls, so that L is not convex. */
  readonly falls: readonly [number, number] | undefined
}

interface Parsed {
  readonly activation: Expression
  readonly lagrangian: Expression
}

/** States of neurons rarely leave this range; a custom Lagrangian is checked inside. */
const RANGE = 8

/** The 400 checked states, ascending; none is a round number, because kinks are often there. */
const STATES: readonly number[] = Array.from({ length: 400 }, (_, k) =>
  Number((-RANGE + 0.0137 + k * 0.0399).toFixed(4)),
)

/** Relative difference of g and l' above which rounded constants are no explanation. */
const TOLERANCE = 1e-4

const compiled = new WeakMap<Custom, Compiled>()

/** The functions of a custom Lagrangian; its expressions are parsed once. */
export function compileCustom(l: Custom): Compiled {
  let known = compiled.get(l)
  if (known === undefined) {
    known = compile(l, parse(l, 'lagrangian'))
    compiled.set(l, known)
  }
  return known
}

function compile({ parameters }: Custom, { activation, lagrangian }: Parsed): Compiled {
  const values = Object.values(parameters)
  const g = (x: number): number => evaluate(activation, x, values)
  let falls: Compiled['falls'] | null = null
  const slope = (x: number): number => differentiate(activation, x, values).slope
  return {
    value: (x) => evaluate(lagrangian, x, values),
    activation: g,
    slope,
    derivative: (x) => differentiate(lagrangian, x, values).slope,
    get steepest() {
      const slopes = [0, ...STATES].map((x) => Math.abs(slope(x))).filter(Number.isFinite)
      return slopes.reduce((top, one) => Math.max(top, one), 0)
    },
    get isNonNegative() {
      return STATES.every((x) => g(x) >= 0)
    },
    get falls() {
      if (falls === null) falls = fallOf(g)
      return falls
    },
  }
}

function parse({ activation, lagrangian, parameters }: Custom, path: string): Parsed {
  const names = Object.keys(parameters)
  return {
    activation: parseExpression(activation, names, `${path}.activation`),
    lagrangian: parseExpression(lagrangian, names, `${path}.lagrangian`),
  }
}

/** The first place where g falls by more than rounding. */
function fallOf(g: Real): readonly [number, number] | undefined {
  for (let k = 1; k < STATES.length; k++) {
    const [a, b] = [STATES[k - 1] as number, STATES[k] as number]
    if (g(b) < g(a) - 1e-9 * (1 + Math.abs(g(a)))) return [a, b]
  }
  return undefined
}

/**
 * The functions `activation` and `lagrangianTerm` of x and of the parameters p, to be joined to
 * shaders/lagrangian/custom.wgsl. They depend on the expressions alone: numbers may change without a new pipeline.
 */
export function customSource(l: Custom): Written {
  const { activation, lagrangian } = parse(l, 'lagrangian')
  const lines = [...functionOf('activation', activation), ...functionOf('lagrangianTerm', lagrangian)]
  const origins = lines.map((_, line) =>
    line < lines.length / 2 ? `activation: ${l.activation}` : `lagrangian: ${l.lagrangian}`,
  )
  return { lines, origins }
}

function functionOf(name: string, expression: Expression): string[] {
  return [`fn ${name}(x: f32, p: vec4<f32>) -> f32 {`, `  return ${wgslOf(expression)};`, '}', '']
}

/**
 * Checks a custom Lagrangian: its two expressions, that both are finite for states within [-8, 8], that l is continuous
 * and that its derivative, taken exactly, is the activation.
 * @param path - of the Lagrangian in the scenario
 * @param adiabatic - only dynamic layers must be convex
 * @returns warnings: a Lagrangian that is not convex, a parameter without use
 * @throws ModelError with the position in the expression, or with the state at which a condition fails
 */
export function checkCustom(l: Custom, path: string, adiabatic: boolean): string[] {
  const names = Object.keys(l.parameters)
  checkParameters(names, path)
  const parsed = parse(l, path)
  const functions = compile(l, parsed)
  checkFinite(functions.activation, `${path}.activation`)
  checkFinite(functions.value, `${path}.lagrangian`)
  checkDerivative(functions, path)
  checkContinuous(functions, path)

  const used = new Set([...parametersOf(parsed.activation), ...parametersOf(parsed.lagrangian)])
  const warnings = names
    .filter((_, index) => !used.has(index))
    .map((name) => `${path}.parameters.${name}: neither expression uses it; leave it out`)
  if (functions.falls !== undefined && !adiabatic) {
    const [a, b] = functions.falls
    warnings.push(
      `${path}.activation: falls from ${short(functions.activation(a))} at x = ${a} to ${short(functions.activation(b))} at ` +
        `x = ${b}; the Lagrangian is not convex there and the energy may rise`,
    )
  }
  return warnings
}

function checkFinite(f: Real, path: string): void {
  const broken = STATES.filter((x) => !Number.isFinite(Math.fround(f(x))))
  if (broken.length === 0) return
  const x = nearest(broken)
  throw new ModelError(
    `is ${String(Math.fround(f(x)))} at x = ${x}; write an expression that is finite for all x from -${RANGE} to ${RANGE}, such as ` +
      'sqrt(max(x, 0)) or exp(min(x, 8))',
    { path },
  )
}

function checkDerivative({ activation, derivative }: Compiled, path: string): void {
  const wrong = STATES.filter((x) => !isNear(derivative(x), activation(x)))
  if (wrong.length === 0) return
  const x = nearest(wrong)
  throw new ModelError(
    `the activation is ${short(activation(x))} at x = ${x}, the derivative of the lagrangian is ${short(derivative(x))} ` +
      `there; ${remedyOf(activation, derivative, wrong)}`,
    { path },
  )
}

function isNear(slope: number, g: number): boolean {
  return Math.abs(slope - g) <= TOLERANCE * (1 + Math.abs(g))
}

/** The remedy names a constant missing factor, which is the usual mistake. */
function remedyOf(activation: Real, derivative: Real, wrong: readonly number[]): string {
  const ratios = wrong.map((x) => activation(x) / derivative(x))
  const [first = NaN] = ratios
  const same = ratios.every((ratio) => Math.abs(ratio - first) <= TOLERANCE * Math.abs(first))
  return same && first !== 0 && Number.isFinite(first)
    ? `multiply the lagrangian by ${short(first)}`
    : 'correct one of them: they must be equal'
}

/** Finds a jump of l, which has no derivative, between states where the mean slope differs from g. */
function checkContinuous({ value, activation, slope }: Compiled, path: string): void {
  for (let k = 1; k < STATES.length; k++) {
    let [a, b] = [STATES[k - 1] as number, STATES[k] as number]
    const mean = (value(b) - value(a)) / (b - a)
    const slack = (b - a) * (Math.abs(slope(a)) + Math.abs(slope(b))) + TOLERANCE * (1 + Math.abs(mean))
    const [g, h] = [activation(a), activation(b)]
    if (mean >= Math.min(g, h) - slack && mean <= Math.max(g, h) + slack) continue
    while (b - a > 1e-10) {
      const middle = (a + b) / 2
      const left = Math.abs(value(middle) - value(a)) > Math.abs(value(b) - value(middle))
      if (left) b = middle
      else a = middle
    }
    const jump = value(b) - value(a)
    if (Math.abs(jump) > 1e-6 * (1 + Math.abs(value(a)))) {
      throw new ModelError(
        `jumps by ${short(jump)} at x = ${short(b)}, so it has no derivative there; make it continuous`,
        { path: `${path}.lagrangian` },
      )
    }
  }
}

/** The state nearest to 1, where numbers are easiest to check by hand. */
function nearest(states: readonly number[]): number {
  return states.reduce((best, x) => (Math.abs(x - 1) < Math.abs(best - 1) ? x : best))
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}
