/** The rate dividers that the groups of a network have had since tick 0. Pure. */
import type { Model } from '../../core/model/model.ts'
import { dividerOf, groupsOf } from './groups.ts'
import type { Era } from './schedule.ts'

export interface Eras {
  /** Those of a group, in order; none of what is no group. */
  of(name: string): readonly Era[]
  /** Takes over the rates of a model, which act from a tick on. */
  note(model: Model, tick: number): void
  /** A copy that stays as it is. */
  all(): Map<string, readonly Era[]>
  /** Takes over what was until a tick from another network, of the groups that both have. */
  take(others: ReadonlyMap<string, readonly Era[]>, tick: number): void
  /** The run starts again with the rates of a model. */
  restart(model: Model): void
}

export function createEras(initial: Model): Eras {
  const eras = new Map<string, Era[]>()
  const restart = (model: Model): void => {
    for (const group of groupsOf(model)) eras.set(group.name, [{ tick: 0, every: dividerOf(group) }])
  }
  restart(initial)
  return {
    of: (name) => eras.get(name) ?? [],
    note(model, tick) {
      for (const group of groupsOf(model)) {
        const own = eras.get(group.name)
        const every = dividerOf(group)
        if (own === undefined || own.at(-1)?.every === every) continue
        if (own.at(-1)?.tick === tick) own.pop()
        own.push({ tick, every })
      }
    },
    all: () => new Map([...eras].map(([name, own]) => [name, [...own]])),
    take(others, tick) {
      for (const [name, own] of others) {
        const past = own.filter((era) => era.tick <= tick)
        if (eras.has(name) && past.length > 0) eras.set(name, past)
      }
    },
    restart,
  }
}
