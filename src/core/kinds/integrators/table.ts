/**
 * How one step advances tau dz/dt = gate (drive - decay z), by integrator (docs/theory.md, "Time and rates").
 *
 * A stage asks for the gain of a whole step from where it stands: rate(h gate decay) / decay (drive - decay z), h = step/tau;
 * where nothing decays, h gate drive. A step is the sum of the gains of its stages, each with its weight; between, z stands
 * where the step began plus the reach of the stage times its gain (explicit Runge-Kutta with one new gain a stage).
 */

interface Stage {
  /** Of its gain in the step; all of them sum up to 1. */
  readonly weight: number
  /** Part of its gain that the next stage starts from; of the last stage 0. */
  readonly reach: number
}

interface Integrator {
  /** Of the error of a run, in the step. */
  readonly order: number
  readonly stages: readonly [Stage, ...Stage[]]
  /** The WGSL of the gain: shaders/integrator/GAIN.wgsl. */
  readonly gain: string
  /** The part of the way to its target that a linear leak of decay 1 goes in a step of one stage, of step/tau. */
  readonly rate: (ratio: number) => number
  /** The step/tau that gives a rate. */
  readonly ratio: (rate: number) => number
  /** Variance that noise of temperature 1 adds, once a step. */
  readonly variance: (ratio: number) => number
  /** A decay below 0 has a rate too; absent = it has none. */
  readonly takesGrowth?: true
  /** The largest step/tau that is allowed: at longer ones a linear leak goes past its target (euler) or grows. */
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

/** What z gains by a step of one stage: this times drive - decay z. */
export function gainOf(kind: IntegratorKind, ratio: number, gate: number, decay: number): number {
  const reach = ratio * gate
  return decay === 0 ? reach : integratorOf(kind).rate(reach * decay) / decay
}

/** What a constant that is added to the target for one step adds to z; of integrators with stages, by the exact step. */
export function fieldShare(kind: IntegratorKind, ratio: number): number {
  const { rate, stages } = integratorOf(kind)
  return stages.length === 1 ? rate(ratio) : -Math.expm1(-ratio)
}

/**
 * The stages that a group takes: those of the integrator where it moves in every tick. A slower group is held during the
 * stages of the others, and takes a step of one stage after them.
 */
export function stagesOf(kind: IntegratorKind, every: number): readonly [Stage, ...Stage[]] {
  return every === 1 ? integratorOf(kind).stages : ONE_STAGE
}
