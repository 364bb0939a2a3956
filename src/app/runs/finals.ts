/** A sample as one number. */
import type { Sample } from '../../core/run/series.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import { plotOf, valueOfEach } from '../plots/history.ts'

/** The mean over replicas of what a plot shows of each; undefined for a copy of an array. */
export function finalOf(
  { series, model: { replicas } }: Pick<Simulation, 'series' | 'model'>,
  { probe, value }: Pick<Sample, 'probe' | 'value'>,
): number | undefined {
  const own = series.find(({ name }) => name === probe)
  const plot = own && plotOf(own.kind)
  if (plot === undefined) return undefined
  // One number for each pattern: the largest of one replica too.
  return valueOfEach(plot, value, replicas).reduce((sum, one) => sum + one, 0) / replicas
}
