/** The energy over the plane of two patterns: one replica for each point of a grid of states a xi1 + b xi2. Pure. */
import { heldFixed } from '../../../core/analysis/fixed-points.ts'
import type { Moment } from '../../../core/analysis/flow.ts'
import type { Layer, Model } from '../../../core/model/model.ts'
import { withoutNoise } from '../../../core/model/neuron-values.ts'
import { dealt } from '../../../core/model/values.ts'
import type { Vector } from './projection.ts'

/** A rectangle of the plane. */
export interface Extent {
  readonly a: readonly [number, number]
  readonly b: readonly [number, number]
}

/** The coordinate of a line of a grid. */
export function coordinate([low, high]: readonly [number, number], index: number, lines: number): number {
  return low + ((high - low) * index) / (lines - 1)
}

/** The states of the grid, [lines * lines, N]: b ascends from line to line, a within a line. */
export function statesOnPlane(xi1: Vector, xi2: Vector, { a, b }: Extent, lines: number): Float32Array {
  const size = xi1.length
  const states = new Float32Array(lines * lines * size)
  for (let line = 0; line < lines; line++) {
    for (let column = 0; column < lines; column++) {
      const [one, two] = [coordinate(a, column, lines), coordinate(b, line, lines)]
      const start = (line * lines + column) * size
      for (let i = 0; i < size; i++) states[start + i] = one * xi1[i]! + two * xi2[i]!
    }
  }
  return states
}

/**
 * A network with a replica for each of some states of a layer, and one probe, its energy. Couplings and other layers are held at
 * a moment; there is no input and no noise.
 * @param states - [count, N] of the layer
 * @param replica - whose bias it takes
 */
export function energyModel(
  model: Model,
  moment: Moment,
  layer: string,
  states: Float32Array,
  replica: number,
): Model {
  const layers = model.layers.map((one): Layer => {
    const { name, size, bias } = one
    const data = name === layer ? states : Float32Array.from(moment[name] as ArrayLike<number>)
    return {
      ...withoutNoise(one),
      bias: { rows: 1, columns: size, data: Float32Array.from(dealt(bias, replica)) },
      init: { rows: data.length / size, columns: size, data },
    }
  })
  const count = states.length / (model.layers.find(({ name }) => name === layer)?.size ?? 1)
  return {
    ...model,
    ...heldFixed(model, moment),
    layers,
    replicas: count,
    stimulus: [],
    probes: [{ kind: 'energy', name: 'energy', every: 1 }],
  }
}
