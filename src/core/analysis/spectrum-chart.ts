/** Pictures of spectra, as data. */
import type { Chart, Mark } from './chart.ts'
import type { StretchedLaw } from './spectrum.ts'

/** Eigenvalues counted in bins of one width. */
export interface Histogram {
  /** Ascending, one more than bins. */
  readonly edges: Float64Array
  /** Share of all eigenvalues in each bin over its width; the area is the share of the eigenvalues inside. */
  readonly densities: Float64Array
}

/**
 * The density of eigenvalues between two numbers; those outside are left out.
 * @param eigenvalues - in any order
 */
export function histogramOf(eigenvalues: Float64Array, low: number, high: number): Histogram {
  const bins = Math.min(60, Math.max(8, Math.round(2 * Math.sqrt(eigenvalues.length))))
  const width = (high - low) / bins || 1
  const densities = new Float64Array(bins)
  for (const value of eigenvalues) {
    if (value < low || value > high) continue
    const bin = Math.min(bins - 1, Math.floor((value - low) / width))
    densities[bin] = (densities[bin] as number) + 1 / (eigenvalues.length * width)
  }
  return { edges: Float64Array.from({ length: bins + 1 }, (_, bin) => low + bin * width), densities }
}

/** Points of a law's curve. */
const POINTS = 240

/** The density of a law between its edges. */
export function lawCurve({ edges: [low, high], density }: StretchedLaw): {
  x: Float64Array
  y: Float64Array
} {
  // Points are denser at the edges, where the density is steep.
  const x = Float64Array.from(
    { length: POINTS + 1 },
    (_, k) => (low + high) / 2 - ((high - low) / 2) * Math.cos((Math.PI * k) / POINTS),
  )
  return { x, y: x.map(density) }
}

/**
 * Range of the histogram of a coupling: the law, and all eigenvalues except those that the law also puts at 0. Around
 * eigenvalues that are the same to three digits it is as wide as they are large.
 * @param eigenvalues - ascending
 */
export function spanOf(eigenvalues: Float64Array, law?: StretchedLaw): [number, number] {
  const largest = eigenvalues.at(-1) ?? 0
  const counted =
    law !== undefined && law.zeros > 0 ? eigenvalues.filter((value) => value > 1e-9 * largest) : eigenvalues
  const first = counted[0] ?? 0
  if (law !== undefined) return [Math.min(first, law.edges[0]), Math.max(largest, law.edges[1])]
  const size = Math.max(Math.abs(first), Math.abs(largest))
  if (largest - first > 1e-3 * size) return [first, largest]
  const half = size === 0 ? 0.5 : size / 2
  return [first - half, largest + half]
}

/**
 * A whole spectrum as a histogram, or its ends as points, with the law of Marchenko and Pastur if there is one.
 * @param eigenvalues - ascending
 * @param isWhole - false for the ends alone
 */
export function spectrumChart(
  title: string,
  eigenvalues: Float64Array,
  isWhole: boolean,
  law?: StretchedLaw,
): Chart {
  const span = spanOf(eigenvalues, law)
  const marks: Mark[] = []
  if (isWhole) {
    const { edges, densities } = histogramOf(eigenvalues, ...span)
    marks.push({ kind: 'histogram', label: 'eigenvalues', edges, heights: densities })
  } else {
    marks.push({ kind: 'points', label: 'ends', x: eigenvalues, y: eigenvalues.map(() => 0) })
  }
  if (law === undefined) marks.push({ kind: 'rule', at: 0, of: 'x', label: '0', colour: 1 })
  else {
    const zeros = law.zeros > 0 ? `, and ${(100 * law.zeros).toFixed(1)} % at 0` : ''
    marks.push({ kind: 'line', label: `law of Marchenko and Pastur${zeros}`, ...lawCurve(law) })
  }
  return { title, x: { label: 'eigenvalue' }, y: { label: 'density' }, marks }
}
