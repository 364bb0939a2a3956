/** Options of a simulation, and the plan from them on a device. */
import type { Model } from '../model/model.ts'
import { abilitiesOf } from '../gpu/adapter.ts'
import type { Limits } from '../plan/layout.ts'
import type { PlanOptions } from '../plan/plan.ts'
import { type Residence, type ResidentMode, planResidence } from '../plan/forms.ts'

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
