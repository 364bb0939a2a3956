/** The noise of a layer, added once a step (docs/theory.md, "Noise"). */
import { normalOf, uniformOf } from '../../math/philox.ts'
import { type IntegratorKind, fieldShare, integratorOf } from '../integrators/table.ts'

interface Noise {
  /** The noise term, for the schema. */
  readonly text: string
  /** One number from two random words. Its WGSL is shaders/noise/KIND.wgsl. */
  readonly number: (word0: number, word1: number) => number
  /** Factor of the number in a step, from the temperature and step/tau. */
  readonly amplitude: (temperature: number, integrator: IntegratorKind, ratio: number) => number
  /** True for noise of the input b + I; the layer's state must be an input. */
  readonly isOfField: boolean
  /** Term of tau dx/dt as TeX, from the symbol of the layer. */
  readonly formula: (x: string) => string
}

/** Adding a kind: docs/extending.md. */
export const NOISES = {
  normal: {
    text: 'of variance T for a linear layer by itself.',
    number: normalOf,
    isOfField: false,
    amplitude: (temperature, integrator, ratio) =>
      Math.sqrt(temperature * integratorOf(integrator).variance(ratio)),
    formula: (x) => `\\sqrt{2T\\tau_{${x}}}\\,\\xi`,
  },

  // P(h + (T/2) number >= 0) = 1 / (1 + exp(-2 h / T)): sign neurons then follow Glauber dynamics.
  logistic: {
    text: 'of scale T/2, added to the input b + I of each step: with dt = tau and euler sign neurons are Glauber dynamics.',
    isOfField: true,
    number(word0) {
      const u = uniformOf(word0)
      return Math.log(u) - Math.log1p(-u)
    },
    amplitude: (temperature, integrator, ratio) => (temperature / 2) * fieldShare(integrator, ratio),
    formula: () => '\\tfrac T2\\,\\lambda',
  },
} as const satisfies Readonly<Record<string, Noise>>

export type NoiseKind = keyof typeof NOISES

/** In the order of the menu. */
export const NOISE_KINDS = Object.keys(NOISES) as [NoiseKind, ...NoiseKind[]]

/** The default noise of a layer. */
export const USUAL_NOISE = 'normal' satisfies NoiseKind

export function noiseOf(kind: NoiseKind): Noise {
  return NOISES[kind]
}
