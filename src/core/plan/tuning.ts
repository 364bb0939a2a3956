/**
 * The forms of products to time, the choice of the fastest, and the cache of results. Pure:
 * src/core/gpu/tuner.ts measures.
 */
import { HASH, hashText } from '../math/hash.ts'
import { withCurrentNames } from './aliases.ts'
import { ALONE, type Tile, TILES, kernelOf } from './kernels.ts'
import type { Plan } from './plan.ts'
import {
  type Choice,
  type Form,
  type ProductShape,
  type Tuned,
  formText,
  readForm,
  shapeKey,
} from './variants.ts'

/** Workgroup sizes that are timed with the standard tile. */
const WORKGROUPS_TRIED = [32, 128]

/** On a software adapter larger tiles take seconds to compile and are no faster unless loads are shared. */
const isQuick = ({ across, states, sharing }: Tile): boolean => sharing > 1 || across * states <= 16

/** Minimum gain of a form, so that timing noise does not decide. */
const CLEARLY = 0.9

/**
 * The forms to time for a product, the standard form first: every useful tile in the standard workgroup, and the
 * standard tile in other workgroups.
 */
export function candidatesOf(
  { product, states }: ProductShape,
  standard: Form,
  { software, lanes }: { readonly software: boolean; readonly lanes: number },
): Form[] {
  const isOfUse = (tile: Tile): boolean =>
    tile.states <= states &&
    // If many states share the matrix, each load must serve several of them.
    (states < 4 || tile.states > 1) &&
    tile.sharing <= lanes &&
    // On a software adapter barriers are the largest cost.
    (!software || (isQuick(tile) && tile.lanes === 1))
  const { workgroup } = standard
  const all = [
    standard,
    ...TILES[product].filter(isOfUse).map((tile) => ({ ...tile, workgroup })),
    ...WORKGROUPS_TRIED.map((tried) => ({ ...standard, workgroup: tried })),
  ]
  return all.filter(
    (form, at) =>
      // A workgroup contains all lanes of a tile.
      form.lanes <= form.workgroup && all.findIndex((one) => formText(one) === formText(form)) === at,
  )
}

/** Multiply-adds in one timed dispatch. */
const WORK = { software: 2 ** 19, hardware: 2 ** 24 }

/**
 * A smaller product for fast timing, whose fastest form is the same: first with a shorter sum, which keeps the
 * number of invocations, then with fewer invocations.
 */
export function sliceOf(shape: ProductShape, software: boolean): ProductShape {
  const { product, states } = shape
  let { rows, columns, copies } = shape
  const most = software ? WORK.software : WORK.hardware
  const shorter = (length: number, least: number): number => {
    const wanted = Math.floor((most * length) / (rows * columns * states * copies))
    // A word holds 32 signs.
    return Math.min(length, Math.max(least, Math.floor(wanted / 32) * 32))
  }
  if (product === 'matvec') columns = shorter(columns, 128)
  else rows = shorter(rows, 128)
  copies = Math.max(1, Math.min(copies, Math.floor(most / (rows * columns * states))))
  if (product === 'matvec') rows = shorter(rows, 256)
  else columns = shorter(columns, 256)
  return { ...shape, rows, columns, copies }
}

/**
 * The fastest of several forms. The first, standard form stays unless another needs at most 90 % of its time in
 * the median and in four of five rounds; a temporary slowdown of the machine affects a whole round.
 * @param times - of each form, by round; empty for a form that was too slow
 * @returns its index
 */
export function fastestOf(times: readonly (readonly number[])[]): number {
  const [standard = []] = times
  if (standard.length === 0) return 0
  const medians = times.map((one) => (one.length === 0 ? Infinity : medianOf(one)))
  const best = medians.indexOf(Math.min(...medians))
  const rounds = (times[best] as readonly number[]).filter(
    (time, round) => time <= CLEARLY * (standard[round] as number),
  ).length
  const isClear =
    (medians[best] as number) <= CLEARLY * (medians[0] as number) && rounds >= 0.8 * standard.length
  return isClear ? best : 0
}

/** The median; of an even count, the lower of the two middle numbers. */
export function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[(sorted.length - 1) >> 1] as number
}

/** Rough speeds, to distinguish long from short runs: multiply-adds per second, and seconds for a dispatch. */
const SPEED = {
  software: { rate: 1e9, dispatch: 2e-5 },
  hardware: { rate: 1e11, dispatch: 1e-5 },
}

/**
 * Shortest total time of products, in seconds, for which tuning is worth its time of less than 1 s; the gain is
 * rarely more than a third.
 */
export const TUNING_PAYS = 10

/** Rough time of the products of a run in seconds. */
export function secondsOf(choices: readonly Choice[], ticks: number, software: boolean): number {
  const { rate, dispatch } = software ? SPEED.software : SPEED.hardware
  const seconds = choices.map(({ rows, columns, states, copies, every }) =>
    Math.max(dispatch, (rows * columns * states * copies) / rate / every),
  )
  return ticks * seconds.reduce((sum, one) => sum + one, 0)
}

/** Tuning results of all adapters, by `adapterKey`. */
export type Tunings = Readonly<Record<string, Tuned>>

/** The contents of a cache. */
interface Kept {
  readonly kernels: string
  readonly adapters: Tunings
}

/** Reads a cache; a cache that is damaged, foreign or of other kernels counts as empty. */
export function readTunings(text: string | null | undefined): Tunings {
  try {
    const { kernels, adapters } = JSON.parse(text ?? '') as Partial<Kept>
    if (kernels !== kernelsKey() || !isRecord(adapters)) return {}
    const isTuned = (one: unknown): boolean =>
      isRecord(one) && Object.values(one).every((form) => typeof form === 'string')
    const readable = Object.entries(adapters).filter(([, tuned]) => isTuned(tuned))
    return Object.fromEntries(readable.map(([adapter, tuned]) => [adapter, withCurrentNames(tuned)]))
  } catch {
    return {}
  }
}

/** The cache as text, with the results of an adapter added. */
export function writeTunings(tunings: Tunings, adapter: string, tuned: Tuned): string {
  const adapters = { ...tunings, [adapter]: { ...tunings[adapter], ...tuned } }
  const kept: Kept = { kernels: kernelsKey(), adapters }
  return `${JSON.stringify(kept, null, 2)}\n`
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Choices of the plan that are neither forced nor in the cache. */
export function untuned({ choices }: Pick<Plan, 'choices'>, tuned: Tuned): Choice[] {
  const isKnown = (one: Choice): boolean => {
    const kept = tuned[shapeKey(one)] ?? ''
    if (one.product === 'attention') return kept === 'on' || kept === 'off'
    return readForm(one.product, kept, one.form.workgroup) !== undefined
  }
  return choices.filter(
    (one, at) =>
      one.why !== 'forced' &&
      (one.product !== 'attention' || one.isOpen) &&
      !isKnown(one) &&
      choices.findIndex((other) => shapeKey(other) === shapeKey(one)) === at,
  )
}

/** A hash of the kernels of products: results for other kernels are invalid. */
function kernelsKey(): string {
  let hash = HASH
  const forms = (['matvec', 'matvec-transposed'] as const).flatMap((product) =>
    TILES[product].map((tile) => [`product/${product}`, tile] as const),
  )
  for (const [name, tile] of [
    ...forms,
    ['memory/attention', ALONE],
    ['memory/attention-reduce', ALONE],
  ] as const) {
    const { source } = kernelOf(name, { format: 'f32', tile, ending: 'store' })
    hash = hashText(source, hash)
  }
  return hash.toString(16)
}
