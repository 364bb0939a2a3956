/** Patterns whose plane may show the trajectory of a layer. Pure. */
import { isDense } from '../../../core/model/couplings.ts'
import type { Model, Rows } from '../../../core/model/model.ts'

/** Rows of a coupling, a stimulus or a probe. */
export interface PatternSource {
  /** Such as `memories.xi`. */
  readonly place: string
  readonly label: string
  readonly rows: Rows
  /** The memory whose present rows replace these. */
  readonly memory?: string
}

/** Sources of patterns of a layer, those of its memories first. */
export function patternSources(model: Model, layer: string): PatternSource[] {
  const { size } = model.layers.find(({ name }) => name === layer) ?? { size: 0 }
  const found = [
    ...model.couplings
      .filter(isDense)
      .filter(({ from }) => from === layer)
      .map(({ name, init }): PatternSource => ({
        place: `memories.${name}`,
        label: `memory ${name}`,
        rows: init,
        memory: name,
      })),
    ...model.synapses.flatMap(({ name, layer: own, base }): PatternSource[] =>
      own === layer && 'patterns' in base
        ? [{ place: `synapses.${name}`, label: `patterns of ${name}`, rows: base.patterns }]
        : [],
    ),
    ...model.stimulus.flatMap(({ kind, layer: own, patterns }, index): PatternSource[] =>
      own === layer
        ? [{ place: `stimulus.${index}`, label: `stimulus ${index} (${kind})`, rows: patterns }]
        : [],
    ),
    ...model.probes.flatMap((probe): PatternSource[] =>
      'layer' in probe && probe.layer === layer && 'patterns' in probe
        ? [{ place: `probes.${probe.name}`, label: `patterns of ${probe.name}`, rows: probe.patterns }]
        : [],
    ),
  ]
  return found.filter(({ rows }) => rows.rows >= 2 && rows.columns === size)
}
