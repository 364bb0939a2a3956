/**
 * How one step advances tau dz/dt = gate (drive - decay z), by integrator (docs/theory.md, "Time and rates").
 *
 * A stage computes the gain of a whole step from its own z: rate(h gate decay) / decay (drive - decay z), h =
 * step/tau; without decay, h gate drive. A step is the weighted sum of the gains of its stages. Between stages,
 * z is its value at the start of the step plus the reach of the stage times its gain (explicit Runge-Kutta with
 * one new gain for each stage).
 */

interface Stage {
  /** Weight of its gain in the step; the weights sum to 1. */
  readonly weight: number
  /** Fraction of its gain that is added to z for the next stage; 0 for the last stage. */
  readonly reach: number
}

interface Integrator {
  /** Order of the error of a run in the step. */
  readonly order: number
  readonly stages: readonly [Stage, ...Stage[]]
  /** The WGSL of the gain: shaders/integrator/GAIN.wgsl. */
  readonly gain: string
  /** The rate of a linear leak of decay 1 in a step of one stage, as a function of step/tau. */
  readonly rate: (ratio: number) => number
  /** The step/tau that gives a rate. */
  readonly ratio: (rate: number) => number
  /** Variance that noise of temperature 1 adds in each step. */
  readonly variance: (ratio: number) => number
  /** True if a decay below 0 has a rate too. */
  readonly takesGrowth?: true
  /** The largest step/tau: beyond it a linear leak overshoots its target (euler) or grows. */
  readonly longest: number
}

const ONE_STAGE = [{ weight: 1, reach: 0 }] as const

const exactVariance = (ratio: number): number => -Math.expm1(-2 * ratio)

/** Gains of stages of the explicit kind. */
const EXPLICIT = {
  gain: 'euler',
  rate: (ratio: number) => ratio,
  ratio: (rate: number) => rate,
  takesGrowth: true,
} as const

/** Adding a kind: docs/extending.md. */
export const INTEGRATORS = {
  'exponential-euler': {
    order: 1,
    stages: ONE_STAGE,
    gain: 'exponential-euler',
    rate: (ratio) => -Math.expm1(-ratio),
    ratio: (rate) => -Math.log1p(-rate),
    variance: exactVariance,
    longest: Infinity,
  },
  euler: {
    ...EXPLICIT,
    order: 1,
    stages: ONE_STAGE,
    variance: (ratio) => 2 * ratio,
    longest: 1,
  },
  // The trapezoid of Heun 1900.
  heun: {
    ...EXPLICIT,
    order: 2,
    stages: [
      { weight: 1 / 2, reach: 1 },
      { weight: 1 / 2, reach: 0 },
    ],
    variance: exactVariance,
    longest: 2,
  },
  // The classical one of Kutta 1901.
  rk4: {
    ...EXPLICIT,
    order: 4,
    stages: [
      { weight: 1 / 6, reach: 1 / 2 },
      { weight: 1 / 3, reach: 1 / 2 },
      { weight: 1 / 3, reach: 1 },
      { weight: 1 / 6, reach: 0 },
    ],
    variance: exactVariance,
    longest: 2.785,
  },
} as const satisfies Readonly<Record<string, Integrator>>

export type IntegratorKind = keyof typeof INTEGRATORS

/** In the order of the menu. */
export const INTEGRATOR_KINDS = Object.keys(INTEGRATORS) as [IntegratorKind, ...IntegratorKind[]]

export function integratorOf(kind: IntegratorKind): Integrator {
  return INTEGRATORS[kind]
}

/** The factor of drive - decay z in the gain of a step of one stage. */
export function gainOf(kind: IntegratorKind, ratio: number, gate: number, decay: number): number {
  const reach = ratio * gate
  return decay === 0 ? reach : integratorOf(kind).rate(reach * decay) / decay
}

/** The change of z if a constant is added to the target for one step; for integrators with stages, by the exact step. */
export function fieldShare(kind: IntegratorKind, ratio: number): number {
  const { rate, stages } = integratorOf(kind)
  return stages.length === 1 ? rate(ratio) : -Math.expm1(-ratio)
}

/**
 * The stages of a group: those of the integrator if the group moves in every tick. A slower group is held during
 * these stages and then takes a step of one stage.
 */
export function stagesOf(kind: IntegratorKind, every: number): readonly [Stage, ...Stage[]] {
  return every === 1 ? integratorOf(kind).stages : ONE_STAGE
}
