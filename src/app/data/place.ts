/** Scenarios in which data of the reader takes the place of patterns. Pure. */
import { PROBES } from '../../core/kinds/probes/table.ts'
import type { Key } from '../../core/kinds/probes/definition.ts'
import { ModelError } from '../../core/errors.ts'
import { setValue, valueAt } from '../../core/model/path.ts'
import type { Patterns } from '../../core/model/patterns/schema.ts'
import type { Layer, Model } from '../../core/model/model.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { type Store, cueOf, storesOf, visibleLayer } from '../editing/places.ts'
import type { DataRow } from './dataset.ts'
import { pictureOf } from './fit.ts'

/** recall: memories, with the cues and the targets made of them. */
export type Destination = 'recall' | 'memories' | 'cues' | 'targets' | 'bias'

export interface Placing {
  readonly destination: Destination
  readonly layer: string
  /** Of the layer; absent where none stores patterns. */
  readonly store: Store | undefined
  readonly patterns: Patterns
  readonly rows: number
  /** The new size of the layer; absent = as it is. */
  readonly size?: readonly number[]
}

/** The damage of cues where the network had no cue: the lower half is covered. */
const DAMAGE = { op: 'occlude', fraction: 0.5 } as const

/**
 * The layer that rows are meant for. Images: one that has sides, then one of their size. Numbers: one of their size that stores
 * patterns or is not the smaller side. Then the layer that is
 * shown something or has memories, then the largest.
 * @param row - the first of them
 */
export function layerFor(model: Model, row: DataRow | undefined): Layer | undefined {
  const usual = visibleLayer(model)
  const usualSize = model.layers.find(({ name }) => name === usual)?.size ?? 0
  const image = row?.image
  const ranks = ({ name, shape, size }: Layer): readonly number[] => [
    Number(image !== undefined && shape.length > 1 && pictureOf(shape) !== undefined),
    Number(
      image === undefined
        ? size === row?.values.length && (size >= usualSize || storesOf(model, name).length > 0)
        : pictureOf(shape)?.join() === [image.height, image.width].join(),
    ),
    Number(name === usual),
    size,
  ]
  const ranked = model.layers.map((layer) => ({ layer, by: ranks(layer) }))
  ranked.sort((a, b) => {
    const at = a.by.findIndex((rank, index) => rank !== b.by[index])
    return at === -1 ? 0 : (b.by[at] as number) - (a.by[at] as number)
  })
  return ranked[0]?.layer
}

/** @throws ModelError where the network has no place for the data */
export function placed(model: Model, { destination, layer, store, patterns, rows, size }: Placing): Scenario {
  let scenario: unknown = model.scenario
  const set = (path: string, value: unknown): void => {
    scenario = setValue(scenario, path, value)
  }
  if (size !== undefined) set(`neurons.${layer}.size`, size.length === 1 ? size[0] : [...size])
  const known = (): Store => {
    if (store === undefined)
      throw new ModelError(`layer \`${layer}\` has no memory; add one, or use the data as cues`)
    return store
  }
  const remember = (): void => {
    const { path, to } = known()
    set(path, patterns)
    const hidden = to === undefined ? undefined : model.layers.find(({ name }) => name === to)
    if (hidden !== undefined && hidden.size !== rows) set(`neurons.${hidden.name}.size`, rows)
  }
  const cue = (of: Patterns): void => {
    const place = cueOf(model, layer, 0)
    if (place === undefined)
      throw new ModelError(`layer \`${layer}\` is adiabatic and has no cue; give it a clamp in \`stimulus\``)
    const { corrupt, kind } = place.patterns
    const damage = corrupt ?? (kind === 'zeros' ? DAMAGE : undefined)
    set(place.path, { ...copied(of, place.patterns), ...(damage && { corrupt: damage }) })
  }
  const target = (of: Patterns, isNeeded: boolean): void => {
    const paths = targetPaths(model.scenario, layer)
    if (paths.length === 0 && isNeeded)
      throw new ModelError(`no probe compares layer \`${layer}\` with patterns; add an overlap to \`probes\``)
    for (const path of paths) set(path, copied(of, valueAt(scenario, path) as Patterns))
  }
  switch (destination) {
    case 'recall': {
      remember()
      const stored: Patterns = { kind: 'rows', of: known().name }
      cue(stored)
      target(stored, false)
      break
    }
    case 'memories':
      remember()
      break
    case 'cues':
      cue(patterns)
      break
    case 'targets':
      target(patterns, true)
      break
    case 'bias':
      set(`neurons.${layer}.bias`, patterns)
  }
  return scenario as Scenario
}

/** A copy of rows keeps what was done to the copy before it, such as the signs of a scaled memory. */
function copied(of: Patterns, before: Patterns): Patterns {
  const { transform } = before
  return of.kind === 'rows' && before.kind === 'rows' && transform !== undefined ? { ...of, transform } : of
}

/** The patterns that probes compare a layer with. */
function targetPaths({ probes }: Scenario, layer: string): string[] {
  return Object.entries(probes).flatMap(([name, probe]) =>
    Object.entries<Key>(PROBES[probe.kind].keys).flatMap(([key, about]) =>
      'patternsFor' in about && (probe as unknown as Record<string, unknown>)[about.patternsFor] === layer
        ? [`probes.${name}.${key}`]
        : [],
    ),
  )
}
