/** What a changed scenario would take on the GPU, before any array of it is made. Pure. */
import { withViews } from '../../core/model/couplings.ts'
import { isMoving } from '../../core/kinds/rules/table.ts'
import { ModelError } from '../../core/errors.ts'
import { sizeOf } from '../../core/model/find.ts'
import type { Base, Memory, Model, Rows, Synapse } from '../../core/model/model.ts'
import { comparisonsOf, probeOf } from '../../core/model/probes.ts'
import type { Patterns, Scenario } from '../../core/model/schema.ts'
import type { Limits } from '../../core/plan/layout.ts'
import { replicaCount } from '../../core/model/variation.ts'
import { planNetwork } from '../../core/plan/plan.ts'

export interface Estimate {
  /** Bytes of all buffers. */
  readonly bytes: number
  /** The largest buffer. */
  readonly largest: { readonly name: string; readonly bytes: number }
  /** Why it cannot be, with the numbers; absent = it can. */
  readonly refusal?: string
}

/** For bytes alone; a plan for it is never built. */
const BOUNDLESS: Limits = {
  maxStorageBufferBindingSize: Infinity,
  maxBufferSize: Infinity,
  maxComputeWorkgroupsPerDimension: Infinity,
  maxStorageBuffersPerShaderStage: Infinity,
}

/** Bytes of the network of a model, or of a sketch of one. */
export function estimateOf(model: Model, limits: Limits): Estimate {
  const least = leastBytes(model)
  const most = limits.totalBytes ?? MOST_BYTES
  if (least.bytes > most) {
    const refusal = `the network needs more than ${least.bytes} bytes, there are ${most}; use fewer neurons or replicas`
    return { ...least, refusal }
  }
  let refusal: string | undefined
  let plan
  try {
    plan = planNetwork(model, limits)
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    refusal = error.message
    plan = planNetwork(model, BOUNDLESS)
  }
  const { buffers, bytes } = plan
  const largest = buffers.reduce((a, b) => (b.bytes > a.bytes ? b : a))
  // The pictures look at every matrix.
  const drawn = buffers.reduce((sum, one) => sum + (one.lifetime === 'demand' ? one.bytes : 0), 0)
  return {
    bytes: bytes + drawn,
    largest: { name: largest.name, bytes: largest.bytes },
    ...(refusal === undefined ? {} : { refusal }),
  }
}

/** Beyond this no adapter goes, and a plan would itself be too large. */
const MOST_BYTES = 2 ** 38

/** The states alone. */
function leastBytes({ layers, synapses, memories, replicas }: Model): Omit<Estimate, 'refusal'> {
  const states = [
    ...layers.map(({ name, size }) => ({ name, bytes: 4 * size * replicas })),
    ...synapses.map(({ name, layer, tau }) => {
      const count = layers.find((one) => one.name === layer)?.size ?? 0
      return { name, bytes: 4 * count ** 2 * (tau === undefined ? 1 : replicas) }
    }),
    ...memories.map(({ name, init, rule, format }) => {
      const bits = format === 'f32' ? 32 : format === 'f16' ? 16 : 1
      return { name, bytes: (bits / 8) * init.rows * init.columns * (isMoving(rule) ? replicas : 1) }
    }),
  ]
  return {
    bytes: states.reduce((sum, { bytes }) => sum + bytes, 0),
    largest: states.reduce((a, b) => (b.bytes > a.bytes ? b : a)),
  }
}

/** The same in words. */
export function estimateText(
  { bytes, largest, refusal }: Estimate,
  { maxStorageBufferBindingSize }: Limits,
): string {
  if (refusal !== undefined) return `too large: ${size(bytes)}. ${refusal}`
  return `${size(bytes)}, the largest buffer ${size(largest.bytes)} of at most ${size(maxStorageBufferBindingSize)}`
}

/** Such as `268 MB`. */
export function size(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  let power = 0
  let value = bytes
  while (value >= 999.5 && power < units.length - 1) {
    value /= 1000
    power++
  }
  return `${Number(value.toPrecision(3))} ${units[power] as string}`
}

/**
 * A model with the shapes of a scenario and no numbers: enough for a plan. Counts that only a file can tell are those of
 * the network there is.
 */
export function sketchOf(current: Model, scenario: Scenario): Model {
  const rows = (
    patterns: Patterns | undefined,
    before: Rows | undefined,
    columns: number,
    needed?: number,
  ): Rows => {
    const own = patterns?.kind === 'random' ? patterns.count : undefined
    const masked = patterns?.corrupt?.op === 'mask'
    return {
      rows: needed ?? own ?? before?.rows ?? 1,
      columns,
      data: new Float32Array(0),
      ...(masked ? { free: new Uint8Array(0) } : {}),
    }
  }
  const neurons = (name: string): number => {
    const layer = scenario.neurons[name]
    return layer === undefined ? 0 : sizeOf(layer)
  }
  const named = <T extends { readonly name: string }>(list: readonly T[], name: string): T | undefined =>
    list.find((one) => one.name === name)

  const layers = Object.entries(scenario.neurons).map(([name, spec]): Model['layers'][number] => {
    const before = named(current.layers, name)
    const count = sizeOf(spec)
    return {
      ...spec,
      name,
      size: count,
      shape: typeof spec.size === 'number' ? [spec.size] : spec.size,
      bias: rows(typeof spec.bias === 'object' ? spec.bias : undefined, before?.bias, count),
      init: rows(spec.init, before?.init, count),
    }
  })
  const synapses = Object.entries(scenario.synapses).map(([name, spec]): Synapse => {
    const before = named(current.synapses, name)?.base
    const columns = neurons(spec.layer)
    let base: Base = { kind: 'zero' }
    if (typeof spec.base === 'object') {
      base =
        spec.base.kind === 'hebbian'
          ? {
              kind: 'hebbian',
              zeroDiagonal: spec.base.zeroDiagonal,
              patterns: rows(
                spec.base.patterns,
                before?.kind === 'hebbian' ? before.patterns : undefined,
                columns,
              ),
            }
          : { kind: 'matrix', matrix: rows(spec.base, undefined, columns, columns) }
    }
    const { layer, tau, every, strength } = spec
    return { kind: 'lateral', name, layer, every, strength, base, ...(tau === undefined ? {} : { tau }) }
  })
  const memories = Object.entries(scenario.memories).map(([name, spec]): Memory => {
    const { init, bias, tau, ...rest } = spec
    const [count, columns] = [neurons(spec.to), neurons(spec.from)]
    return {
      ...rest,
      kind: 'dense',
      name,
      init: rows(init, undefined, columns, count),
      ...(bias === undefined ? {} : { bias: rows(bias, undefined, columns, count) }),
      ...(tau === undefined ? {} : { tau }),
    }
  })
  const stimulus = scenario.stimulus.map((spec, index): Model['stimulus'][number] => {
    const { kind, layer, start } = spec
    const patterns = rows(spec.patterns, current.stimulus[index]?.patterns, neurons(layer))
    const once = { stop: start + 1, dwell: 1, gap: 0, order: 'once' } as const
    if (spec.kind === 'initial') return { kind, layer, patterns, start, ...once }
    const { stop = Infinity, dwell, gap, order } = spec
    return { kind, layer, patterns, start, stop, dwell, gap, order }
  })
  const probes = Object.entries(scenario.probes).map(([name, spec]): Model['probes'][number] => {
    const before = named(current.probes, name)
    const known = before !== undefined && 'patterns' in before ? before.patterns : undefined
    const drawn = comparisonsOf(spec).map(({ key, patterns, with: other, name: of }) => {
      const memory = named(memories, of)?.init
      const [columns, count] = other === 'layer' ? [neurons(of)] : [memory?.columns ?? 0, memory?.rows]
      return [key, rows(patterns, known, columns, count)] as const
    })
    return probeOf(name, spec, Object.fromEntries(drawn))
  })
  const { seed, time } = scenario
  const replicas = replicaCount(scenario)
  return {
    scenario,
    seed,
    time,
    replicas,
    layers,
    ...withViews([...memories, ...synapses]),
    stimulus,
    probes,
    files: {},
    warnings: [],
  }
}
