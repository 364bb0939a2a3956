/**
 * What follows from the state of a network and does not always stand in its buffers: activations and adiabatic layers, which
 * a tick computes from the state before it, and matrices that are only made when something reads them.
 */
import type { Operation } from './operation.ts'

export interface Derived {
  /** As `read` takes it: a synapse, an adiabatic layer, or a layer's `NAME/activations`. */
  readonly name: string
  /** Names of the buffers that hold it and nothing else. */
  readonly buffers: readonly string[]
  /**
   * tick: every tick makes it of the state before, so that it is a tick behind at most; sample: only samples have it made;
   * demand: only when something asks for it, and its buffers are allocated then.
   */
  readonly made: 'tick' | 'sample' | 'demand'
  /** Once, when its buffers are there. */
  readonly setup: readonly Operation[]
  /** Makes it of the state as it stands. */
  readonly make: readonly Operation[]
  /** Makes the state of what was written in its buffers; empty where the state cannot follow from them. */
  readonly takeBack: readonly Operation[]
}

/** Every operation on buffers on demand. */
export function onDemand({ made, setup, make, takeBack }: Derived): Operation[] {
  return made === 'demand' ? [...setup, ...make, ...takeBack] : []
}

/** Buffers that operations share without handing on values. */
const SHARED: readonly string[] = ['faults', 'none', 'clock']

/**
 * What stage 2 makes, each with the part of `refresh` that it takes.
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
