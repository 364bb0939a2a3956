/** The longest step of explicit integrators. */
import { integratorOf } from '../kinds/integrators/table.ts'
import { ModelError } from '../errors.ts'
import type { Scenario } from './schema.ts'

/** A dynamic group. */
export interface Stepping {
  readonly path: string
  /** Time constant; for a layer that of its fastest neuron. */
  readonly tau: number
  readonly every: number
}

/**
 * An explicit step overshoots when it is longer than the time constant.
 * @throws ModelError for the group with the largest step / limit
 */
export function checkSteps({ dt, integrator }: Scenario['time'], groups: readonly Stepping[]): void {
  const { longest } = integratorOf(integrator)
  if (longest === Infinity) return
  const [worst] = groups
    .map((group) => ({ ...group, largest: (longest * group.tau) / group.every }))
    .sort((a, b) => a.largest - b.largest)
  // The limit itself is allowed; dt * every may round to slightly more.
  if (worst === undefined || dt / worst.largest <= 1 + 1e-9) return
  const ratio = Number(((longest * dt) / worst.largest).toPrecision(4))
  throw new ModelError(
    `${integrator} is unstable for ${worst.path}: dt ${dt} * every ${worst.every} / tau ${worst.tau} = ${ratio}, more than ${longest}; set dt ` +
      `to ${Number(worst.largest.toPrecision(6))} at most, or the integrator to "exponential-euler"`,
    { path: 'time.dt' },
  )
}
