/** Tuning of products ahead of a simulation. */
import type { Model } from '../model/model.ts'
import { tuneChoices } from '../gpu/tuner.ts'
import { withCurrentNames } from '../plan/aliases.ts'
import { untuned } from '../plan/tuning.ts'
import type { Tuned } from '../plan/variants.ts'
import { type SimulationOptions, planOn } from './options.ts'

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
