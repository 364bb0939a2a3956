import type { Chart } from '../analysis/chart.ts'
import { type Estimate, estimate } from '../analysis/statistics.ts'
import type { ScenarioInput } from '../model/schema.ts'
import type { Simulation } from '../run/simulation.ts'
import { upTo } from './error-free.ts'
import {
  type Check,
  type Reproduction,
  type Stated,
  atLeast,
  atMost,
  measuredPoints,
  near,
} from './reproduction.ts'

/** T_d of the slow neurons in units of T_f, the step, and beta of the softmax of overlaps. */
const [SLOW, DT, BETA] = [40, 0.25, 200]
/** Neurons, as an image: a filter of one weight passes on the activation of each. */
const SHAPE: [number, number] = [8, 16]
const N = SHAPE[0] * SHAPE[1]
const PATTERNS = 8
/** Ticks between samples. */
const EVERY = 4

interface Run {
  readonly seed: number
  readonly distribution: 'orthogonal' | 'binary'
  /** a_s / a_c, one for each network. */
  readonly ratios: readonly number[]
  /** In T_d. */
  readonly duration: number
  /** T_d of the scenario, divided by SLOW. */
  readonly slowness: number
}

/**
 * T_f dv/dt = -v + Xi^T softmax(beta h / N), h = a_s Xi v + a_c Phi s, T_d ds/dt = v - s, Phi being Xi rolled by one row; a_s = 1, and
 * a_c is the gain of s.
 */
function scenario({ seed, distribution, ratios, duration, slowness }: Run): ScenarioInput {
  const rolled = upTo(PATTERNS).map((mu) => (mu + PATTERNS - 1) % PATTERNS)
  return {
    version: 1,
    name: 'A sequence driven by slow neurons',
    description: `${PATTERNS} ${distribution} patterns: what was a while ago calls the next one, against the pull of what is.`,
    seed,
    time: { dt: DT, ticks: Math.round((duration * SLOW) / DT) },
    neurons: {
      v: {
        size: SHAPE,
        lagrangian: { kind: 'linear' },
        tau: 1,
        init: { kind: 'rows', of: 'pull', select: [0] },
      },
      s: { size: SHAPE, lagrangian: { kind: 'linear', gain: 1 }, tau: SLOW * slowness },
      h: { size: PATTERNS, lagrangian: { kind: 'softmax', beta: BETA / N }, tau: 0 },
    },
    memories: {
      pull: { from: 'v', to: 'h', direction: 'forward', init: { kind: 'random', distribution } },
      push: { from: 's', to: 'h', direction: 'forward', init: { kind: 'rows', of: 'pull', select: rolled } },
      recall: { from: 'v', to: 'h', direction: 'backward', init: { kind: 'rows', of: 'pull' } },
      follow: {
        kind: 'convolution',
        from: 'v',
        to: 's',
        kernel: [1, 1],
        direction: 'forward',
        init: { kind: 'values', values: [[1]] },
      },
    },
    probes: {
      recalled: { kind: 'overlap', layer: 'v', patterns: { kind: 'rows', of: 'pull' }, every: EVERY },
    },
    replicas: {
      count: ratios.length,
      vary: { 'neurons.s.lagrangian.gain': { values: ratios.map((ratio) => 1 / ratio) } },
    },
  }
}

/** Of each network the times at which another pattern comes to have the largest overlap, in T_d, and whether all were the next one. */
function transitions({
  series,
  model,
}: Simulation): { readonly times: number[]; readonly inOrder: boolean }[] {
  const { value, time } = series[0]!
  return upTo(model.replicas).map((replica) => {
    const times: number[] = []
    let inOrder = true
    let current = 0
    value.forEach((row, k) => {
      const own = Array.from(row.subarray(replica * PATTERNS, (replica + 1) * PATTERNS))
      const largest = own.indexOf(Math.max(...own))
      if (largest === current) return
      inOrder &&= largest === (current + 1) % PATTERNS
      times.push(time[k]! / SLOW)
      current = largest
    })
    return { times, inOrder }
  })
}

/** Time between transitions in T_d for fast v and steep softmax, patterns at right angles, and so many of them that s forgets all but two. */
function periodOf(ratio: number): number {
  return -Math.log(1 - Math.sqrt(ratio))
}

const PERIOD: Stated = { kind: 'closed form', formula: '-ln(1 - sqrt(a_s / a_c)) for a fast, steep v' }
const WALK: Stated = {
  kind: 'paper',
  paper: 'Karuvally et al., arXiv:2510.24965',
  place: 'abstract, transition between static and dynamic regimes; a_s < a_c for transitions',
}

/** EDEN: a fast memory that slow neurons drive from pattern to pattern. */
export const dynamicEnergy: Reproduction = {
  id: 'dynamic-energy',
  title: 'Slow neurons drive a memory through a sequence',
  citation: 'Karuvally et al., arXiv:2510.24965',
  claim:
    'A pattern that is pulled back to itself by a_s and pushed on to the next one by slow neurons by a_c gives way for a_s < a_c and stays for a_s well above a_c; ' +
    'the time between transitions grows with a_s / a_c.',
  method:
    `${N} neurons, ${PATTERNS} patterns, T_d = ${SLOW} T_f, beta = ${BETA} for overlaps: the scenario has beta = ${BETA / N} for their sum over the neurons. For patterns at right angles and a fast, steep v the overlaps with s are exponentials, and a transition comes when ` +
    'a_c (m_now - m_before) = a_s. The time between two is -T_d ln(1 - sqrt(a_s / a_c)). Tolerance 15 %, since v takes some T_f. Random patterns ' +
    'are judged at 0.5 and 1.5 alone: their overlaps let a network of this size creep on somewhat above 1 too.',
  duration: { quick: '3 s', full: '40 s' },
  constants: { slowness: 1 },
  wrong: { constant: 'slowness', value: 1.5 },
  unaffected: [
    {
      constants: ['time.dt'],
      only: 'doubled',
      why: 'the time between transitions is 100 steps and more',
      bites: 16,
    },
    {
      constants: ['time.dt', 'time.ticks'],
      why: 'the time between transitions does not depend on the number of transitions',
    },
    {
      constants: ['neurons.v.size', 'neurons.s.size'],
      only: 'doubled',
      why: 'the overlaps with patterns at right angles do not depend on the number of neurons, and the softmax of more of them is steeper still: no factor fails',
    },
    {
      constants: ['neurons.v.size', 'neurons.s.size'],
      only: 'halved',
      why: 'the overlaps with patterns at right angles do not depend on the number of neurons, and the softmax of fewer is still steep',
      bites: 16,
    },
    { constants: ['neurons.v.tau'], only: 'doubled', why: 'v is fast: T_d = 40 T_f', bites: 16 },
    { constants: ['neurons.v.tau'], only: 'halved', why: 'v is fast already: the closed form has T_f = 0' },
    {
      constants: ['neurons.h.lagrangian.beta'],
      only: 'doubled',
      why: 'the softmax is steep already: the times between transitions grow by 3 % at most, and 15 % are allowed',
    },
    { constants: ['neurons.h.lagrangian.beta'], only: 'halved', why: 'the softmax is steep', bites: 16 },
  ],
  async measure(lab, size) {
    const { ratios, networks, duration } = {
      quick: { ratios: [0.3, 0.5, 0.7, 0.85, 1.5], networks: 1, duration: 12 },
      full: { ratios: [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 1.5], networks: 5, duration: 30 },
    }[size]
    const moving = ratios.filter((ratio) => ratio < 1)
    const periods: number[][] = moving.map(() => [])
    const found = (): Estimate[] => periods.filter((own) => own.length > 0).map(estimate)
    const x = Array.from({ length: 96 }, (_, k) => 0.01 + 0.01 * k)
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'a_s / a_c', domain: [0, 1.05] },
      y: { label: 'time between transitions / T_d', domain: [0, 4] },
      marks: [
        { kind: 'line', x, y: x.map(periodOf), label: '-ln(1 - sqrt(a_s / a_c))', colour: 1 },
        { kind: 'rule', of: 'x', at: 1, label: 'above, patterns stay', colour: 2 },
        measuredPoints(moving, found(), 'measured'),
      ],
    })
    lab.progress(0, chart())
    const periodsOf = (): Check[] =>
      found().map((period, index) =>
        near(
          `a_s/a_c = ${moving[index]}: time between transitions / T_d`,
          periodOf(moving[index]!),
          period,
          0.15 * periodOf(moving[index]!),
          PERIOD,
        ),
      )
    const counts = (): Check[] => [
      atLeast('transitions that lead to the next pattern, share', 1, Number(inOrder), WALK),
      atMost('a_s/a_c = 1.5: transitions', 0, stayed, WALK),
      atLeast('random patterns, a_s/a_c = 0.5: transitions in 8 T_d', 4, steps, WALK),
      atMost('random patterns, a_s/a_c = 1.5: transitions in 8 T_d', 0, stays, WALK),
    ]
    const run = { duration, slowness: lab.constants.slowness! }
    let [inOrder, stayed, steps, stays] = [true, 0, Infinity, 0]
    for (let network = 0; network < networks; network++) {
      const seed = lab.seed + network
      const own = scenario({ ...run, seed, distribution: 'orthogonal', ratios })
      const all = await lab.run('dynamic-energy', own, transitions)
      all.forEach(({ times, inOrder: isOwn }, index) => {
        inOrder &&= isOwn
        if (index >= moving.length) stayed = Math.max(stayed, times.length)
        // The first pattern has no predecessor.
        else periods[index]!.push((times.at(-1)! - times[0]!) / (times.length - 1))
      })
      const random = scenario({ ...run, seed, distribution: 'binary', ratios: [0.5, 1.5], duration: 8 })
      const [walk, rest] = await lab.run('dynamic-energy-binary', random, transitions)
      steps = Math.min(steps, walk!.inOrder ? walk!.times.length : 0)
      stays = Math.max(stays, rest!.times.length)
      lab.progress((network + 1) / networks, chart())
      lab.judge(counts)
      lab.judge(periodsOf, { found: network + 1, all: networks })
    }
    return { checks: [...periodsOf(), ...counts()], chart: chart() }
  },
}
