/**
 * The leaking variable of a neuron (docs/theory.md, "Dynamics"): its input or its output.
 */
import { dot } from '../../math/algebra.ts'
import {
  activation,
  conjugate,
  type Lagrangian,
  lagrangian,
  lagrangianFacts,
  widthOf,
} from '../lagrangians/table.ts'

/** The fields of a layer that define its activation. */
interface Shaped {
  readonly lagrangian: Lagrangian
  readonly shape: readonly number[]
}

interface Leak {
  /** For the schema. */
  readonly text: string
  /**
   * True if g is evaluated at b + I instead of at the state, and the state itself is sent. Needs a Lagrangian
   * with a conjugate.
   */
  readonly sendsState: boolean
  /** The output to other layers, from the state x. */
  readonly sent: (layer: Shaped, x: Float64Array) => Float64Array
  /** The target of x, from u = b + I. */
  readonly goal: (layer: Shaped, u: Float64Array) => Float64Array
  /** The argument of g: x, or u = b + I. */
  readonly argument: (x: Float64Array, u: Float64Array) => Float64Array
  /** The Lagrangian whose activation, at the state, is the output. */
  readonly sender: (l: Lagrangian) => Lagrangian
  /** The term of the layer in the energy, from state, output, bias and current. */
  readonly energy: (layer: Shaped, x: Float64Array, g: Float64Array, b: Float64Array) => number
  /** Default x(0). */
  readonly start: (layer: Shaped) => Float64Array
  /** For the formulas of the page; x is the symbol of the state. */
  readonly tex: {
    /** The output. */
    readonly sent: (x: string) => string
    /** The target of x, from u = b + I. */
    readonly goal: (x: string, u: string) => string
    /** The line of the activation: its left side and its argument. */
    readonly activation: (x: string) => { readonly left: string; readonly argument: string }
    /** The term in the energy; without `b` where there is no bias. */
    readonly energy: (l: Lagrangian, x: string, b: string | undefined) => string
  }
}

/** Adding a kind: a leak needs an energy, also in the kernels of probes (plan/probes.ts). */
export const LEAKS = {
  input: {
    text: 'tau dx/dt = -x + b + I. The layer sends g(x).',
    sendsState: false,
    sent: activationOf,
    goal: (_, u) => u,
    argument: (x) => x,
    sender: (l) => l,
    energy: ({ lagrangian: l, shape }, x, g, b) =>
      dot(
        x.map((xi, i) => xi - b[i]!),
        g,
      ) - lagrangian(l, x, shape),
    start: zerosOf,
    tex: {
      sent: (x) => `g_{${x}}`,
      goal: (_, u) => u,
      activation: (x) => ({ left: `g_{${x}}`, argument: x }),
      energy: (_, x, b) => `${b === undefined ? x : `(${x} - ${b})`} \\cdot g_{${x}} - L_{${x}}(${x})`,
    },
  },

  output: {
    text: 'tau dx/dt = -x + g(b + I). The layer sends x.',
    sendsState: true,
    sent: (_, x) => x.slice(),
    goal: activationOf,
    argument: (_, u) => u,
    sender: () => ({ kind: 'linear', gain: 1 }),
    energy: ({ lagrangian: l }, x, _, b) => conjugate(l, x) - dot(b, x),
    start: (layer) => activationOf(layer, zerosOf(layer)),
    tex: {
      sent: (x) => x,
      goal: (x, u) => `g_{${x}}(${u})`,
      activation: (x) => ({ left: `g_{${x}}(u)`, argument: 'u' }),
      energy: (l, x, b) =>
        `${lagrangianFacts(l).conjugate?.formula(l, x) ?? ''}${b === undefined ? '' : ` - ${b} \\cdot ${x}`}`,
    },
  },
} as const satisfies Readonly<Record<string, Leak>>

export type LeakKind = keyof typeof LEAKS

/** In the order of the menu. */
export const LEAK_KINDS = Object.keys(LEAKS) as [LeakKind, ...LeakKind[]]

/** The leak of a layer without the key `leak`. */
export const USUAL_LEAK = 'input' satisfies LeakKind

export function leakFacts(kind: LeakKind): Leak {
  return LEAKS[kind]
}

/** The fields of a layer that define its leak. */
interface Leaking extends Shaped {
  readonly leak: LeakKind
}

/** The output of a layer, from its state. */
export function sentBy(layer: Leaking, x: Float64Array): Float64Array {
  return leakFacts(layer.leak).sent(layer, x)
}

function activationOf({ lagrangian: l, shape }: Shaped, x: Float64Array): Float64Array {
  return activation(l, x, shape)
}

function zerosOf({ shape }: Shaped): Float64Array {
  return new Float64Array(shape.reduce((product, length) => product * length, 1))
}

/**
 * The reason why a state is out of the range of the output of a layer; undefined if it is in range. Out of range
 * the energy is that of the nearest state in range, and may rise until x is in range.
 */
export function strayOf({ lagrangian: l, leak, shape }: Leaking, x: ArrayLike<number>): string | undefined {
  const { conjugate: facts, isPerNeuron } = lagrangianFacts(l)
  if (!leakFacts(leak).sendsState || facts === undefined) return undefined
  const [low, high] = facts.range(l)
  const width = widthOf(l, shape)
  let sum = 0
  for (let i = 0; i < x.length; i++) {
    const xi = x[i]!
    if (xi < low || xi > high) return `${xi} is not between ${low} and ${high}`
    sum += xi
    if (isPerNeuron || (i + 1) % width !== 0) continue
    if (Math.abs(sum - 1) > 1e-4) return `its sum is ${sum}, not 1`
    sum = 0
  }
  return undefined
}
