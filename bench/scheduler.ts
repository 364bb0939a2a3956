/**
 * What a tick costs, for three networks: milliseconds, dispatches and bytes, the time spent outside of kernels, and what
 * the scheduler adds to the bare WebGPU calls. All figures of a network are measured in turn, several rounds in one
 * run, medians; absolute times of a software adapter say nothing about hardware.
 */
import { kernelOf } from '../src/core/plan/kernels.ts'
import { aligned, planRows, ticksBetween } from '../src/core/plan/print.ts'
import type { Command } from '../src/core/gpu/commands.ts'
import { type Engine, createEngine } from '../src/core/gpu/engine.ts'
import { pipelineOf } from '../src/core/gpu/pipelines.ts'
import { createRestWatch } from '../src/core/run/rest.ts'
import { createScheduler } from '../src/core/run/scheduler.ts'
import { createTicks } from '../src/core/run/ticks.ts'
import { createSimulation, type Simulation } from '../src/core/run/simulation.ts'
import { loadModel } from '../src/core/model/load.ts'
import type { Model } from '../src/core/model/model.ts'
import { requestDevice } from '../src/node/device.ts'
import { argumentsOf } from './arguments.ts'

const HELP = `npm run bench:scheduler -- [--json]

Measures what a tick of three networks costs, and what the scheduler adds to bare WebGPU calls.`

const ROUNDS = 7

/** Ticks over which the scheduler's own cost is averaged. */
const OWN_TICKS = 4096

interface Network {
  readonly name: string
  readonly scenario: object
  /** Ticks of one timed round. */
  readonly ticks: number
}

const NETWORKS: readonly Network[] = [
  { name: 'recall 256 x 100', scenario: recall(256, 100), ticks: 256 },
  { name: 'recall 784 x 1000', scenario: recall(784, 1000), ticks: 64 },
  { name: 'plastic 1024', scenario: plastic(1024), ticks: 16 },
]

/** Softmax recall: memories between a linear visible and an adiabatic softmax hidden layer. */
function recall(visible: number, hidden: number): object {
  return {
    version: 1,
    time: { dt: 0.1, ticks: 1 },
    neurons: {
      visible: { size: visible, lagrangian: { kind: 'linear' } },
      hidden: { size: hidden, lagrangian: { kind: 'softmax', beta: 0.1 }, tau: 0 },
    },
    memories: { xi: { from: 'visible', to: 'hidden', init: { kind: 'random', distribution: 'binary' } } },
    stimulus: [{ kind: 'initial', layer: 'visible', patterns: { kind: 'rows', of: 'xi', select: [0] } }],
  }
}

/** Neurons with plastic synapses around a hebbian base. */
function plastic(size: number): object {
  return {
    version: 1,
    time: { dt: 0.1, ticks: 1 },
    neurons: { visible: { size, lagrangian: { kind: 'tanh', gain: 4 } } },
    synapses: {
      recurrent: {
        layer: 'visible',
        tau: 2,
        strength: 0.3,
        base: { kind: 'hebbian', patterns: { kind: 'random', count: 100, distribution: 'binary' } },
      },
    },
    stimulus: [
      { kind: 'initial', layer: 'visible', patterns: { kind: 'rows', of: 'recurrent', select: [0] } },
    ],
  }
}

interface Round {
  /** ms per tick, from the first encoded tick to the last finished one. */
  readonly total: number
  /** ms per tick inside of kernels, by the timestamps around a pass. */
  readonly kernels: number
  /** ms per tick of the scheduler's own work: its run on a device that does nothing. */
  readonly scheduler: number
  /** ms per tick for as many dispatches of an empty kernel, encoded and run. */
  readonly bareDispatch: number
}

/** Runs the benchmark and prints a table; `--json` prints the medians and every round instead. */
export async function bench(args: readonly string[]): Promise<void> {
  const given = argumentsOf(args, { help: HELP, names: [], options: { json: { type: 'boolean' } } })
  if (given === undefined) return
  const requested = await requestDevice()
  const { device, adapter, info } = requested
  const rows: { network: string; dispatches: number; bytes: number; rounds: Round[] }[] = []
  for (const { name, scenario, ticks } of NETWORKS) {
    const model = await loadModel(JSON.stringify(scenario), {
      read: () => Promise.reject(new Error('no files')),
    })
    const simulation = await createSimulation(device, model, { resident: 'off' })
    const bare = await createEngine(device, simulation.plan, model)
    const empty = await emptyCommand(device)
    await advance(simulation, ticks)
    const before = simulation.counts.dispatches
    const rounds: Round[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now()
      await advance(simulation, ticks)
      const total = (performance.now() - start) / ticks
      const scheduler = await timeOwn(bare, simulation)
      const dispatches = bare.tick.map(() => empty)
      const bareDispatch = await timeDispatches(device, dispatches)
      const kernels = adapter.features.has('timestamp-query')
        ? await timeKernels(device, model, ticks, bare)
        : NaN
      rounds.push({ total, kernels, scheduler, bareDispatch })
    }
    const dispatches = (simulation.counts.dispatches - before) / (ROUNDS * ticks)
    rows.push({ network: name, dispatches, bytes: bytesPerTick(simulation), rounds })
    simulation.destroy()
    bare.destroy()
  }
  requested.release()
  if (given.options.json === true) {
    process.stdout.write(`${JSON.stringify({ adapter: info, rounds: ROUNDS, rows }, null, 2)}\n`)
    return
  }
  process.stdout.write(
    `${info.name} (${info.type}, ${info.driver}), medians of ${ROUNDS} rounds, times per tick\n\n`,
  )
  const head = [
    'network',
    'ms',
    'dispatches',
    'bytes',
    'outside kernels',
    'scheduler',
    'bare dispatches',
    'share',
  ]
  const lines = rows.map(({ network, dispatches, bytes, rounds }) => {
    const total = median(rounds.map((round) => round.total))
    const outside = median(rounds.map((round) => round.total - round.kernels))
    const own = median(rounds.map((round) => round.scheduler))
    const bareDispatch = median(rounds.map((round) => round.bareDispatch))
    return [
      network,
      total.toFixed(3),
      String(dispatches),
      bytes.toLocaleString('en'),
      `${(outside * 1000).toFixed(0)} us`,
      `${(own * 1000).toFixed(1)} us`,
      `${(bareDispatch * 1000).toFixed(1)} us`,
      `${((100 * own) / bareDispatch).toFixed(1)} %`,
    ]
  })
  process.stdout.write(`${aligned([head, ...lines], [1, 2, 3, 4, 5, 6, 7]).join('\n')}\n`)
  process.stdout.write(
    '\nscheduler: its own work, on a device that does nothing; bare dispatches: as many dispatches of an empty kernel,\n' +
      'encoded and run; share: the one over the other. bytes: those of all buffers bound, once a dispatch.\n',
  )
}

/** Bytes of all buffers that the dispatches of a tick touch. */
function bytesPerTick({ plan, model }: Simulation): number {
  return planRows(plan, model)
    .filter(({ stage, every }) => stage !== 'probe' && typeof every === 'number')
    .reduce((sum, { bytes, every }) => sum + bytes / (every as number), 0)
}

async function advance(simulation: Simulation, ticks: number): Promise<void> {
  await simulation.step(ticks)
  await simulation.flush()
}

/** Times the scheduler on a device that does nothing at all: what is left is its own work. */
async function timeOwn(engine: Engine, simulation: Simulation): Promise<number> {
  const idle = { ...engine, device: idleDevice() }
  const { model } = simulation
  const scheduler = createScheduler(idle, model, createTicks(idle, model), {
    rest: createRestWatch(idle.plan, () => model),
    onSample: () => undefined,
  })
  await scheduler.run(OWN_TICKS)
  const start = performance.now()
  await scheduler.run(OWN_TICKS)
  const own = (performance.now() - start) / OWN_TICKS
  scheduler.destroy()
  return own
}

/** What the scheduler needs of a device, doing nothing. */
function idleDevice(): GPUDevice {
  const nothing = (): void => undefined
  const pass = {
    setPipeline: nothing,
    setBindGroup: nothing,
    dispatchWorkgroups: nothing,
    end: nothing,
  }
  const encoder = { beginComputePass: () => pass, copyBufferToBuffer: nothing, finish: nothing }
  const createBuffer = ({ size }: GPUBufferDescriptor): object => ({
    mapAsync: () => Promise.resolve(),
    getMappedRange: () => new Uint8Array(size).fill(0xff).buffer,
    unmap: nothing,
    destroy: nothing,
  })
  const queue = { writeBuffer: nothing, submit: nothing }
  return {
    createBuffer,
    createCommandEncoder: () => encoder,
    queue,
    lost: new Promise(nothing),
  } as unknown as GPUDevice
}

/** ms for one round of these commands, encoded and run, averaged over as many as one submit of the scheduler holds. */
async function timeDispatches(device: GPUDevice, commands: readonly Command[]): Promise<number> {
  const rounds = 256
  const start = performance.now()
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  encodeBare(pass, rounds, commands, undefined)
  pass.end()
  device.queue.submit([encoder.finish()])
  await device.queue.onSubmittedWorkDone()
  return (performance.now() - start) / rounds
}

function encodeBare(
  pass: GPUComputePassEncoder,
  ticks: number,
  commands: readonly Command[],
  clock: GPUBindGroup | undefined,
): void {
  const offset = [0]
  for (let tick = 0; tick < ticks; tick++) {
    if (clock !== undefined) pass.setBindGroup(1, clock, offset)
    for (const command of commands) {
      pass.setPipeline(command.pipeline)
      pass.setBindGroup(0, command.bindGroup)
      pass.dispatchWorkgroups(command.x, command.y, command.z)
    }
  }
}

/** Time between the beginning and the end of a pass, as the adapter's own clock tells it. */
async function timeKernels(
  device: GPUDevice,
  model: Model,
  ticks: number,
  { tick, clock }: Engine,
): Promise<number> {
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 })
  const resolved = device.createBuffer({
    size: 16,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  })
  const staging = device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass({
    timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
  })
  for (let at = 1; at <= ticks; at++) {
    const due = tick.filter(({ operation }) => at % ticksBetween(operation, model) === 0)
    encodeBare(pass, 1, due, clock.group)
  }
  pass.end()
  encoder.resolveQuerySet(querySet, 0, 2, resolved, 0)
  encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16)
  device.queue.submit([encoder.finish()])
  await staging.mapAsync(GPUMapMode.READ)
  const [begin = 0n, end = 0n] = new BigUint64Array(staging.getMappedRange())
  for (const item of [querySet, resolved, staging]) item.destroy()
  return Number(end - begin) / 1e6 / ticks
}

/** A dispatch that does next to nothing: a copy of no values. */
async function emptyCommand(device: GPUDevice): Promise<Command> {
  const kernel = kernelOf('neuron/activate', { lagrangian: { kind: 'relu' } })
  const { pipeline, layout } = await pipelineOf(device, kernel, { WORKGROUP: 64 })
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM
  const buffer = (): GPUBuffer => device.createBuffer({ size: 256, usage })
  const bindGroup = device.createBindGroup({
    layout,
    entries: [0, ...kernel.bindings.map(({ index }) => index)].map((binding) => ({
      binding,
      resource: { buffer: buffer() },
    })),
  })
  return { pipeline, bindGroup, x: 1, y: 1, z: 1, every: 1, operation: {} as Command['operation'] }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
