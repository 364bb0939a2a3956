import type { Chart, Colour, Mark } from '../analysis/chart.ts'
import { kolmogorovDistance, marchenkoPastur } from '../analysis/marchenko-pastur.ts'
import { couplingSpectrum } from '../analysis/spectrum.ts'
import { estimate, mean, slope } from '../analysis/statistics.ts'
import type { ScenarioInput } from '../model/schema.ts'
import { type Check, type Reproduction, type Stated, atMost, near } from './reproduction.ts'

const RATIOS = [1 / 4, 1, 4]

function scenario(
  seed: number,
  [visible, hidden]: readonly [number, number],
  distribution: 'binary' | 'normal',
  scale: number,
): ScenarioInput {
  return {
    version: 1,
    name: 'Spectrum of a hebbian coupling',
    description: 'Random memories, for `engram analyse spectrum`.',
    seed,
    time: { dt: 0.1, ticks: 0 },
    neurons: {
      visible: { size: visible, lagrangian: { kind: 'linear' } },
      hidden: { size: hidden, lagrangian: { kind: 'linear', gain: 1 / hidden }, tau: 0 },
    },
    memories: { xi: { from: 'visible', to: 'hidden', init: { kind: 'random', distribution }, scale } },
  }
}

const LAW: Stated = {
  kind: 'paper',
  paper: 'Marchenko, Pastur, Math. USSR Sb. 1 (1967) 457',
  place: 'the law of the eigenvalues and its edges',
}
const RATE: Stated = { kind: 'theory', equations: 'rigid eigenvalues: the distance goes as 1/n for large n' }

const LARGEST: Stated = {
  kind: 'paper',
  paper: 'Johnstone, Annals of Statistics 29 (2001) 295',
  place: 'theorem 1: the largest eigenvalue, with the mean and standard deviation of Tracy and Widom',
}
/** Mean and standard deviation of the law of Tracy and Widom for real matrices. */
const TRACY_WIDOM = { mean: -1.2065, deviation: 1.268 }

/** The mean of the largest eigenvalues of some networks, within 3.5 of its standard deviations. */
function largestOf(text: string, [p, n]: readonly [number, number], found: readonly number[]): Check {
  const sides = Math.sqrt(n - 1) + Math.sqrt(p)
  const width = sides * Math.cbrt(1 / Math.sqrt(n - 1) + 1 / Math.sqrt(p))
  const expected = (sides ** 2 + TRACY_WIDOM.mean * width) / n
  const tolerance = (3.5 * TRACY_WIDOM.deviation * width) / n / Math.sqrt(found.length)
  return near(`${text}: largest eigenvalue`, expected, estimate(found), tolerance, LARGEST)
}

const SMALLEST: Stated = {
  kind: 'paper',
  paper: 'Feldheim, Sodin, Geom. Funct. Anal. 20 (2010) 88',
  place: 'the smallest eigenvalue, with the mean and standard deviation of Tracy and Widom mirrored',
}
const SQUARE: Stated = {
  kind: 'paper',
  paper: 'Edelman, SIAM J. Matrix Anal. Appl. 9 (1988) 543',
  place: 'the smallest eigenvalue of a square matrix; the bound is five standard errors above its mean',
}
/** n^2 times the smallest eigenvalue of an n x n matrix has the density (1 + sqrt x) / (2 sqrt x) exp(-x/2 - sqrt x). */
const EDELMAN = { mean: 0.689, deviation: 1.017 }

/** The mean of the smallest eigenvalues of some networks, within 3.5 of its standard deviations; at most 5 above 0 if p = n. */
function smallestOf(text: string, [p, n]: readonly [number, number], found: readonly number[]): Check {
  const what = `${text}: smallest eigenvalue`
  const count = Math.sqrt(found.length)
  if (p === n)
    return atMost(what, (EDELMAN.mean + (5 * EDELMAN.deviation) / count) / n ** 2, estimate(found), SQUARE)
  const sides = Math.abs(Math.sqrt(n) - Math.sqrt(p))
  const width = sides * Math.cbrt(Math.abs(1 / Math.sqrt(p) - 1 / Math.sqrt(n)))
  const expected = (sides ** 2 - TRACY_WIDOM.mean * width) / n
  const tolerance = (3.5 * TRACY_WIDOM.deviation * width) / n / count
  return near(what, expected, estimate(found), tolerance, SMALLEST)
}

/** Eigenvalues of J = Xi^T Xi / N_h. */
export const spectrum: Reproduction = {
  id: 'spectrum',
  title: 'Spectrum of a Hebbian coupling',
  citation: 'Marchenko, Pastur, Math. USSR Sb. 1 (1967) 457',
  claim:
    'The eigenvalues of J = Xi^T Xi / N_h with independent entries lie between (1 - sqrt q)^2 and (1 + sqrt q)^2, q = N_v/N_h, ' +
    'except those at 0. Their shares follow the law of Marchenko and Pastur.',
  method:
    'Xi is read back from the device; the eigenvalues are taken in float64. The largest and the smallest eigenvalue ' +
    'have the mean and the deviation of Tracy and Widom: 3.5 standard errors are allowed. With q = 1 the smallest goes as 1/n^2, and the row is one-sided. The distance of Kolmogorov goes as 1/n; 4/n is allowed.',
  duration: { quick: '1 s', full: '1 min' },
  constants: { scale: 1 },
  wrong: { constant: 'scale', value: Math.SQRT2 },
  unaffected: [
    {
      constants: ['time.dt', 'neurons.hidden.lagrangian.gain'],
      why: 'no tick runs: the matrix alone is read back',
    },
  ],
  async measure(lab, size) {
    const sides = { quick: [25, 50, 100], full: [50, 100, 200, 400] }[size]
    const networks = { quick: 4, full: 6 }[size]
    const largest = sides.at(-1)!
    const checks: Check[] = []
    const histograms: Mark[] = []
    const laws = RATIOS.map((q, index) => lawLine(q, index as Colour))
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'eigenvalue', domain: [0, 9.5] },
      y: { label: 'density', domain: [0, 1.2] },
      marks: [...histograms, ...laws],
    })
    lab.progress(0, chart())
    const distances: number[][] = []
    let done = 0
    for (const [index, q] of RATIOS.entries()) {
      const { edges, cumulative, massAtZero } = marchenkoPastur(q)
      const [lows, highs, zeros]: [number[], number[], number[]] = [[], [], []]
      const means: number[] = []
      const pooled: number[] = []
      for (const side of sides) {
        const shape = [q < 1 ? side : side * q, q < 1 ? side / q : side] as const
        const found: number[] = []
        for (let network = 0; network < networks; network++) {
          const distribution = network % 2 === 0 ? 'normal' : 'binary'
          const name = `spectrum-${shape[0]}x${shape[1]}-${distribution}`
          const input = scenario(lab.seed + network, shape, distribution, lab.constants.scale!)
          const matrix = await lab.run(name, input, async (simulation) => {
            const { rows, columns } = simulation.model.memories[0]!.init
            return { rows, columns, data: (await simulation.read('xi')).data }
          })
          const values = couplingSpectrum(matrix)
          found.push(kolmogorovDistance(values, cumulative, 1e-9))
          if (side !== largest) continue
          const support = [...values].filter((value) => value > 1e-9)
          lows.push(support[0]!)
          highs.push(support.at(-1)!)
          zeros.push(1 - support.length / values.length)
          pooled.push(...support)
        }
        means.push(mean(found))
        lab.progress(++done / sides.length / RATIOS.length, chart())
      }
      distances.push(means)
      const text = `q = ${q}`
      const shape = [q < 1 ? largest : largest * q, q < 1 ? largest / q : largest] as const
      checks.push(smallestOf(text, shape, lows))
      checks.push(largestOf(text, shape, highs))
      if (massAtZero > 0) checks.push(near(`${text}: share at 0`, massAtZero, estimate(zeros), 1e-9, LAW))
      checks.push(atMost(`${text}: distance to the law`, 4 / largest, means.at(-1)!, LAW))
      histograms.push(histogramOf(pooled, edges, 1 - massAtZero, index as Colour))
    }
    const slopes = distances.map((means) => slope(sides.map(Math.log), means.map(Math.log)))
    checks.push(near('power of n in the distance', -1, mean(slopes), 0.35, RATE))
    return { checks, chart: chart() }
  },
}

/** @param share - these eigenvalues as a fraction of all */
function histogramOf(
  values: readonly number[],
  [low, high]: readonly [number, number],
  share: number,
  colour: Colour,
): Mark {
  const bins = 24
  const width = ((high - low) / bins) * 1.1
  const edges = Array.from({ length: bins + 1 }, (_, k) => Math.max(0, low - 0.05 * (high - low)) + k * width)
  const heights = Array.from(
    { length: bins },
    (_, k) =>
      (values.filter((value) => value >= edges[k]! && value < edges[k + 1]!).length * share) /
      values.length /
      width,
  )
  return { kind: 'histogram', edges, heights, colour }
}

function lawLine(q: number, colour: Colour): Mark {
  const {
    edges: [low, high],
    density,
  } = marchenkoPastur(q)
  const x = Array.from({ length: 201 }, (_, k) => low + ((high - low) * (k + 0.5)) / 201)
  return { kind: 'line', x, y: x.map(density), colour, label: `law, q = ${q}` }
}
