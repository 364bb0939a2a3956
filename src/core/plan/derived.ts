/**
 * Derived arrays, whose buffers are not always up to date: activations and adiabatic layers, which a tick
 * computes from the state before it, and matrices that are computed only when they are read.
 */
import type { Operation } from './operation.ts'

export interface Derived {
  /** The name for `read`: a synapse, an adiabatic layer, or a layer's `NAME/activations`. */
  readonly name: string
  /** Names of its buffers. */
  readonly buffers: readonly string[]
  /**
   * tick: every tick computes it from the state before, so it is at most one tick old; sample: computed for
   * samples only; demand: computed at a read, and its buffers are allocated at the first read.
   */
  readonly made: 'tick' | 'sample' | 'demand'
  /** Runs once, after its buffers are allocated. */
  readonly setup: readonly Operation[]
  /** Computes it from the present state. */
  readonly make: readonly Operation[]
  /** Computes the state from its buffers after a write; empty if this is not possible. */
  readonly takeBack: readonly Operation[]
}

/** Every operation on buffers on demand. */
export function onDemand({ made, setup, make, takeBack }: Derived): Operation[] {
  return made === 'demand' ? [...setup, ...make, ...takeBack] : []
}

/** Buffers that operations share without passing values. */
const SHARED: readonly string[] = ['faults', 'none', 'clock']

/**
 * The arrays that stage 2 computes, each with its part of `refresh`.
 * @param refresh - all of stage 2, in order
 */
export function derivedLayers(
  layers: readonly { readonly name: string; readonly tau: number }[],
  refresh: readonly Operation[],
  tick: readonly Operation[],
): Derived[] {
  const derive = (name: string, buffer: string): Derived => {
    const isInTick = tick.some((one) => writtenBy(one).includes(buffer))
    const make = writersOf(buffer, refresh)
    return { name, buffers: [buffer], made: isInTick ? 'tick' : 'sample', setup: [], make, takeBack: [] }
  }
  return layers.flatMap(({ name, tau }) => [
    ...(tau > 0 ? [] : [derive(name, `${name}/state`)]),
    derive(`${name}/activations`, `${name}/activations`),
  ])
}

/** The operations of a list that a buffer depends on. */
function writersOf(buffer: string, list: readonly Operation[]): Operation[] {
  const needed = new Set([buffer])
  const found: Operation[] = []
  for (const one of [...list].reverse()) {
    if (!writtenBy(one).some((name) => needed.has(name))) continue
    found.unshift(one)
    for (const name of Object.values(one.buffers)) if (!SHARED.includes(name)) needed.add(name)
  }
  return found
}

function writtenBy({ kernel, buffers }: Operation): string[] {
  return kernel.bindings.flatMap(({ name, writes }) => (writes ? [buffers[name] as string] : []))
}
