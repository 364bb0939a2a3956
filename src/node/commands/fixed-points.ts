import { Command } from 'commander'
import { version } from '../../../package.json'
import type { Chart, Mark } from '../../core/analysis/chart.ts'
import {
  ALIKE,
  type FixedPoint,
  type FixedPoints,
  MOST_MEMBERS,
  type PointKind,
  findFixedPoints,
  patternsOf,
  restingModel,
  statesOf,
} from '../../core/analysis/fixed-points.ts'
import { type Flow, type Moment, createFlow } from '../../core/analysis/flow.ts'
import { requireDescent } from '../../core/analysis/jacobian.ts'
import { requireHessians } from '../../core/analysis/smooth.ts'
import { turnedBy } from '../../core/model/energy.ts'
import type { NpyArray } from '../../core/data/npy.ts'
import { encodeNpz } from '../../core/data/npz.ts'
import { ModelError, RunError } from '../../core/errors.ts'
import type { Model } from '../../core/model/model.ts'
import type { Limits } from '../../core/plan/layout.ts'
import { aligned } from '../../core/plan/print.ts'
import { type Simulation, createSimulation } from '../../core/run/simulation.ts'
import { drawChart } from '../chart.ts'
import { requestDevice } from '../device.ts'
import { watchSignals } from '../interrupt.ts'
import { limitsFor } from '../limits.ts'
import { createOutput, filesLike } from '../output.ts'
import { createProgress } from '../progress.ts'
import { print } from '../terminal.ts'
import {
  type ScenarioOptions,
  addAdapterOption,
  addScenarioOptions,
  loadOne,
  naming,
  planRun,
  warn,
} from './options.ts'
import { oneOf, positive, wholeNumber } from './parsers.ts'
import { STRIDE, advance, endIfAsked, momentOf, withSpeedProbes } from './rest.ts'

interface FixedPointsOptions extends ScenarioOptions {
  readonly adapter?: string
  readonly starts: number
  readonly from: 'random' | 'memories'
  readonly noise: number
  readonly at: number
  readonly replica: number
  readonly speed: number
  readonly top: number
  readonly out?: string
  readonly json?: true
}

/** `engram analyse fixed-points`: where the neurons can rest, from many starts. */
export function fixedPointsCommand(): Command {
  const command = new Command('fixed-points').description(
    'find fixed points from many starts, with their kind and stability',
  )
  addScenarioOptions(command)
  addAdapterOption(command)
  return command
    .option(
      '--starts <k>',
      'number of starts; each start is a replica',
      wholeNumber('--starts', 1, 65535),
      100,
    )
    .option('--from <what>', 'starts: random or memories', oneOf('--from', ['random', 'memories']), 'random')
    .option(
      '--noise <s>',
      'with --from memories: size of the noise, relative to the entries of the memories',
      positive('--noise'),
      0.5,
    )
    .option('--at <tick>', 'take W and Xi after this number of ticks', wholeNumber('--at', 0, 2 ** 31 - 1), 0)
    .option(
      '--replica <r>',
      'take W, Xi and bias of this replica, from 0',
      wholeNumber('--replica', 0, 65534),
      0,
    )
    .option(
      '--speed <v>',
      'a network is at rest when the largest |dx/dt| is below v',
      positive('--speed'),
      1e-4,
    )
    .option('--top <k>', 'number of points to print', wholeNumber('--top', 1, 65535), 20)
    .option('--out <folder>', 'write fixed-points.npz, .json and .svg to this folder; created if missing')
    .option('--json', 'print fixed-points.json instead of the table')
    .addHelpText('after', HELP)
    .action(fixedPoints)
}

const HELP = `
W and Xi are fixed at their values of tick 0, or of --at. There is no stimulus and no noise. With --from random, starts are
normal random numbers as large as the entries of the memories. With --from memories, starts are the memories in turn, plus
the same random numbers times --noise. All starts run on the GPU until every neuron is slower than --speed, for at most ten
times the scenario's ticks. Each final state is refined by Newton's method in float64, and equal points are merged. Starts
that do not come to rest, or slow down where Newton's method finds no fixed point, are only counted.

Kinds of points:
  memory    The activations have a cosine of at least ${ALIKE} with one row of a memory, or with a pattern of a synapse.
            "-xi 3" is the negative of pattern 3.
  mixture   2 to ${MOST_MEMBERS} of the nearest rows reach that cosine together, by the best weights or by the signs of their sum.
  zero      All activations are 0.
  spurious  Every other point.
A point is stable or a saddle. The number of unstable directions of a saddle is the number of eigenvalues of the Jacobian
above 0; equal eigenvalues may count once. Runs rest at saddles by chance only. With a large --speed, such as 1, they stop where
they slow down near a saddle, and Newton's method goes to it if there is one.

Standard output: a table with one line for each point, the largest basin first. Columns: share of the starts, kind,
stability, largest eigenvalue (1 / model time), energy, cosine and memories. The last lines count the other starts. With
--out a line "FILE<tab>path" for each file follows.

Files, for F points and K starts:
  FOLDER/fixed-points.npz   LAYER [F, N], the state of each dynamic layer; basin, energy, residual (largest tau |dx/dt|),
                            largest (eigenvalue), unstable (-1 = many), cosine [F]; start.point [K], -1 = at none
  FOLDER/fixed-points.json  the table, with all memories of each point; scenario with all defaults, adapter, versions
  FOLDER/fixed-points.svg   basins over energies, by kind

The run time grows with starts, ticks and couplings. For a large network on a software adapter, begin with few starts
(--starts 20) or longer steps (--set time.dt=...). Fixed points do not depend on the step; the borders of basins may.

Exit code: 0 done, 1 the run failed or no start came to rest, 2 the input is wrong, 130 ended by Ctrl-C. Files are written
only with exit code 0.

Examples:
  engram analyse fixed-points scenarios/hopfield.json --set neurons.visible.size=400 --starts 200
  engram analyse fixed-points scenarios/digits.json --from memories --noise 0.2 --speed 1e-3 --out out/digits
  engram analyse fixed-points scenarios/dense-memory.json --starts 500 --json | jq '.points[0]'`

async function fixedPoints(scenario: string, options: FixedPointsOptions): Promise<void> {
  const loaded = await loadOne(scenario, options)
  await naming(scenario, () => check(loaded, options))
  const requested = await requestDevice(options.adapter === undefined ? {} : { adapter: options.adapter })
  try {
    const { device, info } = requested
    const limits = limitsFor(requested)
    const moment = await momentAfter(scenario, withSpeedProbes(loaded), device, limits, options)
    const model = withSpeedProbes(
      await naming(scenario, () =>
        restingModel(loaded, moment, options.replica, {
          count: options.starts,
          from: options.from,
          noise: options.noise,
        }),
      ),
    )
    await naming(scenario, () => planRun(model, limits))
    const output =
      options.out === undefined
        ? undefined
        : await createOutput(options.out, {
            earlier: filesLike(/^fixed-points(-\w[\w-]*)?\.(npz|json|svg)$/),
          })
    const simulation = await createSimulation(device, model, { limits, resident: 'off' })
    try {
      const isResting = await rest(simulation, options.speed)
      const flow = createFlow(loaded, moment, options.replica)
      const rested = await statesNow(simulation, flow)
      const found = await refined(flow, loaded, moment, rested, isResting)
      const moving = isResting.filter((isAtRest) => !isAtRest).length
      if (moving === options.starts) {
        throw new RunError(
          `no start has come to rest after ${simulation.tick} ticks: the slowest moves at ` +
            `${slowest(simulation).toPrecision(3)}, rest is below ${options.speed}; give four times as long ` +
            `(--ticks ${Math.ceil(0.4 * simulation.tick)}) or, where rounding keeps the speed from falling, a larger --speed`,
        )
      }
      warn(simulation.warnings)
      const content = {
        points: found.points.map((point) => entryOf(point, options.starts)),
        starts: options.starts,
        moving,
        slowed: found.slowed,
        from: options.from,
        ...(options.from === 'memories' ? { noise: options.noise } : {}),
        at: options.at,
        replica: options.replica,
        ticks: simulation.tick,
        scenario: loaded.scenario,
        adapter: { name: info.name, type: info.type, driver: info.driver },
        versions: { engram: version, node: process.version },
        warnings: simulation.warnings,
      }
      const text = `${JSON.stringify(content, null, 2)}\n`
      const lines = table(found, options, moving)
      if (output !== undefined) {
        const arrays = encodeNpz(arraysOf(flow, found))
        lines.push(
          `fixed-points.npz\t${await output.write('fixed-points.npz', arrays)}`,
          `fixed-points.svg\t${await output.write('fixed-points.svg', drawChart(chartOf(found, options, loaded)))}`,
          `fixed-points.json\t${await output.write('fixed-points.json', text)}`,
        )
      }
      print(options.json ? text : `${lines.join('\n')}\n`)
    } finally {
      simulation.destroy()
    }
  } finally {
    requested.release()
  }
}

/** @throws ModelError that names what is missing or too large */
function check(model: Model, { replica }: FixedPointsOptions): void {
  if (replica >= model.replicas) {
    throw new ModelError(`is ${replica}, the scenario has ${model.replicas} replicas, numbered from 0`, {
      path: '--replica',
    })
  }
  if (!model.layers.some(({ tau }) => tau > 0))
    throw new ModelError('no layer is dynamic: there is no flow; set a tau above 0', { path: 'neurons' })
  requireHessians(model.layers)
  requireDescent(turnedBy(model))
}

/** W and Xi of one replica after the ticks that are asked for. */
async function momentAfter(
  scenario: string,
  model: Model,
  device: GPUDevice,
  limits: Limits,
  { at, replica }: FixedPointsOptions,
): Promise<Moment> {
  await naming(scenario, () => planRun(model, limits))
  const simulation = await createSimulation(device, model, { limits, resident: 'off' })
  try {
    await advance(simulation, at, 0)
    return await momentOf(simulation, replica)
  } finally {
    simulation.destroy()
  }
}

/** Runs until all replicas rest or time is up; tells which do. */
async function rest(simulation: Simulation, speed: number): Promise<boolean[]> {
  const { model } = simulation
  const end = Math.max(STRIDE, STRIDE * Math.ceil((10 * model.time.ticks) / STRIDE))
  const progress = createProgress(0, end)
  const watch = watchSignals()
  try {
    await simulation.step(0)
    for (;;) {
      await simulation.step(STRIDE)
      await simulation.flush()
      progress.update(simulation.tick)
      endIfAsked(watch, `at tick ${simulation.tick}`)
      const isResting = Array.from({ length: model.replicas }, (_, r) =>
        simulation.series.every(({ value }) => (value.at(-1)?.[r] ?? Infinity) < speed),
      )
      if (isResting.every(Boolean) || simulation.tick >= end) return isResting
    }
  } finally {
    watch.stop()
    progress.stop()
  }
}

/** The largest |dx/dt| of the replica where it is least. */
function slowest({ model, series }: Simulation): number {
  const speeds = Array.from({ length: model.replicas }, (_, r) =>
    Math.max(...series.map(({ value }) => value.at(-1)?.[r] ?? Infinity)),
  )
  return Math.min(...speeds)
}

/** All dynamic layers of every replica, [K, N]. */
async function statesNow(simulation: Simulation, flow: Flow): Promise<Float64Array> {
  const { replicas } = simulation.model
  const result = new Float64Array(replicas * flow.size)
  let start = 0
  for (const { name, size } of flow.dynamic) {
    const { data } = await simulation.read(name)
    for (let r = 0; r < replicas; r++)
      result.set(data.subarray(r * size, (r + 1) * size), r * flow.size + start)
    start += size
  }
  return result
}

async function refined(
  flow: Flow,
  model: Model,
  moment: Moment,
  rested: Float64Array,
  isResting: readonly boolean[],
): Promise<FixedPoints> {
  const watch = watchSignals()
  try {
    return await findFixedPoints(flow, patternsOf(model, moment), rested, isResting, async (done) => {
      // Lets a signal come in.
      await new Promise((resolve) => setImmediate(resolve))
      endIfAsked(watch, `after ${done} of ${isResting.length} starts`)
    })
  } finally {
    watch.stop()
  }
}

/** A point as JSON. */
function entryOf(point: FixedPoint, starts: number): Record<string, unknown> {
  const { kind, members, cosine, basin, energy, residual, unstable = null, largest, hyperbolic } = point
  const share = basin / starts
  return { kind, members, cosine, basin, share, energy, residual, unstable, largest, hyperbolic }
}

function stabilityOf({ unstable, hyperbolic }: FixedPoint): string {
  if (unstable === undefined) return 'saddle (many)'
  const verdict = unstable === 0 ? 'stable' : `saddle (${unstable})`
  return hyperbolic ? verdict : `${verdict}, not hyperbolic`
}

function table(
  { points, slowed }: FixedPoints,
  { starts, top }: FixedPointsOptions,
  moving: number,
): string[] {
  const percent = (count: number): string => `${((100 * count) / starts).toFixed(1)} %`
  const rows = points
    .slice(0, top)
    .map((point, index) => [
      String(index),
      percent(point.basin),
      point.kind,
      stabilityOf(point),
      point.largest.toPrecision(4),
      (Math.abs(point.energy) < 1e-12 ? 0 : point.energy).toPrecision(7),
      point.cosine.toFixed(3),
      point.members.join(' + ').replaceAll('+ -', '- '),
    ])
  const head = ['point', 'basin', 'kind', 'stability', 'largest', 'energy', 'cosine', 'memories']
  const lines = aligned([head, ...rows], [0, 1, 4, 5, 6])
  const more = points.slice(top)
  if (more.length > 0) {
    const share = percent(more.reduce((sum, { basin }) => sum + basin, 0))
    lines.push(`${more.length} more points with ${share} of the starts; --top ${points.length} shows them`)
  }
  if (moving > 0) lines.push(`${percent(moving)} of the starts have not come to rest`)
  if (slowed > 0)
    lines.push(
      `${percent(slowed)} of the starts slowed down where there is no fixed point; give a smaller --speed`,
    )
  return lines
}

function arraysOf(flow: Flow, { points, of }: FixedPoints): Record<string, NpyArray> {
  const numbers = (value: (point: FixedPoint) => number): NpyArray => ({
    shape: [points.length],
    data: Float64Array.from(points, value),
  })
  return {
    ...Object.fromEntries(
      flow.dynamic.map(({ name, size }): [string, NpyArray] => [
        name,
        { shape: [points.length, size], data: statesOf(flow, points, name) },
      ]),
    ),
    basin: { shape: [points.length], data: Int32Array.from(points, ({ basin }) => basin) },
    unstable: { shape: [points.length], data: Int32Array.from(points, ({ unstable }) => unstable ?? -1) },
    energy: numbers(({ energy }) => energy),
    residual: numbers(({ residual }) => residual),
    largest: numbers(({ largest }) => largest),
    cosine: numbers(({ cosine }) => cosine),
    'start.point': { shape: [of.length], data: of },
  }
}

const KINDS: readonly PointKind[] = ['memory', 'mixture', 'spurious', 'zero']

/** Basins over energies; error bars are the standard error of a share of so many starts. */
function chartOf({ points }: FixedPoints, { starts }: FixedPointsOptions, model: Model): Chart {
  const marks = KINDS.flatMap((kind, index): Mark[] => {
    const all = points.filter((point) => point.kind === kind)
    if (all.length === 0) return []
    const shares = all.map(({ basin }) => basin / starts)
    return [
      {
        kind: 'points',
        label: `${kind} (${all.length})`,
        colour: index as 0 | 1 | 2 | 3,
        x: all.map(({ energy }) => energy),
        y: shares,
        error: shares.map((share) => Math.sqrt((share * (1 - share)) / starts)),
      },
    ]
  })
  return {
    title: `Fixed points${model.scenario.name === '' ? '' : ` of ${model.scenario.name}`}: ${points.length} from ${starts} starts`,
    x: { label: 'energy' },
    y: { label: 'share of the starts' },
    marks,
  }
}
