import type { Chart } from '../analysis/chart.ts'
import { type Estimate, estimate } from '../analysis/statistics.ts'
import { type HopfieldOptions, finalOverlap, hopfieldScenario } from './hopfield.ts'
import {
  type Check,
  type Lab,
  type Reproduction,
  type Stated,
  atLeast,
  measuredPoints,
  near,
} from './reproduction.ts'

const OPTIMUM: Stated = {
  kind: 'paper',
  paper: 'Del Gaudio, Ghimenti, Ganguli, arXiv:2511.22848',
  place: 'abstract, an optimal time constant of the synapses; the least difference of 0.04 is chosen here',
}

/** In float64: N = 1000, single cues of 100 networks. */
const FULL: readonly Point[] = [
  { tau: 0, expected: 0.277, scatter: 0.061, runs: 100 },
  { tau: 0.3, expected: 0.918, scatter: 0.054, runs: 100 },
  { tau: 1, expected: 0.927, scatter: 0.046, runs: 100 },
  { tau: 3, expected: 0.922, scatter: 0.047, runs: 100 },
  { tau: 10, expected: 0.829, scatter: 0.078, runs: 100 },
  { tau: 30, expected: 0.602, scatter: 0.096, runs: 100 },
]

/** In float64: N = 600, single cues of 100 networks. */
const FULL_TIMES: readonly Point[] = [
  { tau: 0.05, expected: 0.7957, scatter: 0.027, runs: 100 },
  { tau: 0.5, expected: 0.8016, scatter: 0.027, runs: 100 },
  { tau: 4, expected: 0.8901, scatter: 0.039, runs: 100 },
  { tau: 16, expected: 0.8627, scatter: 0.07, runs: 100 },
  { tau: 64, expected: 0.7364, scatter: 0.12, runs: 100 },
  { tau: 128, expected: 0.6507, scatter: 0.145, runs: 100 },
]

/** A point of a curve of recall against tau_W. */
interface Point {
  /** tau_W / tau_x; 0 = without plasticity. */
  readonly tau: number
  /** Mean overlap of single cues of independent networks in float64. */
  readonly expected: number
  /** Scatter of single cues. */
  readonly scatter: number
  /** Networks in float64. */
  readonly runs: number
  /** Networks here, where not as many as at other points. */
  readonly networks?: number
}

/** Overlaps after 40 tau of all networks at each point. */
async function recall(
  lab: Lab,
  points: readonly Point[],
  usual: number,
  options: (point: Point) => Omit<HopfieldOptions, 'seed' | 'load' | 'duration'>,
  judged: (point: Point, overlap: Estimate) => Check,
  shown: (found: readonly Estimate[], share: number) => void,
): Promise<Estimate[]> {
  const found: Estimate[] = []
  for (const point of points) {
    const values: number[] = []
    const { networks = usual } = point
    for (let network = 0; network < networks; network++) {
      const own = { ...options(point), seed: lab.seed + network, load: 0.2, duration: 40 }
      values.push(await lab.run(`tau-${point.tau}`, hopfieldScenario(own), finalOverlap))
      shown(found, (found.length + (network + 1) / networks) / points.length)
      lab.judge(() => [judged(point, estimate(values))], { found: network + 1, all: networks })
    }
    found.push(estimate(values))
  }
  shown(found, 1)
  return found
}

/**
 * Scatter of the mean of four cues of a network, over that of single cues; 0.5 if the cues of a network were independent. `npm run expected --
 * four-cues`: 0.51 to 0.59, each +- 0.03, in six settings of 200 networks of N = 256. This is the largest.
 */
const OF_FOUR = 0.59

/** Three standard errors of the difference of two means: over networks with four cues, and over single cues in float64. */
function tolerance({ scatter, runs, networks: own }: Point, usual: number): number {
  const networks = own ?? usual
  return 3 * scatter * Math.sqrt(OF_FOUR ** 2 / networks + 1 / runs)
}

/** Plastic synapses hold a pattern above capacity. */
export const fastSynapses: Reproduction = {
  id: 'fast-synapses',
  title: 'Fast synapses hold a pattern above capacity',
  citation: 'Del Gaudio, Ghimenti, Ganguli, arXiv:2511.22848; float64 runs',
  claim:
    'At load 0.20 and gain 3 a network loses its pattern: after 40 tau_x the overlap is 0.3. With synapses of kappa = 0.5/N it is 0.9 for tau_W = 0.3 to 3 tau_x, ' +
    'and falls for slower synapses, to 0.86 at 10 and 0.68 at 30 tau_x (N = 256).',
  method:
    'States start on a pattern. The expected numbers are means of single cues of many networks of that size, by plain loops in float64 with the same steps. ' +
    'Steps are of exponential Euler, 1 - exp(-dt / tau) of the way to the input. Steps of 0.1 in place of 0.4 lose 0.01 to 0.02 of the overlap. Tolerance: three standard errors ' +
    'of the difference. Measured are networks with four cues, whose mean scatters by at most 0.59 of single cues (`npm run expected -- four-cues`). ' +
    'Short-term plasticity is quoted at N = 1200: 40 networks in float64 (`npm run expected -- fast-synapses-1200`) have .288 +- .017 without synapses (95 %). ' +
    'At tau_W = .3, 1, 3, 10 and 30 tau_x they have .914 +- .014, .925 +- .012, .920 +- .012, .831 +- .020 and .593 +- .019.',
  duration: { quick: '20 s', full: '3 min' },
  constants: { strength: 1 },
  wrong: { constant: 'strength', value: 0.5 },
  unaffected: [
    {
      constants: ['time.dt', 'time.ticks'],
      only: 'doubled',
      why: 'without synapses the overlap falls by 0.08 until 80 tau, and steps of 0.1 in place of 0.4 change it by 0.01 to 0.02: the scatter of so few networks hides both',
    },
  ],
  async measure(lab, size) {
    const { N, networks, cues, points } = {
      quick: {
        N: 256,
        networks: 8,
        cues: 4,
        points: [
          { tau: 0, expected: 0.329, scatter: 0.132, runs: 400 },
          { tau: 1, expected: 0.933, scatter: 0.074, runs: 400 },
          { tau: 10, expected: 0.855, scatter: 0.119, runs: 400 },
          { tau: 30, expected: 0.676, scatter: 0.176, runs: 400, networks: 24 },
        ],
      },
      full: { N: 1000, networks: 12, cues: 4, points: FULL },
    }[size]
    const command = `npm run expected -- fast-synapses${size === 'full' ? '-1000' : ''}`
    let shown: readonly Estimate[] = []
    const learning = points.slice(1)
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'tau_W / tau_x', scale: 'log', domain: [0.2, 45] },
      y: { label: 'overlap after 40 tau', domain: [0, 1.05] },
      marks: [
        {
          kind: 'line',
          x: learning.map(({ tau }) => tau),
          y: learning.map(({ expected }) => expected),
          label: `float64 runs, N = ${N}, kappa = 0.5/N`,
          colour: 1,
        },
        { kind: 'rule', of: 'y', at: points[0]!.expected, label: 'without plasticity', colour: 2 },
        measuredPoints(
          learning.map(({ tau }) => tau),
          shown.slice(1),
          'measured, 95 % interval',
        ),
      ],
    })
    lab.progress(0, chart())
    const judged = (point: Point, overlap: Estimate): Check =>
      near(
        point.tau === 0
          ? 'overlap without plasticity'
          : `overlap with kappa = 0.5/N, tau_W = ${point.tau} tau_x`,
        point.expected,
        overlap,
        tolerance(point, networks),
        { kind: 'program', command },
      )
    const found = await recall(
      lab,
      points,
      networks,
      ({ tau }) => ({
        name: 'Fast synapses above capacity',
        description: `Load 0.20, gain 3, tau_W = ${tau}: the state starts on a pattern.`,
        size: N,
        gain: 3,
        dt: 0.4,
        ...(tau > 0 && { strength: 0.5 * lab.constants.strength!, tauSynapse: tau }),
        cues,
      }),
      judged,
      (some, share) => {
        shown = some
        lab.progress(share, chart())
      },
    )
    return { checks: points.map((point, index) => judged(point, found[index]!)), chart: chart() }
  },
}

/** Recall above capacity against tau_W. */
export const synapticTime: Reproduction = {
  id: 'synaptic-time',
  title: 'Recall above capacity against the time constant of the synapses',
  citation: 'Del Gaudio, Ghimenti, Ganguli, arXiv:2511.22848; float64 runs',
  claim:
    'There is an optimal tau_W: synapses that are too fast hold the noise of the cue, and synapses that are too slow change when the ' +
    'state has left the pattern again. The best tau_W is some tau_x.',
  method:
    'Load 0.20, kappa = 1/N, cues with 20 % wrong signs. The paper shows that the optimum is inside; judged is that the best overlap ' +
    'exceeds those at both ends. The overlaps are those of single cues of many networks of that size, by plain loops in float64 with the same steps, within three standard errors of the difference. ' +
    'Steps of 0.4 tau_x are longer than the fastest tau_W: the row at 0.05 is the limit of instant synapses. At tau_W = 0.5 steps of 0.4 in place of 0.1 change the overlap ' +
    'by .016 +- .004, as much as the tolerance of .014 at full size.',
  duration: { quick: '20 s', full: '2 min' },
  constants: { strength: 1 },
  wrong: { constant: 'strength', value: 0.5 },
  unaffected: [
    {
      constants: ['synapses.recurrent.tau', 'neurons.visible.tau'],
      why: 'steps of 0.4 tau_x make synapses of tau_W = 0.05 tau_x instant (the overlap is .782 at 0.05, 0.1 and 0.4). At 4 and 64 tau_x overlaps change by 0.09 at most; fast-synapses judges tau_W where recall depends on it',
      bites: 8,
    },
    {
      constants: ['time.ticks'],
      only: 'doubled',
      why: 'after 40 tau overlaps change no more, although states move',
    },
    {
      constants: ['time.dt'],
      why: 'overlaps change little after 20 tau, and synapses of tau_W = 64 by 0.07',
      bites: 8,
    },
    {
      constants: ['time.ticks'],
      only: 'halved',
      why: 'overlaps change little after 20 tau, and synapses of tau_W = 64 by 0.07',
      bites: 8,
    },
  ],
  async measure(lab, size) {
    const { N, networks, cues, points } = {
      quick: {
        N: 256,
        networks: 8,
        cues: 4,
        points: [
          { tau: 0.05, expected: 0.797, scatter: 0.042, runs: 400 },
          { tau: 4, expected: 0.888, scatter: 0.056, runs: 400 },
          { tau: 64, expected: 0.757, scatter: 0.163, runs: 400 },
        ],
      },
      full: { N: 600, networks: 16, cues: 4, points: FULL_TIMES },
    }[size]
    const command = `npm run expected -- synaptic-time${size === 'full' ? '-600' : ''}`
    const taus = points.map(({ tau }) => tau)
    let shown: readonly Estimate[] = []
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'tau_W / tau_x', scale: 'log', domain: [0.04, 160] },
      y: { label: 'overlap after 40 tau', domain: [0, 1.05] },
      marks: [
        {
          kind: 'line',
          x: taus,
          y: points.map(({ expected }) => expected),
          label: `float64 runs, N = ${N}`,
          colour: 1,
        },
        measuredPoints(taus, shown, `measured, N = ${N}, 95 % interval`),
      ],
    })
    lab.progress(0, chart())
    const judged = (point: Point, overlap: Estimate): Check =>
      near(`overlap at tau_W = ${point.tau} tau_x`, point.expected, overlap, tolerance(point, networks), {
        kind: 'program',
        command,
      })
    const found = await recall(
      lab,
      points,
      networks,
      ({ tau }) => ({
        name: 'Recall by fast synapses',
        description: `Load 0.20, tau_W = ${tau}: cues with a fifth of the signs wrong.`,
        size: N,
        dt: 0.4,
        strength: lab.constants.strength!,
        tauSynapse: tau,
        flipped: 0.2,
        cues,
      }),
      judged,
      (some, share) => {
        shown = some
        lab.progress(share, chart())
      },
    )
    const overlaps = found.map(({ mean }) => mean)
    const best = Math.max(...overlaps)
    return {
      checks: [
        ...points.map((point, index) => judged(point, found[index]!)),
        atLeast('best overlap less that of the fastest synapses', 0.04, best - overlaps[0]!, OPTIMUM),
        atLeast('best overlap less that of the slowest synapses', 0.04, best - overlaps.at(-1)!, OPTIMUM),
      ],
      chart: chart(),
    }
  },
}
