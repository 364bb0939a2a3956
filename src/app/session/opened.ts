/** The open network, and the states that the next network keeps. */
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

export interface HandedOver {
  readonly tick: number
  /** Samples that continue in the new network. */
  readonly samples: readonly Sample[]
  /** The states that were lost, in one line; empty = none. */
  readonly text: string
}

/**
 * Copies the states that fit from the old, paused network to the new one.
 * @param base - the scenario that the new one was made from; later changes of parameters are applied again
 */
export async function handOver(
  { simulation, recorder }: Opened,
  next: Simulation,
  base: Scenario,
): Promise<HandedOver> {
  for (const { path, to } of differences(base, simulation.model.scenario))
    if (next.parameters.includes(path)) next.set(path, to as number)
  // A failed run has no valid states.
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
  const restored = { ...initial, tick, origin, arrays, series: [] }
  if (tick === 0) {
    await next.restore(restored)
    return { tick, samples: [], text: '' }
  }

  const before = recorder.series()
  const series = carriedSeries(before, next.series)
  const isCarried = ({ probe }: Sample): boolean => series.some(({ name }) => name === probe)
  // The others begin with the present state, as the start of a run does.
  const first: Sample[] = []
  const stop = next.onSample((sample) => {
    if (!isCarried(sample)) first.push(sample)
  })
  await next.restore(restored, { resample: true })
  await next.step(0)
  await next.flush()
  stop()
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
  return { tick, samples: [...samplesOf(series), ...first], text }
}
