/** Runs that end at rest (`time.until`): the probe of the speed, and the delay of the decision in ticks. */
import type { Probe } from './model.ts'
import { CHECKS } from './probes.ts'
import type { Scenario } from './schema.ts'

/** Name of the extra probe for `time.until`; not a possible name in a scenario. */
export const REST_PROBE = 'time.until'

/** The fewest ticks from a check to the end of the run: the GPU runs them while the result is read back. */
const LEAST_LAG = 128

/** Ticks from the check that finds rest to the end of the run: fixed, so that the end does not depend on timing. */
export function restLag(every: number): number {
  return every * Math.ceil(LEAST_LAG / every)
}

/** @throws ModelError for an unknown or adiabatic layer */
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
