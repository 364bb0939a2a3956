/** Which groups a tick updates, as bits of the clock's word `flags`: the host sets them, the kernel asks for them. */
import type { Layer, Memory, Model, Synapse } from '../../model/model.ts'
import { isDue } from '../clock.ts'
import { faultOf } from '../planning.ts'

/** The first bit that stands for a group: one for each layer, synapse and memory, in order. */
const GROUPS = 8

/** Layers, synapses and memories for which there are bits. */
export const MOST_GROUPS = 28

/** Layers, synapses and memories in the order of their bits, which is that of their faults. */
export function groupsOf(model: Model): (Layer | Synapse | Memory)[] {
  return [...model.layers, ...model.synapses, ...model.memories]
}

/**
 * Which groups a tick updates: those that are due, but for layers of which a clamp holds every neuron.
 * @param masked - names of layers of which a clamp may leave some neurons free
 * @param shown - the row that each stimulus shows, or -1
 */
export function groupFlags(
  { layers, synapses, memories, stimulus }: Model,
  masked: ReadonlySet<string>,
  tick: number,
  shown: ArrayLike<number>,
): number {
  let flags = 0
  let bit = GROUPS
  for (const { name, every } of layers) {
    const setting = stimulus.findLast(
      (item, index) => item.layer === name && item.kind !== 'current' && (shown[index] as number) >= 0,
    )
    if (isDue(tick, every) && (setting?.kind !== 'clamp' || masked.has(name))) flags |= bit
    bit *= 2
  }
  for (const { every } of [...synapses, ...memories]) {
    if (isDue(tick, every)) flags |= bit
    bit *= 2
  }
  return flags
}

/** True when a group is updated in every tick: its rate divider is 1, and no clamp makes its update idle. */
export function isAlwaysDue({ stimulus }: Model, { name, every }: Layer | Synapse | Memory): boolean {
  return every === 1 && !stimulus.some((item) => item.kind === 'clamp' && item.layer === name)
}

/** What is due in every tick needs no branch: those that merge are what costs most where registers are few. */
export function whenDue(model: Model, group: Layer | Synapse | Memory, text: string): string {
  const bit = GROUPS * 2 ** faultOf(model, group.name)
  return isAlwaysDue(model, group) ? `{\n${text}\n}` : `if ((flags & ${bit}) != 0) {\n${text}\n}`
}
