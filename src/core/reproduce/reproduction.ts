/** Types of a reproduction: an experiment with expected numbers, run again and judged. */
import type { Chart, Colour, Mark } from '../analysis/chart.ts'
import type { Estimate } from '../analysis/statistics.ts'
import type { Model } from '../model/model.ts'
import type { ScenarioInput } from '../model/schema.ts'
import type { Simulation } from '../run/simulation.ts'

/** quick: minutes for all of them on a software adapter. full: the sizes of the papers. */
export type Size = 'quick' | 'full'

/** The origin of an expected number. */
export type Source =
  | {
      readonly kind: 'paper'
      readonly paper: string
      /** Section, equation, figure or table. */
      readonly place: string
    }
  /** A formula, evaluated. */
  | { readonly kind: 'closed form'; readonly formula: string }
  /** Equations that are solved in float64 when the experiment runs, or the law of a limit. */
  | { readonly kind: 'theory'; readonly equations: string }
  /** A float64 program of this project. */
  | { readonly kind: 'program'; readonly command: string }
  /** A file of an earlier version, which does not state the source. */
  | { readonly kind: 'unknown' }

/** A source that an experiment states. */
export type Stated = Exclude<Source, { readonly kind: 'unknown' }>

/** An expected number next to the measured one. */
export interface Check {
  readonly what: string
  /** The required relation of measured to expected: near it, or on one side of it. */
  readonly relation: 'near' | 'at least' | 'at most'
  readonly expected: number
  readonly source: Stated
  readonly measured: number
  /** Half length of the 95 % confidence interval over independent networks, if there are several. */
  readonly half?: number
  readonly networks?: number
  /** Tolerance of measured from expected, or on its wrong side. */
  readonly tolerance: number
  readonly passed: boolean
}

/** A check as a file holds it. */
export type KeptCheck = Omit<Check, 'source'> & { readonly source: Source }

export interface Outcome {
  readonly checks: readonly Check[]
  readonly chart: Chart
}

/** Constants that the result of an experiment does not depend on. */
export interface Unaffected {
  /** Paths in the scenarios. */
  readonly constants: readonly string[]
  readonly why: string
  /** Only one of the two mutations. */
  readonly only?: 'doubled' | 'halved'
  /** Factor, above 1, at which a check fails, for both directions. Absent: none does. */
  readonly bites?: number
}

/** The number of networks that have run, and of all that will. */
export interface Networks {
  readonly found: number
  readonly all: number
}

/** The tools of an experiment. */
export interface Lab {
  readonly seed: number
  /** Numbers of the scenario that a test may break, by name. */
  readonly constants: Readonly<Record<string, number>>
  /**
   * Runs a scenario to the end of its ticks.
   * @param name - name of its file if scenarios are saved; networks that differ by the seed alone share it
   * @param use - reads the results; the network is destroyed afterwards. `stated` is the model of the scenario as the experiment
   * has written it, which a mutation does not change: what is expected follows from it
   */
  run<T>(
    name: string,
    scenario: ScenarioInput,
    use: (simulation: Simulation, stated: Model) => T | Promise<T>,
  ): Promise<T>
  /** Reports the progress, 0 to 1, and the results so far: expected values at the start, measured ones later. */
  progress(share: number, chart?: Chart): void
  /**
   * States checks before the end: a run ends here if only a failure is wanted. Not evaluated otherwise.
   * @param checks - checks that stay as they are until the end or fail further, unless `networks` is given
   * @param networks - the checks are means over these, and may still change; a check without an interval is not judged before the last
   */
  judge(checks: () => readonly Check[], networks?: Networks): void
}

/** An experiment with expected numbers. */
export interface Reproduction {
  /** Name on the command line. */
  readonly id: string
  readonly title: string
  /** The papers of the model and of the claim. */
  readonly citation: string
  /** The result in a sentence. */
  readonly claim: string
  /** The origin of the tolerances, and the differences from the source. */
  readonly method: string
  /** Rough duration on a software adapter. */
  readonly duration: Readonly<Record<Size, string>>
  /** Numbers of its scenarios that a test may break, with their right values. */
  readonly constants: Readonly<Record<string, number>>
  /** A constant and a wrong value for which the checks must fail. */
  readonly wrong: { readonly constant: string; readonly value: number }
  /** Constants of its scenarios that may change by a factor of two. */
  readonly unaffected: readonly Unaffected[]
  measure(lab: Lab, size: Size): Promise<Outcome>
}

/** measured = expected within a tolerance. */
export function near(
  what: string,
  expected: number,
  measured: number | Estimate,
  tolerance: number,
  source: Stated,
): Check {
  return judge({ what, relation: 'near', expected, tolerance, source }, measured)
}

/** measured >= expected. */
export function atLeast(what: string, expected: number, measured: number | Estimate, source: Stated): Check {
  return judge({ what, relation: 'at least', expected, tolerance: 0, source }, measured)
}

/** measured <= expected. */
export function atMost(what: string, expected: number, measured: number | Estimate, source: Stated): Check {
  return judge({ what, relation: 'at most', expected, tolerance: 0, source }, measured)
}

/** The measurements so far, at the first places on the x axis, with 95 % intervals if there are several networks. */
export function measuredPoints(
  x: readonly number[],
  found: readonly Estimate[],
  label: string | undefined,
  colour: Colour = 0,
): Mark {
  return {
    kind: 'points',
    x: x.slice(0, found.length),
    y: found.map(({ mean }) => mean),
    ...(found.every(({ half }) => Number.isFinite(half)) && { error: found.map(({ half }) => half) }),
    ...(label !== undefined && { label }),
    colour,
  }
}

function judge(asked: Omit<Check, 'measured' | 'passed'>, measured: number | Estimate): Check {
  const { relation, expected, tolerance } = asked
  const { mean, half, count } =
    typeof measured === 'number' ? { mean: measured, half: NaN, count: 1 } : measured
  const passed =
    relation === 'near'
      ? Math.abs(mean - expected) <= tolerance
      : relation === 'at least'
        ? mean >= expected
        : mean <= expected
  const spread = Number.isNaN(half) ? {} : { half, networks: count }
  return { ...asked, measured: mean, ...spread, passed }
}
