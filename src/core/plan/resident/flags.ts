/** Which groups a tick updates, as bits of the clock's word `flags`: the host sets them, the kernel asks for them. */
import { groupsOf } from '../../model/couplings.ts'
import type { Coupling, Layer, Model } from '../../model/model.ts'
import { isDue } from '../clock.ts'
import { faultOf } from '../planning.ts'

type Group = Layer | Coupling

/** The bit of the first group; others follow in their order. */
const GROUPS = 8

/** Groups for which there are bits. */
export const MOST_GROUPS = 28

/**
 * Which groups a tick updates: those that are due, but for layers of which a clamp holds every neuron.
 * @param masked - names of layers of which a clamp may leave some neurons free
 * @param shown - the row that each stimulus shows, or -1
 */
export function groupFlags(
  model: Model,
  masked: ReadonlySet<string>,
  tick: number,
  shown: ArrayLike<number>,
): number {
  const isIdle = (name: string): boolean =>
    !masked.has(name) &&
    model.stimulus.findLast(
      ({ layer, kind }, at) => layer === name && kind !== 'current' && (shown[at] as number) >= 0,
    )?.kind === 'clamp'
  return groupsOf(model).reduce(
    (flags, { name, every }, at) => (isDue(tick, every) && !isIdle(name) ? flags | (GROUPS << at) : flags),
    0,
  )
}

/** True when a group is updated in every tick: its rate divider is 1, and no clamp makes its update idle. */
export function isAlwaysDue({ stimulus }: Model, { name, every }: Group): boolean {
  return every === 1 && !stimulus.some((item) => item.kind === 'clamp' && item.layer === name)
}

/** What is due in every tick needs no branch: those that merge are what costs most where registers are few. */
export function whenDue(model: Model, group: Group, text: string): string {
  const bit = GROUPS << faultOf(model, group.name)
  return `${isAlwaysDue(model, group) ? '' : `if ((flags & ${bit}) != 0) `}{\n${text}\n}`
}
