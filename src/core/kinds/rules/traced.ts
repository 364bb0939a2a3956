/**
 * Rules with traces: vectors that follow the activations of a layer, so that the drive of an entry depends on
 * present and earlier activations. All of them are
 *   tau dXi/dt = seen_to seen_from^T + Lambda - decay Xi,   seen = f(g, s),   tau_s ds/dt = followed(g) - s,   s(0) = 0.
 */
import * as v from 'valibot'
import { number } from '../fields.ts'

const traceControl = { min: 0.1, max: 100000, log: true } as const

/** A number of a rule, a key of a memory next to `rule`. */
export interface RuleNumber {
  /** Default value; undefined = required. */
  readonly absent?: number
  /** Initial value on the page. */
  readonly start: number
}

/** The keys of these numbers in a memory. */
export const TRACE_KEYS = {
  tauThreshold: v.exactOptional(
    number(
      'tauThreshold',
      'Time constant of theta; required by rule bcm. Set it well below tau, otherwise the threshold follows too late and Xi oscillates.',
      { above: 0, control: traceControl },
    ),
  ),
  decay: v.exactOptional(
    number('decay', 'Decay of Xi for rule bcm; 0 (default) = no decay.', {
      min: 0,
      control: { min: 0, max: 1, step: 0.001 },
    }),
  ),
  tauMean: v.exactOptional(
    number(
      'tauMean',
      'Time constant of the running means of both activations; required by rule covariance.',
      { above: 0, control: traceControl },
    ),
  ),
} as const

export type TraceKey = keyof typeof TRACE_KEYS

export interface BcmRule {
  readonly kind: 'bcm'
  readonly tauThreshold: number
  readonly decay: number
}

export interface CovarianceRule {
  readonly kind: 'covariance'
  readonly tauMean: number
}

/** A rule that keeps traces of its layers, with its numbers. */
export type TracedRule = BcmRule | CovarianceRule

/** A vector that a rule keeps for one of its layers, and its effect on the drive. */
export interface TraceFacts {
  /** The second half of the name of its array, such as `theta` of `xi.theta`. */
  readonly part: string
  readonly of: 'to' | 'from'
  /** The key of its time constant. */
  readonly tau: TraceKey
  /** The quantity that it follows. */
  readonly followed: (g: number) => number
  /** The replacement of g in the drive. */
  readonly seen: (g: number, trace: number) => number
  /** As TeX: its symbol, with the name of the memory if there are several, and the quantity that it follows. */
  readonly tex: { readonly symbol: (memory?: string) => string; readonly followed: (g: string) => string }
}

/** The traces of a rule by Bienenstock, Cooper, Munro: the sliding threshold. */
export const BCM_TRACES: readonly TraceFacts[] = [
  {
    part: 'theta',
    of: 'to',
    tau: 'tauThreshold',
    followed: (g) => g * g,
    seen: (g, theta) => g * (g - theta),
    tex: {
      symbol: (memory) => `\\theta${memory === undefined ? '' : `_{${memory}}`}`,
      followed: (g) => `${g}^2`,
    },
  },
]

const mean = {
  tau: 'tauMean',
  followed: (g: number) => g,
  seen: (g: number, mean: number) => g - mean,
} as const

const meanSymbol =
  (end: string) =>
  (memory?: string): string =>
    `m_{\\text{${end}}${memory === undefined ? '' : `, ${memory}`}}`

/** The traces of the covariance rule: the running mean of each layer. */
export const COVARIANCE_TRACES: readonly TraceFacts[] = [
  { ...mean, part: 'meanTo', of: 'to', tex: { symbol: meanSymbol('to'), followed: (g) => g } },
  { ...mean, part: 'meanFrom', of: 'from', tex: { symbol: meanSymbol('from'), followed: (g) => g } },
]
