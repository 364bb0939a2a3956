/** Whether a line may join the samples of a probe, or would hide changes between them. Pure. */
import type { Model, Probe, Stimulus } from '../../core/model/model.ts'
import { shortestDwell } from '../../core/model/stimulus.ts'

/** A probe whose samples are less frequent than the changes of the probed variable. */
export interface Sparse {
  /** Ticks from sample to sample, and from one change of the stimulus to the next. */
  readonly interval: number
  readonly change: number
}

/**
 * Undefined if lines are right: the stimulus changes no faster than the probe is sampled, or the probed variable
 * is slower than the stimulus and averages over it.
 * @param kept - one of this number of samples is stored
 */
export function sparseOf(model: Model, name: string, kept: number): Sparse | undefined {
  const probe = model.probes.find((one) => one.name === name)
  if (probe === undefined) return undefined
  const interval = probe.every * kept
  const changes = model.stimulus
    .filter(
      (item) => changeOf(item) < interval && timeOf(model, probe, item) <= changeOf(item) * model.time.dt,
    )
    .map(changeOf)
  return changes.length === 0 ? undefined : { interval, change: Math.min(...changes) }
}

/** Ticks between two changes of the stimulus; Infinity for a constant stimulus. */
function changeOf({ kind, patterns, start, stop, gap, order, ...item }: Stimulus): number {
  const dwell = shortestDwell(item)
  if (kind === 'initial' || stop - start <= dwell) return Infinity
  if (patterns.rows === 1 && (gap === 0 || order === 'once')) return Infinity
  return gap === 0 ? dwell : Math.min(dwell, gap)
}

/** The response time of the probed variable to a stimulus; 0 = immediate. */
function timeOf({ layers, memories }: Model, probe: Probe, { kind, layer }: Stimulus): number {
  if ('memory' in probe) return memories.find(({ name }) => name === probe.memory)?.tau ?? Infinity
  const isHeld = kind === 'clamp' && (!('layer' in probe) || probe.layer === layer)
  if (isHeld || !('layer' in probe)) return 0
  return layers.find(({ name }) => name === probe.layer)?.tau ?? 0
}

/** Such as `points, one every 50 ticks`, and why. */
export function sparseText({ interval, change }: Sparse): { readonly text: string; readonly reason: string } {
  return {
    text: `points, one every ${interval} ticks`,
    reason: `The shown pattern changes every ${change === 1 ? 'tick' : `${change} ticks`}: a line between samples would show values that never occurred.`,
  }
}
