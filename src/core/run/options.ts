/** What a simulation is built with: its options, the plan that they make on a device, and the products tuned ahead. */
import type { Model } from '../model/model.ts'
import { abilitiesOf } from '../gpu/adapter.ts'
import { tuneChoices } from '../gpu/tuner.ts'
import type { Limits } from '../plan/layout.ts'
import type { PlanOptions } from '../plan/plan.ts'
import { type Residence, type ResidentMode, planResidence } from '../plan/forms.ts'
import { untuned } from '../plan/tuning.ts'
import { withCurrentNames } from '../plan/aliases.ts'
import type { Tuned } from '../plan/variants.ts'

export interface SimulationOptions extends Omit<PlanOptions, 'resident'> {
  /**
   * Whether a small network lives in one kernel, many ticks a dispatch. `on`: from the first tick; `off`: never; `auto`
   * (default): compiled in the background once a long run has begun, and taken when it is ready. Values are the same within
   * rounding; for runs that are to be equal to the last bit say `on` or `off`.
   */
  readonly resident?: ResidentMode
  /** What `planResidence` made for this device and model: nothing is planned again, and what else plans is not looked at. */
  readonly plan?: Residence
  /** Limits to plan with; default those of the device. */
  readonly limits?: Limits
  /** Longest time in ms that one submit should take. */
  readonly submitTime?: number
  /** False = samples are handed to `onSample` only and not kept, and may be as many as one likes. */
  readonly keepSamples?: boolean
}

/** The plan by which a model, or a sketch of its shapes, is built on a device. */
export function planOn(device: GPUDevice, model: Model, options: SimulationOptions = {}): Residence {
  if (options.plan !== undefined) return options.plan
  const { resident = 'auto', ...planOptions } = options
  const limits = options.limits ?? device.limits
  return planResidence(model, limits, { ...abilitiesOf(device), ...planOptions }, resident)
}

/**
 * Times the products of a network on a device, a fraction of a second for each, and finds their fastest forms. Nothing is tuned
 * unless this is called; results differ by rounding alone.
 * @param known - what was found before, as this gave it; only the rest is timed
 * @returns for the option `tuned`; plain data, to be kept by adapter and version
 * @throws ModelError if the network does not fit the device
 */
export async function tune(
  device: GPUDevice,
  model: Model,
  options: SimulationOptions = {},
  known: Tuned = {},
): Promise<Tuned> {
  const kept = withCurrentNames(known)
  const { plan } = planOn(device, model, { ...options, tuned: kept })
  const { tuned } = await tuneChoices(device, untuned(plan, kept))
  return { ...kept, ...tuned }
}
