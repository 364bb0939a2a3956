import { gaussianMean } from '../analysis/gaussian.ts'
import { estimate } from '../analysis/statistics.ts'
import type { ScenarioInput } from '../model/schema.ts'
import { mean, ownOverlaps } from './hopfield.ts'
import { type Reproduction, atLeast, atMost, near } from './reproduction.ts'

/** g of the published runs, and the part of the cue that is the pattern, a = 0.9 g. */
const [G, A] = [1.2, 0.9 * 1.2]
const DT = 0.02

interface Run {
  readonly seed: number
  readonly size: number
  /** alpha = P/N */
  readonly load: number
  readonly gain: number
  readonly cues: number
  readonly ticks: number
  readonly every: number
}

/** dx/dt = -x + (g / sqrt alpha) Xi^T m, m = Xi tanh(x) / N, x(0) = a xi + sqrt(g^2 - a^2) noise. */
function scenario({ seed, size, load, gain, cues, ticks, every }: Run): ScenarioInput {
  const patterns = Math.round(load * size)
  const select = Array.from({ length: cues }, (_, cue) => cue)
  return {
    version: 1,
    name: 'Transients of recall',
    description: `${patterns} patterns in ${size} neurons with g = ${gain}; each copy starts near a pattern of its own.`,
    seed,
    time: { dt: DT, ticks, integrator: 'euler' },
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

/** V8: a pattern below capacity is completed. */
export const transientRecall: Reproduction = {
  id: 'transient-recall',
  title: 'A pattern is completed below capacity',
  citation: 'Clark, arXiv:2506.05303; float64 runs at N = 200',
  claim:
    'At load 0.1, g = 1.2, N = 200, the mean overlap goes from .7195 to .9855 +- .0006 and E/N from -.747 to -1.392.',
  method:
    'Twenty cues in each network. Overlaps of single networks end with a scatter of about 0.003, energies of 0.03: the ' +
    'tolerances are three standard errors of that many networks.',
  duration: { quick: '15 s', full: '5 min' },
  constants: { gain: G },
  wrong: { constant: 'gain', value: 2 * G },
  async measure(lab, size) {
    const { networks, ticks } = { quick: { networks: 3, ticks: 1000 }, full: { networks: 40, ticks: 5000 } }[
      size
    ]
    const [first, last, before, after]: number[][] = [[], [], [], []]
    let chart = { x: [] as number[], y: [] as number[] }
    for (let network = 0; network < networks; network++) {
      const run = {
        seed: lab.seed + network,
        size: 200,
        load: 0.1,
        gain: lab.constants.gain!,
        cues: 20,
        ticks,
        every: 25,
      }
      await lab.run('transient-recall', scenario(run), (simulation) => {
        const overlaps = ownOverlaps(simulation).map(mean)
        const energy = simulation.series.find(({ name }) => name === 'energy')!.value
        first!.push(overlaps[0]!)
        last!.push(overlaps.at(-1)!)
        before!.push(mean([...energy[0]!]) / 200)
        after!.push(mean([...energy.at(-1)!]) / 200)
        if (network === 0) chart = { x: [...simulation.series[0]!.time], y: overlaps }
      })
      lab.progress((network + 1) / networks)
    }
    const scale = Math.sqrt(networks)
    return {
      checks: [
        near('overlap at the start', 0.7195, estimate(first!), 0.03 / scale),
        near('overlap at the end', 0.9855, estimate(last!), 0.01 / scale),
        near('E/N at the start', -0.747, estimate(before!), 0.1 / scale),
        near('E/N at the end', -1.392, estimate(after!), 0.1 / scale),
      ],
      chart: {
        title: this.title,
        x: { label: 'time / tau', domain: [0, 20] },
        y: { label: 'overlap with the pattern', domain: [0.6, 1.02] },
        marks: [
          { kind: 'line', ...chart, label: 'measured, mean of one network', colour: 0 },
          { kind: 'rule', of: 'y', at: 0.9855, label: 'published end', colour: 1 },
          { kind: 'rule', of: 'y', at: 0.7195, label: 'published start', colour: 2 },
        ],
      },
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
    'Load 0.3. The rise over the first step follows from Gaussian integrals, since x(0) knows nothing of the other patterns: ' +
    'the input is (g / sqrt alpha) m xi + g sqrt alpha tanh(x) + g sqrt q noise, m and q the mean of xi tanh(x) and tanh(x)^2. ' +
    'Tolerance 4 %, for finite N. Of rise and loss the paper gives curves: here the overlap has to rise by 0.1 and to fall below its start.',
  duration: { quick: '15 s', full: '2 min' },
  constants: { gain: G },
  wrong: { constant: 'gain', value: G / 2 },
  async measure(lab, size) {
    const { N, networks, cues, ticks } = {
      quick: { N: 400, networks: 3, cues: 32, ticks: 750 },
      full: { N: 800, networks: 8, cues: 32, ticks: 2500 },
    }[size]
    const load = 0.3
    const [slopes, starts, peaks, ends]: number[][] = [[], [], [], []]
    let curve = { x: [] as number[], y: [] as number[] }
    for (let network = 0; network < networks; network++) {
      const run = {
        seed: lab.seed + network,
        size: N,
        load,
        gain: lab.constants.gain!,
        cues,
        ticks,
        every: 25,
      }
      await lab.run('transient-recovery', scenario(run), (simulation) => {
        const overlaps = ownOverlaps(simulation).map(mean)
        starts!.push(overlaps[0]!)
        peaks!.push(Math.max(...overlaps) - overlaps[0]!)
        ends!.push(overlaps.at(-1)!)
        if (network === 0) curve = { x: [...simulation.series[0]!.time], y: overlaps }
      })
      await lab.run('transient-recovery-start', scenario({ ...run, ticks: 1, every: 1 }), (simulation) => {
        const [before, after] = ownOverlaps(simulation).map(mean)
        slopes!.push((after! - before!) / DT)
      })
      lab.progress((network + 1) / networks)
    }
    const start = firstOverlap()
    const rise = firstRise(load)
    return {
      checks: [
        near('overlap at the start', start, estimate(starts!), 0.01),
        near('rise of the overlap at the start, a tau', rise, estimate(slopes!), 0.04 * rise),
        atLeast('highest overlap less that at the start', 0.1, estimate(peaks!)),
        atMost('overlap at the end', start, estimate(ends!)),
      ],
      chart: {
        title: this.title,
        x: { label: 'time / tau' },
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
      },
    }
  },
}

/** E over x(0) = a + sqrt(g^2 - a^2) z, in the frame of the pattern. */
function overStart(f: (x: number) => number): number {
  return gaussianMean((z) => f(A + Math.sqrt(G * G - A * A) * z))
}

/** Overlap at the start as N grows. */
function firstOverlap(): number {
  return overStart(Math.tanh)
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
