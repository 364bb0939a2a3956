/** The one network that is open, and what the next one takes over from it. */
import type { Model } from '../../core/model/model.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { Judge } from '../../core/run/claims.ts'
import type { Sample } from '../../core/run/series.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import type { Controls } from '../controls/controls.ts'
import { differences } from '../editing/undo.ts'
import type { Plots } from '../plots/plots.ts'
import type { Lanes } from '../timeline/lanes.ts'
import type { Stage } from '../views/stage.ts'
import type { Autosave } from './autosave.ts'
import type { Loop } from './loop.ts'
import { carriedOver, carriedSeries } from './rebuild.ts'
import { type Recorder, samplesOf } from './recorder.ts'
import type { Source } from './source.ts'
import type { Watch } from './tuning.ts'

/** What belongs to one network. */
export interface Opened {
  readonly source: Source
  /** The scenario as it was opened. */
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
  /** Takes over a sample of a run that goes on here. */
  readonly keep: (sample: Sample) => void
}

/** Takes everything of a network away. */
export function destroyOpened({ watch, loop, controls, lanes, plots, stage, simulation }: Opened): void {
  watch.stop()
  for (const part of [loop, controls, lanes, plots, stage, simulation]) part.destroy()
}

/** Forgets what a run has left to see; another begins. */
export function startAnew({ plots, lanes, recorder, stage }: Opened): void {
  plots.clear()
  lanes.restart()
  recorder.clear()
  stage.restart()
}

/** What the reader has chosen to see of the samples and of the time scales. */
export function lookOf({ plots, lanes }: Opened) {
  return { plots: plots.view(), lanes: lanes.view() }
}

/** @param goesOn - the run is that of the network before */
export function showLook({ plots, lanes }: Opened, look: ReturnType<typeof lookOf>, goesOn: boolean): void {
  plots.show(look.plots, goesOn)
  lanes.show(look.lanes, goesOn)
}

/**
 * Gives the patterns of another model to the network that there is, which stands still. Rows of learning memories that
 * start from something else start anew; at tick 0 everything does.
 */
export async function takeOver({ simulation, plots, recorder }: Opened, next: Model): Promise<void> {
  const before = simulation.model
  simulation.adopt(next)
  if (simulation.tick === 0) {
    await simulation.flush().catch(() => undefined)
    plots.clear()
    recorder.clear()
    await simulation.reset()
    // Samples what stands before the first tick.
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

export interface HandedOver {
  readonly tick: number
  /** Samples that go on in the new network. */
  readonly samples: readonly Sample[]
  /** What could not be kept, in one line; empty = everything was. */
  readonly text: string
}

/**
 * Gives the new network what fits it of the old one, which stands still.
 * @param base - the scenario that the new one was made from; parameters that were moved since then are moved there too
 */
export async function handOver(
  { simulation, recorder }: Opened,
  next: Simulation,
  base: Scenario,
): Promise<HandedOver> {
  for (const { path, to } of differences(base, simulation.model.scenario))
    if (next.parameters.includes(path)) next.set(path, to as number)
  // A run that has failed has nothing worth keeping.
  const isSound = await simulation.flush().then(
    () => true,
    () => false,
  )
  const carried = carriedOver(simulation.model, next.model, simulation.tick)
  const kept = isSound ? carried.kept : []
  if (kept.length === 0) {
    const text = simulation.tick === 0 ? '' : 'Built anew, from tick 0: no state of the network before fits.'
    return { tick: 0, samples: [], text }
  }
  const { tick } = simulation
  const initial = await next.checkpoint()
  const arrays = { ...initial.arrays }
  for (const name of kept) arrays[name] = await simulation.read(name)
  const origin = { tick, time: simulation.time }
  await next.restore({ ...initial, tick, origin, arrays, series: [] })
  if (tick === 0) return { tick, samples: [], text: '' }

  const before = recorder.series()
  const series = carriedSeries(before, next.series)
  const lost = [
    ...carried.anew,
    ...before
      .filter((one) => one.tick.length > 0 && !series.includes(one))
      .map(({ name }) => name)
      .filter((name) => next.series.some((other) => other.name === name)),
  ].map((name) => `\`${name}\``)
  const text =
    lost.length === 0
      ? ''
      : `${lost.join(', ')} ${lost.length === 1 ? 'starts' : 'start'} anew at tick ${tick}; the rest goes on.`
  return { tick, samples: samplesOf(series), text }
}
