/**
 * How one step advances tau dz/dt = gate (drive - decay z), by integrator (docs/theory.md, "Time and rates"):
 * z += rate(h gate decay) / decay (drive - decay z), h = step/tau; where nothing decays, z += h gate drive.
 */

interface Integrator {
  /** Of the error of a run, in the step. */
  readonly order: number
  /** The part of the way to its target that a linear leak of decay 1 goes, of step/tau. */
  readonly rate: (ratio: number) => number
  /** The step/tau that gives a rate. */
  readonly ratio: (rate: number) => number
  /** Variance that noise of temperature 1 adds. */
  readonly variance: (ratio: number) => number
  /** The largest step/tau at which a linear leak does not grow. */
  readonly longest: number
}

/** Adding a kind: docs/extending.md. Its WGSL is shaders/integrator/KIND.wgsl. */
export const INTEGRATORS = {
  'exponential-euler': {
    order: 1,
    rate: (ratio) => -Math.expm1(-ratio),
    ratio: (rate) => -Math.log1p(-rate),
    variance: (ratio) => -Math.expm1(-2 * ratio),
    longest: Infinity,
  },
  euler: {
    order: 1,
    rate: (ratio) => ratio,
    ratio: (rate) => rate,
    variance: (ratio) => 2 * ratio,
    longest: 1,
  },
} as const satisfies Readonly<Record<string, Integrator>>

export type IntegratorKind = keyof typeof INTEGRATORS

/** In the order of the menu. */
export const INTEGRATOR_KINDS = Object.keys(INTEGRATORS) as [IntegratorKind, ...IntegratorKind[]]

export function integratorOf(kind: IntegratorKind): Integrator {
  return INTEGRATORS[kind]
}

/** What z gains by a step: `factor` times drive - decay z. */
export function gainOf(kind: IntegratorKind, ratio: number, gate: number, decay: number): number {
  const reach = ratio * gate
  return decay === 0 ? reach : integratorOf(kind).rate(reach * decay) / decay
}
