/** GPU times of the groups during a run: at intervals a few ticks, each group in a timed pass. */
import type { GroupTime, Profile } from '../../core/run/profile.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import type { Loop } from '../session/loop.ts'
import type { Stage } from '../views/stage.ts'

/** Milliseconds between two profiles, and the part of a second's ticks that one takes. */
const PROFILE_INTERVAL = 1000
const PROFILE_SHARE = 0.05
const MOST_PROFILED = 32

/** Weight of a new profile in the shown mean. */
const SMOOTHING = 0.3

export interface Profiler {
  /** Microseconds for a tick, by `kind.name`. */
  readonly times: ReadonlyMap<string, number>
  /** Microseconds to draw all pictures once. */
  readonly drawing: number | undefined
  /** Profiles some ticks of the run at intervals; the run continues as soon as they are submitted. */
  update(now: number): void
  destroy(): void
}

export function createProfiler(
  simulation: Simulation,
  stage: Pick<Stage, 'timeDrawing'>,
  loop: () => Loop | undefined,
): Profiler {
  const times = new Map<string, number>()
  let drawing: number | undefined
  let profiledAt = -Infinity
  let isProfiling = false
  let isCold = true
  let isDestroyed = false

  const learn = ({ ticks, groups }: Profile): void => {
    if (isDestroyed || ticks === 0) return
    // The first passes of a group may include compilation.
    if (isCold) {
      isCold = false
      return
    }
    groups.forEach(({ kind, name, microseconds }: GroupTime) => {
      const key = `${kind}.${name}`
      times.set(key, smoothed(times.get(key), microseconds))
    })
  }

  return {
    times,
    get drawing() {
      return drawing
    },
    update(now) {
      const running = loop()
      if (running?.playing !== true || isProfiling || !simulation.canProfile) return
      if (now - profiledAt < PROFILE_INTERVAL || !running.hasRoom) return
      const count = Math.min(MOST_PROFILED, Math.max(1, Math.round(running.rate * PROFILE_SHARE)))
      const left = simulation.model.time.ticks - simulation.tick
      // The run ends at its last tick.
      if (left > 0 && count >= left) return
      profiledAt = now
      isProfiling = true
      stage.timeDrawing?.((time) => (drawing = smoothed(drawing, time)))
      void running
        .still(
          () =>
            new Promise<void>((submitted) => {
              simulation
                .profile(count, submitted)
                .then(learn, () => undefined)
                .finally(() => {
                  isProfiling = false
                  submitted()
                })
            }),
        )
        .catch(() => undefined)
    },
    destroy() {
      isDestroyed = true
    },
  }
}

function smoothed(before: number | undefined, now: number): number {
  return before === undefined ? now : before * (1 - SMOOTHING) + now * SMOOTHING
}
