/** Parts of the scenario's schema: numbers with ranges, texts, choices, each with its title and description. */
import * as v from 'valibot'
import type { Named } from './probes/definition.ts'

/** The slider of a number on the page; its range is narrower than that of the schema. */
export interface Control {
  readonly min: number
  readonly max: number
  /** Absent = any. */
  readonly step?: number
  /** True for a logarithmic scale. */
  readonly log?: true
}

interface Range {
  readonly min?: number
  readonly above?: number
  readonly max?: number
  readonly below?: number
  readonly integer?: true
  readonly control?: Control
}

/** A number with its range. The GPU uses float32, so overflow and underflow are excluded. */
export function number(title: string, description: string, range: Range = {}): v.GenericSchema<number> {
  const items: v.PipeItem<number, number, v.BaseIssue<unknown>>[] = []
  if (range.integer) items.push(v.integer())
  else items.push(v.check(fitsFloat32, FLOAT32_RANGE))
  if (range.min !== undefined) items.push(v.minValue(range.min))
  if (range.above !== undefined) items.push(v.gtValue(range.above))
  if (range.max !== undefined) items.push(v.maxValue(range.max))
  if (range.below !== undefined) items.push(v.ltValue(range.below))
  items.push(v.title(title), v.description(description))
  if (range.control) items.push(v.metadata({ control: range.control }))
  return v.pipe(v.number(), ...items)
}

export const FLOAT32_RANGE = 'must be 0 or between 1e-30 and 1e30 in size (float32)'

export function fitsFloat32(value: number): boolean {
  const size = Math.abs(value)
  return size === 0 || (size >= 1e-30 && size <= 1e30)
}

export const positiveInteger = (title: string, description: string, max = 2 ** 31) =>
  number(title, description, { integer: true, min: 1, max })

/** The path of a file. */
export const file = (title: string, description: string) =>
  v.pipe(
    v.string(),
    v.minLength(1),
    v.title(title),
    v.description(`${description} Relative to the scenario file and inside its folder.`),
  )

export const text = (title: string, description: string) =>
  v.pipe(v.string(), v.title(title), v.description(description))

/**
 * The target of a name: an object of the scenario (as the keys of probes do), a source of rows, a probe, or the path of a
 * parameter. Renaming an object, forms and completion follow it.
 */
export type Naming = Named | 'rows' | 'probe' | 'parameter'

/** A name. */
export const named = (title: string, description: string, names: Naming): v.GenericSchema<string> =>
  v.pipe(v.string(), v.title(title), v.description(description), v.metadata({ names }))

/** Marks the keys of a record as names. */
export const keysName = <T>(names: Naming) => v.metadata<T, { readonly names: Naming }>({ names })

export const choice = <const T extends readonly [string, ...string[]]>(
  title: string,
  description: string,
  options: T,
) => v.pipe(v.picklist(options), v.title(title), v.description(description))

export const flag = (title: string, description: string) =>
  v.pipe(v.boolean(), v.title(title), v.description(description))
