/** The places of rows in a scenario: their sources, and the required shape. */
import type { Rows } from './model.ts'
import type { Block } from './patterns/block.ts'
import type { Want } from './patterns/want.ts'
import type { SparseInit } from '../kinds/couplings/sparse.ts'
import type { Patterns } from './patterns/schema.ts'
import type { Scenario } from './schema.ts'
import { partPath } from './specs.ts'

export interface Place extends Want {
  /** The source of the rows; a number = one row of this number. */
  readonly patterns: Patterns | SparseInit | number
  /**
   * The last step for the rows.
   * @throws ModelError for rows that are not possible here
   */
  readonly finish?: (block: Block) => Block
  /** Paths of the places with the same number of rows, including this place. */
  readonly alike?: readonly string[]
  /** True if entries of a sparse matrix become dense rows. */
  readonly isWrittenOut?: true
  /** The points of a variation with this cue; absent = one cue for all. */
  readonly point?: PointCue
}

/** Points of a variation with the same damage of their cues. */
export interface PointCue {
  /** The patterns for these points only. */
  readonly key: string
  /** The seed of the damage. */
  readonly seed: number
  /** True if it is the seed of all that is drawn. */
  readonly isNetwork?: true
}

/** Returns the rows of a place. */
export type RowsAt = (place: Place) => Rows

/** The places of a scenario by name, in the order in which errors are reported. */
export type Places = ReadonlyMap<string, Place>

/** A name for each place: its path, and the key of its points. */
export function placeName({ path, point }: Pick<Place, 'path' | 'point'>): string {
  return point === undefined ? path : `${path} ${point.key}`
}

/**
 * The place whose rows `rows` copies.
 * @param of - a memory, synapses with a base of patterns, or a stimulus, such as `stimulus.0`
 * @param point - points of the copy, which copies the cue of these points if they have one
 */
export function originOf(scenario: Scenario, places: Places, of: string, point?: PointCue): Place {
  // Names may equal those of built-in functions, such as `toString`.
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
