/** Numbers of a layer that differ from neuron to neuron. */

/** Value i is scale row[i]. */
export interface NeuronRow {
  /** [N]; empty if only shapes are known. */
  readonly row: Float32Array
  /** Set by the slider; initially 1. */
  readonly scale: number
}

export function entryOf({ row, scale }: NeuronRow, neuron: number): number {
  return scale * row[neuron]!
}

/** The least value of a row; the scale if only shapes are known. */
export function leastOf({ row, scale }: NeuronRow): number {
  return scale * (row.length === 0 ? 1 : row.reduce((a, b) => Math.min(a, b), Infinity))
}

/** The largest value of a row; the scale if only shapes are known. */
export function largestOf({ row, scale }: NeuronRow): number {
  return scale * (row.length === 0 ? 1 : row.reduce((a, b) => Math.max(a, b), -Infinity))
}
