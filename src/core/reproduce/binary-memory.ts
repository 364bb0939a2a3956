import type { Chart, Colour } from '../analysis/chart.ts'
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

interface Shape {
  /** n of F(x) = x^n. */
  readonly degree: 2 | 3 | 4
  readonly N: number
}

interface Run extends Shape {
  readonly seed: number
  readonly patterns: number
  readonly copies: number
  /** Fraction of wrong signs in each cue. */
  readonly flipped: number
  readonly sweeps: number
}

/**
 * The mean contribution of a neuron's own sign to its input, divided by the sign: sum_mu f(m + xi s) - f(m) for one pattern
 * that is recalled and others at random, m being the sum over the other neurons. The rule of Krotov and Hopfield
 * omits this term.
 */
function ownVote({ degree, N, patterns }: Run): number {
  if (degree === 2) return patterns
  if (degree === 3) return 2 * (N - 1)
  return 3 * (N - 1) ** 2 + 1 + (patterns - 1) * (3 * (N - 1) + 1)
}

const OWN = {
  kind: 'convolution' as const,
  from: 'visible',
  to: 'own',
  kernel: [1, 1] as [number, number],
}

function scenario(run: Run): ScenarioInput {
  const { degree, N, patterns, seed, copies, flipped, sweeps } = run
  const cue = { kind: 'rows', of: 'xi', select: upTo(copies) } as const
  return {
    version: 1,
    name: `Binary dense memory of degree ${degree}`,
    description: `${patterns} patterns in ${N} neurons of sign, which move one after the other.`,
    seed,
    time: { dt: 1, ticks: sweeps * N, integrator: 'euler' },
    neurons: {
      visible: {
        size: [1, N],
        lagrangian: { kind: 'sign' },
        tau: 1,
        update: 'cycle',
        init: flipped === 0 ? cue : { ...cue, corrupt: { op: 'flip', fraction: flipped } },
      },
      hidden: { size: patterns, lagrangian: { kind: 'power', degree, rectified: false }, tau: 0 },
      own: { size: [1, N], lagrangian: { kind: 'linear' }, tau: 0 },
    },
    memories: {
      xi: { from: 'visible', to: 'hidden', init: { kind: 'random', distribution: 'binary' } },
      // Each neuron gets its own sign: a filter of one weight is a diagonal matrix.
      see: { ...OWN, direction: 'forward', init: { kind: 'values', values: [[1]] } },
      take: { ...OWN, direction: 'backward', init: { kind: 'values', values: [[-ownVote(run)]] } },
    },
    replicas: copies,
  }
}

const LARGEST: Stated = {
  kind: 'paper',
  paper: 'Krotov, Hopfield, arXiv:1606.01164',
  place: 'section 2, number of patterns without errors',
}

/** Binary dense memories whose neurons move one at a time. */
export const binaryMemory: Reproduction = {
  id: 'binary-memory',
  title: 'Patterns that a binary dense memory keeps without errors',
  citation: 'Krotov, Hopfield, NeurIPS 2016, arXiv:1606.01164, section 2',
  claim:
    'A network of binary neurons that move one at a time down the energy -sum_mu F(xi_mu.s), F(x) = x^n, keeps N^(n-1) / (2 (2n-3)!! ln N) random ' +
    'patterns without errors. For n = 2 these are fewer than there are neurons, for n = 3 and 4 many more.',
  method:
    'Each neuron moves once, in turn, from every pattern in networks of about that many. A layer that copies the signs takes away what a neuron ' +
    'gets from its own sign, in the mean over the patterns, since the rule leaves it out. The number is where signal to noise is sqrt(2 ln N): it is ' +
    'fitted to the share of patterns with errors, with Gaussian noise of the patterns that disturb. Tolerance 20 %: finite N changes the variance by ' +
    '5 % and the tails by as much. Then cues with every tenth sign wrong are mended in a sweep at a quarter of that load.',
  duration: { quick: '4 s', full: '4 min' },
  constants: { patterns: 1 },
  wrong: { constant: 'patterns', value: 1.5 },
  unaffected: [
    {
      constants: ['time.dt'],
      only: 'halved',
      why: 'the sign of x + (dt / tau) (h - x) is that of h while h is far above x',
      bites: 1024,
    },
    { constants: ['neurons.visible.tau'], only: 'doubled', why: 'as half of dt', bites: 1024 },
    {
      constants: ['time.ticks'],
      only: 'doubled',
      why: 'a second sweep moves almost nothing: the numbers of patterns change by 3 % (7.5, 73 and 323 after two sweeps, 7.5, 71 and 320 after one), and 20 % are allowed',
    },
    {
      constants: ['neurons.visible.init.corrupt.fraction'],
      only: 'halved',
      why: 'fewer wrong signs are mended too: of 0.05 none stay wrong, of 0.1 at most 0.0005',
    },
  ],
  async measure(lab, size) {
    const { shapes, networks, most } = {
      quick: {
        shapes: [{ degree: 2, N: 64 }, { degree: 3, N: 40 }, { degree: 4, N: 32 }], // prettier-ignore
        networks: { 2: 6, 3: 3, 4: 3 },
        most: 64,
      },
      full: {
        shapes: [{ degree: 2, N: 256 }, { degree: 3, N: 128 }, { degree: 4, N: 64 }], // prettier-ignore
        networks: { 2: 20, 3: 8, 4: 6 },
        most: 128,
      },
    }[size] as { shapes: Shape[]; networks: Record<Shape['degree'], number>; most: number }
    const ratios = { quick: [1, 1.5], full: [0.75, 1, 1.5] }[size]
    const found: Trial[][] = []
    const largest = ({ degree, N }: Shape): number =>
      N ** (degree - 1) / (2 * oddFactorial(degree - 1) * Math.log(N))
    const x = Array.from({ length: 60 }, (_, k) => 0.6 + 0.02 * k)
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'patterns / (N^(n-1) / (2 (2n-3)!! ln N))', domain: [0.6, 1.8] },
      y: { label: 'patterns with errors after a sweep', domain: [0, 1] },
      marks: shapes.flatMap(({ degree, N }, index) => {
        const colour = [0, 2, 3][index] as Colour
        const trials = found[index] ?? []
        return [
          {
            kind: 'line' as const,
            x,
            y: x.map((ratio) => shareWrong(ratio, N, N)),
            label: `Gaussian, N = ${N}`,
            colour,
          },
          {
            kind: 'points' as const,
            x: trials.map(({ load }) => load / largest(shapes[index]!)),
            y: trials.map(({ asked, wrong }) => wrong / asked),
            label: `measured, n = ${degree}`,
            colour,
          },
        ]
      }),
    })
    lab.progress(0, chart())
    const factor = lab.constants.patterns!
    const checks: Check[] = []
    for (const [index, shape] of shapes.entries()) {
      const { degree, N } = shape
      const trials: Trial[] = []
      found.push(trials)
      const measure = async (
        name: string,
        load: number,
        network: number,
        more: Pick<Run, 'flipped' | 'sweeps'>,
      ) => {
        const patterns = 1 + Math.round(factor * load)
        const copies = Math.min(patterns, most)
        const input = scenario({ ...shape, ...more, seed: lab.seed + network, patterns, copies })
        return lab.run(name, input, (simulation) => wrongSigns(simulation, (copy, rows) => copy % rows))
      }
      for (const ratio of ratios) {
        const load = Math.round(ratio * largest(shape))
        const all = []
        for (let network = 0; network < networks[degree]; network++)
          all.push(...(await measure(`binary-${degree}-${load}`, load, network, { flipped: 0, sweeps: 1 })))
        const wrong = all.filter((one) => one.wrong > 0).length
        trials.push({ load, asked: all.length, wrong })
        lab.progress((index + trials.length / ratios.length) / shapes.length, chart())
      }
      const expected = largest(shape)
      checks.push(near(`n = ${degree}, N = ${N}: patterns without errors`, expected, errorFreeLoad(trials, N, N), 0.2 * expected, LARGEST)) // prettier-ignore
      const few = Math.round(expected / 4)
      const { asked, wrong } = pooled(await measure(`mended-${degree}`, few, 0, { flipped: 0.1, sweeps: 1 }))
      checks.push(
        atMost(`n = ${degree}: wrong signs of mended cues, ${few} patterns`, 0.01, wrong / asked, LARGEST),
      )
      lab.judge(() => checks)
    }
    return { checks, chart: chart() }
  },
}
