/** The history of the rate dividers of the groups of a network since tick 0. Pure. */
import type { Model } from '../../core/model/model.ts'
import { dividerOf, groupsOf } from './groups.ts'
import type { Era } from './schedule.ts'

export interface Eras {
  /** The dividers of a group, in order; empty for an unknown name. */
  of(name: string): readonly Era[]
  /** Records the rates of a model from a tick on. */
  note(model: Model, tick: number): void
  /** An independent copy. */
  all(): Map<string, readonly Era[]>
  /** Copies the history up to a tick from another network, for the groups of both. */
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
