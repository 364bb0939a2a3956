/**
 * The roofline of a plan: the time of each dispatch of a tick, from its counted bytes and operations, from what an adapter can
 * do in a second (Williams, Waterman, Patterson, Communications of the ACM 52, 65, 2009) and from what a dispatch typically
 * costs the host. Pure.
 *
 *   time of a dispatch >= max(bytes / bandwidth, operations / peak, cost of a dispatch)
 *   time of a tick     >= max(sum of max(bytes / bandwidth, operations / peak), sum of the costs of dispatches)
 *
 * The sums are apart since the host makes dispatches while the adapter computes earlier ones.
 */
import type { Model } from '../model/model.ts'
import { arithmeticOf } from './arithmetic.ts'
import { CLOCK_TICKS } from './clock.ts'
import type { Binding } from './kernels.ts'
import type { Operation, Stage } from './operation.ts'
import type { Plan } from './plan.ts'
import { ticksBetween } from './print.ts'

/** The most that an adapter can do; an unknown limit bounds nothing. */
export interface Roof {
  /** Bytes a second. */
  readonly bandwidth: number
  /** Operations a second. */
  readonly peak?: number
  /** Typical seconds of the host for one dispatch of many. */
  readonly dispatch?: number
}

/** The reason of a least time. */
export type BoundBy = 'bytes' | 'operations' | 'dispatch'

/** One dispatch of a tick. */
export interface RooflineRow {
  readonly stage: Stage
  readonly label: string
  readonly kernel: string
  readonly variant?: string
  /** Ticks between two dispatches; below 1 for no dispatch of a plan. */
  readonly every: number
  /** Of one dispatch. */
  readonly operations: number
  /** Of one dispatch: what is read and written counts twice. */
  readonly bytes: number
  /** Least time of one dispatch in seconds. */
  readonly seconds: number
  readonly by: BoundBy
}

/** A tick in the mean, without stimulus and probes. */
export interface Roofline {
  readonly rows: readonly RooflineRow[]
  readonly dispatches: number
  readonly operations: number
  readonly bytes: number
  readonly seconds: number
  /** Seconds that each of them takes alone. */
  readonly alone: Readonly<Record<BoundBy, number>>
}

/** The least time of a dispatch, and what decides it. */
export function boundOf(
  { bytes, operations }: { readonly bytes: number; readonly operations: number },
  { bandwidth, peak = Infinity, dispatch = 0 }: Roof,
): { readonly seconds: number; readonly by: BoundBy } {
  const times: readonly (readonly [BoundBy, number])[] = [
    ['bytes', bytes / bandwidth],
    ['operations', operations / peak],
    ['dispatch', dispatch],
  ]
  const [by, seconds] = times.reduce((most, one) => (one[1] > most[1] ? one : most))
  return { seconds, by }
}

/** Bytes and operations of one dispatch; of a kernel whose operations are not counted two for each number that it moves. */
export function countsOf(
  operation: Operation,
  { buffers, matrices }: Pick<Plan, 'buffers' | 'matrices'>,
  model: Model,
): { readonly bytes: number; readonly operations: number } {
  const arithmetic = arithmeticOf(operation, model, matrices)
  /** A buffer that has two bindings is moved once. */
  const moved = new Map<string, number>()
  for (const binding of operation.kernel.bindings) {
    const buffer = operation.buffers[binding.name] as string
    if (buffer === 'none') continue
    const moves = arithmetic?.movesOf(binding.name) ?? movesOf(operation, binding)
    moved.set(buffer, Math.max(moved.get(buffer) ?? 0, moves))
  }
  const bytes = buffers.reduce((sum, one) => sum + one.bytes * (moved.get(one.name) ?? 0), 0)
  return { bytes, operations: arithmetic?.operations ?? bytes / 2 }
}

/** 2 for a buffer that the WGSL both reads and writes, else 1: an entry that is only assigned to is not read. */
function movesOf({ kernel, constants }: Operation, { name, writes }: Binding): 1 | 2 {
  if (!writes) return 1
  // Atomics count once: only a fault touches them. A branch of an override that is off is not taken.
  const code = kernel.source
    .replace(/\/\/.*/g, '')
    .replace(/if \(([A-Z_]+)\) \{[^{}]*\}/g, (branch, flag: string) => (constants[flag] ? branch : ''))
  for (const { 0: start, index } of code.matchAll(new RegExp(`(?<!&)\\b${name}\\[`, 'g'))) {
    let at = index + start.length
    for (let depth = 1; depth > 0 && at < code.length; at++)
      depth += code[at] === '[' ? 1 : code[at] === ']' ? -1 : 0
    if (!/^\s*=(?!=)/.test(code.slice(at, at + 20))) return 2
  }
  return 1
}

/**
 * The roofline of the ticks of a plan. A resident network is one row, the operations of a tick as many times as one dispatch has
 * ticks at most: fewer ticks would bound nothing.
 */
export function rooflineOf(plan: Plan, model: Model, roof: Roof): Roofline {
  const rows = plan.tick.map((operation): RooflineRow => {
    return rowOf(operation, ticksBetween(operation, model), countsOf(operation, plan, model), roof)
  })
  if (plan.batched === undefined) return meanOf(rows, roof)
  const { operation, parts } = plan.batched
  // The values go to the registers of the kernel and back once a dispatch.
  const bytes = parts.reduce((sum, part) => sum + part.bytes * (part.writes ? 2 : 1), 0)
  const operations = CLOCK_TICKS * meanOf(rows, roof).operations
  return meanOf([rowOf(operation, CLOCK_TICKS, { bytes, operations }, roof)], roof)
}

function rowOf(
  { stage, label, kernel, variant }: Operation,
  every: number,
  counts: { readonly bytes: number; readonly operations: number },
  roof: Roof,
): RooflineRow {
  return {
    stage,
    label,
    kernel: kernel.key,
    ...(variant !== undefined && { variant: variant.form }),
    every,
    ...counts,
    ...boundOf(counts, roof),
  }
}

function meanOf(rows: readonly RooflineRow[], { bandwidth, peak = Infinity, dispatch = 0 }: Roof): Roofline {
  const mean = (valueOf: (row: RooflineRow) => number): number =>
    rows.reduce((sum, row) => sum + valueOf(row) / row.every, 0)
  const [dispatches, operations, bytes] = [
    mean(() => 1),
    mean((row) => row.operations),
    mean((row) => row.bytes),
  ]
  return {
    rows,
    dispatches,
    operations,
    bytes,
    seconds: Math.max(
      dispatches * dispatch,
      mean((row) => boundOf(row, { bandwidth, peak }).seconds),
    ),
    alone: {
      bytes: bytes / bandwidth,
      operations: operations / peak,
      dispatch: dispatches * dispatch,
    },
  }
}
