/**
 * What a tick costs as networks grow, on an adapter of Node: against the neurons of recall and of plastic synapses, and
 * against the replicas of a small network, resident and not. Writes bench/results/scaling-ADAPTER.json and two charts.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import type { Chart } from '../src/core/analysis/chart.ts'
import { loadModel } from '../src/core/model/load.ts'
import { createSimulation, type SimulationOptions } from '../src/core/run/simulation.ts'
import { drawChart } from '../src/node/chart.ts'
import { requestDevice } from '../src/node/device.ts'
import { median, timed, warm } from './own.ts'
import { argumentsOf } from './arguments.ts'

const SIZES = [128, 256, 512, 1024, 2048, 4096]
const REPLICAS = [1, 4, 16, 64, 256, 1024, 4096]

interface Curve {
  readonly name: string
  /** Neurons, or replicas. */
  readonly x: readonly number[]
  /** Median ms per tick. */
  readonly ms: readonly number[]
}

interface Case {
  readonly name: string
  readonly scenario: (count: number) => object
  readonly options?: SimulationOptions
}

const random = (count: number): object => ({ kind: 'random', distribution: 'binary', count })

const recall = (format: string) => (size: number) => ({
  time: { dt: 0.1, ticks: 1 },
  neurons: {
    v: { size, lagrangian: { kind: 'linear' } },
    h: { size, lagrangian: { kind: 'softmax', beta: 0.05 }, tau: 0 },
  },
  memories: { xi: { from: 'v', to: 'h', format, init: random(size) } },
  stimulus: [{ kind: 'initial', layer: 'v', patterns: { kind: 'rows', of: 'xi', select: [0] } }],
})

const plastic = (size: number): object => ({
  time: { dt: 0.1, ticks: 1 },
  neurons: { v: { size, lagrangian: { kind: 'tanh' } } },
  synapses: {
    w: {
      layer: 'v',
      tau: 2,
      strength: 0.3,
      base: { kind: 'hebbian', patterns: random(20), zeroDiagonal: true },
    },
  },
  stimulus: [{ kind: 'initial', layer: 'v', patterns: { kind: 'rows', of: 'w', select: [0] } }],
})

const learning = (replicas: number): object => ({
  time: { dt: 1, ticks: 1, integrator: 'euler' },
  neurons: {
    v: { size: 50, lagrangian: { kind: 'linear' } },
    h: { size: 4, lagrangian: { kind: 'softmax', beta: 2 }, tau: 0 },
  },
  memories: { xi: { from: 'v', to: 'h', init: random(4), rule: 'gated', tau: 250 } },
  stimulus: [{ kind: 'clamp', layer: 'v', patterns: { kind: 'rows', of: 'xi' } }],
  replicas,
})

const BY_SIZE: readonly Case[] = [
  { name: 'recall, float32', scenario: recall('f32') },
  { name: 'recall, binary', scenario: recall('binary') },
  { name: 'plastic synapses', scenario: plastic },
  {
    name: 'plastic synapses, W as one matrix',
    scenario: plastic,
    options: { variants: { synapses: 'whole' } },
  },
]

const BY_REPLICAS: readonly Case[] = [
  { name: 'gated learning 50 x 4, resident', scenario: learning, options: { resident: 'on' } },
  { name: 'gated learning 50 x 4, a dispatch a kernel', scenario: learning, options: { resident: 'off' } },
]

/** Measures both and writes the figures. */
export async function benchScaling(args: readonly string[]): Promise<void> {
  const help =
    'npm run bench:scaling\n\nMeasures ticks by neurons and by replicas, into bench/results and docs/images.'
  if (argumentsOf(args, { help, names: [] }) === undefined) return
  const { device, info, release } = await requestDevice()
  const [load = NaN] = loadavg()
  const measure = async (cases: readonly Case[], counts: readonly number[]): Promise<Curve[]> => {
    const curves: Curve[] = []
    for (const { name, scenario, options = {} } of cases) {
      const ms: number[] = []
      for (const count of counts) {
        const text = JSON.stringify({ version: 1, ...scenario(count) })
        const model = await loadModel(text, { read: (path) => Promise.reject(new Error(`no ${path}`)) })
        const simulation = await createSimulation(device, model, { resident: 'off', ...options })
        ms.push(median(await timed(simulation, await warm(simulation))))
        simulation.destroy()
        process.stderr.write(`${name}, ${count}: ${ms.at(-1)?.toPrecision(3)} ms\n`)
      }
      curves.push({ name, x: counts, ms })
    }
    return curves
  }
  const bySize = await measure(BY_SIZE, SIZES)
  const byReplicas = await measure(BY_REPLICAS, REPLICAS)
  release()
  const adapter = info.name.split('-')[0] ?? info.name
  const results = new URL('results/', import.meta.url)
  const images = new URL('../docs/images/', import.meta.url)
  await mkdir(results, { recursive: true })
  const json = { adapter: info, versions: { node: process.version }, load, bySize, byReplicas }
  await writeFile(new URL(`scaling-${adapter}.json`, results), `${JSON.stringify(json, null, 2)}\n`)
  const draw = (file: string, title: string, label: string, curves: readonly Curve[]): Promise<void> =>
    writeFile(new URL(`${file}-${adapter}.svg`, images), drawChart(chartOf(title, label, curves)))
  await draw('scaling-neurons', `A tick against neurons, ${adapter}`, 'neurons of a layer', bySize)
  await draw('scaling-replicas', `A tick against replicas, ${adapter}`, 'replicas', byReplicas)
}

function chartOf(title: string, label: string, curves: readonly Curve[]): Chart {
  return {
    title,
    x: { label, scale: 'log' },
    y: { label: 'ms per tick', scale: 'log' },
    marks: curves.flatMap(({ name, x, ms }, index) => {
      const colour = (index % 5) as 0 | 1 | 2 | 3 | 4
      return [
        { kind: 'line', label: name, colour, x, y: ms } as const,
        { kind: 'points', colour, x, y: ms } as const,
      ]
    }),
  }
}
