/** The runs of a visit as a table: columns, order, CSV. Pure. */
import { csvText } from '../../core/run/results.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { type Difference, valueChanges } from '../editing/undo.ts'
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

/** Layers and couplings: runs of a network that is being built have different ones. */
const PARTS = ['neurons', 'synapses', 'memories'] as const

/** Names of all layers and couplings. */
function partsOf(scenario: Scenario): string {
  return PARTS.map((part) => Object.keys(scenario[part]).join(', '))
    .filter((names) => names !== '')
    .join('; ')
}

/** Words about a network, and its claims: they change nothing of a run. */
const WORDS = ['$schema', 'version', 'name', 'description', 'expect']

/** True for a value that both scenarios have room for; else a layer, a coupling, a stimulus or a probe is there or not. */
function isValue({ path }: Difference): boolean {
  const [part = '', ...keys] = path.split('.')
  if (WORDS.includes(part)) return false
  if (part === 'stimulus') return keys.length > 0
  return keys.length !== 1 || ![...PARTS, 'probes'].includes(part)
}

/**
 * Paths of the values that differ from those of the opened scenario in any run, or between runs. A run is compared with its
 * scenario, with the first run of the same parts, and that with the first run of other parts.
 */
function changedPaths(runs: readonly Run[]): string[] {
  const firsts = new Map<string, Scenario>()
  let last: Scenario | undefined
  const changes = runs.flatMap(({ home, scenario }) => {
    const parts = partsOf(scenario)
    const before = firsts.get(parts) ?? last ?? home
    if (!firsts.has(parts)) firsts.set(parts, (last = scenario))
    return [...valueChanges(home, scenario), ...(before === home ? [] : valueChanges(before, scenario))]
  })
  return [...new Set(changes.filter(isValue).map(({ path }) => path))]
}

/**
 * Number, parts where they differ, changed numbers, ticks, the last value of each probe, and then the changed values that are
 * longer than a number, as those of own data are: they would move the results out of sight.
 */
export function columnsOf(runs: readonly Run[]): [Column, ...Column[]] {
  const paths = changedPaths(runs)
  const names = new Set(runs.map(({ scenario }) => scenario.name))
  const parts = new Set(runs.map(({ scenario }) => partsOf(scenario)))
  const probes = [...new Set(runs.flatMap(({ finals }) => [...finals.keys()]))]
  const titles = keysOf(paths, ['run', 'scenario', 'network', 'ticks', ...probes])
  const values = paths.map((path, index): Column => ({
    id: path,
    title: titles[index] as string,
    hint: path,
    isNumber: runs.every((run) => ['number', 'undefined'].includes(typeof valueOf(run, path))),
    valueOf: (run) => valueOf(run, path),
  }))
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
    ...(parts.size > 1
      ? [
          {
            id: 'network',
            title: 'network',
            hint: 'Layers and couplings',
            isNumber: false,
            valueOf: (run: Run) => partsOf(run.scenario),
          },
        ]
      : []),
    ...values.filter(({ isNumber }) => isNumber),
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
    ...values.filter(({ isNumber }) => !isNumber),
  ]
}

/** The value at a path in a run: that of the scenario, whether changed or not. */
function valueOf({ scenario }: Run, path: string): unknown {
  let node: unknown = scenario
  for (const key of path.split('.')) node = (node as Readonly<Record<string, unknown>> | undefined)?.[key]
  return node
}

/** The runs of each scenario, that of `first` in front: values are compared within a group. */
export function groupsOf<S>(runs: readonly Run<S>[], first: Scenario | undefined): (readonly Run<S>[])[] {
  const groups = new Map<string, Run<S>[]>(first && [[JSON.stringify(first), []]])
  for (const run of runs) {
    const key = JSON.stringify(run.home)
    groups.set(key, [...(groups.get(key) ?? []), run])
  }
  return [...groups.values()].filter((group) => group.length > 0)
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
