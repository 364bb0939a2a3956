/** Along the flow the energy falls by the dissipation computed from the velocities. */
import type { Chart, Mark } from '../analysis/chart.ts'
import { activation } from '../kinds/lagrangians/table.ts'
import type { Layer, Model } from '../model/model.ts'
import type { ScenarioInput } from '../model/schema.ts'
import type { Simulation } from '../run/simulation.ts'
import { type Check, type Reproduction, type Stated, atMost, near } from './reproduction.ts'
import { LAGRANGIANS, N_H, N_V, REFERENCE, exactEnergies, normal, symmetric } from './small-networks.ts'

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
  /** The largest rise of E from tick to tick, divided by the rounding bound. */
  readonly rise: number
  /** Loss of E over the run, divided by the loss expected from the velocities. */
  readonly ratio: number
  /** The distance of E at the start and at the end to the float64 network, relative. */
  readonly apart: number
  readonly time: number[]
  readonly energy: number[]
  /** E(0) less the dissipation so far. */
  readonly expected: number[]
}

/**
 * Along the flow dE/dt = -sum tau dx.dg/dt^2 - tau_W |dW/dt|^2 / (2 kappa) - tau_Xi |dXi/dt|^2.
 * @param model - with the constants of the equations
 * @param tau - time constants of the layers in the equations
 */
function balanceOf({ series }: Simulation, model: Model, tau: (layer: Layer) => number): Balance {
  const { dt } = model.time
  const by = (name: string) => series.find((one) => one.name === name)?.value ?? []
  const energy = series[0]!
  const terms = energy.terms!
  const dissipation = new Float64Array(energy.value.length)
  for (const layer of model.layers) {
    const states = by(layer.name).map((x) => Float64Array.from(x))
    const activations = states.map((x) => activation(layer.lagrangian, x, layer.shape))
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
  const exact = exactEnergies(model)
  const apart = Math.max(
    ...[values[0]!, values.at(-1)!].map(
      (value, k) => Math.abs(value - exact[k]!) / (1 + Math.abs(exact[k]!)),
    ),
  )
  let [rise, sum] = [0, 0]
  const expected = values.map((value, k) => {
    const size = terms[k]!.reduce((total, term) => total + Math.abs(term), 0)
    if (k > 0) rise = Math.max(rise, (value - values[k - 1]!) / (16 * ULP * (1 + size)))
    sum += dissipation[k]!
    return values[0]! - sum
  })
  return {
    rise,
    apart,
    ratio: (values[0]! - values.at(-1)!) / sum,
    time: [...energy.time],
    energy: values,
    expected,
  }
}

const BALANCE: Stated = {
  kind: 'closed form',
  formula: 'dE/dt = -sum tau (dx/dt).(dg/dt) - tau_W |dW/dt|^2 / (2 kappa) - tau_Xi |dXi/dt|^2',
}

/** The energy of every kind of layer falls, by the dissipation computed from the velocities. */
export const energyBalance: Reproduction = {
  id: 'energy-balance',
  title: 'One energy for neurons, synapses and memories',
  citation: 'Krotov, Hopfield, arXiv:2008.06996; Dong, Hopfield, Network 3 (1992); Lotito 2025',
  claim:
    'With fixed and Hebbian memories the total energy never rises, whatever the Lagrangians and the order of the time constants: ' +
    'dE/dt = -sum tau (dx/dt).(dg/dt) - tau_W |dW/dt|^2 / (2 kappa) - tau_Xi |dXi/dt|^2.',
  method:
    'Small random networks, dt = 0.01 of the smallest tau, 200 ticks. A rise counts in units of 16 float32 roundings of the terms. ' +
    'The loss over the run is compared with the sum of the right-hand side over the ticks, which these Euler steps give within 3 %. The energies at start and end are those of the float64 network within 1e-4.',
  duration: { quick: '3 s', full: '4 min' },
  constants: { tau: 1 },
  wrong: { constant: 'tau', value: 2 },
  unaffected: [],
  async measure(lab, size) {
    const names = Object.keys(LAGRANGIANS)
    const pairs = {
      quick: names.map((v, index) => [v, names[(index + 1) % names.length]!] as const),
      full: names.flatMap((v) => names.map((h) => [v, h] as const)),
    }[size]
    const rises: number[] = []
    const ratios: number[] = []
    const distances: number[] = []
    /** Of the worst network so far. */
    const checks = (): Check[] => {
      const worst = ratios.reduce((far, ratio) => (Math.abs(ratio - 1) > Math.abs(far - 1) ? ratio : far), 1)
      return [
        atMost('largest rise in roundings', 1, Math.max(...rises), BALANCE),
        near('loss of energy over dissipation, farthest from 1', 1, worst, 0.03, BALANCE),
        atMost('energy at start and end to float64, relative', 1e-4, Math.max(...distances), REFERENCE),
      ]
    }
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
        const name = `energy-${v}-${h}-${rule}`.replaceAll(' ', '-')
        const balance = await lab.run(name, input, (simulation, stated) =>
          balanceOf(simulation, stated, (layer) => layer.tau / tau),
        )
        rises.push(balance.rise)
        ratios.push(balance.ratio)
        distances.push(balance.apart)
        if (v === 'tanh' && rule === 'hebbian') shown ??= balance
        lab.judge(checks)
      }
      lab.progress((index + 1) / pairs.length, chart())
    }
    return { checks: checks(), chart: chart() }
  },
}

function balanceMarks({ time, energy, expected }: Balance): Mark[] {
  return [
    { kind: 'line', x: time, y: energy, label: 'measured, tanh with hebbian memories', colour: 0 },
    { kind: 'line', x: time, y: expected, label: 'expected from the velocities', dashed: true, colour: 1 },
  ]
}
