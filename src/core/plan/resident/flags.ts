/** The groups that a tick updates, as bits of the clock's word `flags`: the host sets them, the kernel reads them. */
import { groupsOf } from '../../model/couplings.ts'
import type { Coupling, Layer, Model } from '../../model/model.ts'
import { isDue } from '../clock.ts'
import { faultOf } from '../planning.ts'

type Group = Layer | Coupling

/** The bit of the first group; others follow in their order. */
const GROUPS = 8

/** Number of groups with a bit. */
export const MOST_GROUPS = 28

/**
 * The groups that a tick updates: those that are due, except layers whose neurons are all clamped.
 * @param masked - names of layers with clamps that may leave some neurons free
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

/** True if a group is updated in every tick: its rate divider is 1, and no clamp holds the whole group. */
export function isAlwaysDue({ stimulus }: Model, { name, every }: Group): boolean {
  return every === 1 && !stimulus.some((item) => item.kind === 'clamp' && item.layer === name)
}

/**
 * A group that is due in every tick needs no branch; merging branches are the largest cost if registers are few.
 */
export function whenDue(model: Model, group: Group, text: string): string {
  const bit = GROUPS << faultOf(model, group.name)
  return `${isAlwaysDue(model, group) ? '' : `if ((flags & ${bit}) != 0) `}{\n${text}\n}`
}
