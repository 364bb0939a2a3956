/** The nearest pattern of each replica, for the companions of a picture. */
import type { Simulation } from '../../core/run/simulation.ts'
import { NO_ROW } from './companions.ts'

/** For each overlap probe the nearest pattern of every replica, from its last sample. */
export function matchesOf(simulation: Simulation) {
  const { replicas } = simulation.model
  const known = new Map<string, Uint32Array<ArrayBuffer>>()
  const of = (probe: string): Uint32Array<ArrayBuffer> => {
    let rows = known.get(probe)
    if (rows === undefined) {
      rows = new Uint32Array(replicas).fill(NO_ROW)
      known.set(probe, rows)
    }
    return rows
  }
  const end = simulation.onSample(({ probe, value }) => {
    const rows = known.get(probe)
    if (rows === undefined) return
    const count = value.length / replicas
    for (let replica = 0; replica < replicas; replica++) {
      const first = replica * count
      let best = first
      for (let at = first; at < first + count; at++)
        if ((value[at] as number) > (value[best] as number)) best = at
      rows[replica] = best - first
    }
  })
  return {
    of,
    end,
    clear() {
      for (const rows of known.values()) rows.fill(NO_ROW)
    },
  }
}
