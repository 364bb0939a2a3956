/** Compares the full network on the GPU with its generating function, along a trajectory. */
import { dot, row } from '../math/algebra.ts'
import { tauAt } from '../model/neuron-values.ts'
import type { Layer, Model } from '../model/model.ts'
import { shownAt } from '../model/stimulus.ts'
import { dealt, unmasked } from '../model/values.ts'
import type { Simulation } from '../run/simulation.ts'
import { type GeneratingNetwork, type Point, drive, generate, generatedDrive } from './generating.ts'

/** The compared quantities, in the order of a report. */
export const QUANTITIES = ['activation', 'energy', 'velocity', 'drive'] as const
export type Quantity = (typeof QUANTITIES)[number]

/** Quantities of the full network, for one replica at one moment. */
export interface Measured {
  /** Xi^T g_h, the input of v from all memories, [N_v]. */
  readonly activation: Float64Array
  readonly energy: number
  /** dv/dt, [N_v] */
  readonly velocity: Float64Array
  /** g of the hidden layers by name, [N_h]. */
  readonly hidden: ReadonlyMap<string, Float64Array>
}

/** The difference between two versions of a quantity. */
export interface Difference {
  /** The largest over the entries. */
  readonly absolute: number
  /** The same, relative to the size of the summands, so that a sum near 0 does not inflate it. */
  readonly relative: number
}

export interface Comparison {
  readonly energy: { readonly full: number; readonly generating: number }
  readonly differences: Readonly<Record<Quantity, Difference>>
}

/**
 * Compares the full network with calL at a point. The relative difference of the activation is to max |Xi^T g_h|, that of
 * the energy to |v|^2 / 2 + |b.v| + |calL| + |Xi - Lambda|^2 / 2, that of the velocity to (max |v| + max |b| + max |Xi^T g_h|) / tau_v, and that of
 * the learning drive to the largest drive of its memory.
 */
export function compareWithGenerating(network: GeneratingNetwork, point: Point, full: Measured): Comparison {
  const { visible, memories } = network
  const { v } = point
  const b = point.biases.get(visible.name) as Float64Array
  const generated = generate(network, point)
  const input = largest(generated.activation)
  const drives = memories.map((memory) => {
    const expected = generatedDrive(network, point, memory.name)
    const g = (name: string): Float64Array => full.hidden.get(name) ?? v
    const xi = point.memories.get(memory.name) as Float64Array
    return difference(farthest(drive(memory, xi, g(memory.to), g(memory.from)), expected), largest(expected))
  })
  return {
    energy: { full: full.energy, generating: generated.energy },
    differences: {
      activation: difference(farthest(full.activation, generated.activation), input),
      energy: difference(
        Math.abs(full.energy - generated.energy),
        dot(v, v) / 2 + Math.abs(dot(b, v)) + Math.abs(generated.value) + generated.elastic,
      ),
      velocity: difference(
        farthest(full.velocity, generated.velocity),
        (largest(v) + largest(b) + input) / visible.tau,
      ),
      drive: {
        absolute: Math.max(0, ...drives.map(({ absolute }) => absolute)),
        relative: Math.max(0, ...drives.map(({ relative }) => relative)),
      },
    },
  }
}

/** A value that is not finite has an infinite difference. */
function difference(absolute: number, scale: number): Difference {
  if (!Number.isFinite(absolute)) return { absolute: Infinity, relative: Infinity }
  return { absolute, relative: absolute === 0 ? 0 : absolute / scale }
}

/** max_i |a_i| */
function largest(a: Float64Array): number {
  return a.reduce((top, ai) => Math.max(top, Math.abs(ai)), 0)
}

/** max_i |a_i - b_i| */
function farthest(a: Float64Array, b: Float64Array): number {
  return a.reduce((top, ai, i) => Math.max(top, Math.abs(ai - b[i]!)), 0)
}

/** All replicas at one moment of a run. */
export interface ComparedSample {
  readonly tick: number
  readonly time: number
  readonly replicas: readonly Comparison[]
}

/** Names of the probes that `comparedModel` adds; no others run. */
const ENERGY = 'energy'
const SPEED = 'speed'

/** Ticks between samples: `samples` of them, at most one a tick, after the one of tick 0. */
export function sampleStride(ticks: number, samples: number): number {
  return Math.max(1, Math.floor(ticks / samples))
}

/** The model with the probes that `compareAlong` reads in place of its own. */
export function comparedModel(model: Model, network: GeneratingNetwork, every: number): Model {
  return {
    ...model,
    probes: [
      { kind: 'energy', name: ENERGY, every },
      { kind: 'speed', name: SPEED, every, layer: network.visible.name },
    ],
  }
}

/**
 * Runs a simulation of `comparedModel` and compares it with its generating function at tick 0 and after every `every`
 * ticks, `samples` times or to the end of its ticks. The generating function is evaluated in float64 at the states and
 * memories that the GPU holds.
 * @throws RunError if the run fails
 */
export async function* compareAlong(
  simulation: Simulation,
  network: GeneratingNetwork,
  every: number,
  samples: number,
): AsyncGenerator<ComparedSample, void, undefined> {
  const { model } = simulation
  const fixed = new Map<string, Float64Array>()
  for (const { name, tau } of network.memories)
    if (tau === undefined) fixed.set(name, await readArray(simulation, name))
  const last = Math.min(samples, Math.floor(model.time.ticks / every))
  for (let sample = 0; sample <= last; sample++) {
    await simulation.step(sample === 0 ? 0 : every)
    await simulation.flush()
    yield await compareNow(simulation, network, fixed)
  }
}

/** Compares all replicas at the tick that was just sampled. */
async function compareNow(
  simulation: Simulation,
  network: GeneratingNetwork,
  fixed: ReadonlyMap<string, Float64Array>,
): Promise<ComparedSample> {
  const { model, tick, time } = simulation
  const { visible, hidden, memories } = network
  // The speed probe has left the input of the visible layer at this tick in its buffer.
  const measured = await readVisible(simulation, visible)
  const states = await readArray(simulation, visible.name)
  const activations = new Map<string, Float64Array>()
  for (const { name } of hidden) activations.set(name, await readArray(simulation, `${name}/activations`))
  const matrices = new Map<string, Float64Array>()
  for (const { name } of memories) matrices.set(name, fixed.get(name) ?? (await readArray(simulation, name)))
  const energies = simulation.series.find(({ name }) => name === ENERGY)?.value.at(-1)

  const shown = stimulusAt(model, tick)
  const replicas = Array.from({ length: model.replicas }, (_, r): Comparison => {
    const v = row(states, visible.size, r)
    const biases = [visible, ...hidden].map(({ name, bias }) => {
      const b = dealt(bias, r)
      shown.currents.get(name)?.forEach((current, i) => (b[i]! += current))
      return [name, b] as const
    })
    const point: Point = {
      v,
      memories: new Map(
        memories.map(({ name, init, tau }) => {
          const xi = matrices.get(name) as Float64Array
          return [name, tau === undefined ? xi : row(xi, init.rows * init.columns, r)]
        }),
      ),
      biases: new Map(biases),
      held: shown.held.get(visible.name) as Uint8Array,
    }
    return compareWithGenerating(network, point, {
      activation: measured.input(r),
      energy: energies?.[r] as number,
      velocity: measured.velocity(r, v),
      hidden: new Map(
        hidden.map(({ name, size }) => [name, row(activations.get(name) as Float64Array, size, r)]),
      ),
    })
  })
  return { tick, time, replicas }
}

/** An array of the GPU, of all replicas, in float64. */
async function readArray(simulation: Simulation, name: string): Promise<Float64Array> {
  return Float64Array.from((await simulation.read(name)).data)
}

/** Currents and clamps of each layer after `tick` ticks: those of the last tick, or of tick 0 at the start. */
function stimulusAt(
  model: Model,
  tick: number,
): { readonly currents: Map<string, Float64Array>; readonly held: Map<string, Uint8Array> } {
  const currents = new Map(model.layers.map(({ name, size }) => [name, new Float64Array(size)]))
  const held = new Map(model.layers.map(({ name, size }) => [name, new Uint8Array(size)]))
  model.stimulus.forEach((item, index) => {
    const shown = item.kind === 'initial' ? -1 : shownAt(item, index, model.seed, Math.max(0, tick - 1))
    if (shown < 0) return
    unmasked(item.patterns, shown, (i, value) => {
      if (item.kind === 'clamp') held.get(item.layer)![i] = 1
      else currents.get(item.layer)![i]! += value
    })
  })
  return { currents, held }
}

/**
 * The values that the GPU has computed for the visible layer, from its buffers of input, bias, current and
 * clamps.
 */
async function readVisible(
  { engine, plan, model }: Simulation,
  layer: Layer,
): Promise<{
  readonly input: (r: number) => Float64Array
  /** (b + current + I - v) / tau, 0 where v is held. */
  readonly velocity: (r: number, v: Float64Array) => Float64Array
}> {
  const { name, size, bias } = layer
  const names = ['input', 'bias', 'current', 'hold']
    .map((part) => `${name}/${part}`)
    .filter((buffer) => plan.buffers.some((planned) => planned.name === buffer))
  const { device } = engine
  const encoder = device.createCommandEncoder({ label: 'read visible' })
  const staged = names.map((buffer) => {
    const source = engine.buffer(buffer)
    const staging = device.createBuffer({
      label: `read ${buffer}`,
      size: source.size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    })
    encoder.copyBufferToBuffer(source, 0, staging, 0, source.size)
    return staging
  })
  device.queue.submit([encoder.finish()])
  await Promise.all(staged.map((staging) => staging.mapAsync(GPUMapMode.READ)))
  const parts = new Map(
    staged.map((staging, index) => [
      names[index],
      new Float64Array(new Float32Array(staging.getMappedRange())),
    ]),
  )
  for (const staging of staged) staging.destroy()

  const vector = (part: string, place: number, count: number): Float64Array => {
    const data = parts.get(`${name}/${part}`)
    if (data === undefined) return new Float64Array(size)
    const start = (place * data.length) / count
    return data.subarray(start, start + size)
  }
  const input = (r: number): Float64Array => vector('input', r, model.replicas)
  return {
    input,
    velocity(r, v) {
      const I = input(r)
      const b = vector('bias', r % bias.rows, bias.rows)
      const current = vector('current', r, model.replicas)
      // The words of `hold` are 0 or 1; read as float32 numbers, 1 is the smallest above 0.
      const hold = vector('hold', r, model.replicas)
      return v.map((vi, i) => (hold[i] === 0 ? (b[i]! + current[i]! + I[i]! - vi) / tauAt(layer, i) : 0))
    },
  }
}
