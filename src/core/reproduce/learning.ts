import type { Chart, Colour, Mark } from '../analysis/chart.ts'
import { type Estimate, estimate } from '../analysis/statistics.ts'
import { RandomStream } from '../model/random.ts'
import { orthogonalRows } from '../model/patterns/random-rows.ts'
import type { ScenarioInput } from '../model/schema.ts'
import { oneRow } from './gated-learning.ts'
import {
  type Check,
  type Reproduction,
  type Stated,
  atLeast,
  atMost,
  measuredPoints,
  near,
} from './reproduction.ts'

/** Shape of the network of Lotito's appendix B. */
const [N, ROWS, TAU] = [50, 4, 250]

/** Rows of an [N]-columned array as lists. */
function listed(data: Float64Array): number[][] {
  return Array.from({ length: data.length / N }, (_, row) => [...data.subarray(row * N, (row + 1) * N)])
}

interface Gated {
  readonly seed: number
  readonly beta: number
  readonly tau: number
  readonly ticks: number
  readonly start: number[][]
  readonly shown: number[][]
  /** The patterns to compare with the rows, by the name of the probe. */
  readonly targets: Readonly<Record<string, number[][]>>
  readonly every: number
}

function scenario({ seed, beta, tau, ticks, start, shown, targets, every }: Gated): ScenarioInput {
  return {
    version: 1,
    name: 'Gated learning',
    description: `Rows under the gated rule with beta = ${beta}, shown ${shown.length} pattern(s) in turn.`,
    seed,
    time: { dt: 1, ticks },
    neurons: {
      visible: { size: N, lagrangian: { kind: 'linear' }, tau: 1 },
      hidden: { size: start.length, lagrangian: { kind: 'softmax', beta }, tau: 0 },
    },
    memories: {
      xi: { from: 'visible', to: 'hidden', rule: 'gated', tau, init: { kind: 'values', values: start } },
    },
    stimulus: [{ kind: 'clamp', layer: 'visible', patterns: { kind: 'values', values: shown } }],
    probes: Object.fromEntries(
      Object.entries(targets).map(([name, values]) => [
        name,
        { kind: 'similarity', memory: 'xi', patterns: { kind: 'values', values }, every },
      ]),
    ),
  }
}

/** Patterns with the mutual cosine c, and a row orthogonal to all of them. */
function correlated(seed: number, c: number): { readonly patterns: number[][]; readonly apart: number[] } {
  const rows = listed(orthogonalRows(ROWS + 2, N, Math.sqrt(N), new RandomStream(seed, 'patterns')))
  const common = rows[ROWS]!
  const patterns = rows
    .slice(0, ROWS)
    .map((row) => row.map((x, i) => Math.sqrt(1 - c) * x + Math.sqrt(c) * common[i]!))
  return { patterns, apart: rows[ROWS + 1]! }
}

/**
 * Mean of p over the time T: row 0 follows the pattern that is shown with p = w_0; the others, u_nu of their way to it, with
 *   w_nu / w_0 = exp(-beta N (1 - c) (1 - u)),   tau du/dt = w_nu (1 - u).
 */
function expectedShare(beta: number, c: number, T: number): number {
  const steps = 4000
  const weights = (u: number): readonly [number, number] => {
    const ratio = Math.exp(-beta * N * (1 - c) * (1 - u))
    const own = 1 / (1 + (ROWS - 1) * ratio)
    return [own, ratio * own]
  }
  let [u, sum] = [0, 0]
  const h = T / steps
  for (let step = 0; step < steps; step++) {
    const rate = (at: number): number => (weights(at)[1] * (1 - at)) / TAU
    const middle = u + (h / 2) * rate(u)
    sum += weights(middle)[0] * h
    u += h * rate(middle)
  }
  return sum / T
}

const SHARE: Stated = { kind: 'theory', equations: 'tau du/dt = w_nu (1 - u), the way of the other rows' }

/** The rate of gated learning. */
export const gatedRate: Reproduction = {
  id: 'gated-rate',
  title: 'Rate of gated learning against beta and the correlation of the memories',
  citation: 'Lotito, Neurocomputing 636 (2025) 129865, appendix B, taken further',
  claim:
    'A memory follows the shown pattern at the rate p / tau, p = softmax(beta Xi v) of its row, from 1/N_h for small beta to 1. The more ' +
    'similar the memories are, the larger beta must be.',
  method:
    'Four patterns of mutual cosine c in 50 neurons, one of them shown. Its row starts with an error orthogonal to all patterns, and its decay over ' +
    '200 ticks gives the mean p. A differential equation for one variable describes how the other rows follow. Tolerance 0.01: ' +
    'steps of 1 in tau = 250.',
  duration: { quick: '2 s', full: '30 s' },
  constants: { beta: 1 },
  wrong: { constant: 'beta', value: 2 },
  unaffected: [{ constants: ['neurons.visible.tau'], why: 'the layer is clamped' }],
  async measure(lab, size) {
    const betas = {
      quick: [0.01, 0.03, 0.06, 0.12],
      full: [0.005, 0.01, 0.02, 0.03, 0.045, 0.06, 0.09, 0.12, 0.2],
    }[size]
    const networks = { quick: 1, full: 4 }[size]
    const correlations = { quick: [0, 0.6], full: [0, 0.3, 0.6] }[size]
    const T = 200
    const fine = Array.from({ length: 60 }, (_, k) => 0.005 * 40 ** (k / 59))
    const checks: Check[] = []
    const found: Estimate[][] = correlations.map(() => [])
    const curves = correlations.map((c) => fine.map((beta) => expectedShare(beta, c, T)))
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'beta', scale: 'log', domain: [0.005, 0.2] },
      y: { label: 'rate p (points: measured)', domain: [0, 1.02] },
      marks: correlations.flatMap((c, index): Mark[] => [
        { kind: 'line', x: fine, y: curves[index]!, label: `expected, c = ${c}`, colour: index as Colour },
        measuredPoints(betas, found[index]!, undefined, index as Colour),
      ]),
    })
    lab.progress(0, chart())
    for (const [index, c] of correlations.entries()) {
      for (const beta of betas) {
        const values: number[] = []
        for (let network = 0; network < networks; network++) {
          const seed = lab.seed + network
          const { patterns, apart } = correlated(seed, c)
          const shown = patterns[0]!
          const start = [shown.map((x, i) => x + apart[i]!), ...patterns.slice(1)]
          const targets = { similarity: start.map(() => shown) }
          const input = scenario({
            seed,
            beta: beta * lab.constants.beta!,
            tau: TAU,
            ticks: T,
            start,
            shown: [shown],
            targets,
            every: T,
          })
          // cos = 1 / sqrt(1 + e^2), e = exp(-p T / tau)
          const cosine = await lab.run(
            `gated-rate-${c}-${beta}`,
            input,
            ({ series }) => series[0]!.value.at(-1)![0]!,
          )
          values.push((-TAU / T / 2) * Math.log(1 / cosine ** 2 - 1))
        }
        found[index]!.push(estimate(values))
        const expected = expectedShare(beta, c, T)
        checks.push(near(`c = ${c}, beta = ${beta}: p`, expected, estimate(values), 0.01, SHARE))
        lab.progress(checks.length / betas.length / correlations.length, chart())
      }
    }
    return { checks, chart: chart() }
  },
}

interface Cosines {
  readonly time: number[]
  /** Of each row, [samples][rows]. */
  readonly value: number[][]
}

const MEAN: Stated = {
  kind: 'closed form',
  formula: 'cosines of exp(-2 t / ((N_h + 1) tau)) Xi(0) + (1 - exp(..)) (old + new) / 2',
}

/** N_h + 1 patterns for N_h rows. */
export const competition: Reproduction = {
  id: 'competition',
  title: 'Forgetting when one pattern more than there are rows is shown',
  citation: 'Lotito, Neurocomputing 636 (2025) 129865, appendix B, taken further',
  claim:
    'The row that wins the new pattern converges to the mean of the new and its old one, at the rate 2 / ((N_h + 1) tau). Both have the cosine ' +
    '1/sqrt 2 with it in the end. The other rows keep theirs.',
  method:
    'Five orthogonal patterns in turn, four rows that start on four of them with noise 0.3, beta = 2; a fifth of the new pattern in one row makes it the winner. The forgetting is compared with the ' +
    'closed form at every sample, from the first win. The tolerances are for steps of 1 in tau = 125 and for the order in which patterns come.',
  duration: { quick: '3 s', full: '40 s' },
  constants: { tau: 125 },
  wrong: { constant: 'tau', value: 250 },
  unaffected: [
    {
      constants: ['time.dt'],
      only: 'doubled',
      why: 'the closed form has the time, and a step is 2 in tau = 125',
      bites: 16,
    },
    {
      constants: ['time.ticks'],
      only: 'doubled',
      why: 'the closed form goes on, and the row is at the mean',
    },
    { constants: ['neurons.visible.tau'], why: 'the layer is clamped' },
    {
      constants: ['neurons.visible.size'],
      only: 'doubled',
      why: 'all rows are written twice, side by side: cosines stay as they are, and the gate is steep already',
    },
    ...oneRow('e^(-0.2 beta N) = 2e-9 of it at the first showing of the new pattern, without noise'),
  ],
  async measure(lab, size) {
    const networks = { quick: 2, full: 20 }[size]
    const ticks = 2000
    const [worst, forgotten, learnt, kept]: number[][] = [[], [], [], []]
    const marks: Mark[] = [{ kind: 'rule', of: 'y', at: Math.SQRT1_2, label: '1/sqrt 2', colour: 2 }]
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'tick', domain: [0, ticks] },
      y: { label: 'cosine with the winning row', domain: [0, 1.02] },
      marks,
    })
    const distance = (): Check =>
      atMost('largest distance to the closed form', 0.015, Math.max(...worst!), MEAN)
    const half = (what: string, found: readonly number[]): Check =>
      near(`cosine of the row with ${what} in the end`, Math.SQRT1_2, estimate(found), 0.01, MEAN)
    const ends = (): Check[] => [
      half('its old pattern', forgotten!),
      half('the new pattern', learnt!),
      atLeast('least cosine of the other rows with theirs', 0.99, estimate(kept!), MEAN),
    ]
    lab.progress(0, chart())
    for (let network = 0; network < networks; network++) {
      const seed = lab.seed + network
      const stream = new RandomStream(seed, 'rows')
      const shown = listed(orthogonalRows(ROWS + 1, N, Math.sqrt(N), stream))
      const novel = shown[ROWS]!
      // A small part of the new pattern in row 0 makes this row win from the first showing on.
      const start = shown
        .slice(0, ROWS)
        .map((row, mu) => row.map((x, i) => x + 0.3 * stream.normal() + (mu === 0 ? 0.2 * novel[i]! : 0)))
      const overlaps = start.map((row) => inner(row, novel))
      const winner = overlaps.indexOf(Math.max(...overlaps))
      const run = { seed, beta: 2, tau: lab.constants.tau!, ticks, start, shown, every: 50 }
      const targets = { old: shown.slice(0, ROWS), fresh: start.map(() => novel) }
      const [old, fresh] = await lab.run('competition', scenario({ ...run, targets }), ({ series }) => {
        const cosines = (name: string): Cosines => {
          const { time, value } = series.find((one) => one.name === name)!
          return { time: [...time], value: value.map((row) => [...row]) }
        }
        return [cosines('old'), cosines('fresh')] as const
      })
      // Xi = e Xi(0) + (1 - e) (old + new) / 2
      const row = start[winner]!
      const own = shown[winner]!
      const closed = (t: number, target: number[]): number => {
        const e = Math.exp((-2 * t) / (ROWS + 1) / 125)
        const xi = row.map((x, i) => e * x + ((1 - e) / 2) * (own[i]! + novel[i]!))
        return inner(xi, target) / Math.sqrt(inner(xi, xi) * inner(target, target))
      }
      const expectedOld = old.time.map((t) => closed(t, own))
      const expectedNew = old.time.map((t) => closed(t, novel))
      worst!.push(
        Math.max(
          ...old.value.map((value, k) => Math.abs(value[winner]! - expectedOld[k]!)),
          ...fresh.value.map((value, k) => Math.abs(value[winner]! - expectedNew[k]!)),
        ),
      )
      forgotten!.push(old.value.at(-1)![winner]!)
      learnt!.push(fresh.value.at(-1)![winner]!)
      kept!.push(Math.min(...old.value.at(-1)!.filter((_, index) => index !== winner)))
      if (network === 0) {
        const measured = (values: number[][], label: string, colour: Colour): Mark => ({
          kind: 'points',
          x: old.time,
          y: values.map((value) => value[winner]!),
          label,
          colour,
        })
        marks.push(
          { kind: 'line', x: old.time, y: expectedOld, colour: 0 },
          measured(old.value, 'old pattern (line: closed form)', 0),
          { kind: 'line', x: old.time, y: expectedNew, colour: 1 },
          measured(fresh.value, 'new pattern', 1),
        )
      }
      lab.progress((network + 1) / networks, chart())
      lab.judge(() => [distance()])
      lab.judge(ends, { found: network + 1, all: networks })
    }
    return { checks: [distance(), ...ends()], chart: chart() }
  },
}

function inner(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0)
}
