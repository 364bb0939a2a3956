/**
 * What of a neuron leaks (docs/theory.md, "Leak of the input, leak of the output"): the input that it collects, or the output
 * that it sends.
 */
import { dot } from '../../math/algebra.ts'
import { activation, conjugate, type Lagrangian, lagrangian, lagrangianFacts } from '../lagrangians/table.ts'

interface Leak {
  /** For the schema. */
  readonly text: string
  /** g is taken of b + I and not of the state: the state itself is sent. Needs a Lagrangian that has a conjugate. */
  readonly sendsState: boolean
  /** What other layers are sent, of the state x. */
  readonly sent: (l: Lagrangian, x: Float64Array) => Float64Array
  /** What x goes to, of u = b + I. */
  readonly goal: (l: Lagrangian, u: Float64Array) => Float64Array
  /** The Lagrangian whose activation of the state is sent. */
  readonly sender: (l: Lagrangian) => Lagrangian
  /** The term of the layer in the energy, of the state, of what is sent and of the bias and current. */
  readonly energy: (l: Lagrangian, x: Float64Array, g: Float64Array, b: Float64Array) => number
  /** x(0) of `size` neurons where nothing is said. */
  readonly start: (l: Lagrangian, size: number) => Float64Array
  /** For the formulas of a page, x being the symbol of the state. */
  readonly tex: {
    /** What is sent. */
    readonly sent: (x: string) => string
    /** What x goes to, of u = b + I. */
    readonly goal: (x: string, u: string) => string
    /** The line of the activation: its left side, and what it is taken of. */
    readonly activation: (x: string) => { readonly left: string; readonly argument: string }
    /** The term in the energy; without `b` where there is no bias. */
    readonly energy: (l: Lagrangian, x: string, b: string | undefined) => string
  }
}

/** Adding a kind: what leaks needs an energy, which the kernels of probes have to have too (plan/probes.ts). */
export const LEAKS = {
  input: {
    text: 'tau dx/dt = -x + b + I, and g(x) is sent.',
    sendsState: false,
    sent: activation,
    goal: (_, u) => u,
    sender: (l) => l,
    energy: (l, x, g, b) =>
      dot(
        x.map((xi, i) => xi - b[i]!),
        g,
      ) - lagrangian(l, x),
    start: (_, size) => new Float64Array(size),
    tex: {
      sent: (x) => `g_{${x}}`,
      goal: (_, u) => u,
      activation: (x) => ({ left: `g_{${x}}`, argument: x }),
      energy: (_, x, b) => `${b === undefined ? x : `(${x} - ${b})`} \\cdot g_{${x}} - L_{${x}}(${x})`,
    },
  },

  output: {
    text: 'tau dx/dt = -x + g(b + I), and x itself is sent.',
    sendsState: true,
    sent: (_, x) => x.slice(),
    goal: activation,
    sender: () => ({ kind: 'linear', gain: 1 }),
    energy: (l, x, _, b) => conjugate(l, x) - dot(b, x),
    start: (l, size) => activation(l, new Float64Array(size)),
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

/** What a layer has where nothing is said. */
export const USUAL_LEAK = 'input' satisfies LeakKind

export function leakFacts(kind: LeakKind): Leak {
  return LEAKS[kind]
}

/** A layer, as far as its leak is concerned. */
interface Leaking {
  readonly lagrangian: Lagrangian
  readonly leak: LeakKind
}

/** What a layer sends, of its state. */
export function sentBy({ lagrangian: l, leak }: Leaking, x: Float64Array): Float64Array {
  return leakFacts(leak).sent(l, x)
}

/**
 * Why a state is none that a layer can send, undefined where it is: its energy is then that of the nearest state that the layer
 * can send, and may rise until x is there.
 */
export function strayOf({ lagrangian: l, leak }: Leaking, x: ArrayLike<number>): string | undefined {
  const { conjugate: facts, isPerNeuron } = lagrangianFacts(l)
  if (!leakFacts(leak).sendsState || facts === undefined) return undefined
  const [low, high] = facts.range(l)
  let sum = 0
  for (const xi of Array.from(x)) {
    if (xi < low || xi > high) return `${xi} is not between ${low} and ${high}`
    sum += xi
  }
  return isPerNeuron || Math.abs(sum - 1) < 1e-4 ? undefined : `its sum is ${sum} and not 1`
}
