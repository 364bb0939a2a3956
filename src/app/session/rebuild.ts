/** The states that a network keeps after a change of its scenario. Pure. */
import { hashBytes } from '../../core/math/hash.ts'
import { arraysOf } from '../../core/kinds/couplings/table.ts'
import { tracesOf } from '../../core/kinds/rules/table.ts'
import type { Hyperedge, Model } from '../../core/model/model.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { Series } from '../../core/run/series.ts'

/** New names by the old ones, of parts and of probes that go on under another name. */
export interface Renames {
  readonly parts: ReadonlyMap<string, string>
  readonly probes: ReadonlyMap<string, string>
}

export interface Carried {
  /** Arrays of layers, synapses and memories whose values are kept. */
  readonly kept: readonly string[]
  /** Those in both networks whose values start again. */
  readonly anew: readonly string[]
  /** Parts whose fixed random numbers are other ones under the new name: they depend on the place in the scenario. */
  readonly redrawn: readonly string[]
}

const NONE: Renames = { parts: new Map(), probes: new Map() }

/** The entries that one scenario has under another name than the other, and are equal but for names. */
export function renamesOf(old: Scenario, next: Scenario): Renames {
  const parts = new Map<string, string>()
  const probes = new Map<string, string>()
  for (const group of ['neurons', 'synapses', 'memories', 'probes'] as const) {
    const before: Readonly<Record<string, unknown>> = old[group]
    const after: Readonly<Record<string, unknown>> = next[group]
    const added = Object.keys(after).filter((name) => !(name in before))
    for (const name of Object.keys(before)) {
      if (name in after) continue
      const at = added.findIndex((other) => isSame(before[name], after[other], parts))
      if (at >= 0) (group === 'probes' ? probes : parts).set(name, ...(added.splice(at, 1) as [string]))
    }
  }
  return { parts, probes }
}

/** True for values that are equal but for names. */
function isSame(before: unknown, after: unknown, names: ReadonlyMap<string, string>): boolean {
  if (before === after) return true
  if (typeof before === 'string') return renamed(before, names) === after
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null)
    return false
  const keys = Object.keys(before)
  return (
    keys.length === Object.keys(after).length &&
    keys.every((key) => {
      const own = key in after ? key : renamed(key, names)
      return (
        own in after &&
        isSame((before as Record<string, unknown>)[key], (after as Record<string, unknown>)[own], names)
      )
    })
  )
}

/** A name such as `p.what` under the new name of its part. */
export function renamed(name: string, names: ReadonlyMap<string, string>): string {
  return name
    .split('.')
    .map((part) => names.get(part) ?? part)
    .join('.')
}

/** The old name of a new one. */
export function formerOf(name: string, { parts }: Renames): string {
  return renamed(name, new Map([...parts].map(([before, after]) => [after, before])))
}

/**
 * The states of `old` that fit `next`: of the same name and shape. A memory or synapse with a changed initial
 * value starts again, otherwise the change would have no effect; so does a layer at tick 0. A part under a new name goes on, although
 * its random initial value is another one.
 */
export function carriedOver(old: Model, next: Model, tick: number, renames = NONE): Carried {
  const kept: string[] = []
  const anew: string[] = []
  const put = (name: string, fits: boolean): void => void (fits ? kept : anew).push(name)
  const was = (name: string): string => formerOf(name, renames)
  const sameReplicas = old.replicas === next.replicas
  /** True for the same values, and for a new name. */
  const isSameStart = (name: string, before: unknown, after: unknown): boolean =>
    was(name) !== name || signatureOf(before) === signatureOf(after)

  for (const layer of next.layers) {
    const before = old.layers.find(({ name }) => name === was(layer.name))
    if (before === undefined || layer.tau === 0) continue
    const fits = sameReplicas && before.size === layer.size
    put(layer.name, fits && (tick > 0 || startOf(old, before.name) === startOf(next, layer.name)))
  }
  for (const synapse of next.synapses) {
    const before = old.synapses.find(({ name }) => name === was(synapse.name))
    if (before?.tau === undefined || synapse.tau === undefined) continue
    const fits =
      sameReplicas &&
      before.layer === was(synapse.layer) &&
      sizeOf(old, before.layer) === sizeOf(next, synapse.layer)
    put(
      synapse.name,
      fits && isSameStart(synapse.name, [before.base, before.init], [synapse.base, synapse.init]),
    )
  }
  for (const memory of next.memories) {
    const before = old.memories.find(({ name }) => name === was(memory.name))
    if (before?.tau === undefined || memory.tau === undefined) continue
    const isOfShape = before.init.rows === memory.init.rows && before.init.columns === memory.init.columns
    const fits = sameReplicas && isOfShape && isSameStart(memory.name, before.init, memory.init)
    put(memory.name, fits)
    const traces = tracesOf(before).map(({ name }) => name)
    for (const { name } of tracesOf(memory)) if (traces.includes(was(name))) put(name, fits)
  }
  for (const edge of next.hyperedges) {
    const before = old.hyperedges.find(({ name }) => name === was(edge.name))
    if (before?.tau === undefined || edge.tau === undefined) continue
    const factors = edge.factors.map((one) => ({ ...one, part: was(one.part), layer: was(one.layer) }))
    const isOfShape = shapesOf(before.factors) === shapesOf(factors)
    const fits = sameReplicas && isOfShape && isSameStart(edge.name, before.factors, factors)
    for (const name of arraysOf(edge)) put(name, fits)
  }
  return { kept, anew, redrawn: redrawnOf(old, next, renames) }
}

function shapesOf(factors: Hyperedge['factors']): string {
  return JSON.stringify(factors.map(({ part, init: { rows, columns } }) => [part, rows, columns]))
}

function redrawnOf(old: Model, next: Model, renames: Renames): string[] {
  const fixed = ({ layers, synapses, memories, hyperedges }: Model, name: string): string => {
    const is = (one: { readonly name: string }): boolean => one.name === name
    return signatureOf([
      layers.filter(is).map(({ bias }) => bias),
      synapses.filter(is).map(({ base, init }) => [base, init]),
      memories.filter(is).map(({ init, bias }) => [init, bias]),
      hyperedges.filter(is).map(({ factors }) => factors.map(({ init }) => init)),
    ])
  }
  return [...renames.parts].flatMap(([before, after]) =>
    fixed(old, before) === fixed(next, after) ? [] : [after],
  )
}

/** The series of the old network that continue in the new one, under their new names. */
export function carriedSeries(old: readonly Series[], next: readonly Series[], renames = NONE): Series[] {
  const form = ({ kind, shape, termNames }: Series): string => JSON.stringify([kind, shape, termNames])
  return old
    .map(({ termNames, ...one }): Series => ({
      ...one,
      name: renames.probes.get(one.name) ?? one.name,
      ...(termNames && { termNames: termNames.map((name) => renamed(name, renames.parts)) }),
    }))
    .filter((one) => next.some((other) => other.name === one.name && form(other) === form(one)))
}

function sizeOf({ layers }: Model, name: string): number | undefined {
  return layers.find((layer) => layer.name === name)?.size
}

/** The sources of the state of a layer at tick 0. */
function startOf({ layers, stimulus }: Model, name: string): string {
  const shown = stimulus.filter(
    ({ layer, start, kind }) => layer === name && start === 0 && kind !== 'current',
  )
  return signatureOf([
    layers.find((layer) => layer.name === name)?.init,
    ...shown.map(({ kind, patterns }) => [kind, patterns]),
  ])
}

/** Equal for equal values; arrays count by a hash of their bytes. */
function signatureOf(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    ArrayBuffer.isView(inner) ? `${inner.byteLength} bytes, ${hashBytes(inner)}` : inner,
  )
}
