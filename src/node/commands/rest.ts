/** Runs that go on until the neurons rest, and what they hold then. */
import type { Moment } from '../../core/analysis/flow.ts'
import { RunError } from '../../core/errors.ts'
import { arraysOf } from '../../core/kinds/couplings/table.ts'
import type { Model } from '../../core/model/model.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import { Interruption, type Watch, watchSignals } from '../interrupt.ts'
import { createProgress } from '../progress.ts'

/** Ticks between two looks at the speed. */
export const STRIDE = 25

/** The model with nothing recorded but the speed of each dynamic layer. */
export function withSpeedProbes(model: Model): Model {
  const probes = model.layers
    .filter(({ tau }) => tau > 0)
    .map(({ name }) => ({ kind: 'speed', name, every: STRIDE, layer: name }) as const)
  return { ...model, probes }
}

/** Runs to a tick, or until the neurons rest. */
export async function advance(
  simulation: Simulation,
  at: number | 'fixed-point',
  rest: number,
): Promise<void> {
  const end = at === 'fixed-point' ? Math.max(STRIDE, 10 * simulation.model.time.ticks) : at
  const progress = createProgress(0, end)
  const watch = watchSignals()
  try {
    await simulation.step(0)
    while (simulation.tick < end) {
      await simulation.step(Math.min(STRIDE - (simulation.tick % STRIDE), end - simulation.tick))
      await simulation.flush()
      progress.update(simulation.tick)
      endIfAsked(watch, `at tick ${simulation.tick}`)
      if (at === 'fixed-point' && simulation.tick % STRIDE === 0 && speedOf(simulation) < rest) return
    }
    await simulation.flush()
    if (at === 'fixed-point')
      throw new RunError(
        `the neurons have not come to rest after ${end} ticks (largest |dx/dt| ${speedOf(simulation).toPrecision(3)}); ` +
          'give a tick with --at, a larger --speed, or more --ticks',
      )
  } finally {
    watch.stop()
    progress.stop()
  }
}

/** The largest |dx/dt| of all layers and replicas at the last sample. */
function speedOf({ series }: Simulation): number {
  return Math.max(...series.flatMap(({ value }) => Array.from(value.at(-1) ?? [])))
}

/** All states and couplings of one replica. */
export async function momentOf(simulation: Simulation, replica: number): Promise<Moment> {
  const { layers, couplings } = simulation.model
  const moment: Record<string, Float32Array> = {}
  for (const name of [...layers.map((layer) => layer.name), ...couplings.flatMap(arraysOf)]) {
    const { shape, data } = await simulation.read(name)
    const isLayer = layers.some((layer) => layer.name === name)
    const size = shape.slice(isLayer ? -1 : -2).reduce((product, length) => product * length, 1)
    const start = data.length > size ? replica * size : 0
    moment[name] = data.subarray(start, start + size)
  }
  return moment
}

/** Ends the command when a signal has asked for it; `where` it was. */
export function endIfAsked({ signal }: Watch, where: string): void {
  if (signal !== undefined) throw new Interruption(signal, `ended by ${signal} ${where}; nothing is written`)
}
