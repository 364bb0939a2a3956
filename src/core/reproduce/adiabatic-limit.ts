/** Fast groups act as adiabatic ones. */
import type { Chart, Colour, Mark } from '../analysis/chart.ts'
import { slope } from '../analysis/statistics.ts'
import type { Model } from '../model/model.ts'
import type { ScenarioInput } from '../model/schema.ts'
import type { Simulation } from '../run/simulation.ts'
import { type Check, type Reproduction, type Stated, atMost, near } from './reproduction.ts'
import { LAGRANGIANS, N_H, REFERENCE, apartInTime, exactStates, normal } from './small-networks.ts'

const ORDER: Stated = {
  kind: 'theory',
  equations: 'a lag of tau_h is an error of order tau_h for small tau_h',
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
    'has to be 1 within 0.1, the last distance below 0.02. Each trajectory is also that of the float64 network within 1e-5, a hundred roundings.',
  duration: { quick: '2 s', full: '2 min' },
  constants: { coupling: 1 },
  wrong: { constant: 'coupling', value: 2 },
  unaffected: [],
  async measure(lab, size) {
    const kinds = {
      quick: ['softmax'],
      full: ['tanh', 'softmax', 'sigmoid', 'layernorm', 'spherical'],
    }[size]
    const taus = [0.04, 0.02, 0.01, 0.005]
    // The step adds half its length to the lag.
    const dt = { quick: 1 / 2000, full: 1 / 4000 }[size]
    const distances: number[][] = kinds.map(() => [])
    /** Largest distance of a trajectory to that of the float64 network. */
    let apart = 0
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
    const exact = (): Check => atMost('distance of all trajectories to float64', 1e-5, apart, REFERENCE)
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
      const trajectory = ({ series }: Simulation, stated: Model): number[][] => {
        const found = series[0]!.value.map((x) => [...x])
        const states = exactStates(stated, ['v'], Math.round(0.05 / dt))
        const { size } = stated.layers[0]!
        const exact = Array.from({ length: states.length / size }, (_, k) =>
          states.slice(k * size, (k + 1) * size),
        )
        apart = Math.max(apart, apartInTime(exact, found))
        return found
      }
      const adiabatic = { ...network(0), time: { dt, ticks: 0 } }
      const start = await lab.run(`adiabatic-${kind}-start`, adiabatic, (simulation) => simulation.read('h'))
      const limit = await lab.run(`adiabatic-${kind}-0`, network(0), trajectory)
      const own = distances[index]!
      for (const tau of taus) {
        const input = network(tau, start.data, lab.constants.coupling)
        own.push(apartInTime(await lab.run(`adiabatic-${kind}-${tau}`, input, trajectory), limit))
        lab.progress((index + own.length / taus.length) / kinds.length, chart())
        lab.judge(() => [exact()])
      }
    }
    const order = (own: readonly number[]): number => slope(taus.map(Math.log), own.map(Math.log))
    return {
      checks: [
        ...kinds.map((kind, index): Check =>
          near(`${kind}: power of tau_h`, 1, order(distances[index]!), 0.1, ORDER),
        ),
        exact(),
        atMost(
          'largest distance at tau_h = 0.005',
          0.02,
          Math.max(...distances.map((own) => own.at(-1)!)),
          ORDER,
        ),
      ],
      chart: chart(),
    }
  },
}
