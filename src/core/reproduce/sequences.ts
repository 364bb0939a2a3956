import type { Chart, Colour } from '../analysis/chart.ts'
import { slope } from '../analysis/statistics.ts'
import type { ScenarioInput } from '../model/schema.ts'
import {
  errorFreeLoad,
  oddFactorial,
  pooled,
  shareWrong,
  type Trial,
  upTo,
  wrongSigns,
} from './error-free.ts'
import { type Check, type Reproduction, type Stated, atMost, near } from './reproduction.ts'

interface Walk {
  readonly seed: number
  readonly N: number
  /** Patterns of the sequence, which is closed. */
  readonly length: number
  /** d of f(m) = m^d, or the exponential. */
  readonly separation: number | 'exponential'
  /** Number of copies, each at a different pattern. */
  readonly copies: number
  readonly ticks: number
}

/** s' = sign sum_mu xi^(mu+1) f(xi^mu . s) */
function scenario({ seed, N, length, separation, copies, ticks }: Walk): ScenarioInput {
  return {
    version: 1,
    name: 'A sequence of patterns',
    description: `${length} patterns in ${N} neurons: each calls the next one, one a tick.`,
    seed,
    time: { dt: 1, ticks, integrator: 'euler' },
    neurons: {
      visible: {
        size: N,
        lagrangian: { kind: 'sign' },
        tau: 1,
        init: { kind: 'rows', of: 'present', select: upTo(copies) },
      },
      hidden: {
        size: length,
        // A softmax is the exponential up to a factor, which does not change signs.
        lagrangian:
          separation === 'exponential'
            ? { kind: 'softmax', beta: 1 }
            : { kind: 'power', degree: separation + 1, rectified: false },
        tau: 0,
      },
    },
    memories: {
      present: {
        from: 'visible',
        to: 'hidden',
        direction: 'forward',
        init: { kind: 'random', distribution: 'binary' },
      },
      next: {
        from: 'visible',
        to: 'hidden',
        direction: 'backward',
        init: { kind: 'rows', of: 'present', select: upTo(length).map((mu) => (mu + 1) % length) },
      },
    },
    replicas: copies,
  }
}

/** beta of the exponential, whose longest sequence is beta^(N-1) / (2 ln N). */
const GROWTH = Math.exp(2) / Math.cosh(2)

/** Share of wrong signs at which lengths of the exponential are compared, about that of its longest sequence. */
const SHARE = 0.01

const LONGEST: Stated = {
  kind: 'paper',
  paper: 'Chaudhry et al., arXiv:2306.04532',
  place: 'capacity of single transitions, polynomial and exponential',
}

/** Sequences of patterns in networks of one-way memories. */
export const sequences: Reproduction = {
  id: 'sequences',
  title: 'How long a sequence of patterns may be',
  citation: 'Chaudhry et al., arXiv:2306.04532 (NeurIPS 2023)',
  claim:
    "s' = sign sum xi^(mu+1) f(xi^mu.s / N) goes from pattern to pattern without an error in a step up to a length of N^d / (2 (2d-1)!! ln N) for f(m) = m^d. " +
    'At N = 100 this is 10.9, 362, 7238 for d = 1, 2, 3. For f = exp the length grows by a factor of e^2 / cosh 2 = 1.96 a neuron.',
  method:
    'Every transition of sequences of 0.75, 1 and 1.5 times that length, over many networks. The length is where signal to noise is sqrt(2 ln N): ' +
    'it is fitted to the share of wrong signs, with Gaussian noise of the patterns that disturb. Tolerance 10 %: finite N changes the variance ' +
    'by 1 %, the tails by 3 %, the rest is statistics. Then all patterns of a sequence of a third of the length are walked through. ' +
    'The exponential is far from its limit where it can be run, since patterns that are equal by chance and recall different ones dominate. Lengths with ' +
    `${100 * SHARE} % wrong signs are compared; their logarithm has to rise by ln 1.96 a neuron within 0.1.`,
  duration: { quick: '3 s', full: '1 min' },
  constants: { length: 1 },
  wrong: { constant: 'length', value: 1.3 },
  unaffected: [
    {
      constants: ['neurons.hidden.lagrangian.beta'],
      only: 'doubled',
      why: 'the growth e^(2 beta) / cosh(2 beta) is 1.96 at beta = 1 and 2 at most',
    },
  ],
  async measure(lab, size) {
    const N = 100
    const { degrees, networks, most, sizes } = {
      quick: {
        degrees: [1, 2],
        networks: { 1: 16, 2: 2, 3: 0 },
        most: 400,
        sizes: [
          { N: 10, networks: 30 },
          { N: 13, networks: 10 },
          { N: 16, networks: 5 },
        ],
      },
      full: {
        degrees: [1, 2, 3],
        networks: { 1: 300, 2: 20, 3: 4 },
        most: 512,
        sizes: [
          { N: 10, networks: 100 },
          { N: 12, networks: 50 },
          { N: 14, networks: 40 },
          { N: 16, networks: 30 },
          { N: 18, networks: 20 },
        ],
      },
    }[size]
    const ratios = [0.75, 1, 1.5]
    const found: Trial[][] = []
    const x = Array.from({ length: 60 }, (_, k) => 0.6 + 0.02 * k)
    const longest = (d: number): number => N ** d / (2 * oddFactorial(d) * Math.log(N))
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'length / (N^d / (2 (2d-1)!! ln N))', domain: [0.6, 1.8] },
      y: { label: 'wrong signs in a step', scale: 'log', domain: [1e-5, 0.1] },
      marks: [
        {
          kind: 'line',
          x,
          y: x.map((ratio) => shareWrong(ratio, N, 1)),
          label: `Gaussian, N = ${N}`,
          colour: 1,
        },
        ...found.map((trials, index) => ({
          kind: 'points' as const,
          x: trials.map(({ load }) => load / longest(degrees[index]!)),
          y: trials.map(({ asked, wrong }) => wrong / asked),
          label: `measured, d = ${degrees[index]!}`,
          colour: [0, 2, 3][index] as Colour,
        })),
      ],
    })
    lab.progress(0, chart())
    const factor = lab.constants.length!
    const checks: Check[] = []
    /** All transitions of networks that differ by their seeds. */
    const transitions = async (
      name: string,
      walk: Omit<Walk, 'seed' | 'copies' | 'ticks'>,
      count: number,
    ) => {
      const all = []
      for (let network = 0; network < count; network++) {
        const copies = Math.min(walk.length, most)
        const input = scenario({ ...walk, seed: lab.seed + network, copies, ticks: 1 })
        all.push(
          ...(await lab.run(name, input, (simulation) =>
            wrongSigns(simulation, (copy, rows) => (copy + 1) % rows),
          )),
        )
      }
      return pooled(all)
    }
    const total = degrees.length + 1
    for (const [index, d] of degrees.entries()) {
      const trials: Trial[] = []
      found.push(trials)
      for (const ratio of ratios) {
        const load = Math.round(ratio * longest(d))
        const length = 1 + Math.round(factor * load)
        const count = await transitions(
          `sequence-${d}-${load}`,
          { N, length, separation: d },
          networks[d as 1 | 2 | 3],
        )
        trials.push({ load, ...count })
        lab.progress((index + trials.length / ratios.length) / total, chart())
      }
      checks.push(
        near(`d = ${d}: longest sequence`, longest(d), errorFreeLoad(trials, N), 0.1 * longest(d), LONGEST),
      )
      const length = Math.round(longest(d) / 3)
      const walk = { seed: lab.seed, N, length, separation: d, copies: 1, ticks: length }
      const [end] = await lab.run(`walk-${d}`, scenario(walk), (simulation) =>
        wrongSigns(simulation, () => 0),
      )
      checks.push(atMost(`d = ${d}: wrong signs after ${length} patterns`, 0.02, end!.wrong / N, LONGEST))
      lab.judge(() => checks)
    }
    const lengths: number[] = []
    for (const { N: own, networks: count } of sizes) {
      const length = Math.round(GROWTH ** (own - 1) / (4 * Math.log(own)))
      const { asked, wrong } = await transitions(
        `exponential-${own}`,
        { N: own, length, separation: 'exponential' },
        count,
      )
      // The fraction of wrong signs is proportional to the number of patterns.
      lengths.push((length * SHARE * asked) / wrong)
      lab.progress((degrees.length + lengths.length / sizes.length) / total, chart())
    }
    checks.push(
      near(
        'exponential: rise of ln length per neuron',
        Math.log(GROWTH),
        slope(
          sizes.map((one) => one.N),
          lengths.map(Math.log),
        ),
        0.1,
        LONGEST,
      ),
    )
    return { checks, chart: chart() }
  },
}
