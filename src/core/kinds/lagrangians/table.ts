/**
 * The Lagrangians of docs/theory.md, "Lagrangians", in float64. A convex L(x) defines a layer: its activation g
 * = dL/dx, its Hessian M = d2L/dx2 >= 0 and its energy x.g - L.
 * @see Krotov, Hopfield, arXiv:2008.06996; Krotov, arXiv:2107.06446
 */
import * as v from 'valibot'
import { ModelError } from '../../errors.ts'
import { logCosh, logistic, softplus } from '../../expression/operations.ts'
import { choice, flag, number } from '../fields.ts'
import { entryOf, type NeuronRow } from '../neuron-row.ts'
import { texNumber, texText } from '../tex.ts'
import { checkCustom, compileCustom, customKeys, customSource, type Custom } from './custom.ts'
import { additive, define, type Facts, square } from './definition.ts'

const gain = v.optional(
  number('gain', 'Slope of the activation at 0.', { above: 0, control: { min: 0.1, max: 50, log: true } }),
  1,
)
const eps = v.optional(
  number('eps', 'Keeps the root away from 0.', { above: 0, control: { min: 1e-6, max: 1, log: true } }),
  1e-5,
)

const over = v.exactOptional(
  choice(
    'over',
    'layer: all neurons share one activation, the default. last: each row along the last axis has its own, such as the D neurons of ' +
      'each token of a layer of size [T, D].',
    ['layer', 'last'],
  ),
)

/** Adding a kind: docs/extending.md. */
export const LAGRANGIANS = {
  linear: define(
    'linear',
    { gain },
    {
      ...additive(
        ({ gain }, x) => (gain / 2) * x * x,
        ({ gain }, x) => gain * x,
        ({ gain }) => gain,
      ),
      parameters: (l) => [l.gain],
      isBounded: false,
      isNonNegative: () => false,
      steepest: (l) => l.gain,
      conjugate: {
        term: ({ gain }, y) => (y * y) / (2 * gain),
        range: () => [-Infinity, Infinity],
        formula: (_, y) => `\\tfrac1{2a} |${y}|^2`,
      },
      isIdentity: (l) => l.gain === 1,
      isCheap: true,
      expressions: (l) => ({
        activation: 'gain * x',
        lagrangian: 'gain * x * x / 2',
        parameters: { gain: l.gain },
      }),
      formula: (_, x, of) => scaled(of('gain'), x),
    },
  ),

  relu: define(
    'relu',
    {},
    {
      ...additive(
        (_, x) => Math.max(x, 0) ** 2 / 2,
        (_, x) => Math.max(x, 0),
        (_, x) => (x > 0 ? 1 : 0),
      ),
      parameters: () => [],
      isBounded: false,
      isNonNegative: () => true,
      steepest: () => 1,
      conjugate: {
        term: (_, y) => (y * y) / 2,
        range: () => [0, Infinity],
        formula: (_, y) => `\\tfrac12 |${y}|^2`,
      },
      isCheap: true,
      expressions: () => ({ activation: 'max(x, 0)', lagrangian: 'pow(max(x, 0), 2) / 2' }),
      formula: (_, x) => `\\max(${x}, 0)`,
    },
  ),

  // Without rectification, x^n/n is convex for even n only.
  power: define(
    'power',
    {
      degree: v.optional(
        number('degree', 'n of L = (1/n) sum max(x, 0)^n; an integer when not rectified.', {
          min: 2,
          max: 100,
          control: { min: 2, max: 10, step: 1 },
        }),
        2,
      ),
      rectified: v.optional(
        flag(
          'rectified',
          'true: L = (1/n) sum max(x, 0)^n. false: L = (1/n) sum x^n with an integer n. n must be even unless the ' +
            'layer is adiabatic: odd powers are not convex, and the energy of a dynamic layer could rise.',
        ),
        true,
      ),
    },
    {
      ...additive(
        ({ degree, rectified }, x) => (rectified ? Math.max(x, 0) : x) ** degree / degree,
        ({ degree, rectified }, x) => (rectified ? Math.max(x, 0) : x) ** (degree - 1),
        // For degree 2 the guard prevents 0^0 = 1 for negative x.
        ({ degree, rectified }, x) => (rectified && x <= 0 ? 0 : (degree - 1) * x ** (degree - 2)),
      ),
      parameters: (l) => [l.degree, l.rectified ? 1 : 0],
      isBounded: false,
      isNonNegative: (l) => l.rectified,
      steepest: ({ degree }, reach) => (degree - 1) * reach ** (degree - 2),
      conjugate: {
        term: ({ degree }, y) => ((degree - 1) / degree) * Math.abs(y) ** (degree / (degree - 1)),
        range: ({ rectified }) => [rectified ? 0 : -Infinity, Infinity],
        formula: (_, y) => `\\tfrac{n - 1}{n} \\textstyle\\sum |${y}|^{n / (n - 1)}`,
      },
      expressions: ({ degree, rectified }) =>
        rectified
          ? {
              activation: 'pow(max(x, 0), n - 1)',
              lagrangian: 'pow(max(x, 0), n) / n',
              parameters: { n: degree },
            }
          : { activation: `pow(x, ${degree - 1})`, lagrangian: `pow(x, ${degree}) / ${degree}` },
      formula({ degree, rectified }, x, of) {
        const base = rectified ? `\\max(${x}, 0)` : x
        if (degree === 2) return base
        return `${base}^{${isRange(of('degree')) ? 'n - 1' : texNumber(degree - 1)}}`
      },
      check({ degree, rectified }, path, adiabatic) {
        const place = { path: `${path}.degree` }
        if (rectified) return []
        if (!Number.isInteger(degree)) {
          throw new ModelError(
            `is ${degree}, rectified: false needs an integer; round it or set rectified to true`,
            place,
          )
        }
        if (degree % 2 === 1 && !adiabatic) {
          throw new ModelError(
            `${degree} is odd, x^${degree} is not convex and the energy could rise; use ${degree + 1}, rectified: true, or ` +
              'tau 0',
            place,
          )
        }
        return []
      },
    },
  ),

  tanh: define(
    'tanh',
    { gain },
    {
      ...additive(
        ({ gain }, x) => logCosh(gain * x) / gain,
        ({ gain }, x) => Math.tanh(gain * x),
        // 1 - tanh^2 = 1 / cosh^2, which has no cancellation near tanh = 1.
        ({ gain }, x) => gain / Math.cosh(gain * x) ** 2,
      ),
      parameters: (l) => [l.gain],
      isBounded: true,
      isNonNegative: () => false,
      steepest: (l) => l.gain,
      conjugate: {
        // x atanh x + log(1 - x^2) / 2, which is log 2 at 1.
        term: ({ gain }, y) => ((1 + y) * log1p(y) + (1 - y) * log1p(-y)) / (2 * gain),
        range: () => [-1, 1],
        formula: (_, y) =>
          `\\tfrac1a \\textstyle\\sum (${y}\\,\\mathrm{artanh}\\,${y} + \\tfrac12 \\log(1 - ${y}^2))`,
      },
      expressions: (l) => ({
        activation: 'tanh(gain * x)',
        lagrangian: 'logCosh(gain * x) / gain',
        parameters: { gain: l.gain },
      }),
      formula: (_, x, of) => `\\tanh(${scaled(of('gain'), x)})`,
    },
  ),

  sign: define(
    'sign',
    {},
    {
      ...additive(
        (_, x) => Math.abs(x),
        (_, x) => (x >= 0 ? 1 : -1),
        () => 0,
      ),
      description: 'g = +1 where x >= 0, else -1: the binary neurons of Hopfield 1982.',
      parameters: () => [],
      isBounded: true,
      isNonNegative: () => false,
      steepest: () => undefined,
      withoutHessian: 'use tanh with a large gain',
      conjugate: { term: () => 0, range: () => [-1, 1], formula: () => '0' },
      isCheap: true,
      expressions: () => ({ activation: 'select(-1, 1, x >= 0)', lagrangian: 'abs(x)' }),
      formula: (_, x) => `\\mathrm{sign}(${x})`,
    },
  ),

  sigmoid: define(
    'sigmoid',
    { gain },
    {
      ...additive(
        ({ gain }, x) => softplus(gain * x) / gain,
        ({ gain }, x) => logistic(gain * x),
        ({ gain }, x) => gain * logistic(gain * x) * logistic(-gain * x),
      ),
      parameters: (l) => [l.gain],
      isBounded: true,
      isNonNegative: () => true,
      steepest: (l) => l.gain / 4,
      conjugate: {
        term: ({ gain }, y) => (xlog(y) + (1 - y) * log1p(-y)) / gain,
        range: () => [0, 1],
        formula: (_, y) => `\\tfrac1a \\textstyle\\sum (${y} \\log ${y} + (1 - ${y}) \\log(1 - ${y}))`,
      },
      expressions: (l) => ({
        activation: 'sigmoid(gain * x)',
        lagrangian: 'softplus(gain * x) / gain',
        parameters: { gain: l.gain },
      }),
      formula: (_, x, of) => `\\frac{1}{1 + e^{-${scaled(of('gain'), x)}}}`,
    },
  ),

  softmax: define(
    'softmax',
    {
      beta: v.optional(
        number('beta', 'Inverse temperature of the softmax: the larger, the closer to winner takes all.', {
          above: 0,
          control: { min: 0.01, max: 100, log: true },
        }),
        1,
      ),
      over,
    },
    {
      value: ({ beta }, x) => {
        const top = maximum(x)
        return top + Math.log(x.reduce((sum, xi) => sum + Math.exp(beta * (xi - top)), 0)) / beta
      },
      activation: softmax,
      hessian: (l, x) => {
        const g = softmax(l, x)
        return square(x.length, (i, j) => l.beta * ((i === j ? g[i]! : 0) - g[i]! * g[j]!))
      },
      isPerNeuron: false,
      parameters: (l) => [l.beta],
      isBounded: true,
      isNonNegative: () => true,
      steepest: (l) => l.beta / 2,
      conjugate: {
        term: ({ beta }, y) => xlog(y) / beta,
        range: () => [0, 1],
        formula: (_, y) => `\\tfrac1\\beta \\textstyle\\sum ${y} \\log ${y}`,
      },
      logSumExp: (l) => (isByRow(l) ? undefined : l.beta),
      formula: (l, x, of) => `\\mathrm{softmax}(\\beta ${x})${ofRows(l)}, \\qquad \\beta = ${of('beta')}`,
    },
  ),

  layernorm: define(
    'layernorm',
    {
      gamma: v.optional(
        number('gamma', 'Gain of the normalised activation.', {
          above: 0,
          control: { min: 0.1, max: 10, log: true },
        }),
        1,
      ),
      delta: v.optional(
        number('delta', 'Offset of the normalised activation.', { control: { min: -2, max: 2 } }),
        0,
      ),
      eps,
      over,
    },
    {
      value: ({ gamma, delta, eps }, x) => {
        const { spread } = standardize(x, eps)
        return x.length * gamma * spread + delta * x.reduce((sum, xi) => sum + xi, 0)
      },
      activation: ({ gamma, delta, eps }, x) => standardize(x, eps).z.map((zi) => gamma * zi + delta),
      hessian: ({ gamma, eps }, x) => {
        const { z, spread } = standardize(x, eps)
        return square(
          x.length,
          (i, j) => (gamma / spread) * ((i === j ? 1 : 0) - (1 + z[i]! * z[j]!) / x.length),
        )
      },
      isPerNeuron: false,
      parameters: (l) => [l.gamma, l.delta, l.eps],
      isBounded: false,
      isNonNegative: () => false,
      steepest: () => undefined,
      formula: (l, x) =>
        `\\gamma\\,\\frac{${x} - \\bar ${x}}{\\sqrt{\\mathrm{var}(${x}) + \\epsilon}} + \\delta${ofRows(l)}`,
    },
  ),

  spherical: define(
    'spherical',
    { eps, over },
    {
      value: length,
      activation: (l, x) => {
        const r = length(l, x)
        return x.map((xi) => xi / r)
      },
      hessian: (l, x) => {
        const r = length(l, x)
        return square(x.length, (i, j) => ((i === j ? 1 : 0) - (x[i]! / r) * (x[j]! / r)) / r)
      },
      isPerNeuron: false,
      parameters: (l) => [l.eps],
      isBounded: true,
      isNonNegative: () => false,
      steepest: () => undefined,
      formula: (l, x) => `\\frac{${x}}{\\sqrt{|${x}|^2 + \\epsilon}}${ofRows(l)}`,
    },
  ),

  custom: define('custom', customKeys, {
    description: 'A custom activation and its Lagrangian, the same for every neuron of the layer.',
    ...additive(
      (l, x) => compileCustom(l).value(x),
      (l, x) => compileCustom(l).activation(x),
      (l, x) => compileCustom(l).slope(x),
    ),
    parameters: (l) => Object.values(l.parameters),
    isBounded: false,
    isNonNegative: (l) => compileCustom(l).isNonNegative,
    isConvex: (l) => compileCustom(l).falls === undefined,
    steepest: (l) => compileCustom(l).steepest,
    expressions: (l) => l,
    written: customSource,
    check: checkCustom,
    formula: ({ activation, lagrangian }) =>
      `\\texttt{${texText(activation)}}, \\qquad L = \\textstyle\\sum \\texttt{${texText(lagrangian)}}`,
  }),
} as const

type Table = typeof LAGRANGIANS

/** A Lagrangian of the table: all neurons have the same numbers. */
export type SharedLagrangian = {
  readonly [K in keyof Table]: Readonly<v.InferOutput<Table[K]['schema']>>
}[keyof Table]

/** A Lagrangian L(x) with all parameters filled in (docs/theory.md, "Lagrangians"). */
export type Lagrangian = SharedLagrangian & {
  /**
   * Numbers that differ from neuron to neuron, by key, such as `gain` or `parameters.edge`; the key itself holds
   * the largest of them. Only for Lagrangians that are a sum over neurons.
   */
  readonly own?: Readonly<Record<string, NeuronRow>>
}

/** In the order of the menu. */
export const LAGRANGIAN_KINDS = Object.keys(LAGRANGIANS) as Lagrangian['kind'][]

/** The kind of custom Lagrangians. */
export const CUSTOM = 'custom' satisfies Lagrangian['kind']

/** The entry of a kind. TypeScript cannot see that the entry under `l.kind` takes an `l`. */
function entryAt(l: Lagrangian): Facts<Lagrangian> {
  return LAGRANGIANS[l.kind] as unknown as Facts<Lagrangian>
}

/** The entry of one Lagrangian; if the numbers differ by neuron, its facts hold for all neurons. */
export function lagrangianFacts(l: Lagrangian): Facts<Lagrangian> {
  const neurons = neuronsOf(l)
  if (neurons.length === 0) return entryAt(l)
  const known = factsOfNeurons.get(l)
  if (known !== undefined) return known
  const made = byNeuron(entryAt(l), neurons)
  factsOfNeurons.set(l, made)
  return made
}

const factsOfNeurons = new WeakMap<Lagrangian, Facts<Lagrangian>>()

function byNeuron(facts: Facts<Lagrangian>, neurons: readonly Lagrangian[]): Facts<Lagrangian> {
  const { isConvex, isIdentity, check } = facts
  const different = [...new Set(neurons)]
  const alone = (x: Float64Array, i: number): Float64Array => x.subarray(i, i + 1)
  const of = (i: number): Lagrangian => neurons[i]!
  return {
    ...facts,
    value: (_, x) => x.reduce((sum, _xi, i) => sum + facts.value(of(i), alone(x, i)), 0),
    activation: (_, x) => x.map((_xi, i) => facts.activation(of(i), alone(x, i))[0]!),
    hessian: (_, x) => square(x.length, (i, j) => (i === j ? facts.hessian(of(i), alone(x, i))[0]! : 0)),
    isNonNegative: () => different.every((one) => facts.isNonNegative(one)),
    steepest(_, reach) {
      const slopes = different.map((one) => facts.steepest(one, reach))
      return slopes.reduce((top, slope) =>
        top === undefined || slope === undefined ? undefined : Math.max(top, slope),
      )
    },
    ...(isConvex && { isConvex: () => different.every((one) => isConvex(one)) }),
    ...(isIdentity && { isIdentity: () => different.every((one) => isIdentity(one)) }),
    ...(check && {
      check: (_, path, adiabatic) => [
        ...new Set(
          different.flatMap((one) => {
            try {
              return check(one, path, adiabatic)
            } catch (error) {
              if (!(error instanceof ModelError)) throw error
              throw new ModelError(`neuron ${neurons.indexOf(one)}: ${error.reason}`, error.place)
            }
          }),
        ),
      ],
    }),
  }
}

/** The Lagrangian of one neuron, with its own numbers. */
export function neuronOf(l: Lagrangian, neuron: number): Lagrangian {
  return neuronsOf(l)[neuron] ?? l
}

const lagrangiansOfNeurons = new WeakMap<Lagrangian, readonly Lagrangian[]>()

/**
 * The Lagrangian of each neuron, shared between equal numbers; empty if no number differs or the numbers are
 * unknown.
 */
function neuronsOf(l: Lagrangian): readonly Lagrangian[] {
  if (l.own === undefined) return []
  const known = lagrangiansOfNeurons.get(l)
  if (known !== undefined) return known
  const { own, ...common } = l
  const rows = Object.entries(own)
  const different = new Map<string, Lagrangian>()
  const neurons = Array.from({ length: rows[0]?.[1].row.length ?? 0 }, (_, i) => {
    const values = rows.map(([key, row]) => [key, entryOf(row, i)] as const)
    const name = values.join()
    const one = different.get(name) ?? values.reduce(withNumberAt, common)
    different.set(name, one)
    return one
  })
  lagrangiansOfNeurons.set(l, neurons)
  return neurons
}

/** The Lagrangian with one number replaced, at `KEY` or at `parameters.NAME`. */
export function withNumberAt(l: Lagrangian, [key, value]: readonly [string, number]): Lagrangian {
  const [first = '', name] = key.split('.')
  if (name === undefined) return { ...l, [first]: value }
  const before = 'parameters' in l ? l.parameters : {}
  return { ...l, parameters: { ...before, [name]: value } } as Lagrangian
}

/** True if each row along the last axis of a layer has a separate activation. */
export function isByRow(l: object): boolean {
  return 'over' in l && l.over === 'last'
}

/**
 * Number of neurons that share an activation.
 * @param shape - of the layer
 */
export function widthOf(l: object, shape: readonly number[]): number {
  return isByRow(l) ? (shape.at(-1) ?? 1) : shape.reduce((product, length) => product * length, 1)
}

/** The parts of a layer with separate activations, as views. */
function rowsOf(l: Lagrangian, x: Float64Array, shape: readonly number[] | undefined): Float64Array[] {
  if (!isByRow(l)) return [x]
  if (shape === undefined) throw new Error(`${l.kind} over rows needs the shape of its layer`)
  const width = widthOf(l, shape)
  return Array.from({ length: x.length / width }, (_, row) => x.subarray(row * width, (row + 1) * width))
}

/**
 * L(x), the Lagrangian of a layer.
 * @param x - state, [N]
 * @param shape - of the layer, needed where each row has an activation of its own
 */
export function lagrangian(l: Lagrangian, x: Float64Array, shape?: readonly number[]): number {
  return rowsOf(l, x, shape).reduce((sum, row) => sum + lagrangianFacts(l).value(l, row), 0)
}

/**
 * The activation g = dL/dx.
 * @param x - state, [N]
 * @param shape - of the layer, needed where each row has an activation of its own
 * @returns g, [N]
 */
export function activation(l: Lagrangian, x: Float64Array, shape?: readonly number[]): Float64Array {
  const g = new Float64Array(x.length)
  let start = 0
  for (const row of rowsOf(l, x, shape)) {
    g.set(lagrangianFacts(l).activation(l, row), start)
    start += row.length
  }
  return g
}

/**
 * The Hessian M = d2L/dx2, symmetric and not negative.
 * @param x - state, [N]
 * @param shape - of the layer, needed where each row has an activation of its own
 * @returns M, [N, N], row-major
 */
export function hessian(l: Lagrangian, x: Float64Array, shape?: readonly number[]): Float64Array {
  const blocks = rowsOf(l, x, shape).map((row) => lagrangianFacts(l).hessian(l, row))
  const [first] = blocks
  if (first !== undefined && blocks.length === 1) return first
  const width = x.length / blocks.length
  return square(x.length, (i, j) => {
    const block = Math.floor(i / width)
    return block === Math.floor(j / width) ? blocks[block]![(i % width) * width + (j % width)]! : 0
  })
}

/**
 * L*(y), the Legendre transform; for an entry out of range, the value at the nearest entry in range.
 * @throws Error for a Lagrangian without one; scenarios exclude this case
 */
export function conjugate(l: Lagrangian, y: Float64Array): number {
  const { conjugate: facts } = lagrangianFacts(l)
  if (facts === undefined) throw new Error(`${l.kind} has no conjugate`)
  const [low, high] = facts.range(l)
  return y.reduce((sum, yi, i) => sum + facts.term(neuronOf(l, i), Math.min(Math.max(yi, low), high)), 0)
}

/** True if L(x) is a sum of one term for each neuron, so that the activation needs no reduction. */
export function isPerNeuron(l: Lagrangian): boolean {
  return lagrangianFacts(l).isPerNeuron
}

/** True for g(x) = x. */
export function isIdentity(l: Lagrangian): boolean {
  return lagrangianFacts(l).isIdentity?.(l) ?? false
}

/** beta of L = (1/beta) log sum exp(beta x), undefined for others. */
export function inverseTemperature(l: Lagrangian): number | undefined {
  return lagrangianFacts(l).logSumExp?.(l)
}

/** True for a custom Lagrangian. */
export function isCustom(l: Lagrangian): l is Custom {
  return l.kind === CUSTOM
}

/** A Lagrangian as two expressions; tanh as a start if the Lagrangian is not a sum over neurons. */
export function asCustom(l: Lagrangian): Custom {
  const { expressions } = lagrangianFacts(l)
  const written = expressions?.(l) ?? asCustom({ kind: 'tanh', gain: 1 })
  return { parameters: {}, ...written, kind: 'custom' }
}

/** Suffix of a formula that holds for each row. */
function ofRows(l: object): string {
  return isByRow(l) ? '\\ \\text{row by row}' : ''
}

/** `gain x`, without a gain of 1. */
function scaled(gain: string, x: string): string {
  return gain === '1' ? x : isRange(gain) ? `(${gain})\\,${x}` : `${gain}\\,${x}`
}

function isRange(text: string): boolean {
  return text.includes('\\ldots')
}

/** e^(beta x_i) / sum_j e^(beta x_j), the maximum subtracted first. */
function softmax({ beta }: { readonly beta: number }, x: Float64Array): Float64Array {
  const top = maximum(x)
  const weights = x.map((xi) => Math.exp(beta * (xi - top)))
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map((weight) => weight / sum)
}

/** z = (x - mean) / spread with spread = sqrt(var + eps); var divides by N. */
function standardize(x: Float64Array, eps: number): { z: Float64Array; spread: number } {
  const mean = x.reduce((sum, xi) => sum + xi, 0) / x.length
  const variance = x.reduce((sum, xi) => sum + (xi - mean) ** 2, 0) / x.length
  const spread = Math.sqrt(variance + eps)
  return { z: x.map((xi) => (xi - mean) / spread), spread }
}

/** sqrt(sum x^2 + eps) */
function length({ eps }: { readonly eps: number }, x: Float64Array): number {
  return Math.sqrt(x.reduce((sum, xi) => sum + xi * xi, eps))
}

/** x log x, 0 at 0. */
function xlog(x: number): number {
  return x === 0 ? 0 : x * Math.log(x)
}

/** log(1 + y), finite at -1: its factor is 0 there. */
function log1p(y: number): number {
  return y === -1 ? 0 : Math.log1p(y)
}

function maximum(x: Float64Array): number {
  return x.reduce((a, b) => Math.max(a, b), -Infinity)
}
