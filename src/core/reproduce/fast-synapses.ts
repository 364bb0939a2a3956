import type { Chart } from '../analysis/chart.ts'
import { type Estimate, estimate } from '../analysis/statistics.ts'
import { finalOverlap, hopfieldScenario } from './hopfield.ts'
import { type Reproduction, type Stated, atLeast, measuredPoints, near } from './reproduction.ts'

const FLOAT64: Stated = { kind: 'program', command: 'npm run expected -- fast-synapses' }
const OPTIMUM: Stated = {
  kind: 'paper',
  paper: 'Del Gaudio, Ghimenti, Ganguli, arXiv:2511.22848',
  place: 'the optimum of tau_W',
}

/** Plastic synapses hold a pattern above capacity. */
export const fastSynapses: Reproduction = {
  id: 'fast-synapses',
  title: 'Fast synapses hold a pattern above capacity',
  citation: 'Del Gaudio, Ghimenti, Ganguli, arXiv:2511.22848; float64 runs',
  claim:
    'At load 0.20, tau_W = 2 tau_x, after 40 tau the overlap is 0.38 without plasticity, 0.98 with kappa = 0.3/N and 0.99 with ' +
    '0.5/N (N = 1000). For N = 500 it is 0.50, 0.95 and 0.99.',
  method:
    'The published runs are of 4 networks (N = 1000) and 8 (N = 500), one pattern each. Without plasticity overlaps of single ' +
    'networks scatter by 0.2, with kappa = 0.3/N some are lost: the tolerances are two to three standard errors of both.',
  duration: { quick: '20 s', full: '1 min' },
  constants: { strength: 1 },
  wrong: { constant: 'strength', value: 0.5 },
  unaffected: [],
  async measure(lab, size) {
    const { N, networks, cues, dt, published } = {
      quick: { N: 500, networks: 3, cues: 2, dt: 0.4, published: [0.5, 0.95, 0.99] },
      full: { N: 1000, networks: 6, cues: 3, dt: 0.2, published: [0.38, 0.98, 0.99] },
    }[size]
    const strengths = [0, 0.3, 0.5]
    const tolerances = { quick: [0.2, 0.04, 0.01], full: [0.15, 0.03, 0.01] }[size]
    const found: Estimate[] = []
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'kappa N', domain: [-0.05, 0.55] },
      y: { label: 'overlap after 40 tau', domain: [0, 1.05] },
      marks: [
        { kind: 'points', x: strengths, y: published, label: `float64 runs, N = ${N}`, colour: 1 },
        measuredPoints(strengths, found, 'measured, 95 % interval'),
      ],
    })
    lab.progress(0, chart())
    for (const [index, strength] of strengths.entries()) {
      const values: number[] = []
      for (let network = 0; network < networks; network++) {
        const input = hopfieldScenario({
          name: 'Fast synapses above capacity',
          description: `Load 0.20, kappa = ${strength}/N: the state starts on a pattern.`,
          seed: lab.seed + network,
          size: N,
          load: 0.2,
          dt,
          duration: 40,
          strength: strength * lab.constants.strength!,
          tauSynapse: 2,
          cues,
        })
        values.push(await lab.run(`fast-synapses-${strength}`, input, finalOverlap))
        lab.progress((index + (network + 1) / networks) / strengths.length, chart())
      }
      found.push(estimate(values))
    }
    return {
      checks: strengths.map((strength, index) =>
        near(
          `overlap with kappa = ${strength}/N`,
          published[index]!,
          found[index]!,
          tolerances[index]!,
          FLOAT64,
        ),
      ),
      chart: chart(),
    }
  },
}

/** Recall above capacity against tau_W. */
export const synapticTime: Reproduction = {
  id: 'synaptic-time',
  title: 'Recall above capacity against the time constant of the synapses',
  citation: 'Del Gaudio, Ghimenti, Ganguli, arXiv:2511.22848',
  claim:
    'There is an optimal tau_W: synapses that are too fast hold the noise of the cue, and synapses that are too slow change when the ' +
    'state has left the pattern again. The best tau_W is some tau_x.',
  method:
    'Load 0.20, kappa = 1/N, cues with 20 % wrong signs. The paper shows that the optimum is inside; judged is that the best overlap ' +
    'exceeds those at both ends, and that it lies at tau_W from 0.5 to 20 tau_x.',
  duration: { quick: '20 s', full: '1 min' },
  constants: { strength: 1 },
  wrong: { constant: 'strength', value: 0.5 },
  unaffected: [],
  async measure(lab, size) {
    const { N, networks, cues, dt, taus } = {
      quick: { N: 256, networks: 2, cues: 8, dt: 0.4, taus: [0.05, 4, 128] },
      full: { N: 600, networks: 4, cues: 6, dt: 0.2, taus: [0.05, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 128] },
    }[size]
    const found: Estimate[] = []
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'tau_W / tau_x', scale: 'log', domain: [0.04, 160] },
      y: { label: 'overlap after 40 tau', domain: [0, 1.05] },
      marks: [
        { kind: 'rule', of: 'x', at: 0.5, label: 'the best is expected between these', colour: 1 },
        { kind: 'rule', of: 'x', at: 20, colour: 1 },
        measuredPoints(taus, found, `measured, N = ${N}, 95 % interval`),
      ],
    })
    lab.progress(0, chart())
    for (const tau of taus) {
      const values: number[] = []
      for (let network = 0; network < networks; network++) {
        const input = hopfieldScenario({
          name: 'Recall by fast synapses',
          description: `Load 0.20, tau_W = ${tau}: cues with a fifth of the signs wrong.`,
          seed: lab.seed + network,
          size: N,
          load: 0.2,
          dt,
          duration: 40,
          strength: lab.constants.strength!,
          tauSynapse: tau,
          flipped: 0.2,
          cues,
        })
        values.push(await lab.run(`synaptic-time-${tau}`, input, finalOverlap))
      }
      found.push(estimate(values))
      lab.progress(found.length / taus.length, chart())
    }
    const overlaps = found.map(({ mean }) => mean)
    const best = Math.max(...overlaps)
    return {
      checks: [
        atLeast('best overlap less that of the fastest synapses', 0.04, best - overlaps[0]!, OPTIMUM),
        atLeast('best overlap less that of the slowest synapses', 0.04, best - overlaps.at(-1)!, OPTIMUM),
        near('log10 of the best tau_W / tau_x', 0.5, Math.log10(taus[overlaps.indexOf(best)]!), 0.8, OPTIMUM),
      ],
      chart: chart(),
    }
  },
}
