/** What one step of the linear leak tau dz/dt = target - z does, by integrator (docs/theory.md, "Time and rates"). */
import type { Model } from './model.ts'

interface Step {
  /** The part of the way to its target that z goes, of step/tau. */
  readonly rate: (ratio: number) => number
  /** The step/tau that gives a rate. */
  readonly ratio: (rate: number) => number
  /** Variance that noise of temperature 1 adds. */
  readonly variance: (ratio: number) => number
}

export const INTEGRATORS: Readonly<Record<Model['time']['integrator'], Step>> = {
  euler: { rate: (ratio) => ratio, ratio: (rate) => rate, variance: (ratio) => 2 * ratio },
  'exponential-euler': {
    rate: (ratio) => -Math.expm1(-ratio),
    ratio: (rate) => -Math.log1p(-rate),
    variance: (ratio) => -Math.expm1(-2 * ratio),
  },
}
