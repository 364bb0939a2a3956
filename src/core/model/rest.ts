/** Runs that end at rest (`time.until`): the probe that measures the speed, and the ticks by which the decision lags. */
import type { Probe } from './model.ts'
import { CHECKS } from './probes.ts'
import type { Scenario } from './schema.ts'

/** Name of the probe that a scenario with `time.until` has besides its own; no probe of a scenario can have it. */
export const REST_PROBE = 'time.until'

/** Ticks from a check to the end that it decides, at least: while a check is on its way, the GPU has these to run. */
const LEAST_LAG = 128

/** Ticks from the check that finds rest to the end of the run: always the same, so that the end is no matter of timing. */
export function restLag(every: number): number {
  return every * Math.ceil(LEAST_LAG / every)
}

/** @throws ModelError for a layer that there is not, or an adiabatic one */
export function checkUntil(scenario: Scenario): void {
  const { until } = scenario.time
  if (until !== undefined) CHECKS['moving-layer'](scenario, until.layer, `${REST_PROBE}.layer`)
}

/** The probe of the speed; none without `time.until`. */
export function restProbes({ time: { until } }: Scenario): Probe[] {
  return until === undefined
    ? []
    : [{ kind: 'speed', name: REST_PROBE, layer: until.layer, every: until.every }]
}

/** True for a probe whose samples are results. */
export function isRecorded({ name }: Pick<Probe, 'name'>): boolean {
  return name !== REST_PROBE
}
