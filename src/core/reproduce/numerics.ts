import type { Chart, Colour, Mark } from '../analysis/chart.ts'
import { slope } from '../analysis/statistics.ts'
import { activation } from '../kinds/lagrangians/table.ts'
import type { Layer } from '../model/model.ts'
import type { ScenarioInput } from '../model/schema.ts'
import type { Simulation } from '../run/simulation.ts'
import { mean } from '../analysis/statistics.ts'
import { type Check, type Lab, type Reproduction, atMost, near } from './reproduction.ts'

type LagrangianInput = ScenarioInput['neurons'][string]['lagrangian']

/** Each with the size of states and couplings at which its network stays where it is well behaved. */
const LAGRANGIANS: Readonly<Record<string, { readonly l: LagrangianInput; readonly bounded: boolean }>> = {
  linear: { l: { kind: 'linear', gain: 0.7 }, bounded: false },
  relu: { l: { kind: 'relu' }, bounded: false },
  power: { l: { kind: 'power', degree: 3 }, bounded: false },
  'even power': { l: { kind: 'power', degree: 4, rectified: false }, bounded: false },
  tanh: { l: { kind: 'tanh', gain: 2 }, bounded: true },
  sigmoid: { l: { kind: 'sigmoid', gain: 2 }, bounded: true },
  softmax: { l: { kind: 'softmax', beta: 2 }, bounded: true },
  layernorm: { l: { kind: 'layernorm', gamma: 1, eps: 0.1 }, bounded: true },
  spherical: { l: { kind: 'spherical', eps: 0.1 }, bounded: true },
}

type Random = Extract<NonNullable<ScenarioInput['neurons'][string]['init']>, { kind: 'random' }>

function normal(sigma: number): Random {
  return { kind: 'random', distribution: 'normal', transform: [{ op: 'scale', factor: sigma }] }
}

/** A symmetric coupling with entries of some size. */
function symmetric(
  sigma: number,
  size: number,
): NonNullable<NonNullable<ScenarioInput['synapses']>[string]['base']> {
  return {
    kind: 'hebbian',
    patterns: { ...normal(Math.sqrt(sigma * Math.sqrt(size))), count: size },
    zeroDiagonal: false,
  }
}

const [N_V, N_H] = [6, 5]

interface Balanced {
  readonly seed: number
  readonly v: string
  readonly h: string
  readonly rule: 'fixed' | 'hebbian'
  readonly slow: boolean
  readonly tau: number
  readonly dt: number
}

function balanced({ seed, v, h, rule, slow, tau, dt }: Balanced): ScenarioInput {
  const [visible, hidden] = [LAGRANGIANS[v]!, LAGRANGIANS[h]!]
  const [size, coupling] = visible.bounded && hidden.bounded ? [2, 1] : [0.4, 0.15]
  const taus = slow ? { v: 16, h: 8, w: 4, xi: 1 } : { v: 1, h: 2, w: 4, xi: 16 }
  return {
    version: 1,
    name: 'Energy balance',
    description: `A ${v} and a ${h} layer, plastic synapses and ${rule} memories on one energy.`,
    seed,
    time: { dt, ticks: 200, integrator: 'euler' },
    neurons: {
      v: { size: N_V, lagrangian: visible.l, tau: taus.v * tau, init: normal(size) },
      h: { size: N_H, lagrangian: hidden.l, tau: taus.h * tau, init: normal(size) },
    },
    synapses: { w: { layer: 'v', tau: taus.w, strength: coupling, base: symmetric(coupling, N_V) } },
    memories: {
      xi: { from: 'v', to: 'h', init: normal(coupling), rule, ...(rule === 'hebbian' && { tau: taus.xi }) },
    },
    probes: {
      energy: { kind: 'energy' },
      v: { kind: 'snapshot', of: 'v' },
      h: { kind: 'snapshot', of: 'h' },
      w: { kind: 'snapshot', of: 'w' },
      ...(rule === 'hebbian' && { xi: { kind: 'snapshot', of: 'xi' } }),
    },
  }
}

/** Machine epsilon of float32. */
const ULP = 2 ** -23

interface Balance {
  /** The largest rise of E from tick to tick over what rounding may do. */
  readonly rise: number
  /** Loss of E over the run, divided by what the velocities say it should be. */
  readonly ratio: number
  readonly time: number[]
  readonly energy: number[]
  /** E(0) less the dissipation so far. */
  readonly expected: number[]
}

/**
 * Along the flow dE/dt = -sum tau dx.dg/dt^2 - tau_W |dW/dt|^2 / (2 kappa) - tau_Xi |dXi/dt|^2.
 * @param tau - time constants of the layers as the equations have them
 */
function balanceOf({ series, model }: Simulation, tau: (layer: Layer) => number): Balance {
  const { dt } = model.time
  const by = (name: string) => series.find((one) => one.name === name)?.value ?? []
  const energy = series[0]!
  const terms = energy.terms!
  const dissipation = new Float64Array(energy.value.length)
  for (const layer of model.layers) {
    const states = by(layer.name).map((x) => Float64Array.from(x))
    const activations = states.map((x) => activation(layer.lagrangian, x))
    for (let k = 1; k < states.length; k++)
      states[k]!.forEach((x, i) => {
        const moved = (x - states[k - 1]![i]!) * (activations[k]![i]! - activations[k - 1]![i]!)
        dissipation[k]! += (tau(layer) * moved) / dt
      })
  }
  const { strength, tau: tauW = 1 } = model.synapses[0]!
  const slow = [
    { states: by('w'), scale: (tauW * N_V) / (2 * strength) },
    { states: by('xi'), scale: model.memories[0]!.tau ?? 0 },
  ]
  for (const { states, scale } of slow)
    for (let k = 1; k < states.length; k++)
      states[k]!.forEach((x, i) => (dissipation[k]! += (scale * (x - states[k - 1]![i]!) ** 2) / dt))
  const values = energy.value.map((value) => value[0]!)
  let [rise, sum] = [0, 0]
  const expected = values.map((value, k) => {
    const size = terms[k]!.reduce((total, term) => total + Math.abs(term), 0)
    if (k > 0) rise = Math.max(rise, (value - values[k - 1]!) / (16 * ULP * (1 + size)))
    sum += dissipation[k]!
    return values[0]! - sum
  })
  return {
    rise,
    ratio: (values[0]! - values.at(-1)!) / sum,
    time: [...energy.time],
    energy: values,
    expected,
  }
}

/** The energy of every kind of layer falls, and by as much as the velocities say. */
export const energyBalance: Reproduction = {
  id: 'energy-balance',
  title: 'One energy for neurons, synapses and memories',
  citation: 'Krotov, Hopfield, arXiv:2008.06996; Dong, Hopfield, Network 3 (1992); Lotito 2025',
  claim:
    'With fixed and Hebbian memories the total energy never rises, whatever the Lagrangians and the order of the time constants: ' +
    'dE/dt = -sum tau (dx/dt).(dg/dt) - tau_W |dW/dt|^2 / (2 kappa) - tau_Xi |dXi/dt|^2.',
  method:
    'Small random networks, dt = 0.01 of the smallest tau, 200 ticks. A rise counts in units of 16 float32 roundings of the terms; ' +
    'the loss over the run is compared with the sum of the right-hand side over the ticks, which Euler steps of that length leave good to 3 %.',
  duration: { quick: '3 s', full: '4 min' },
  constants: { tau: 1 },
  wrong: { constant: 'tau', value: 2 },
  async measure(lab, size) {
    const names = Object.keys(LAGRANGIANS)
    const pairs = {
      quick: names.map((v, index) => [v, names[(index + 1) % names.length]!] as const),
      full: names.flatMap((v) => names.map((h) => [v, h] as const)),
    }[size]
    const rises: number[] = []
    const ratios: number[] = []
    let shown: Balance | undefined
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'time', domain: [0, 2] },
      y: { label: 'energy' },
      marks: shown === undefined ? [] : balanceMarks(shown),
    })
    lab.progress(0, chart())
    for (const [index, [v, h]] of pairs.entries()) {
      const rules = {
        quick: [index % 2 === 0 ? 'hebbian' : 'fixed'] as const,
        full: ['fixed', 'hebbian'] as const,
      }[size]
      for (const rule of rules) {
        const slow = (index + Number(rule === 'fixed')) % 2 === 1
        const tau = lab.constants.tau!
        const input = balanced({ seed: lab.seed + index, v, h, rule, slow, tau, dt: 0.01 })
        const balance = await lab.run(`energy-${v}-${h}-${rule}`.replaceAll(' ', '-'), input, (simulation) =>
          balanceOf(simulation, (layer) => layer.tau / tau),
        )
        rises.push(balance.rise)
        ratios.push(balance.ratio)
        if (v === 'tanh' && rule === 'hebbian') shown ??= balance
      }
      lab.progress((index + 1) / pairs.length, chart())
    }
    const worst = ratios.reduce((far, ratio) => (Math.abs(ratio - 1) > Math.abs(far - 1) ? ratio : far), 1)
    return {
      checks: [
        atMost('largest rise in roundings', 1, Math.max(...rises)),
        near('loss of energy over dissipation, farthest from 1', 1, worst, 0.03),
      ],
      chart: chart(),
    }
  },
}

function balanceMarks({ time, energy, expected }: Balance): Mark[] {
  return [
    { kind: 'line', x: time, y: energy, label: 'measured, tanh with hebbian memories', colour: 0 },
    { kind: 'line', x: time, y: expected, label: 'what the velocities say', dashed: true, colour: 1 },
  ]
}

/** Largest distance of an entry. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)))
}

/** Fast hidden neurons act as adiabatic ones. */
export const adiabaticLimit: Reproduction = {
  id: 'adiabatic-limit',
  title: 'Fast hidden neurons become adiabatic',
  citation: 'Krotov, Hopfield, arXiv:2008.06996, section 3',
  claim:
    'As tau_h goes to 0, trajectories converge to those of an adiabatic hidden layer, with an error of order tau_h.',
  method:
    'Hidden neurons start where adiabatic ones are. Distances of the visible trajectory over 0.6 tau_v at four tau_h; the fitted power ' +
    'has to be 1 within 0.1, the last distance below 0.02.',
  duration: { quick: '2 s', full: '2 min' },
  constants: { coupling: 1 },
  wrong: { constant: 'coupling', value: 2 },
  async measure(lab, size) {
    const kinds = {
      quick: ['softmax'],
      full: ['tanh', 'softmax', 'sigmoid', 'layernorm', 'spherical'],
    }[size]
    const taus = [0.04, 0.02, 0.01, 0.005]
    // The step adds half of itself to the lag.
    const dt = { quick: 1 / 2000, full: 1 / 4000 }[size]
    const distances: number[][] = kinds.map(() => [])
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'tau_h / tau_v', scale: 'log', domain: [0.0045, 0.045] },
      y: { label: 'distance to the adiabatic run', scale: 'log' },
      marks: kinds.flatMap((kind, index): Mark[] => {
        const [colour, y] = [index as Colour, distances[index]!]
        if (y.length === 0) return []
        const order = taus.map((tau) => (y[0]! * tau) / taus[0]!)
        return [
          { kind: 'line', x: taus, y: order, colour, dashed: true },
          { kind: 'points', x: taus.slice(0, y.length), y, label: `${kind} (dashed: order 1)`, colour },
        ]
      }),
    })
    lab.progress(0, chart())
    for (const [index, kind] of kinds.entries()) {
      const network = (tau: number, start?: ArrayLike<number>, scale = 1): ScenarioInput => ({
        version: 1,
        name: 'Adiabatic limit',
        description: `A ${kind} hidden layer with tau = ${tau}.`,
        seed: lab.seed + index,
        time: { dt, ticks: Math.round(0.6 / dt) },
        neurons: {
          v: { size: 8, lagrangian: { kind: 'tanh', gain: 1.5 }, init: normal(1) },
          h: {
            size: N_H,
            lagrangian: LAGRANGIANS[kind]!.l,
            tau,
            ...(start !== undefined && { init: { kind: 'values', values: [Array.from(start)] } }),
          },
        },
        memories: { xi: { from: 'v', to: 'h', init: normal(0.3), scale } },
        probes: { v: { kind: 'snapshot', of: 'v', every: Math.round(0.05 / dt) } },
      })
      const trajectory = ({ series }: Simulation): number[] => series[0]!.value.flatMap((x) => [...x])
      const adiabatic = { ...network(0), time: { dt, ticks: 0 } }
      const start = await lab.run(`adiabatic-${kind}-start`, adiabatic, (simulation) => simulation.read('h'))
      const limit = await lab.run(`adiabatic-${kind}-0`, network(0), trajectory)
      const own = distances[index]!
      for (const tau of taus) {
        const input = network(tau, start.data, lab.constants.coupling)
        own.push(distance(await lab.run(`adiabatic-${kind}-${tau}`, input, trajectory), limit))
        lab.progress((index + own.length / taus.length) / kinds.length, chart())
      }
    }
    const order = (own: readonly number[]): number => slope(taus.map(Math.log), own.map(Math.log))
    return {
      checks: [
        ...kinds.map((kind, index): Check =>
          near(`${kind}: power of tau_h`, 1, order(distances[index]!), 0.1),
        ),
        atMost('largest distance at tau_h = 0.005', 0.02, Math.max(...distances.map((own) => own.at(-1)!))),
      ],
      chart: chart(),
    }
  },
}

/** The order of the integrators. */
export const stepOrder: Reproduction = {
  id: 'step-order',
  title: 'Halving the step halves the error',
  citation: 'Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I (1993)',
  claim:
    'Both integrators are of order 1 in dt, with every variable on one rate and with neurons, synapses and memories on rates of their own.',
  method:
    'Two layers, plastic synapses and a learning memory. Distances to the solution at time 1.6, which two fine runs give by Richardson ' +
    'extrapolation, for four steps; the fitted power, a mean over v, h, W and Xi, has to be 1 within 0.15. Groups with `every: k` take steps of k dt.',
  duration: { quick: '1 s', full: '50 s' },
  constants: { tau: 2 },
  wrong: { constant: 'tau', value: 1 },
  async measure(lab, size) {
    const steps = { quick: [0.1, 0.05, 0.025], full: [0.1, 0.05, 0.025, 0.0125] }[size]
    const fine = { quick: 1 / 160, full: 1 / 640 }[size]
    const rules = { quick: ['gated'] as const, full: ['gated', 'hebbian'] as const }[size]
    const variables = ['v', 'h', 'w', 'xi'] as const
    const checks: Check[] = []
    const marks: Mark[] = []
    /** Distance of v after the longest steps. */
    let first: number | undefined
    const chart = (more: readonly Mark[] = []): Chart => ({
      title: this.title,
      x: { label: 'dt', scale: 'log', domain: [0.8 * steps.at(-1)!, 0.125] },
      y: { label: 'distance to the solution', scale: 'log' },
      marks: [
        ...(first === undefined
          ? []
          : [
              {
                kind: 'line' as const,
                x: steps,
                y: steps.map((dt) => ((first as number) * dt) / steps[0]!),
                label: 'order 1',
                dashed: true as const,
                colour: 4 as const,
              },
            ]),
        ...marks,
        ...more,
      ],
    })
    let done = 0
    lab.progress(0, chart())
    for (const rule of rules) {
      const exact = await extrapolated(lab, rule, fine)
      for (const integrator of ['euler', 'exponential-euler'] as const) {
        for (const rates of [false, true]) {
          const distances: number[][] = []
          const drawn = (): Mark[] =>
            rule !== 'gated' || rates
              ? []
              : variables.map((name, index) => ({
                  kind: integrator === 'euler' ? 'points' : 'line',
                  x: steps.slice(0, distances.length),
                  y: distances.map((row) => row[index]!),
                  label: `${name}, ${integrator}`,
                  colour: index as Colour,
                }))
          for (const dt of steps) {
            // A group of rate 4 takes steps four times as long.
            const input = multirate({
              seed: lab.seed,
              rule,
              dt: rates ? dt / 4 : dt,
              integrator,
              rates,
              tau: lab.constants.tau!,
            })
            const states = await lab.run(
              `order-${rule}-${integrator}${rates ? '-rates' : ''}-${dt}`,
              input,
              readAll,
            )
            distances.push(states.map((state, index) => distance(state, exact[index]!)))
            first ??= distances[0]![0]!
            lab.progress(++done / rules.length / 4 / steps.length, chart(drawn()))
          }
          const orders = variables.map((_, index) =>
            slope(
              steps.map(Math.log),
              distances.map((row) => Math.log(row[index]!)),
            ),
          )
          const text = `${rule}, ${integrator}, ${rates ? 'own rates' : 'one rate'}`
          checks.push(near(`${text}: power of dt`, 1, mean(orders), 0.15))
          marks.push(...drawn())
        }
      }
    }
    return { checks, chart: chart() }
  },
}

interface Multirate {
  readonly seed: number
  readonly rule: 'gated' | 'hebbian'
  readonly dt: number
  readonly integrator: 'euler' | 'exponential-euler'
  readonly rates: boolean
  /** tau of hidden neurons and synapses; 2 is right. */
  readonly tau: number
}

function multirate({ seed, rule, dt, integrator, rates, tau }: Multirate): ScenarioInput {
  return {
    version: 1,
    name: 'Order of the step',
    description: `Two layers, plastic synapses and ${rule} memories for 1.6 time units.`,
    seed,
    time: { dt, ticks: Math.round(1.6 / dt), integrator },
    neurons: {
      v: { size: N_V, lagrangian: { kind: 'tanh', gain: 1.5 }, init: normal(1), every: 1 },
      h: { size: N_H, lagrangian: { kind: 'softmax', beta: 2 }, tau, init: normal(1), every: rates ? 2 : 1 },
    },
    synapses: { w: { layer: 'v', tau, strength: 1, base: symmetric(0.3, N_V), every: rates ? 4 : 1 } },
    memories: { xi: { from: 'v', to: 'h', init: normal(0.5), rule, tau: 3, every: rates ? 4 : 1 } },
  }
}

/** The states of all variables at the end. */
async function readAll(simulation: Simulation): Promise<Float32Array[]> {
  const states: Float32Array[] = []
  for (const name of ['v', 'h', 'w', 'xi']) states.push((await simulation.read(name)).data)
  return states
}

/** 2 x(dt / 2) - x(dt), good to the second order. */
async function extrapolated(lab: Lab, rule: Multirate['rule'], dt: number): Promise<Float64Array[]> {
  const run = (step: number): Promise<Float32Array[]> =>
    lab.run(
      `order-${rule}-fine`,
      multirate({ seed: lab.seed, rule, dt: step, integrator: 'exponential-euler', rates: false, tau: 2 }),
      readAll,
    )
  const [coarse, half] = [await run(dt), await run(dt / 2)]
  return half.map((values, index) => Float64Array.from(values, (value, i) => 2 * value - coarse[index]![i]!))
}
