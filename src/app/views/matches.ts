/** The nearest pattern of each replica, for the companions of a picture. */
import type { Sample } from '../../core/run/series.ts'
import { NO_ROW } from './companions.ts'

export interface Matches {
  /** The nearest pattern of every replica in the last sample of an overlap probe; NO_ROW before the first. */
  readonly of: (probe: string) => Uint32Array<ArrayBuffer>
  push(sample: Sample): void
  clear(): void
}

export function createMatches(replicas: number): Matches {
  const values = new Map<string, Sample['value']>()
  return {
    of(probe) {
      const rows = new Uint32Array(replicas).fill(NO_ROW)
      const value = values.get(probe)
      if (value === undefined) return rows
      const count = value.length / replicas
      for (let replica = 0; replica < replicas; replica++) {
        const first = replica * count
        let best = first
        for (let at = first; at < first + count; at++)
          if ((value[at] as number) > (value[best] as number)) best = at
        rows[replica] = best - first
      }
      return rows
    },
    push({ probe, value }) {
      values.set(probe, value)
    },
    clear() {
      values.clear()
    },
  }
}
