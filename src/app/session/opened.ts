/** The open network, and the states that the next network keeps. */
import type { Model } from '../../core/model/model.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { Judge } from '../../core/run/claims.ts'
import type { Sample } from '../../core/run/series.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import type { Controls } from '../controls/controls.ts'
import type { Plots } from '../plots/plots.ts'
import type { Lanes } from '../timeline/lanes.ts'
import type { Stage } from '../views/stage.ts'
import type { Autosave } from './autosave.ts'
import type { Loop } from './loop.ts'
import type { Recorder } from './recorder.ts'
import type { Source } from './source.ts'
import type { Watch } from './tuning.ts'

/** The parts of one network. */
export interface Opened {
  readonly source: Source
  /** The scenario when it was opened. */
  readonly home: Scenario
  readonly simulation: Simulation
  readonly stage: Stage
  readonly plots: Plots
  readonly lanes: Lanes
  readonly recorder: Recorder
  /** Of the claims; absent where they do not fit what is sampled. */
  readonly judge: Judge | undefined
  readonly controls: Controls
  readonly loop: Loop
  readonly autosave: Autosave
  readonly watch: Watch
  /** Copies a sample of a run that continues here. */
  readonly keep: (sample: Sample) => void
}

/** Removes all parts of a network. */
export function destroyOpened({ watch, loop, controls, lanes, plots, stage, simulation }: Opened): void {
  watch.stop()
  for (const part of [loop, controls, lanes, plots, stage, simulation]) part.destroy()
}

/** Clears the views of a run before another begins. */
export function startAnew({ plots, lanes, recorder, stage }: Opened): void {
  plots.clear()
  lanes.restart()
  recorder.clear()
  stage.restart()
}

/** The reader's choices for plots and time scales. */
export function lookOf({ plots, lanes }: Opened) {
  return { plots: plots.view(), lanes: lanes.view() }
}

/** @param goesOn - true if the run continues that of the previous network */
export function showLook({ plots, lanes }: Opened, look: ReturnType<typeof lookOf>, goesOn: boolean): void {
  plots.show(look.plots, goesOn)
  lanes.show(look.lanes, goesOn)
}

/**
 * Applies the patterns of another model to the present, paused network. Rows of learning memories with other
 * initial values start again; at tick 0 all states do.
 */
export async function takeOver({ simulation, plots, recorder }: Opened, next: Model): Promise<void> {
  const before = simulation.model
  simulation.adopt(next)
  if (simulation.tick === 0) {
    await simulation.flush().catch(() => undefined)
    plots.clear()
    recorder.clear()
    await simulation.reset()
    // Samples the state before the first tick.
    await simulation.step(0)
    return
  }
  for (const { name, tau, init } of next.memories) {
    if (tau === undefined) continue
    const { columns, rows } = init
    const old = before.memories.find((memory) => memory.name === name)?.init.data
    for (let row = 0; row < rows; row++) {
      const values = init.data.subarray(row * columns, (row + 1) * columns)
      if (values.every((value, column) => value === old?.[row * columns + column])) continue
      for (let replica = 0; replica < next.replicas; replica++)
        simulation.writePart(name, (replica * rows + row) * columns, values)
    }
  }
}
