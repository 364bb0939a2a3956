/**
 * The operators and functions of user expressions, each with its value and partial derivatives in float64 and
 * its WGSL. Where the built-in function of WGSL is inaccurate (NaN for large arguments, cancellation near 0),
 * the WGSL calls shaders/common/real.wgsl or shaders/lagrangian/custom.wgsl.
 */

export type Type = 'f32' | 'bool'

export interface Operation {
  /** The name that the user writes. */
  readonly name: string
  readonly takes: readonly Type[]
  readonly gives: Type
  /** Truth is 1 and 0. */
  readonly value: (...values: readonly number[]) => number
  /** One partial derivative for each argument; at a kink the one-sided derivative. */
  readonly partials: (...values: readonly number[]) => readonly number[]
  /** WGSL of the call from the WGSL of its arguments. */
  readonly wgsl: (...parts: readonly string[]) => string
}

type Unary = (a: number) => number
type Binary = (a: number, b: number) => number
type Ternary = (a: number, b: number, c: number) => number

/** Derivatives of piecewise constant functions. */
const flat = (...values: readonly number[]): readonly number[] => values.map(() => 0)

function call(as: string): Operation['wgsl'] {
  return (...parts) => `${as}(${parts.join(', ')})`
}

function infix(name: string): Operation['wgsl'] {
  return (left, right) => `(${left} ${name} ${right})`
}

function unary(name: string, value: Unary, slope: Unary, as = name): Operation {
  return {
    name,
    takes: ['f32'],
    gives: 'f32',
    value: value,
    partials: (a: number) => [slope(a)],
    wgsl: call(as),
  }
}

function binary(
  name: string,
  value: Binary,
  partials: (a: number, b: number) => readonly number[],
  as = name,
) {
  return {
    name,
    takes: ['f32', 'f32'],
    gives: 'f32',
    value: value,
    partials: partials,
    wgsl: call(as),
  } satisfies Operation
}

function ternary(
  name: string,
  value: Ternary,
  partials: (a: number, b: number, c: number) => readonly number[],
  as = name,
) {
  return {
    name,
    takes: ['f32', 'f32', 'f32'],
    gives: 'f32',
    value: value,
    partials: partials,
    wgsl: call(as),
  } satisfies Operation
}

function arithmetic(name: string, value: Binary, partials: (a: number, b: number) => readonly number[]) {
  return { ...binary(name, value, partials), wgsl: infix(name) }
}

function truth(name: string, takes: Type, value: (a: number, b: number) => boolean): Operation {
  return {
    name,
    takes: [takes, takes],
    gives: 'bool',
    value: (a: number, b: number) => Number(value(a, b)),
    partials: flat,
    wgsl: infix(name),
  }
}

/** Infix operators by name. */
export const OPERATORS: ReadonlyMap<string, Operation> = named([
  arithmetic(
    '+',
    (a, b) => a + b,
    () => [1, 1],
  ),
  arithmetic(
    '-',
    (a, b) => a - b,
    () => [1, -1],
  ),
  arithmetic(
    '*',
    (a, b) => a * b,
    (a, b) => [b, a],
  ),
  arithmetic(
    '/',
    (a, b) => a / b,
    (a, b) => [1 / b, -a / (b * b)],
  ),
  arithmetic(
    '%',
    (a, b) => a % b,
    (a, b) => [1, -Math.trunc(a / b)],
  ),
  truth('<', 'f32', (a, b) => a < b),
  truth('<=', 'f32', (a, b) => a <= b),
  truth('>', 'f32', (a, b) => a > b),
  truth('>=', 'f32', (a, b) => a >= b),
  truth('==', 'f32', (a, b) => a === b),
  truth('!=', 'f32', (a, b) => a !== b),
  truth('&&', 'bool', (a, b) => a !== 0 && b !== 0),
  truth('||', 'bool', (a, b) => a !== 0 || b !== 0),
])

export const NEGATE: Operation = {
  ...unary(
    '-',
    (a) => -a,
    () => -1,
  ),
  wgsl: (part) => `(-${part})`,
}

export const NOT: Operation = {
  name: '!',
  takes: ['bool'],
  gives: 'bool',
  value: (a: number) => Number(a === 0),
  partials: flat,
  wgsl: (part) => `(!${part})`,
}

/** Functions by name. */
export const FUNCTIONS: ReadonlyMap<string, Operation> = named([
  unary('abs', Math.abs, Math.sign),
  unary('acos', Math.acos, (a) => -1 / Math.sqrt(1 - a * a)),
  unary('acosh', Math.acosh, (a) => 1 / Math.sqrt(a * a - 1)),
  unary('asin', Math.asin, (a) => 1 / Math.sqrt(1 - a * a)),
  unary('asinh', Math.asinh, (a) => 1 / Math.sqrt(a * a + 1), 'asinhStable'),
  unary('atan', Math.atan, (a) => 1 / (1 + a * a)),
  unary('atanh', Math.atanh, (a) => 1 / (1 - a * a), 'atanhStable'),
  binary('atan2', Math.atan2, (a, b) => [b / (a * a + b * b), -a / (a * a + b * b)]),
  unary('ceil', Math.ceil, () => 0),
  ternary(
    'clamp',
    (a, low, high) => Math.min(Math.max(a, low), high),
    (a, low, high) => (Math.max(a, low) >= high ? [0, 0, 1] : a <= low ? [0, 1, 0] : [1, 0, 0]),
    'clampTo',
  ),
  unary('cos', Math.cos, (a) => -Math.sin(a)),
  unary('cosh', Math.cosh, Math.sinh),
  unary(
    'degrees',
    (a) => (a * 180) / Math.PI,
    () => 180 / Math.PI,
  ),
  unary('exp', Math.exp, Math.exp),
  unary(
    'exp2',
    (a) => 2 ** a,
    (a) => Math.LN2 * 2 ** a,
  ),
  unary('floor', Math.floor, () => 0),
  ternary(
    'fma',
    (a, b, c) => a * b + c,
    (a, b) => [b, a, 1],
  ),
  unary(
    'fract',
    (a) => a - Math.floor(a),
    () => 1,
  ),
  unary(
    'inverseSqrt',
    (a) => 1 / Math.sqrt(a),
    (a) => -0.5 / (a * Math.sqrt(a)),
  ),
  unary('log', Math.log, (a) => 1 / a),
  unary('log2', Math.log2, (a) => 1 / (a * Math.LN2)),
  unary('logCosh', logCosh, Math.tanh),
  binary('max', Math.max, (a, b) => (a >= b ? [1, 0] : [0, 1])),
  binary('min', Math.min, (a, b) => (a <= b ? [1, 0] : [0, 1])),
  ternary(
    'mix',
    (a, b, t) => a * (1 - t) + b * t,
    (a, b, t) => [1 - t, t, b - a],
  ),
  binary(
    'pow',
    power,
    (a, n) => [n === 0 ? 0 : n * power(a, n - 1), power(a, n) * Math.log(a)],
    'powerSigned',
  ),
  unary(
    'radians',
    (a) => (a * Math.PI) / 180,
    () => Math.PI / 180,
  ),
  unary('round', roundToEven, () => 0),
  unary(
    'saturate',
    (a) => Math.min(Math.max(a, 0), 1),
    (a) => (a > 0 && a < 1 ? 1 : 0),
  ),
  {
    name: 'select',
    takes: ['f32', 'f32', 'bool'],
    gives: 'f32',
    value: (no: number, yes: number, condition: number) => (condition === 0 ? no : yes),
    partials: (_no: number, _yes: number, condition: number) => (condition === 0 ? [1, 0, 0] : [0, 1, 0]),
    wgsl: call('select'),
  },
  unary('sigmoid', logistic, (a) => logistic(a) * logistic(-a), 'sigmoidStable'),
  unary('sign', Math.sign, () => 0),
  unary('sin', Math.sin, Math.cos),
  unary('sinh', Math.sinh, Math.cosh, 'sinhStable'),
  ternary('smoothstep', smoothStep, smoothStepPartials, 'smoothStepOf'),
  unary('softplus', softplus, logistic),
  unary('sqrt', Math.sqrt, (a) => 0.5 / Math.sqrt(a)),
  binary(
    'step',
    (edge, a) => Number(a >= edge),
    () => [0, 0],
  ),
  unary('tan', Math.tan, (a) => 1 / Math.cos(a) ** 2),
  unary('tanh', Math.tanh, (a) => 1 / Math.cosh(a) ** 2, 'tanhStable'),
  unary('trunc', Math.trunc, () => 0),
])

export const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ['pi', Math.PI],
  ['e', Math.E],
])

function named(list: readonly Operation[]): ReadonlyMap<string, Operation> {
  return new Map(list.map((operation) => [operation.name, operation]))
}

/** Largest integer exponent for a negative base; shaders/lagrangian/custom.wgsl has the same constant. */
const WHOLE_POWER = 16

/** a^n; for a < 0 only where n is whole and at most 16 in size, as WGSL has no power of a negative number. */
function power(a: number, n: number): number {
  return a >= 0 || (Number.isInteger(n) && Math.abs(n) <= WHOLE_POWER) ? a ** n : NaN
}

function roundToEven(a: number): number {
  const down = Math.floor(a)
  if (a - down !== 0.5) return Math.round(a)
  return down % 2 === 0 ? down : down + 1
}

function smoothStep(low: number, high: number, a: number): number {
  const t = Math.min(Math.max((a - low) / (high - low), 0), 1)
  return t * t * (3 - 2 * t)
}

function smoothStepPartials(low: number, high: number, a: number): readonly number[] {
  const width = high - low
  const t = Math.min(Math.max((a - low) / width, 0), 1)
  const slope = (6 * t * (1 - t)) / width
  return [slope * (t - 1), -slope * t, slope]
}

/** log cosh z: of 1 + 2 sinh^2(z/2) near 0, where log 2 would cancel; of e^|z| (1 + e^(-2|z|)) / 2 far out. */
export function logCosh(z: number): number {
  const a = Math.abs(z)
  return a < 1 ? Math.log1p(2 * Math.sinh(a / 2) ** 2) : a + Math.log1p(Math.exp(-2 * a)) - Math.LN2
}

/** log(1 + e^z), without overflow. */
export function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))
}

/** 1 / (1 + e^(-z)); where e^(-z) overflows, the quotient is the right 0. */
export function logistic(z: number): number {
  return 1 / (1 + Math.exp(-z))
}
