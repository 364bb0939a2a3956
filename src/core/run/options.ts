/** Options of a simulation, the plan from them on a device, and tuning ahead of products. */
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
   * Whether a small network runs in one kernel, many ticks in a dispatch. `on`: from the first tick; `off`:
   * never; `auto` (default): compiled in the background during a long run, and used when ready. Values are the
   * same within rounding; use `on` or `off` for bit-identical runs.
   */
  readonly resident?: ResidentMode
  /**
   * The result of `planResidence` for this device and model: it replaces planning, and other options of planning
   * are ignored.
   */
  readonly plan?: Residence
  /** Limits for the plan; default: those of the device. */
  readonly limits?: Limits
  /** Longest time of one submit in ms. */
  readonly submitTime?: number
  /** False = samples go to `onSample` only and are not stored, so their number is not limited. */
  readonly keepSamples?: boolean
}

/** The plan of a model, or of a sketch of its shapes, for a device. */
export function planOn(device: GPUDevice, model: Model, options: SimulationOptions = {}): Residence {
  if (options.plan !== undefined) return options.plan
  const { resident = 'auto', ...planOptions } = options
  const limits = options.limits ?? device.limits
  return planResidence(model, limits, { ...abilitiesOf(device), ...planOptions }, resident)
}

/**
 * Times the products of a network on a device, less than 1 s for each, and returns their fastest forms. There is
 * no tuning without this call; results differ only by rounding.
 * @param known - earlier results of this function; only the rest is timed
 * @returns the option `tuned`: plain data, to be stored by adapter and version
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
