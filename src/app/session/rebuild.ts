/** The states that a network keeps after a change of its scenario. Pure. */
import { hashBytes } from '../../core/math/hash.ts'
import { arraysOf } from '../../core/kinds/couplings/table.ts'
import { tracesOf } from '../../core/kinds/rules/table.ts'
import type { Model } from '../../core/model/model.ts'
import type { Series } from '../../core/run/series.ts'

export interface Carried {
  /** Layers, synapses and memories whose state is kept. */
  readonly kept: readonly string[]
  /** Those in both networks whose state starts again. */
  readonly anew: readonly string[]
}

/**
 * The states of `old` that fit `next`: of the same name and shape. A memory or synapse with a changed initial
 * value starts again, otherwise the change would have no effect; so does a layer at tick 0.
 */
export function carriedOver(old: Model, next: Model, tick: number): Carried {
  const kept: string[] = []
  const anew: string[] = []
  const put = (name: string, fits: boolean): void => void (fits ? kept : anew).push(name)
  const sameReplicas = old.replicas === next.replicas

  for (const layer of next.layers) {
    const before = old.layers.find(({ name }) => name === layer.name)
    if (before === undefined || layer.tau === 0) continue
    const fits = sameReplicas && before.size === layer.size
    put(layer.name, fits && (tick > 0 || startOf(old, layer.name) === startOf(next, layer.name)))
  }
  for (const synapse of next.synapses) {
    const before = old.synapses.find(({ name }) => name === synapse.name)
    if (before?.tau === undefined || synapse.tau === undefined) continue
    const fits =
      sameReplicas &&
      before.layer === synapse.layer &&
      sizeOf(old, before.layer) === sizeOf(next, synapse.layer)
    put(
      synapse.name,
      fits && signatureOf([before.base, before.init]) === signatureOf([synapse.base, synapse.init]),
    )
  }
  for (const memory of next.memories) {
    const before = old.memories.find(({ name }) => name === memory.name)
    if (before?.tau === undefined || memory.tau === undefined) continue
    const fits = sameReplicas && signatureOf(before.init) === signatureOf(memory.init)
    put(memory.name, fits)
    const traces = tracesOf(before).map(({ name }) => name)
    for (const { name } of tracesOf(memory)) if (traces.includes(name)) put(name, fits)
  }
  for (const edge of next.hyperedges) {
    const before = old.hyperedges.find(({ name }) => name === edge.name)
    if (before?.tau === undefined || edge.tau === undefined) continue
    const fits = sameReplicas && signatureOf(before.factors) === signatureOf(edge.factors)
    for (const name of arraysOf(edge)) put(name, fits)
  }
  return { kept, anew }
}

/** The series of the new network that continue with the samples of the old one. */
export function carriedSeries(old: readonly Series[], next: readonly Series[]): Series[] {
  const form = ({ kind, shape, termNames }: Series): string => JSON.stringify([kind, shape, termNames])
  return old.filter((one) => next.some((other) => other.name === one.name && form(other) === form(one)))
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
