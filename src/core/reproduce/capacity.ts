import type { Chart } from '../analysis/chart.ts'
import { type Estimate, estimate } from '../analysis/statistics.ts'
import { retrievalOverlap } from '../analysis/retrieval.ts'
import { hopfieldScenario, mean, ownOverlaps } from './hopfield.ts'
import { type Lab, type Reproduction, atMost, near } from './reproduction.ts'

/** The final overlaps of all copies in independent networks at one load. */
async function finalOverlaps(
  lab: Lab,
  name: string,
  networks: number,
  options: Omit<Parameters<typeof hopfieldScenario>[0], 'seed' | 'name' | 'description'>,
): Promise<number[][]> {
  const values: number[][] = []
  for (let network = 0; network < networks; network++) {
    const input = hopfieldScenario({
      ...options,
      load: options.load * lab.constants.load!,
      seed: lab.seed + network,
      name: 'Hopfield network',
      description: `A classical network that starts on a pattern at load ${options.load}.`,
    })
    values.push(await lab.run(name, input, (simulation) => ownOverlaps(simulation).at(-1) ?? []))
  }
  return values
}

/** V6: the classical network below and above capacity. */
export const capacity: Reproduction = {
  id: 'capacity',
  title: 'Capacity of the classical Hopfield network',
  citation: 'Amit, Gutfreund, Sompolinsky, Phys. Rev. Lett. 55 (1985) 1530; float64 runs at N = 1500',
  claim:
    'Started on a pattern, N = 1500 and gain 10, the final overlap is 0.997 at load 0.10, 0.987 at 0.12 and 0.35 at 0.18.',
  method:
    'Steps of tau/2 for 60 tau: fixed points do not depend on the step. The published runs are of five networks. At load 0.12 ' +
    'single patterns may be lost at this size, at 0.18 overlaps scatter by 0.15 from pattern to pattern: the tolerances.',
  duration: { quick: '15 s', full: '2 min' },
  constants: { load: 1 },
  wrong: { constant: 'load', value: 2 },
  async measure(lab, size) {
    const networks = { quick: 2, full: 10 }[size]
    const loads = [0.1, 0.12, 0.18]
    const published = [0.997, 0.987, 0.35]
    const tolerances = [0.003, 0.01, 0.12]
    const checks = []
    for (const [index, load] of loads.entries()) {
      const options = { size: 1500, load, dt: 0.5, duration: 60, cues: { quick: 4, full: 8 }[size] }
      const values = await finalOverlaps(lab, `capacity-${load}`, networks, options)
      checks.push(
        near(
          `final overlap at load ${load}`,
          published[index]!,
          estimate(values.map(mean)),
          tolerances[index]!,
        ),
      )
      lab.progress((index + 1) / loads.length)
    }
    return {
      checks,
      chart: {
        title: this.title,
        x: { label: 'load P/N', domain: [0.08, 0.2] },
        y: { label: 'final overlap', domain: [0, 1.05] },
        marks: [
          { kind: 'points', x: loads, y: published, label: 'float64 runs', colour: 1 },
          {
            kind: 'points',
            x: loads,
            y: checks.map(({ measured }) => measured),
            error: checks.map(({ half = 0 }) => half),
            label: 'measured, 95 % interval',
            colour: 0,
          },
          { kind: 'rule', of: 'x', at: 0.138, label: 'capacity 0.138', colour: 2 },
        ],
      },
    }
  },
}

/** Overlap from which on a pattern counts as kept. */
const KEPT = 0.9

/** Retrieval overlap against load, on the replica-symmetric curve. */
export const retrieval: Reproduction = {
  id: 'retrieval-overlap',
  title: 'Retrieval overlap against load',
  citation: 'Amit, Gutfreund, Sompolinsky, Ann. Phys. 173 (1987) 30',
  claim:
    'Up to a load of 0.138 in theory, 0.145 +- 0.009 in simulations, states near the patterns are stable, with an overlap that falls ' +
    'from 1 to 0.967; above it patterns are lost.',
  method:
    'The curve is the replica-symmetric solution at temperature 0, solved here in float64; gain 200 stands for the sign. Where patterns are ' +
    'kept the overlap is on the curve within 0.005. In a finite network some are lost below the capacity and some kept above: the load at ' +
    'which half of them end with an overlap of 0.9 is allowed 0.025.',
  duration: { quick: '20 s', full: '5 min' },
  constants: { load: 1 },
  wrong: { constant: 'load', value: 2 },
  async measure(lab, size) {
    const { N, networks, loads, cues } = {
      quick: { N: 1000, networks: 2, loads: [0.05, 0.08, 0.11, 0.14, 0.17, 0.2], cues: 8 },
      full: {
        N: 2000,
        networks: 4,
        loads: [0.02, 0.05, 0.08, 0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.17, 0.18, 0.2],
        cues: 16,
      },
    }[size]
    const x = Array.from({ length: 139 }, (_, k) => 0.001 * k)
    const curve = x.map((load) => (load === 0 ? 1 : retrievalOverlap(load)))
    const found: Estimate[] = []
    const kept: number[] = []
    const chart = (): Chart => ({
      title: this.title,
      x: { label: 'load P/N', domain: [0, 0.21] },
      y: { label: 'overlap with the pattern', domain: [0, 1.05] },
      marks: [
        { kind: 'line', x, y: curve, label: 'replica-symmetric theory, up to 0.138', colour: 1 },
        {
          kind: 'points',
          x: loads.slice(0, found.length),
          y: found.map((one) => one.mean),
          error: found.map(({ half }) => half),
          label: `measured, N = ${N}, 95 % interval`,
          colour: 0,
        },
      ],
    })
    for (const load of loads) {
      const options = { size: N, load, dt: 0.5, duration: 60, cues, gain: 200 }
      const overlaps = await finalOverlaps(lab, `retrieval-${load}`, networks, options)
      found.push(estimate(overlaps.map(mean)))
      kept.push(mean(overlaps.flat().map((overlap) => Number(overlap > KEPT))))
      lab.progress(found.length / loads.length, chart())
    }
    const checks = loads.flatMap((load, index) =>
      load > 0.111 ? [] : [near(`overlap at load ${load}`, retrievalOverlap(load), found[index]!, 0.005)],
    )
    checks.push(near('load at which half of the patterns are kept', 0.145, crossing(loads, kept), 0.025))
    checks.push(atMost(`overlap at load ${loads.at(-1)!}`, 0.6, found.at(-1)!))
    return { checks, chart: chart() }
  },
}

/** Where falling shares cross a half, between two loads or before the first. */
function crossing(loads: readonly number[], shares: readonly number[]): number {
  const next = shares.findIndex((share) => share < 0.5)
  if (next < 1) return next === 0 ? 0 : Infinity
  const [before, after] = [shares[next - 1]!, shares[next]!]
  return loads[next - 1]! + ((loads[next]! - loads[next - 1]!) * (before - 0.5)) / (before - after)
}
