import type { Chart, Mark } from '../analysis/chart.ts'
import { gatedSimilarity } from '../analysis/closed-forms.ts'
import { estimate, mean } from '../analysis/statistics.ts'
import type { Model, Rows } from '../model/model.ts'
import type { ScenarioInput } from '../model/schema.ts'
import { type Check, type Reproduction, type Stated, type Unaffected, atMost, near } from './reproduction.ts'

const ROWS = 4

/**
 * Beta of a gate that one row has for itself.
 * @param others - the share of the other rows
 */
export const oneRow = (others: string): readonly Unaffected[] => [
  {
    constants: ['neurons.hidden.lagrangian.beta'],
    only: 'doubled',
    why: `one row has all the weight already: the others have ${others}`,
  },
  {
    constants: ['neurons.hidden.lagrangian.beta'],
    only: 'halved',
    why: 'one row has all the weight while beta N is large',
    bites: 64,
  },
]

function scenario(seed: number, tau: number): ScenarioInput {
  return {
    version: 1,
    name: 'Gated learning',
    description: 'Four memories are gated towards noisy versions of themselves (Lotito 2025, appendix B).',
    seed,
    time: { dt: 1, ticks: 2000, integrator: 'euler' },
    neurons: {
      visible: { size: 50, lagrangian: { kind: 'linear' }, tau: 1 },
      hidden: { size: ROWS, lagrangian: { kind: 'softmax', beta: 2 }, tau: 0 },
    },
    memories: {
      xi: {
        from: 'visible',
        to: 'hidden',
        rule: 'gated',
        tau,
        init: { kind: 'random', distribution: 'orthogonal' },
      },
    },
    stimulus: [
      {
        kind: 'clamp',
        layer: 'visible',
        patterns: { kind: 'rows', of: 'xi', corrupt: { op: 'gaussian', sigma: 0.4 } },
      },
    ],
    probes: {
      similarity: { kind: 'similarity', memory: 'xi', patterns: { kind: 'rows', of: 'stimulus.0' } },
    },
  }
}

/** The cosine of the target with a memory that has a share `left` of its way to go, both at their mean lengths: noise 0.4. */
function cosineAt(left: number): number {
  const noise = 0.4 ** 2
  const target = 1 + noise
  return (target - left * noise) / Math.sqrt(target * (target - 2 * left * noise + left ** 2 * noise))
}

function norm({ data, columns }: Rows, row: number): number {
  return Math.hypot(...data.subarray(row * columns, (row + 1) * columns))
}

const CLOSED: Stated = {
  kind: 'closed form',
  formula: 'cosine of xi + exp(-p t / tau) (Xi(0) - xi) with xi, p = 1/4 (Lotito 2025, appendix B)',
}

/** Gated memories follow the shown patterns: comparison with the closed form. */
export const gatedLearning: Reproduction = {
  id: 'gated-learning',
  title: 'Gated memories follow what they see',
  citation: 'Lotito, Neurocomputing 636 (2025) 129865, appendix B',
  claim:
    'The cosine of a memory and what it is shown follows a closed form with the rate p / tau, p = 1/4, from 1/sqrt(1.16) to 1.',
  method:
    'The distance to the closed form is the largest over all rows and 2,001 ticks; 2e-3 is what steps of 1 in tau = 250 ' +
    'leave. The first cosine is a mean over rows of 50 entries each, which scatters by 0.02.',
  duration: { quick: '2 s', full: '40 s' },
  constants: { tau: 250 },
  wrong: { constant: 'tau', value: 500 },
  unaffected: [
    { constants: ['time.ticks'], only: 'doubled', why: 'the closed form goes on, and the memories rest' },
    { constants: ['neurons.visible.size'], why: 'the closed form has cosines, not numbers of neurons' },
    { constants: ['neurons.visible.tau'], why: 'the layer is clamped' },
    ...oneRow('e^(-beta N) = 4e-44 of it without noise'),
  ],
  async measure(lab, size) {
    const networks = { quick: 2, full: 20 }[size]
    const [first, worst, last]: [number[], number[], number[]] = [[], [], []]
    let marks: Mark[] = []
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'tick', domain: [0, 2000] },
      y: { label: 'cosine of memory and pattern', domain: [0.85, 1.01] },
      marks,
    })
    const distance = (): Check => atMost('distance to the closed form', 2e-3, Math.max(...worst), CLOSED)
    const cosines = (): Check[] => [
      near('cosine at the start', cosineAt(1), estimate(first), 0.03, CLOSED),
      near('cosine after 2,000 ticks', cosineAt(Math.exp(-2)), estimate(last), 8e-4, CLOSED),
    ]
    lab.progress(0, chart())
    for (let network = 0; network < networks; network++) {
      await lab.run(
        'gated-learning',
        scenario(lab.seed + network, lab.constants.tau!),
        ({ model, series }) => {
          const { tick, value } = series[0]!
          const rows = model.memories[0]!.init
          const targets = (model.stimulus[0] as Model['stimulus'][number]).patterns
          let apart = 0
          const curves = Array.from({ length: ROWS }, (_, row) => {
            const closed = {
              start: value[0]![row]!,
              share: 1 / 4,
              tau: 250,
              length: norm(targets, row) / norm(rows, row),
            }
            const expected = tick.map((at) => gatedSimilarity(at, closed))
            expected.forEach((one, k) => (apart = Math.max(apart, Math.abs(one - value[k]![row]!))))
            return expected
          })
          worst.push(apart)
          first.push(mean([...value[0]!]))
          last.push(mean([...value.at(-1)!]))
          if (network > 0) return
          const shown = tick.filter((at) => at % 100 === 0)
          marks = curves.flatMap((expected, row): Mark[] => [
            {
              kind: 'line',
              x: shown,
              y: shown.map((at) => expected[at]!),
              colour: row as 0,
              ...(row === 0 && { label: 'closed form' }),
            },
            {
              kind: 'points',
              x: shown,
              y: shown.map((at) => value[at]![row]!),
              colour: row as 0,
              ...(row === 0 && { label: 'measured, one colour a memory' }),
            },
          ])
        },
      )
      lab.progress((network + 1) / networks, chart())
      lab.judge(() => [distance()])
      lab.judge(cosines, { found: network + 1, all: networks })
    }
    return { checks: [distance(), ...cosines()], chart: chart() }
  },
}
