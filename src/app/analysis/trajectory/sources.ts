/** Patterns whose plane may show the trajectory of a layer. Pure. */
import { isDense } from '../../../core/model/couplings.ts'
import type { Model, Rows } from '../../../core/model/model.ts'

/** Rows of a coupling, a stimulus or a probe. */
export interface PatternSource {
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
      .map(({ name, init }): PatternSource => ({ label: `memory ${name}`, rows: init, memory: name })),
    ...model.synapses.flatMap(({ name, layer: own, base }): PatternSource[] =>
      own === layer && 'patterns' in base ? [{ label: `patterns of ${name}`, rows: base.patterns }] : [],
    ),
    ...model.stimulus.flatMap(({ kind, layer: own, patterns }, index): PatternSource[] =>
      own === layer ? [{ label: `stimulus ${index} (${kind})`, rows: patterns }] : [],
    ),
    ...model.probes.flatMap((probe): PatternSource[] =>
      'layer' in probe && probe.layer === layer && 'patterns' in probe
        ? [{ label: `patterns of ${probe.name}`, rows: probe.patterns }]
        : [],
    ),
  ]
  return found.filter(({ rows }) => rows.rows >= 2 && rows.columns === size)
}
