/** The runs of a visit as a table: columns, order, CSV. Pure. */
import { csvText } from '../../core/run/results.ts'
import { valueChanges } from '../editing/undo.ts'
import type { Run } from './ledger.ts'
import { keysOf, valueText } from './names.ts'

/** A column: its heading, its place in the scenario or the name of its probe, and the value of a run. */
export interface Column {
  readonly id: string
  readonly title: string
  /** Longer text for the heading. */
  readonly hint: string
  readonly isNumber: boolean
  readonly valueOf: (run: Run) => unknown
}

/** Number, values that differ from those of the opened scenario in any run, ticks, and the last value of each probe. */
export function columnsOf(runs: readonly Run[]): [Column, ...Column[]] {
  const changed = runs.map(
    ({ home, scenario }) => new Map(valueChanges(home, scenario).map(({ path, to }) => [path, to])),
  )
  const paths = [...new Set(changed.flatMap((own) => [...own.keys()]))]
  const titles = keysOf(paths)
  const names = new Set(runs.map(({ scenario }) => scenario.name))
  const probes = [...new Set(runs.flatMap(({ finals }) => [...finals.keys()]))]
  return [
    {
      id: 'run',
      title: 'run',
      hint: 'Number of the run in this visit',
      isNumber: true,
      valueOf: (run) => run.number,
    },
    ...(names.size > 1
      ? [
          {
            id: 'scenario',
            title: 'scenario',
            hint: 'Name of the scenario',
            isNumber: false,
            valueOf: (run: Run) => run.scenario.name,
          },
        ]
      : []),
    ...paths.map((path, index): Column => ({
      id: path,
      title: titles[index] as string,
      hint: path,
      isNumber: runs.every((run) => ['number', 'undefined'].includes(typeof valueOf(run, path))),
      valueOf: (run) => valueOf(run, path),
    })),
    {
      id: 'ticks',
      title: 'ticks',
      hint: 'Ticks of the run, and the tick at which it began if not 0',
      isNumber: true,
      valueOf: ({ from, to }) => to - from,
    },
    ...probes.map((name): Column => ({
      id: `probe ${name}`,
      title: name,
      hint: `Last value of the probe ${name}, as its plot shows it; of several replicas the mean`,
      isNumber: true,
      valueOf: ({ finals }) => finals.get(name),
    })),
  ]
}

/** The value at a path in a run: that of the scenario, whether changed or not. */
function valueOf({ scenario }: Run, path: string): unknown {
  let node: unknown = scenario
  for (const key of path.split('.')) node = (node as Readonly<Record<string, unknown>> | undefined)?.[key]
  return node
}

/** The runs in the order of a column; missing values last. */
export function sorted<S>(
  runs: readonly Run<S>[],
  { valueOf }: Column,
  isDescending: boolean,
): readonly Run<S>[] {
  const sign = isDescending ? -1 : 1
  return runs.toSorted((a, b) => {
    const [left, right] = [valueOf(a), valueOf(b)]
    if (left === right) return a.number - b.number
    if (left === undefined) return 1
    if (right === undefined) return -1
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right)
    return sign * valueText(left).localeCompare(valueText(right))
  })
}

/** All columns, the values as they are. */
export function runsCsv(runs: readonly Run[]): string {
  const columns = columnsOf(runs)
  const heading = columns.map(({ id, title }) => csvText(id.includes('.') ? id : title))
  const lines = runs.map((run) => columns.map(({ valueOf }) => cellOf(valueOf(run))))
  return [heading, ...lines].map((cells) => `${cells.join(',')}\n`).join('')
}

/** A number as it is; nothing for a value that a run does not have. */
function cellOf(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'number'
    ? String(value)
    : csvText(typeof value === 'string' ? value : JSON.stringify(value))
}
