/** What a reproduction is: an experiment with published numbers, run again and judged. */
import type { Chart, Colour, Mark } from '../analysis/chart.ts'
import type { Estimate } from '../analysis/statistics.ts'
import type { ScenarioInput } from '../model/schema.ts'
import type { Simulation } from '../run/simulation.ts'

/** quick: minutes for all of them on a software adapter. full: the sizes of the papers. */
export type Size = 'quick' | 'full'

/** A published number next to the measured one. */
export interface Check {
  readonly what: string
  /** How measured has to stand to published: near it, or on one side of it. */
  readonly relation: 'near' | 'at least' | 'at most'
  readonly published: number
  readonly measured: number
  /** Half length of the 95 % confidence interval over independent networks, where there are several. */
  readonly half?: number
  readonly networks?: number
  /** How far measured may be from published, or on its wrong side. */
  readonly tolerance: number
  readonly passed: boolean
}

export interface Outcome {
  readonly checks: readonly Check[]
  readonly chart: Chart
}

/** What an experiment works with. */
export interface Lab {
  readonly seed: number
  /** Numbers of the scenario that a test may break, by name. */
  readonly constants: Readonly<Record<string, number>>
  /**
   * Runs a scenario to the end of its ticks.
   * @param name - what its file is called where scenarios are kept; networks that differ by the seed alone share it
   * @param use - reads what the experiment needs; the network is gone afterwards
   */
  run<T>(name: string, scenario: ScenarioInput, use: (simulation: Simulation) => T | Promise<T>): Promise<T>
  /** Tells how much is done, 0 to 1, and what is known so far: what is published from the start, what is measured as it comes. */
  progress(share: number, chart?: Chart): void
}

/** An experiment with published numbers. */
export interface Reproduction {
  /** What the command line calls it. */
  readonly id: string
  readonly title: string
  /** The source of the published numbers. */
  readonly citation: string
  /** What is published, in a sentence. */
  readonly claim: string
  /** Where the tolerances come from, and what differs from the source. */
  readonly method: string
  /** Rough duration on a software adapter. */
  readonly duration: Readonly<Record<Size, string>>
  /** Numbers of its scenarios that a test may break, with their right values. */
  readonly constants: Readonly<Record<string, number>>
  /** A constant and a wrong value of it with which the published numbers do not come out. */
  readonly wrong: { readonly constant: string; readonly value: number }
  measure(lab: Lab, size: Size): Promise<Outcome>
}

/** measured = published within a tolerance. */
export function near(what: string, published: number, measured: number | Estimate, tolerance: number): Check {
  return judge(what, 'near', published, measured, tolerance)
}

/** measured >= published. */
export function atLeast(what: string, published: number, measured: number | Estimate): Check {
  return judge(what, 'at least', published, measured, 0)
}

/** measured <= published. */
export function atMost(what: string, published: number, measured: number | Estimate): Check {
  return judge(what, 'at most', published, measured, 0)
}

/** What was measured so far, at the first of some places on the x axis, with 95 % intervals where there are several networks. */
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

function judge(
  what: string,
  relation: Check['relation'],
  published: number,
  measured: number | Estimate,
  tolerance: number,
): Check {
  const { mean, half, count } =
    typeof measured === 'number' ? { mean: measured, half: NaN, count: 1 } : measured
  const passed =
    relation === 'near'
      ? Math.abs(mean - published) <= tolerance
      : relation === 'at least'
        ? mean >= published
        : mean <= published
  const spread = Number.isNaN(half) ? {} : { half, networks: count }
  return { what, relation, published, measured: mean, ...spread, tolerance, passed }
}
