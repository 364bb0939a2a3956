/** The error of the integrators as a function of the step. */
import type { Chart, Colour, Mark } from '../analysis/chart.ts'
import { mean, slope } from '../analysis/statistics.ts'
import type { Model } from '../model/model.ts'
import type { ScenarioInput } from '../model/schema.ts'
import type { Simulation } from '../run/simulation.ts'
import { type Check, type Lab, type Reproduction, type Stated, atMost, near } from './reproduction.ts'
import { N_H, N_V, REFERENCE, distance, exactStates, normal, symmetric } from './small-networks.ts'

const VARIABLES = ['v', 'h', 'w', 'xi'] as const

const ORDER: Stated = { kind: 'theory', equations: 'both integrators are of order 1 for small dt' }

/** The order of the integrators. */
export const stepOrder: Reproduction = {
  id: 'step-order',
  title: 'Halving the step halves the error',
  citation: 'Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I (1993)',
  claim:
    'Both integrators are of order 1 in dt, with every variable on one rate and with neurons, synapses and memories on separate rates.',
  method:
    'Two layers, plastic synapses and a learning memory. Distances to the solution at time 1.6, which two fine runs give by Richardson ' +
    'extrapolation, for four steps. The fitted power, a mean over v, h, W and Xi, has to be 1 within 0.15. Each end state is also that of the float64 network within 1e-4. Groups with `every: k` take steps of k dt.',
  duration: { quick: '1 s', full: '50 s' },
  constants: { tau: 2 },
  wrong: { constant: 'tau', value: 1 },
  unaffected: [],
  async measure(lab, size) {
    const steps = { quick: [0.1, 0.05, 0.025], full: [0.1, 0.05, 0.025, 0.0125] }[size]
    const fine = { quick: 1 / 160, full: 1 / 640 }[size]
    const rules = { quick: ['gated'] as const, full: ['gated', 'hebbian'] as const }[size]
    const variables = VARIABLES
    /** Largest distance of a state to that of the float64 network. */
    let apart = 0
    const readAll = async (simulation: Simulation, stated: Model): Promise<Float32Array[]> => {
      const states = await statesOf(simulation)
      const exact = exactStates(stated, VARIABLES).slice(-states.reduce((sum, { length }) => sum + length, 0))
      apart = Math.max(
        apart,
        distance(
          states.flatMap((values) => [...values]),
          exact,
        ),
      )
      return states
    }
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
      const exact = await extrapolated(lab, rule, fine, readAll)
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
          checks.push(near(`${text}: power of dt`, 1, mean(orders), 0.15, ORDER))
          marks.push(...drawn())
        }
      }
    }
    checks.push(atMost('distance of all end states to float64', 1e-4, apart, REFERENCE))
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
async function statesOf(simulation: Simulation): Promise<Float32Array[]> {
  const states: Float32Array[] = []
  for (const name of VARIABLES) states.push((await simulation.read(name)).data)
  return states
}

/** 2 x(dt / 2) - x(dt), good to the second order. */
async function extrapolated(
  lab: Lab,
  rule: Multirate['rule'],
  dt: number,
  read: (simulation: Simulation, stated: Model) => Promise<Float32Array[]>,
): Promise<Float64Array[]> {
  const run = (step: number): Promise<Float32Array[]> =>
    lab.run(
      `order-${rule}-fine`,
      multirate({ seed: lab.seed, rule, dt: step, integrator: 'exponential-euler', rates: false, tau: 2 }),
      read,
    )
  const [coarse, half] = [await run(dt), await run(dt / 2)]
  return half.map((values, index) => Float64Array.from(values, (value, i) => 2 * value - coarse[index]![i]!))
}
