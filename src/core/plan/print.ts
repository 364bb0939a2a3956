/** A plan as a table for people and as rows for programs. */
import type { Axis, Model } from '../model/model.ts'
import type { Operation, Stage } from './operation.ts'
import type { Plan } from './plan.ts'
import { MOST_PENDING } from './clock.ts'
import { hasRunOnHardware } from './reports.ts'
import { type Why, variantsText } from './variants.ts'

/** In place of a kernel: a snapshot has none. */
const COPY = 'copy'

/** One dispatch of a plan. */
export interface PlanRow {
  readonly stage: Stage
  /** The probe that a dispatch of stage "probe" belongs to. */
  readonly probe?: string
  readonly label: string
  /** The kernel and its joined parts; `copy` for a snapshot, which has no kernel. */
  readonly kernel: string
  /** The chosen one of several variants, and the reason. */
  readonly variant?: string
  readonly why?: Why
  /** Names of the read-only buffers, and of the written ones. */
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  /** Ticks between two dispatches; "once" (set-up) or "change" (when the stimulus changes). */
  readonly every: number | 'once' | 'change'
  readonly workgroups: readonly [number, number, number]
  /** Bytes of all its buffers. */
  readonly bytes: number
}

/** All dispatches of a plan, in the order of a tick (docs/scenario.md, "A tick"). */
export function planRows(plan: Plan, model: Model): PlanRow[] {
  const sizes = new Map(plan.buffers.map(({ name, bytes }) => [name, bytes]))
  const bytesOf = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0)
  const row = (operation: Operation, every: PlanRow['every'], probe?: string): PlanRow => {
    const named = (writes: boolean): string[] => [
      ...new Set(
        operation.kernel.bindings
          .filter((binding) => binding.writes === writes)
          .map(({ name }) => operation.buffers[name] as string)
          .filter((name) => name !== 'none'),
      ),
    ]
    const writes = named(true)
    const reads = named(false).filter((name) => !writes.includes(name))
    const { stage, label, kernel, workgroups, variant } = operation
    const place = { stage, label, ...(probe === undefined ? {} : { probe }) }
    return {
      ...place,
      kernel: kernel.key,
      ...(variant === undefined ? {} : { variant: variant.form, why: variant.why }),
      reads,
      writes,
      every,
      workgroups,
      bytes: bytesOf([...reads, ...writes]),
    }
  }
  return [
    ...plan.setup.map((operation) => row(operation, 'once')),
    ...(plan.batched === undefined
      ? [
          ...plan.stimulate.map((operation) => row(operation, 'change')),
          ...plan.tick.map((operation) => row(operation, ticksBetween(operation, model))),
        ]
      : [row(plan.batched.operation, 1)]),
    ...plan.probes.flatMap(({ probe, operations, copies, needsFlush }): PlanRow[] => {
      if (copies === undefined && plan.batched !== undefined) return []
      // Deferred updates run before an energy; a matrix on demand is computed before its snapshot.
      const before = needsFlush
        ? plan.deferred.flatMap(({ flush }) => flush)
        : plan.derived.flatMap(({ name, made, make }) => (copies === name && made === 'demand' ? make : []))
      const sampled = [...before, ...operations].map((operation) => row(operation, probe.every, probe.name))
      if (copies === undefined) return sampled
      const isMatrix = plan.matrices.get(copies)
      const reads = isMatrix?.blocks.map(({ buffer }) => buffer) ?? [`${copies}/state`]
      const { name, every } = probe
      return [
        ...sampled,
        {
          stage: 'probe',
          probe: name,
          label: `${name}/copy`,
          kernel: COPY,
          reads,
          writes: [],
          every,
          workgroups: [0, 0, 0],
          bytes: bytesOf(reads),
        },
      ]
    }),
  ]
}

/** Ticks between two dispatches of an operation of a tick. */
export function ticksBetween({ every, pending }: Operation, model: Model): number {
  return every(model) * (pending?.when === 'full' ? MOST_PENDING : 1)
}

/** Title of a stage: its action and its ticks. */
const TITLES: Readonly<Record<Stage, string>> = {
  setup: 'setup: once, before tick 0',
  stimulate: 'stimulate: in ticks in which the stimulus changes',
  activate: 'activate: activations of dynamic layers',
  settle: 'settle: adiabatic layers',
  input: 'input: from memories and synapses to dynamic layers',
  integrate: 'integrate: dynamic layers',
  plasticity: 'plasticity: synapses',
  learn: 'learn: memories',
  probe: 'probe',
  resident: 'resident: many ticks in one dispatch, stimulus and probes included',
}

/** The mark behind the name of a kernel that has run on software adapters only, and the line that explains it. */
export const UNTRIED = ' *'
export const UNTRIED_LINE =
  '* no report of a GPU has this kernel yet, it has run on software adapters only; engram devices --measure makes a report'

/** Whether a dispatch of a plan for hardware takes a kernel that has run on software adapters only. */
export function isUntried({ kernel }: Pick<PlanRow, 'kernel'>): boolean {
  return kernel !== COPY && !hasRunOnHardware(kernel)
}

/**
 * The whole plan as text: the dispatches of each stage in the order of a tick, the buffers, the bytes of all, and the reason for its form.
 * @param isForHardware - true = kernels that have run on software adapters only are marked
 */
export function planText(plan: Plan, model: Model, residence?: string, isForHardware = false): string {
  const rows = planRows(plan, model)
  const isMarked = (row: PlanRow): boolean => isForHardware && isUntried(row)
  const head = ['kernel', 'for', 'variant', 'every', 'workgroups', 'bytes', 'reads', 'writes']
  const cells = rows.map((row) => [
    `${row.kernel}${isMarked(row) ? UNTRIED : ''}`,
    row.label,
    row.variant === undefined ? '-' : `${row.variant} ${row.why}`,
    typeof row.every === 'number' ? String(row.every) : row.every,
    row.workgroups.every((count) => count === 0) ? '-' : row.workgroups.join('x'),
    String(row.bytes),
    row.reads.join(' ') || '-',
    row.writes.join(' ') || '-',
  ])
  const lines = aligned([head, ...cells], [3, 4, 5])
  const text = [`  ${lines[0] as string}`]
  let title = ''
  rows.forEach((row, index) => {
    const next =
      row.probe === undefined
        ? TITLES[row.stage]
        : `probe ${row.probe}: after activate and settle of the new state`
    if (next !== title) text.push(next)
    title = next
    text.push(`  ${lines[index + 1] as string}`)
  })
  const perTick = rows.filter((row) => typeof row.every === 'number' && row.stage !== 'probe')
  const mean = (valueOf: (row: PlanRow) => number): number =>
    perTick.reduce((sum, row) => sum + valueOf(row) / (row.every as number), 0)
  const demanded = plan.buffers.reduce(
    (sum, { lifetime, bytes }) => sum + (lifetime === 'demand' ? bytes : 0),
    0,
  )
  const buffers = aligned(
    [
      ['buffer', 'bytes', 'lifetime'],
      ...plan.buffers.map(({ name, bytes, lifetime }) => [name, String(bytes), lifetime]),
    ],
    [1],
  )
  return [
    ...axesLines(model).flatMap((line, index, all) => (index === all.length - 1 ? [line, ''] : [line])),
    ...text,
    '',
    ...buffers.map((line) => `  ${line}`),
    '',
    `a tick, without stimulus and probes: ${rounded(mean(() => 1))} dispatches on ${rounded(mean(({ bytes }) => bytes))} bytes`,
    `all buffers: ${bytesText(plan.bytes)}`,
    ...(demanded > 0 ? [`on demand, at the first read of W: ${bytesText(demanded)}`] : []),
    `variants: ${variantsText(plan.variants) || 'none'}`,
    ...(residence === undefined ? [] : [`resident: ${residence}`]),
    ...(rows.some(isMarked) ? [UNTRIED_LINE] : []),
  ].join('\n')
}

/** The values that vary by replica, one line for each axis; empty if nothing varies. */
export function axesLines({ variation, replicas }: Model): string[] {
  if (variation === undefined) return []
  const { axes, points, repetitions } = variation
  const each = `${repetitions} ${repetitions === 1 ? 'replica' : 'replicas'} each`
  const rows = axes.map((axis) => ['vary', axis.path, axisText(axis)])
  return [...aligned(rows), `${replicas} replicas: ${points.length} points, the first path slowest, ${each}`]
}

/** Such as `32 values from 0.1 to 10, log`, or the list of a few values. */
export function axisText({ values, log }: Axis): string {
  const [first, last] = [values[0], values.at(-1)]
  if (values.length <= 6) return values.join(', ')
  return `${values.length} values from ${first} to ${last}${log ? ', log' : ''}`
}

/** Such as `1254400 bytes (1.2 MiB)`. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1)
  if (power === 0) return `${bytes} bytes`
  return `${bytes} bytes (${Number((bytes / 1024 ** power).toPrecision(3))} ${units[power] as string})`
}

/** Rows of cells as lines, the columns below each other; the columns of `right` end below each other. */
export function aligned(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] as number
        return right.includes(column) ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd(),
  )
}

function rounded(value: number): string {
  return String(Number(value.toFixed(value < 100 ? 2 : 0)))
}
