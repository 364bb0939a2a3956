import type { Chart } from '../analysis/chart.ts'
import { storedBy } from '../kinds/bases/table.ts'
import type { Model, Rows } from '../model/model.ts'
import type { ScenarioInput } from '../model/schema.ts'
import { upTo } from './error-free.ts'
import { type Reproduction, type Stated, atMost, near } from './reproduction.ts'
import { normal } from './small-networks.ts'

const TEMPERATURE = 0.8

interface Run {
  readonly seed: number
  readonly N: number
  readonly replicas: number
  /** Moves of each neuron. */
  readonly sweeps: number
  readonly temperature: number
}

/** Binary neurons; in each tick one neuron draws its sign: +1 with probability 1 / (1 + exp(-2 h / T)). */
function scenario({ seed, N, replicas, sweeps, temperature }: Run): ScenarioInput {
  return {
    version: 1,
    name: 'Glauber dynamics',
    description: `${N} binary neurons at temperature ${temperature}; every state comes as often as Boltzmann says.`,
    seed,
    time: { dt: 1, ticks: sweeps * N, integrator: 'euler' },
    neurons: {
      v: {
        size: N,
        lagrangian: { kind: 'sign' },
        tau: 1,
        update: 'one',
        temperature,
        noise: 'logistic',
        bias: { ...normal(0.3), count: 1 },
        init: { kind: 'random', distribution: 'binary', count: 64 },
      },
    },
    synapses: { j: { layer: 'v', base: { kind: 'hebbian', patterns: { ...normal(0.7), count: 3 } } } },
    replicas,
  }
}

/** The distribution of Boltzmann and that of the copies, by state; bit i of a state is neuron i. */
interface Distributions {
  readonly exact: Float64Array
  readonly found: Float64Array
  readonly energies: Float64Array
}

/** E = -s.J s / 2 - b.s of all states, J = P^T P / N without diagonal. */
function energiesOf({ layers, synapses }: Model): Float64Array {
  const [{ size: N, bias }, { base }] = [layers[0]!, synapses[0]!]
  const { rows, data: P } = storedBy(base) as Rows
  return Float64Array.from({ length: 2 ** N }, (_entry, state) => {
    const s = upTo(N).map((i) => ((state >> i) & 1 ? 1 : -1))
    let energy = 0
    s.forEach((si, i) => (energy -= bias.data[i]! * si))
    for (let mu = 0; mu < rows; mu++) {
      let [sum, squares] = [0, 0]
      s.forEach((si, i) => {
        sum += P[mu * N + i]! * si
        squares += P[mu * N + i]! ** 2
      })
      energy -= (sum ** 2 - squares) / (2 * N)
    }
    return energy
  })
}

/** exp(-E / T) / Z */
function boltzmann(energies: Float64Array, temperature: number): Float64Array {
  const weights = energies.map((energy) => Math.exp(-energy / temperature))
  const Z = weights.reduce((a, c) => a + c)
  return weights.map((weight) => weight / Z)
}

const BOLTZMANN: Stated = { kind: 'theory', equations: 'exp(-E / T) / Z by enumeration of all states' }

/** Binary neurons in a bath. */
export const glauber: Reproduction = {
  id: 'glauber',
  title: 'Binary neurons at a temperature',
  citation: 'Glauber, J. Math. Phys. 4 (1963) 294; enumeration of all states',
  claim:
    'Binary neurons that take the sign of their input plus logistic noise, one at a time, settle at the distribution of Boltzmann, exp(-E / T) / Z.',
  method:
    'Copies of one network with random couplings and biases, each a sample; all states are enumerated in float64. Half the sum of the differences has, ' +
    'for samples of the distribution itself, the mean sum sqrt(p / (2 pi n)); allowed are five standard errors more. The mean energy is allowed five of its standard errors. ' +
    'By then the chain is closer to its limit than the samples tell.',
  duration: { quick: '2 s', full: '40 s' },
  constants: { temperature: TEMPERATURE },
  wrong: { constant: 'temperature', value: 1.3 * TEMPERATURE },
  unaffected: [
    {
      constants: ['neurons.v.init.count'],
      why: 'the limit does not depend on the starts, and the chain has 16 times the sweeps that show a difference',
    },
    {
      constants: ['time.ticks'],
      only: 'doubled',
      why: 'the chain is at its limit: it has 16 times the sweeps that show a difference',
    },
    {
      constants: ['time.ticks'],
      only: 'halved',
      why: 'the chain is near its limit after half the sweeps',
      bites: 16,
    },
  ],
  async measure(lab, size) {
    const { N, replicas, sweeps } = {
      quick: { N: 6, replicas: 2048, sweeps: 14 },
      full: { N: 10, replicas: 16_384, sweeps: 30 },
    }[size]
    let shown: Distributions | undefined
    const ends = [1e-5, 1]
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'probability of a state, Boltzmann', scale: 'log', domain: [1e-4, 1] },
      y: { label: 'share of the copies', scale: 'log', domain: [1e-4, 1] },
      marks: [
        { kind: 'line', x: ends, y: ends, label: 'equal', colour: 1 },
        {
          kind: 'points',
          x: shown?.exact ?? [],
          y: shown?.found ?? [],
          label: `measured, ${replicas} copies of ${N} neurons`,
          colour: 0,
        },
      ],
    })
    lab.progress(0, chart())
    const { temperature } = lab.constants
    const input = scenario({ seed: lab.seed, N, replicas, sweeps, temperature: temperature! })
    const { exact, found, energies } = (shown = await lab.run(
      'glauber',
      input,
      async (simulation, stated) => {
        const { data } = await simulation.read('v')
        const counts = new Float64Array(2 ** N)
        for (const copy of upTo(replicas)) {
          const state = upTo(N).reduce((bits, i) => bits | (Number(data[copy * N + i]! >= 0) << i), 0)
          counts[state]! += 1 / replicas
        }
        const energies = energiesOf(stated)
        return { exact: boltzmann(energies, TEMPERATURE), found: counts, energies }
      },
    ))
    const sum = (of: (state: number) => number): number =>
      upTo(exact.length).reduce((all, k) => all + of(k), 0)
    // |found - p| is half-normal: its mean is sqrt(2 p / (pi n)), its variance (1 - 2 / pi) p / n.
    const error = sum((k) => Math.sqrt((2 * exact[k]!) / (Math.PI * replicas))) / 2
    const limit = error + (5 / 2) * Math.sqrt((1 - 2 / Math.PI) / replicas)
    const energy = (p: Float64Array): number => sum((k) => p[k]! * energies[k]!)
    const scatter = Math.sqrt(sum((k) => exact[k]! * (energies[k]! - energy(exact)) ** 2))
    return {
      checks: [
        atMost('total variation', limit, sum((k) => Math.abs(found[k]! - exact[k]!)) / 2, BOLTZMANN),
        near('mean energy', energy(exact), energy(found), (5 * scatter) / Math.sqrt(replicas), BOLTZMANN),
      ],
      chart: chart(),
    }
  },
}
