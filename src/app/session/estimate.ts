/** The GPU memory of a changed scenario, before any array is allocated. Pure. */
import { isMoving } from '../../core/kinds/rules/table.ts'
import { ModelError } from '../../core/errors.ts'
import { patternOf } from '../../core/model/couplings.ts'
import type { Model } from '../../core/model/model.ts'
import type { Limits } from '../../core/plan/layout.ts'
import { planNetwork } from '../../core/plan/plan.ts'

export { sketchOf } from '../../core/model/sketch.ts'

export interface Estimate {
  /** Bytes of all buffers. */
  readonly bytes: number
  /** The largest buffer. */
  readonly largest: { readonly name: string; readonly bytes: number }
  /** The reason why it is not possible, with the numbers; absent = possible. */
  readonly refusal?: string
}

/** For counting bytes only; this plan is never built. */
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
  // The pictures read every matrix.
  const drawn = buffers.reduce((sum, one) => sum + (one.lifetime === 'demand' ? one.bytes : 0), 0)
  return {
    bytes: bytes + drawn,
    largest: { name: largest.name, bytes: largest.bytes },
    ...(refusal === undefined ? {} : { refusal }),
  }
}

/** More than any adapter has; a plan would be too large too. */
const MOST_BYTES = 2 ** 38

/** The states alone. */
function leastBytes({ layers, synapses, memories, hyperedges, replicas }: Model): Omit<Estimate, 'refusal'> {
  const states = [
    ...layers.map(({ name, size }) => ({ name, bytes: 4 * size * replicas })),
    ...synapses.map((synapse) => {
      const { name, layer, tau, base } = synapse
      const count = layers.find((one) => one.name === layer)?.size ?? 0
      const isSparse = patternOf(synapse) !== undefined && 'matrix' in base
      const entries = isSparse ? base.matrix.columns : count ** 2
      return { name, bytes: 4 * entries * (tau === undefined ? 1 : replicas) }
    }),
    ...memories.map(({ name, init, rule, format }) => {
      const bits = format === 'f32' ? 32 : format === 'f16' ? 16 : 1
      return { name, bytes: (bits / 8) * init.rows * init.columns * (isMoving(rule) ? replicas : 1) }
    }),
    ...hyperedges.flatMap(({ name, factors, tau }) =>
      factors.map(({ part, init }) => ({
        name: `${name}.${part}`,
        bytes: 4 * init.rows * init.columns * (tau === undefined ? 1 : replicas),
      })),
    ),
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
