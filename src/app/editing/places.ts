/** Places of cues and memories in a scenario, for edits by hand. Pure. */
import { storedBy } from '../../core/kinds/bases/table.ts'
import { isDense } from '../../core/model/couplings.ts'
import type { Model, Rows } from '../../core/model/model.ts'
import { dealt } from '../../core/model/values.ts'
import type { Patterns } from '../../core/model/patterns/schema.ts'
import type { MemorySpec } from '../../core/model/schema.ts'
import { isSparseInit, memorySpecs } from '../../core/model/specs.ts'
import { shownAt } from '../../core/model/stimulus.ts'
import { repetitionOf } from '../../core/model/variation.ts'
import { cueAt } from '../views/companions.ts'

/** Editable patterns of a scenario. */
interface Place {
  /** Path of the patterns in the scenario. */
  readonly path: string
  readonly patterns: Patterns
  readonly rows: Rows
}

/** The cue of a layer. */
export interface Cue extends Place {
  /** init: the state at tick 0 of a layer that no stimulus sets. */
  readonly kind: 'initial' | 'clamp' | 'current' | 'init'
  /** Of the stimulus; absent for `init`. */
  readonly index?: number
  /** True if the cue acts in every tick, not only at the start. */
  readonly isHeld: boolean
  /** The row for a replica. */
  rowOf(replica: number): number
}

/** Stored rows of a network: those of a memory, or the patterns of a hebbian coupling. */
export interface Store extends Place {
  readonly name: string
  readonly kind: 'memory' | 'synapse'
  readonly layer: string
  /** The layer of hidden neurons, one for each row. */
  readonly to?: string
  readonly scale: number
  readonly format: 'f32' | 'f16' | 'binary'
  /** True if every replica has separate rows, which learn. */
  readonly learns: boolean
}

/** The cue of a layer after some ticks, as drawn next to the state; without a cue, its initial state. */
export function cueOf(model: Model, layer: string, passed: number): Cue | undefined {
  const found = cueAt(model, layer, passed)
  if (found !== undefined) {
    const { item, index, tick, state } = found
    const spec = model.scenario.stimulus[index]
    if (spec === undefined) throw new Error(`the scenario has no stimulus ${index}`)
    const row = Math.max(0, shownAt(item, index, model.seed, tick))
    return {
      kind: item.kind,
      index,
      path: `stimulus.${index}.patterns`,
      patterns: spec.patterns,
      rows: item.patterns,
      isHeld: item.kind !== 'initial' && state === 'now',
      rowOf: (replica) => (item.kind === 'initial' ? repetitionOf(model, replica) % item.patterns.rows : row),
    }
  }
  const own = model.layers.find(({ name }) => name === layer)
  if (own === undefined || own.tau === 0) return undefined
  const { init = { kind: 'zeros' } } = model.scenario.neurons[layer] ?? {}
  return {
    kind: 'init',
    path: `neurons.${layer}.init`,
    patterns: init,
    rows: own.init,
    isHeld: false,
    rowOf: (replica) => repetitionOf(model, replica) % own.init.rows,
  }
}

function patternsOf(init: MemorySpec['init'] = { kind: 'zeros' }): Patterns {
  if (isSparseInit(init)) throw new Error('a dense memory has no sparse init')
  return init
}

/** All memories and synapses that store patterns of a layer. */
export function storesOf(model: Model, layer: string): Store[] {
  const { scenario } = model
  const memories = model.couplings
    .filter(isDense)
    .filter(({ from }) => from === layer)
    .map(({ name, to, init, scale, format, tau }): Store => ({
      kind: 'memory',
      name,
      layer,
      to,
      path: `memories.${name}.init`,
      patterns: patternsOf(memorySpecs(scenario)[name]?.init),
      rows: init,
      scale,
      format,
      learns: tau !== undefined,
    }))
  const synapses = model.synapses.flatMap((synapse): Store[] => {
    const spec = scenario.synapses[synapse.name]?.base
    const rows = storedBy(synapse.base)
    if (synapse.layer !== layer || rows === undefined) return []
    if (spec === undefined || spec === 0 || !('patterns' in spec)) return []
    return [
      {
        kind: 'synapse',
        name: synapse.name,
        layer,
        path: `synapses.${synapse.name}.base.patterns`,
        patterns: spec.patterns,
        rows,
        scale: 1,
        format: 'f32',
        learns: false,
      },
    ]
  })
  return [...memories, ...synapses]
}

/** The layer for edits by hand: that of the first stimulus, else the first with stored patterns. */
export function visibleLayer(model: Model): string | undefined {
  const named = model.stimulus.find(({ layer }) => storesOf(model, layer).length > 0)?.layer
  return (
    named ??
    model.layers.find(({ name }) => storesOf(model, name).length > 0)?.name ??
    model.layers.find(({ tau }) => tau > 0)?.name
  )
}

export function rowValues(rows: Rows, row: number): Float64Array {
  return dealt(rows, row)
}

/** The first row of zeros; undefined if there is none. */
export function zeroRow({ rows, columns, data }: Rows): number | undefined {
  for (let row = 0; row < rows; row++)
    if (data.subarray(row * columns, (row + 1) * columns).every((value) => value === 0)) return row
  return undefined
}

/** Values of the brush: the extremes of patterns, and the blank value. */
export interface Ink {
  readonly plus: number
  readonly minus: number
  readonly blank: number
}

/**
 * The values of a brush among patterns: their largest and smallest entry to three digits; blank is 0, or the
 * smallest entry if none is below 0. Without patterns -1 and +1.
 */
export function inkOf(all: readonly Rows[]): Ink {
  let [low, high] = [Infinity, -Infinity]
  for (const { data } of all)
    for (const value of data) {
      if (value < low) low = value
      if (value > high) high = value
    }
  if (!(high > 0) || low === high) return { plus: 1, minus: -1, blank: 0 }
  const [plus, minus] = [Number(high.toPrecision(3)), Number(low.toPrecision(3))]
  return minus < 0 ? { plus, minus, blank: 0 } : { plus, minus, blank: minus }
}
