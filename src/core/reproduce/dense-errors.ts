import type { Chart, Colour, Mark } from '../analysis/chart.ts'
import { type Estimate, estimate } from '../analysis/statistics.ts'
import { gaussianTail } from '../analysis/gaussian.ts'
import type { ScenarioInput } from '../model/schema.ts'
import type { Simulation } from '../run/simulation.ts'
import { oddFactorial } from './error-free.ts'
import { type Check, type Reproduction, type Stated, measuredPoints, near } from './reproduction.ts'

interface Shape {
  readonly degree: number
  /** Neurons that are shown, N. */
  readonly shown: number
}

/** E h^(2n-2) for a sum h of N random signs, (2n-3)!! N^(n-1) with its correction at finite N. */
export function momentOf(degree: number, N: number): number {
  if (degree === 2) return N
  if (degree === 3) return 3 * N ** 2 - 2 * N
  return 15 * N ** 3 - 30 * N ** 2 + 16 * N
}

/** Neurons of the cue that are not shown. */
const HIDDEN = 64

function scenario(seed: number, { degree, shown }: Shape, patterns: number, cues: number): ScenarioInput {
  const select = Array.from({ length: cues }, (_, cue) => cue)
  return {
    version: 1,
    name: `Dense memory of degree ${degree}`,
    description: `${patterns} random patterns; the last ${HIDDEN} neurons of each cue are 0 and are recalled in one update.`,
    seed,
    time: { dt: 1, ticks: 1, integrator: 'euler' },
    neurons: {
      visible: {
        size: shown + HIDDEN,
        lagrangian: { kind: 'linear' },
        tau: 1,
        init: {
          kind: 'rows',
          of: 'xi',
          select,
          corrupt: { op: 'occlude', fraction: HIDDEN / (shown + HIDDEN), side: 'right' },
        },
      },
      hidden: { size: patterns, lagrangian: { kind: 'power', degree, rectified: false }, tau: 0 },
    },
    memories: { xi: { from: 'visible', to: 'hidden', init: { kind: 'random', distribution: 'binary' } } },
    replicas: cues,
  }
}

const GAUSSIAN: Stated = {
  kind: 'closed form',
  formula:
    'tail of a Gaussian, with the variance at finite N; its form for large N is that of arXiv:1606.01164, section 2',
}

/** Wrong bits after one update of a dense memory. */
export const denseErrors: Reproduction = {
  id: 'dense-errors',
  title: 'Error rate of dense memories',
  citation: 'Krotov, Hopfield, NeurIPS 2016, arXiv:1606.01164, section 2',
  claim:
    'With K random patterns a bit is recalled with the wrong sign with probability about ' +
    'sqrt((2n-3)!! K / (2 pi N^(n-1))) exp(-N^(n-1) / (2 K (2n-3)!!)), for n = 2, 3, 4.',
  method:
    'The form of the paper is the tail of a Gaussian of signal to noise z = N^(n-1) / sqrt(K (2n-3)!! N^(n-1)) for large z. The measured rate is compared ' +
    `with the Gaussian itself, its variance with the moments of finite N. ${HIDDEN} neurons of each cue are 0, so that a ` +
    'neuron does not vote for itself; N counts the others. Tolerance: a fifth of the rate, for the tails of finite K and N, ' +
    'and the confidence interval, together no more than half of it.',
  duration: { quick: '10 s', full: '13 min' },
  constants: { patterns: 1 },
  wrong: { constant: 'patterns', value: 2 },
  unaffected: [
    {
      constants: ['time.dt'],
      only: 'halved',
      why: 'the judged neurons start at 0, and the sign of (dt / tau) h is that of h',
    },
    {
      constants: ['neurons.visible.tau'],
      only: 'doubled',
      why: 'the judged neurons start at 0, and the sign of (dt / tau) h is that of h',
    },
  ],
  async measure(lab, size) {
    const networks = { quick: 5, full: 12 }[size]
    const cues = { quick: 64, full: 128 }[size]
    const shapes: Shape[] = {
      quick: [
        { degree: 2, shown: 1024 },
        { degree: 3, shown: 80 },
        { degree: 4, shown: 32 },
      ],
      full: [
        { degree: 2, shown: 4096 },
        { degree: 3, shown: 256 },
        { degree: 4, shown: 80 },
      ],
    }[size]
    const ratios = { quick: [2, 1.4], full: [2.6, 2.2, 1.8, 1.4, 1] }[size]
    const checks: Check[] = []
    const found: { readonly loads: number[]; readonly rates: Estimate[] }[] = []
    const chart = (): Chart => ({
      title: this.title,
      x: { label: '(2n-3)!! K / N^(n-1)', domain: [0.08, 1.1] },
      y: { label: 'error per bit', scale: 'log', domain: [1e-3, 0.4] },
      marks: [
        paperLine(),
        gaussianLine(),
        ...found.map(({ loads, rates }, index) => {
          const { degree, shown } = shapes[index]!
          return measuredPoints(loads, rates, `n = ${degree}, N = ${shown}`, (index + 2) as Colour)
        }),
      ],
    })
    let done = 0
    lab.progress(0, chart())
    for (const shape of shapes) {
      const { degree, shown } = shape
      const [loads, rates]: [number[], Estimate[]] = [[], []]
      found.push({ loads, rates })
      for (const z of ratios) {
        const moment = momentOf(degree, shown)
        const patterns = Math.round(shown ** (2 * degree - 2) / (moment * z ** 2))
        const values: number[] = []
        const expected = gaussianTail(shown ** (degree - 1) / Math.sqrt(patterns * moment))
        const judged = (rate: Estimate): Check =>
          near(
            `n = ${degree}, K = ${patterns}: error per bit`,
            expected,
            rate,
            Math.min(0.2 * expected + rate.half, 0.5 * expected),
            GAUSSIAN,
          )
        for (let network = 0; network < networks; network++) {
          const count = patterns * lab.constants.patterns!
          const input = scenario(lab.seed + network, shape, count, cues)
          values.push(
            await lab.run(`dense-${degree}-${patterns}`, input, (simulation) =>
              wrongShare(simulation, shown),
            ),
          )
          lab.judge(() => [judged(estimate(values))], { found: network + 1, all: networks })
        }
        const rate = estimate(values)
        checks.push(judged(rate))
        loads.push((patterns * oddFactorial(degree - 1)) / shown ** (degree - 1))
        rates.push(rate)
        lab.progress(++done / shapes.length / ratios.length, chart())
      }
    }
    return { checks, chart: chart() }
  },
}

const LOADS = Array.from({ length: 100 }, (_, k) => 0.1 + 0.01 * k)

function paperLine(): Mark {
  const y = LOADS.map((load) => Math.sqrt(load / (2 * Math.PI)) * Math.exp(-1 / (2 * load)))
  return { kind: 'line', x: LOADS, y, label: 'form of the paper, large N', dashed: true, colour: 0 }
}

function gaussianLine(): Mark {
  const y = LOADS.map((load) => gaussianTail(1 / Math.sqrt(load)))
  return { kind: 'line', x: LOADS, y, label: 'Gaussian', colour: 1 }
}

async function wrongShare(simulation: Simulation, shown: number): Promise<number> {
  const { model } = simulation
  const { columns, rows, data } = model.memories[0]!.init
  const { data: recalled } = await simulation.read('visible')
  let wrong = 0
  for (let cue = 0; cue < model.replicas; cue++)
    for (let i = shown; i < columns; i++)
      if (Math.sign(recalled[cue * columns + i]!) !== Math.sign(data[(cue % rows) * columns + i]!)) wrong++
  return wrong / (model.replicas * (columns - shown))
}
