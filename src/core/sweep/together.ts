/** Points that one run computes side by side, as replicas that vary: where that gives the bits of runs of their own. */
import type { Model } from '../model/model.ts'
import { varyingPaths } from '../model/running.ts'
import type { Scenario } from '../model/schema.ts'
import type { Residence } from '../plan/forms.ts'
import type { Operation } from '../plan/operation.ts'
import type { Plan } from '../plan/plan.ts'
import { createSeries } from '../run/series.ts'
import { type Grid, type SweepAxis, scenarioAt } from './grid.ts'
import { type Task, pointsOf } from './tasks.ts'

/**
 * For each axis, whether a run may vary it by replica: numbers that may differ from replica to replica. No axis may where the
 * replicas vary already, or where the run ends at rest, at a tick that depends on all replicas.
 * @param scenario - at the first point
 */
export function insideOf({ over }: Grid, scenario: Scenario): boolean[] {
  const isOpen = typeof scenario.replicas === 'number' && scenario.time.until === undefined
  const known = isOpen ? varyingPaths(scenario) : []
  return over.map(
    ({ path, values }) => known.includes(path) && values.every((value) => typeof value === 'number'),
  )
}

/** The scenario of a task: what has several values varies by replica. */
export function scenarioOfTask(raw: unknown, over: readonly SweepAxis[], task: Task): unknown {
  const { values } = task
  const first = scenarioAt(
    raw,
    over,
    values.map((list) => list[0]),
  )
  const inside = over.flatMap(({ path }, axis) => {
    const list = values[axis] as readonly unknown[]
    return list.length > 1 ? [[path, { values: list }] as const] : []
  })
  const { replicas = 1, ...rest } = first as { readonly replicas?: unknown }
  const whole = { ...rest, replicas, seed: task.seed }
  if (inside.length === 0) return replicas === 1 ? { ...rest, seed: task.seed } : whole
  const count = Number(replicas) * pointsOf(task).length
  return { ...whole, replicas: { count, vary: Object.fromEntries(inside) } }
}

/** The points of a task in two halves, one behind the other. */
export function halvesOf({ values, seed }: Task): [Task, Task] {
  const axis = values.findIndex((list) => list.length > 1)
  const list = values[axis] as readonly unknown[]
  const middle = Math.ceil(list.length / 2)
  return [
    { values: values.with(axis, list.slice(0, middle)), seed },
    { values: values.with(axis, list.slice(middle)), seed },
  ]
}

/** A run as it is planned. */
export interface PlannedRun {
  readonly model: Model
  readonly residence: Residence
}

/**
 * True where a run of many points adds up the same numbers in the same order as a run of one: it has the same dispatches, each with
 * the same form, in the same residence. Forms are made equal by pinning the variants of the one for the many. Each sample must be
 * one of each replica, which that of a matrix that all share is not.
 */
export function isAlike(one: PlannedRun, many: PlannedRun): boolean {
  if (one.residence.now !== many.residence.now) return false
  if (formsOf(one.residence) !== formsOf(many.residence)) return false
  const own = createSeries(one.residence.plan, one.model)
  const all = createSeries(many.residence.plan, many.model)
  const { replicas } = one.model
  return all.every(({ shape }, index) => {
    const alone = own[index]?.shape ?? []
    const entry = replicas > 1 ? alone.slice(1) : alone
    const isOwn = replicas === 1 || alone[0] === replicas
    return isOwn && shape.join() === [many.model.replicas, ...entry].join()
  })
}

function formsOf({ plan, now }: Residence): string {
  const lists: readonly (readonly Operation[])[] = [
    plan.setup,
    plan.stimulate,
    plan.prepare,
    plan.tick,
    ...plan.probes.map(({ operations }) => operations),
  ]
  const forms = lists.map((list) => list.map(({ label, variant }) => [label, variant?.form]))
  return JSON.stringify([forms, now ? batchedOf(plan) : null, plan.deferred.map(({ name }) => name)])
}

/** How many invocations share a replica decides the order of sums; how many replicas share a workgroup does not. */
function batchedOf({ batched }: Plan): number | undefined {
  return batched?.lanes
}
