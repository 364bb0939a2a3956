/** A roofline as a table for people. */
import type { Model } from '../model/model.ts'
import type { AdapterClass } from './adapters.ts'
import type { Plan } from './plan.ts'
import { UNTRIED, UNTRIED_LINE, aligned, isUntried } from './print.ts'
import { type BoundBy, type RooflineRow, rooflineOf } from './roofline.ts'
import { variantsText } from './variants.ts'

const WORDS: Readonly<Record<BoundBy, string>> = {
  bytes: 'bytes',
  operations: 'operations',
  dispatch: 'dispatches',
}

/** The least times on a class of adapters: a line for each dispatch of a tick, the tick, and where the numbers are from. */
export function rooflineText(
  plan: Plan,
  model: Model,
  { title, bandwidth, peak, dispatch, sources }: AdapterClass,
  { scenario, residence }: { readonly scenario: string; readonly residence: string },
): string {
  const { rows, dispatches, operations, bytes, seconds, alone } = rooflineOf(plan, model, {
    bandwidth,
    peak,
    dispatch,
  })
  const head = ['kernel', 'for', 'variant', 'every', 'operations', 'bytes', 'us', 'bound by']
  const cells = rows.map((row: RooflineRow) => [
    `${row.kernel}${isUntried(row) ? UNTRIED : ''}`,
    row.label,
    row.variant ?? '-',
    String(row.every),
    String(Math.round(row.operations)),
    String(Math.round(row.bytes)),
    microseconds(row.seconds),
    row.by,
  ])
  const parts = (Object.entries(alone) as [BoundBy, number][]).map(
    ([by, one]) => `${WORDS[by]} ${microseconds(one)}`,
  )
  return [
    `roofline of ${scenario} on ${title}: the least time of each dispatch`,
    '',
    ...aligned([head, ...cells], [3, 4, 5, 6]).map((line) => `  ${line}`),
    '',
    `a tick, without stimulus and probes: ${short(dispatches)} dispatches, ${short(operations)} operations, ${short(bytes)} bytes`,
    `at least ${microseconds(seconds)} us a tick; alone: ${parts.join(', ')}`,
    `${title}: ${short(bandwidth / 1e9)} GB/s, ${short(peak / 1e12)} TFLOPS, ${microseconds(dispatch)} us is the typical cost of a dispatch`,
    ...sources.map((source) => `  ${source}`),
    `variants: ${variantsText(plan.variants) || 'none'}`,
    `resident: ${residence}`,
    ...(rows.some(isUntried) ? [UNTRIED_LINE] : []),
  ].join('\n')
}

const microseconds = (seconds: number): string => short(1e6 * seconds)

function short(value: number): string {
  return value >= 1000
    ? value.toLocaleString('en', { maximumFractionDigits: 0 })
    : String(Number(value.toPrecision(3)))
}
