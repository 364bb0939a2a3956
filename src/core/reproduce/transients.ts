import type { Chart, Colour, Mark } from '../analysis/chart.ts'
import { gaussianMean } from '../analysis/gaussian.ts'
import { gradedOverlap } from '../analysis/retrieval.ts'
import { estimate } from '../analysis/statistics.ts'
import { ModelError } from '../errors.ts'
import type { ScenarioInput } from '../model/schema.ts'
import type { Simulation } from '../run/simulation.ts'
import { mean } from '../analysis/statistics.ts'
import { ownOverlaps } from './hopfield.ts'
import { type Check, type Reproduction, type Stated, atLeast, atMost, near } from './reproduction.ts'

/** g of the runs of the paper, and the part of the cue that is the pattern, a = 0.9 g. */
const [G, A] = [1.2, 0.9 * 1.2]
/** Step of the runs of the paper; small runs use a longer step, which affects neither the start nor fixed points. */
const [DT, LONG_DT] = [0.02, 0.1]

interface Run {
  readonly seed: number
  readonly size: number
  /** alpha = P/N */
  readonly load: number
  readonly gain: number
  readonly cues: number
  readonly dt: number
  readonly ticks: number
  readonly every: number
}

/** dx/dt = -x + (g / sqrt alpha) Xi^T m, m = Xi tanh(x) / N, x(0) = a xi + sqrt(g^2 - a^2) noise. */
function scenario({ seed, size, load, gain, cues, dt, ticks, every }: Run): ScenarioInput {
  const patterns = Math.round(load * size)
  const select = Array.from({ length: cues }, (_, cue) => cue)
  return {
    version: 1,
    name: 'Transients of recall',
    description: `${patterns} patterns in ${size} neurons with g = ${gain}; each copy starts near another pattern.`,
    seed,
    time: { dt, ticks, integrator: 'euler' },
    neurons: {
      visible: {
        size,
        lagrangian: { kind: 'tanh' },
        tau: 1,
        init: {
          kind: 'rows',
          of: 'xi',
          select,
          transform: [{ op: 'scale', factor: A }],
          corrupt: { op: 'gaussian', sigma: Math.sqrt(G * G - A * A) },
        },
      },
      hidden: {
        size: patterns,
        lagrangian: { kind: 'linear', gain: gain / (Math.sqrt(load) * size) },
        tau: 0,
      },
    },
    memories: { xi: { from: 'visible', to: 'hidden', init: { kind: 'random', distribution: 'binary' } } },
    probes: {
      overlap: { kind: 'overlap', layer: 'visible', patterns: { kind: 'rows', of: 'xi', select }, every },
      energy: { kind: 'energy', every: ticks },
    },
    replicas: cues,
  }
}

/**
 * Overlap at some times of the transient in float64, at N = 200, load 0.1, by Euler steps of the two sizes, and the scatter of
 * networks, which is half as large again as that of 150 networks of 20 cues.
 */
const TRANSIENT = [
  { time: 0.5, quick: 0.9463, full: 0.9462, scatter: 0.0025 },
  { time: 1, quick: 0.9774, full: 0.977, scatter: 0.004 },
  { time: 2, quick: 0.9864, full: 0.9862, scatter: 0.006 },
]

/**
 * The means over 1,000 networks of 20 cues in float64, at N = 200, load 0.1, and the scatter of networks.
 * The values at the start are known and agree.
 */
const FLOAT64 = {
  20: { overlap: 0.9784, energy: -1.3939 },
  100: { overlap: 0.9683, energy: -1.3967 },
}
const SCATTER = { start: 0.004, energyStart: 0.014, overlap: 0.035, energy: 0.03 }

const INTEGRALS: Stated = { kind: 'closed form', formula: 'Gaussian integrals over the cue' }
const RUNS: Stated = { kind: 'program', command: 'npm run expected -- transient-recall' }
const LIMIT: Stated = {
  kind: 'theory',
  equations: 'equations of Shiino and Fukai, J. Phys. A 25 (1992) L375',
}
const CURVES: Stated = {
  kind: 'paper',
  paper: 'Clark, arXiv:2506.05303',
  place: 'abstract, transient retrieval above capacity; the least rise of 0.1 is chosen here',
}

/** A pattern below capacity is completed. */
export const transientRecall: Reproduction = {
  id: 'transient-recall',
  title: 'A pattern is completed below capacity',
  citation: 'Clark, arXiv:2506.05303; Shiino, Fukai, J. Phys. A 25 (1992) L375; float64 runs at N = 200',
  claim:
    'At load 0.1, g = 1.2, a cue with the overlap .719 is completed: to .988 as N grows. Networks of N = 200 have some patterns that are not ' +
    'stable, and reach .978 after 20 tau and .968 after 100 tau, while E/N goes from -.743 to -1.394 and -1.397.',
  method:
    'Cues of all 20 patterns in each network. At the start both means follow from Gaussian integrals; float64 runs of 1,000 networks, with a standard error ' +
    'of .001, give those in the end. They are means over all networks, and some networks lose patterns, 4 % after 20 tau and 6 % after 100: half of the ' +
    'networks are above .983. Networks scatter by .004 and .035 in the overlap at start and end, by .014 and .03 in E/N: the tolerances are three standard errors ' +
    'of that many networks. The runs of Clark have 100 steps of 0.02, 2 tau; their second start, g = 1.5 and a = 0.8 g, has the overlap .663. The overlap is judged on the way, at 0.5, 1 and 2 tau, and in the end from below, since it is at most 1. The limit is the theory of Shiino and Fukai; at full size it is compared with N = 1600, where no pattern is lost, within .003. The small size takes steps of 0.1, not 0.02.',
  duration: { quick: '10 s', full: '6 min' },
  constants: { gain: G },
  wrong: { constant: 'gain', value: 2 * G },
  unaffected: [
    {
      constants: ['time.ticks'],
      only: 'doubled',
      why: 'the states rest after 20 tau, and the samples of the transient stay where they are',
    },
    {
      constants: ['time.ticks'],
      only: 'halved',
      why: 'after 10 tau the states are as near to rest as networks scatter: E/N is -1.38 after 10 and 20 tau',
      bites: 256,
    },
  ],
  async measure(lab, size) {
    const { networks, duration, dt } = {
      quick: { networks: 3, duration: 20 as const, dt: LONG_DT },
      full: { networks: 60, duration: 100 as const, dt: DT },
    }[size]
    const load = 0.1
    const limit = gradedOverlap({ load, gain: G / Math.sqrt(load), diagonal: true })
    const network = (N: number, cues: number, time: number, index: number): ScenarioInput =>
      scenario({
        seed: lab.seed + index,
        size: N,
        load,
        gain: lab.constants.gain!,
        cues,
        dt,
        ticks: Math.round(time / dt),
        every: Math.round(0.5 / dt),
      })
    const [first, last, before, after, large]: number[][] = [[], [], [], [], []]
    const early: number[][] = TRANSIENT.map(() => [])
    const curves: Mark[] = []
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'time / tau', domain: [0, 20] },
      y: { label: 'overlap with the pattern', domain: [0.6, 1.02] },
      marks: [
        ...curves,
        { kind: 'rule', of: 'y', at: limit, label: 'theory, N to infinity', colour: 1 },
        { kind: 'rule', of: 'y', at: firstOverlap(), label: 'start', colour: 2 },
      ],
    })
    /** Mean overlap of all cues at each sample; the first network of a size is drawn. */
    const overlapsOf = (simulation: Simulation, isDrawn: boolean, colour: Colour): number[] => {
      const overlaps = ownOverlaps(simulation).map(mean)
      const { size: N } = simulation.model.layers[0]!
      const label = `measured, mean of one network, N = ${N}`
      const x = [...simulation.series[0]!.time]
      if (isDrawn) curves.push({ kind: 'line', x, y: overlaps, label, colour })
      return overlaps
    }
    const scale = 3 / Math.sqrt(networks)
    const { overlap, energy } = FLOAT64[duration]
    const checks = (): Check[] => [
      near('overlap at the start', firstOverlap(), estimate(first!), SCATTER.start * scale, INTEGRALS),
      near(
        'E/N at the start',
        firstEnergy(200, load),
        estimate(before!),
        SCATTER.energyStart * scale,
        INTEGRALS,
      ),
      ...TRANSIENT.map((at, k) =>
        near(`overlap after ${at.time} tau`, at[size], estimate(early[k]!), at.scatter * scale, RUNS),
      ),
      atLeast(`overlap after ${duration} tau`, overlap - SCATTER.overlap * scale, estimate(last!), RUNS),
      near(`E/N after ${duration} tau`, energy, estimate(after!), SCATTER.energy * scale, RUNS),
    ]
    lab.progress(0, chart())
    for (let index = 0; index < networks; index++) {
      await lab.run('transient-recall', network(200, 20, duration, index), (simulation) => {
        const overlaps = overlapsOf(simulation, index === 0, 0)
        const energies = simulation.series.find(({ name }) => name === 'energy')!.value
        first!.push(overlaps[0]!)
        // Samples are half a tau apart.
        TRANSIENT.forEach(({ time }, k) => early[k]!.push(overlaps[2 * time]!))
        last!.push(overlaps.at(-1)!)
        before!.push(mean([...energies[0]!]) / 200)
        after!.push(mean([...energies.at(-1)!]) / 200)
      })
      lab.progress((0.8 * (index + 1)) / networks, chart())
      lab.judge(checks, { found: index + 1, all: networks })
    }
    for (let index = 0; size === 'full' && index < 4; index++) {
      await lab.run('transient-recall-large', network(1600, 16, 20, index), (simulation) => {
        large!.push(overlapsOf(simulation, index === 0, 3).at(-1)!)
      })
      lab.progress(0.8 + 0.05 * (index + 1), chart())
    }
    return {
      checks: [
        ...checks(),
        ...(large!.length > 0
          ? [near('overlap after 20 tau, N = 1600', limit, estimate(large!), 0.003, LIMIT)]
          : []),
      ],
      chart: chart(),
    }
  },
}

/** Above capacity the overlap rises for a while before the pattern is lost. */
export const transientRecovery: Reproduction = {
  id: 'transient-recovery',
  title: 'Transient recovery above capacity',
  citation: 'Clark, arXiv:2506.05303',
  claim:
    'Above capacity no state near a pattern is stable, but a state that starts near one first comes closer to it before it leaves.',
  method:
    'Load 0.3. The rise over the first step follows from Gaussian integrals, since x(0) is independent of the other patterns. ' +
    'The input is (g / sqrt alpha) m xi + g sqrt alpha tanh(x) + g sqrt q noise, m and q the mean of xi tanh(x) and tanh(x)^2. ' +
    'Tolerance 4 %, for finite N. The paper gives curves of rise and loss: here the overlap has to rise by 0.1 and to fall below its start. The small size takes steps of 0.1 for this.',
  duration: { quick: '5 s', full: '2 min' },
  constants: { gain: G },
  wrong: { constant: 'gain', value: G / 2 },
  unaffected: [{ constants: ['time.ticks'], only: 'doubled', why: 'after its peak the overlap only falls' }],
  async measure(lab, size) {
    const { N, networks, cues, duration, dt } = {
      quick: { N: 400, networks: 3, cues: 32, duration: 15, dt: LONG_DT },
      full: { N: 800, networks: 8, cues: 32, duration: 50, dt: DT },
    }[size]
    const load = 0.3
    const [slopes, starts, peaks, ends]: number[][] = [[], [], [], []]
    const start = firstOverlap()
    const rise = firstRise(load)
    let curve = { x: [] as number[], y: [] as number[] }
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'time / tau', domain: [0, duration] },
      y: { label: 'overlap with the pattern', domain: [0, 1.02] },
      marks: [
        { kind: 'line', ...curve, label: `measured, mean of one network, N = ${N}`, colour: 0 },
        {
          kind: 'line',
          x: [0, 0.3],
          y: [start, start + 0.3 * rise],
          label: 'rise at the start',
          dashed: true,
          colour: 1,
        },
      ],
    })
    const early = (): Check[] => [
      near('overlap at the start', start, estimate(starts!), 0.01, INTEGRALS),
      near('rise of the overlap at the start, a tau', rise, estimate(slopes!), 0.04 * rise, INTEGRALS),
    ]
    const late = (): Check[] => [
      atLeast('highest overlap less that at the start', 0.1, estimate(peaks!), CURVES),
      atMost('overlap at the end', start, estimate(ends!), CURVES),
    ]
    lab.progress(0, chart())
    const runs = Array.from({ length: networks }, (_, network) => ({
      seed: lab.seed + network,
      size: N,
      load,
      gain: lab.constants.gain!,
      cues,
    }))
    for (const [network, run] of runs.entries()) {
      await lab.run(
        'transient-recovery-start',
        scenario({ ...run, dt: DT, ticks: 1, every: 1 }),
        (simulation) => {
          const overlaps = ownOverlaps(simulation).map(mean)
          if (overlaps.length === 0) throw new ModelError('a run without a tick has no rise to be judged')
          starts!.push(overlaps[0]!)
          slopes!.push((overlaps.at(-1)! - overlaps[0]!) / DT)
        },
      )
      lab.progress((0.1 * (network + 1)) / networks, chart())
      lab.judge(early, { found: network + 1, all: networks })
    }
    for (const [network, run] of runs.entries()) {
      const way = { dt, ticks: Math.round(duration / dt), every: Math.round(0.5 / dt) }
      await lab.run('transient-recovery', scenario({ ...run, ...way }), (simulation) => {
        const overlaps = ownOverlaps(simulation).map(mean)
        peaks!.push(Math.max(...overlaps) - overlaps[0]!)
        ends!.push(overlaps.at(-1)!)
        if (network === 0) curve = { x: [...simulation.series[0]!.time], y: overlaps }
      })
      lab.progress(0.1 + (0.9 * (network + 1)) / networks, chart())
      lab.judge(late, { found: network + 1, all: networks })
    }
    return { checks: [...early(), ...late()], chart: chart() }
  },
}

/** E over x(0) = a + sqrt(g^2 - a^2) z, in the frame of the pattern. */
function overStart(f: (x: number) => number, g = G, a = A): number {
  return gaussianMean((z) => f(a + Math.sqrt(g * g - a * a) * z))
}

/** E tanh x(0), the overlap at the start, at any N. Clark has the starts g = 1.2, a = 0.9 g and g = 1.5, a = 0.8 g. */
export function firstOverlap(g = G, a = A): number {
  return overStart(Math.tanh, g, a)
}

/** E/N at the start: of the neurons, and of the squared overlaps with the cued and with the other patterns, q = E tanh^2. */
function firstEnergy(N: number, load: number): number {
  const own = overStart((x) => x * Math.tanh(x) - Math.log(Math.cosh(x)))
  const m = firstOverlap()
  const q = overStart((x) => Math.tanh(x) ** 2)
  const squares = m * m + (q - m * m) / N + (load - 1 / N) * q
  return own - ((G / Math.sqrt(load)) * squares) / 2
}

/** Change of the overlap over the first Euler step, divided by its length, as N grows. */
function firstRise(load: number): number {
  const m = firstOverlap()
  const q = overStart((x) => Math.tanh(x) ** 2)
  const stepped = overStart((x) =>
    gaussianMean((z) => {
      const input = (G / Math.sqrt(load)) * m + G * Math.sqrt(load) * Math.tanh(x) + G * Math.sqrt(q) * z
      return Math.tanh(x + DT * (input - x))
    }),
  )
  return (stepped - m) / DT
}
