/** Reference values of probes in float64 (docs/scenario.md, "Probes"). */
import { copiedBy, measureOf } from '../kinds/probes/table.ts'
import type { Probe } from '../model/model.ts'
import type { Reference } from './network.ts'

/** One sample, all replicas concatenated; for an energy its terms. */
export function probed(reference: Reference, probe: Probe): number[] {
  const copied = copiedBy(probe)
  if (copied !== undefined) return [...reference.read(copied)]
  return measureOf(probe.kind)?.exact(probe, reference).flat() ?? []
}
