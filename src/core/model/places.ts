/** Where rows stand in a scenario: where they come from, and what they must be like there. */
import type { Rows } from './model.ts'
import type { Block } from './patterns/block.ts'
import type { Want } from './patterns/want.ts'
import type { SparseInit } from '../kinds/couplings/sparse.ts'
import type { Patterns } from './patterns/schema.ts'
import type { Scenario } from './schema.ts'
import { partPath } from './specs.ts'

export interface Place extends Want {
  /** Where the rows come from; a number = one row of it. */
  readonly patterns: Patterns | SparseInit | number
  /**
   * What is done to the rows last.
   * @throws ModelError for rows that cannot stand here
   */
  readonly finish?: (block: Block) => Block
  /** Paths of the places that have as many rows as this one, its own among them. */
  readonly alike?: readonly string[]
  /** Entries of a sparse matrix become rows that are written out. */
  readonly isWrittenOut?: true
  /** The points of a variation whose cue it is; absent = it is there once. */
  readonly point?: PointCue
}

/** Points of a variation that damage their cues in the same way. */
export interface PointCue {
  /** The same for these points alone. */
  readonly key: string
  /** The seed of the damage. */
  readonly seed: number
}

/** Gives the rows of a place. */
export type RowsAt = (place: Place) => Rows

/** The places of a scenario by their names, in the order in which what is wrong there is reported. */
export type Places = ReadonlyMap<string, Place>

/** A name for each place: its path, and the key of its points. */
export function placeName({ path, point }: Pick<Place, 'path' | 'point'>): string {
  return point === undefined ? path : `${path} ${point.key}`
}

/**
 * The place whose rows `rows` copies.
 * @param of - a memory, a hebbian synapse, or such as `stimulus.0`
 * @param point - that of the copy: it copies the cue of its own points where they have one
 */
export function originOf(scenario: Scenario, places: Places, of: string, point?: PointCue): Place {
  // Names may be those of any object's own functions, such as `toString`.
  const path = Object.hasOwn(scenario.memories, of)
    ? `memories.${of}.init`
    : Object.hasOwn(scenario.synapses, of)
      ? `synapses.${of}.base.patterns`
      : (partPath(scenario, of) ?? `${of}.patterns`)
  const own = point === undefined ? undefined : places.get(placeName({ path, point }))
  const origin = own ?? places.get(path)
  if (origin === undefined) throw new Error(`checkScenario knows the rows of ${of}`)
  return origin
}
