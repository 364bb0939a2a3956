import type { Chart, Colour } from '../analysis/chart.ts'
import { gradedOverlap, retrievalOverlap } from '../analysis/retrieval.ts'
import { type Estimate, estimate, mean, slope } from '../analysis/statistics.ts'
import { hopfieldScenario, ownOverlaps } from './hopfield.ts'
import {
  type Check,
  type Lab,
  type Reproduction,
  type Stated,
  type Unaffected,
  atLeast,
  atMost,
  measuredPoints,
  near,
} from './reproduction.ts'

/** The final overlaps of all copies in one network at one load. */
function finalOverlaps(
  lab: Lab,
  name: string,
  network: number,
  options: Omit<Parameters<typeof hopfieldScenario>[0], 'seed' | 'name' | 'description'>,
): Promise<number[]> {
  const input = hopfieldScenario({
    ...options,
    load: options.load * lab.constants.load!,
    seed: lab.seed + network,
    name: 'Hopfield network',
    description: `A classical network that starts on a pattern at load ${options.load}.`,
  })
  return lab.run(name, input, (simulation) => ownOverlaps(simulation).at(-1) ?? [])
}

const FLOAT64: Stated = { kind: 'program', command: 'npm run expected -- capacity' }
const SADDLE: Stated = {
  kind: 'theory',
  equations:
    'saddle-point equations at temperature 0 of Amit, Gutfreund, Sompolinsky, Ann. Phys. 173 (1987) 30',
}
const CAPACITY: Stated = {
  kind: 'paper',
  paper: 'Amit, Gutfreund, Sompolinsky, Phys. Rev. Lett. 55 (1985) 1530',
  place: 'temperature 0: no state near a pattern above a load of 0.138',
}

const LOST: Stated = {
  ...CAPACITY,
  place: 'temperature 0: patterns are lost above a load of 0.138; the bound 0.6 is chosen here',
}

/** The classical network below and above capacity. */
export const capacity: Reproduction = {
  id: 'capacity',
  title: 'Capacity of the classical Hopfield network',
  citation:
    'Amit, Gutfreund, Sompolinsky, Phys. Rev. Lett. 55 (1985) 1530; Shiino, Fukai, J. Phys. A 25 (1992) L375; float64 runs at N = 1500',
  claim:
    'Started on a pattern, N = 1500 and gain 10, the final overlap is 0.997 at load 0.10, 0.99 at 0.12 and 0.32 at 0.18.',
  method:
    'Steps of tau/2 for 60 tau: fixed points do not depend on the step. The float64 runs are of 20 networks. At load 0.12 ' +
    'single patterns may be lost at this size, at 0.18 overlaps scatter by 0.15 from pattern to pattern: the tolerances. The line is ' +
    'the theory of Shiino and Fukai for neurons of that gain.',
  duration: { quick: '10 s', full: '2 min' },
  constants: { load: 1 },
  wrong: { constant: 'load', value: 0.5 },
  unaffected: [
    {
      constants: ['time.dt', 'time.ticks'],
      only: 'doubled',
      why: 'below capacity the states rest; at load 0.18 the overlap is 0.34 after 60 tau, 0.25 after 120 and 0.24 after 480, and 0.12 is allowed: no factor fails',
    },
    {
      constants: ['neurons.visible.tau'],
      only: 'halved',
      why: 'as for twice the ticks: the run is twice as long in units of tau, and no factor fails',
    },
    {
      constants: ['neurons.visible.lagrangian.gain'],
      only: 'doubled',
      why: 'the overlap of the steep limit, at 64 times the gain, is larger by 0.001 at load 0.10 and 0.003 at load 0.12, and 0.002 and 0.009 are allowed: no factor fails',
    },
  ],
  async measure(lab, size) {
    const networks = { quick: 2, full: 10 }[size]
    const loads = [0.1, 0.12, 0.18]
    const expected = [0.9972, 0.9895, 0.323]
    const tolerances = [0.002, 0.009, 0.12]
    const found: Estimate[] = []
    const x = Array.from({ length: 60 }, (_, k) => 0.08 + 0.001 * k)
    const curve = x.map((load) => gradedOverlap({ load, gain: 10, diagonal: false }))
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'load P/N', domain: [0.08, 0.2] },
      y: { label: 'final overlap', domain: [0, 1.05] },
      marks: [
        { kind: 'line', x, y: curve, label: 'theory, N to infinity', colour: 3 },
        { kind: 'points', x: loads, y: expected, label: 'float64 runs', colour: 1 },
        measuredPoints(loads, found, 'measured, 95 % interval'),
        { kind: 'rule', of: 'x', at: 0.138, label: 'capacity 0.138 of steep neurons', colour: 2 },
      ],
    })
    const judged = (index: number, overlap: Estimate): Check =>
      near(`final overlap at load ${loads[index]}`, expected[index]!, overlap, tolerances[index]!, FLOAT64)
    lab.progress(0, chart())
    for (const [index, load] of loads.entries()) {
      const options = { size: 1500, load, dt: 0.5, duration: 60, cues: { quick: 4, full: 8 }[size] }
      const values: number[] = []
      for (let network = 0; network < networks; network++) {
        values.push(mean(await finalOverlaps(lab, `capacity-${load}`, network, options)))
        lab.progress((found.length + (network + 1) / networks) / loads.length, chart())
        lab.judge(() => [judged(index, estimate(values))], { found: network + 1, all: networks })
      }
      found.push(estimate(values))
    }
    return { checks: found.map((overlap, index) => judged(index, overlap)), chart: chart() }
  },
}

/** Smallest overlap at which a pattern counts as kept. */
const KEPT = 0.9

/** alpha_c of the saddle-point equations. */
const CRITICAL = 0.138

/** Loads around the capacity, as differences in units of N^(-1/2): all patterns are kept at the first, none at the last. */
const DISTANCES = [-1, -0.2, 0.6, 1.4, 2.2, 3]

/** (alpha - alpha_c) sqrt N of the mean load at which a pattern is lost, in float64 runs of N = 250 to 4,000. */
const SHIFT = 0.83

/** The source of the capacity at one size. */
const SHIFTED: Stated = {
  kind: 'program',
  command: `0.138 of Amit et al. after ${SHIFT} N^(-1/2) is subtracted, the mean of float64 runs of N = 250 to 4,000`,
}

/** Longer runs, in units of tau. */
const LONGER: readonly Unaffected[] = [
  { constants: ['time.dt', 'time.ticks'], only: 'doubled' as const },
  { constants: ['neurons.visible.tau'], only: 'halved' as const },
].map((one) => ({
  ...one,
  why: 'the states rest: after 60 and after 240 tau patterns are lost at the same load, within 0.0001. No factor fails',
}))
const SHORTER = 'after 30 tau the states that leave a pattern have left it'

/** Retrieval overlap against load, on the replica-symmetric curve. */
export const retrieval: Reproduction = {
  id: 'retrieval-overlap',
  title: 'Retrieval overlap against load',
  citation: 'Amit, Gutfreund, Sompolinsky, Phys. Rev. Lett. 55 (1985) 1530; Ann. Phys. 173 (1987) 30',
  claim:
    'As N grows, states near the patterns are stable up to a load of 0.138, with an overlap that falls from 1 to 0.967; above it ' +
    'patterns are lost.',
  method:
    'The curve solves the saddle-point equations of replica symmetry at temperature 0, here in float64; it ends at 0.138 and 0.967. ' +
    'Gain 200 stands for the sign. Below capacity the mean overlap has to be on the curve within 0.005; that of single patterns scatters by 0.01 at N = 512 and load ' +
    '0.11. In a network of N neurons patterns get lost (overlap below 0.9) at loads that scatter as N^(-1/2). Their mean exceeds the capacity by ' +
    `${SHIFT} N^(-1/2) in float64 runs of N = 250 to 4,000. At quick size this is subtracted; at full size a straight line in N^(-1/2) ` +
    'is extrapolated instead. The tolerances are three standard errors of the number of patterns. (Simulations of the literature ' +
    'extrapolate to 0.145 +- 0.009; with replica symmetry broken theory says 0.1382: Steffan, Kühn, Z. Phys. B 95 (1994) 249.)',
  duration: { quick: '20 s', full: '13 min' },
  constants: { load: 1 },
  wrong: { constant: 'load', value: 0.75 },
  unaffected: [
    ...LONGER,
    {
      constants: ['time.dt', 'time.ticks'],
      only: 'halved',
      why: SHORTER,
      bites: 8,
    },
    { constants: ['neurons.visible.tau'], only: 'doubled', why: SHORTER, bites: 8 },
    {
      constants: ['neurons.visible.lagrangian.gain'],
      only: 'doubled',
      why: 'the gain stands for infinity: no factor fails',
    },
    {
      constants: ['neurons.visible.lagrangian.gain'],
      only: 'halved',
      why: 'the gain stands for infinity, and inputs are far above 1 / gain',
      bites: 64,
    },
  ],
  async measure(lab, size) {
    const { shapes, below, tolerance } = {
      quick: { shapes: [{ N: 512, cues: 16, networks: 4 }], below: [0.05, 0.08], tolerance: 0.01 },
      full: {
        shapes: [
          { N: 250, cues: 16, networks: 32 },
          { N: 500, cues: 32, networks: 16 },
          { N: 1000, cues: 32, networks: 8 },
          { N: 2000, cues: 32, networks: 4 },
        ],
        below: [0.02, 0.05, 0.08, 0.1, 0.11, 0.12],
        tolerance: 0.006,
      },
    }[size]
    const x = Array.from({ length: 138 }, (_, k) => 0.001 * k)
    const curve = [1, ...x.slice(1).map(retrievalOverlap)]
    /** Of each size, by load. */
    const found = shapes.map((): { readonly load: number; readonly overlap: Estimate }[] => [])
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'load P/N', domain: [0, 0.3] },
      y: { label: 'overlap with the pattern', domain: [0, 1.05] },
      marks: [
        { kind: 'line', x, y: curve, label: 'theory, N to infinity', colour: 1 },
        { kind: 'rule', of: 'x', at: CRITICAL, label: 'capacity 0.138', colour: 1 },
        ...found.map((one, index) =>
          measuredPoints(
            one.map(({ load }) => load),
            one.map(({ overlap }) => overlap),
            `measured, N = ${shapes[index]!.N}`,
            [0, 2, 3, 4][shapes.length - 1 - index] as Colour,
          ),
        ),
      ],
    })
    lab.progress(0, chart())

    /**
     * Number of groups: one for each network of the largest size; smaller networks are assigned to them in turn.
     */
    const groups = shapes.at(-1)!.networks
    /** Mean load at which a pattern is lost, of each size and group. */
    const losses: number[][] = shapes.map(() => [])
    const judged = (load: number, overlap: Estimate): Check => {
      const [what, expected] = [`overlap at load ${load}`, retrievalOverlap(load)]
      // No overlap is above 1.
      return expected + 0.005 > 1
        ? atLeast(what, expected - 0.005, overlap, SADDLE)
        : near(what, expected, overlap, 0.005, SADDLE)
    }
    const lost = (): Check => {
      const { load, overlap } = found.at(-1)!.at(-1)!
      return atMost(`overlap at load ${load.toFixed(2)}`, 0.6, overlap, LOST)
    }
    const total = shapes.length * DISTANCES.length + below.length
    let done = 0
    // The largest first: most checks are of it.
    for (const [index, { N, cues, networks }] of [...shapes.entries()].reverse()) {
      const across = DISTANCES.map((distance) => CRITICAL + distance / Math.sqrt(N))
      const loads = index === shapes.length - 1 ? [...below, ...across] : across
      /** Mean overlap of the kept patterns, by load and group. */
      const shares: number[][] = []
      for (const load of loads) {
        const options = { size: N, load, dt: 1, duration: 60, gain: 200 }
        const overlaps: number[][] = []
        for (let network = 0; network < networks; network++) {
          const own = { ...options, cues: Math.min(cues, Math.round(load * N)) }
          overlaps.push(await finalOverlaps(lab, `retrieval-${N}-${load.toFixed(3)}`, network, own))
          lab.progress((done + (network + 1) / networks) / total, chart())
          if (!across.includes(load))
            lab.judge(() => [judged(load, estimate(overlaps.map(mean)))], {
              found: network + 1,
              all: networks,
            })
        }
        done++
        found[index]!.push({ load, overlap: estimate(overlaps.map(mean)) })
        const kept = overlaps.map((own) => mean(own.map((overlap) => Number(overlap > KEPT))))
        shares.push(
          Array.from({ length: groups }, (_, group) =>
            mean(kept.filter((_, network) => network % groups === group)),
          ),
        )
      }
      const ofGroups = shares.slice(loads.length - across.length)
      losses[index] = Array.from({ length: groups }, (_, group) =>
        meanLoss(
          across,
          ofGroups.map((one) => one[group]!),
        ),
      )
      lab.judge(() => [lost()])
    }

    const largest = found.at(-1)!
    const roots = shapes.map(({ N }) => 1 / Math.sqrt(N))
    const limits = Array.from({ length: groups }, (_, group) => {
      const own = losses.map((loss) => loss[group]!)
      const rate = shapes.length === 1 ? SHIFT : slope(roots, own)
      return mean(own) - rate * mean(roots)
    })
    const what = 'load at which patterns are lost, N to infinity'
    const source: Stated = shapes.length === 1 ? SHIFTED : CAPACITY
    return {
      checks: [
        ...below.map((load, index) => judged(load, largest[index]!.overlap)),
        near(what, CRITICAL, estimate(limits), tolerance, source),
        lost(),
      ],
      chart: chart(),
    }
  },
}

/** The integral of the share of patterns that are kept, over equally spaced loads from where it is 1. */
function meanLoss(loads: readonly number[], shares: readonly number[]): number {
  const sum = shares.reduce((all, share) => all + share, 0) - (shares[0]! + shares.at(-1)!) / 2
  return loads[0]! + (loads[1]! - loads[0]!) * sum
}
