/** How the points of a grid are divided into tasks. A task keeps its number when the grid grows. */
import type { Grid } from './grid.ts'

/** A part of a grid that one run computes: all combinations of its values, with one seed. */
export interface Task {
  /** For each axis its values in this task: one, or several where the run varies the axis by replica. */
  readonly values: readonly (readonly unknown[])[]
  readonly seed: number
}

/**
 * The tasks of the points that no task has yet.
 * @param tasks - those there are
 * @param isInside - whether a run may vary the axis by replica, for each axis
 * @param most - points of a task
 */
export function furtherTasks(
  { over, seeds }: Grid,
  tasks: readonly Task[],
  isInside: readonly boolean[] = [],
  most = 1,
): Task[] {
  const known = new Set(tasks.flatMap((task) => pointsOf(task).map((point) => keyOf(point, task.seed))))
  const axes = over.map(({ values }) => values)
  const outer = axes.map((values, axis) => (isInside[axis] ? [undefined] : values))
  return combinations(outer).flatMap((fixed) =>
    seeds.flatMap((seed) => {
      const inner = axes.map((values, axis) => (isInside[axis] ? values : [fixed[axis]]))
      const open = combinations(inner).filter((point) => !known.has(keyOf(point, seed)))
      return boxes(open).flatMap((values) => cut(values, most).map((part) => ({ values: part, seed })))
    }),
  )
}

/** The points of a task in the order of its replicas: the last axis is the fastest. */
export function pointsOf({ values }: Task): (readonly unknown[])[] {
  return combinations(values)
}

/** The first point of a task, as a task of its own. */
export function firstOf({ values, seed }: Task): Task {
  return { values: values.map((list) => list.slice(0, 1)), seed }
}

function combinations(lists: readonly (readonly unknown[])[]): (readonly unknown[])[] {
  return lists.reduce<(readonly unknown[])[]>(
    (points, values) => points.flatMap((point) => values.map((value) => [...point, value])),
    [[]],
  )
}

function keyOf(point: readonly unknown[], seed: number): string {
  return JSON.stringify([point, seed])
}

/** Divides points into boxes, each with all combinations of its values: points that agree in all but one axis go together. */
function boxes(points: readonly (readonly unknown[])[]): (readonly unknown[])[][] {
  const [first] = points
  if (first === undefined) return []
  return first.reduceRight<(readonly unknown[])[][]>(
    (parts, _, axis) => {
      const groups = new Map<string, (readonly unknown[])[][]>()
      for (const part of parts) {
        const key = JSON.stringify(part.with(axis, []))
        groups.set(key, [...(groups.get(key) ?? []), part])
      }
      return [...groups.values()].map((group) =>
        (group[0] as (readonly unknown[])[]).with(
          axis,
          group.flatMap((part) => part[axis] as readonly unknown[]),
        ),
      )
    },
    points.map((point) => point.map((value) => [value])),
  )
}

/** Cuts a box along its slowest axes until no part has more than `most` points. */
function cut(box: readonly (readonly unknown[])[], most: number): (readonly (readonly unknown[])[])[] {
  const size = box.reduce((product, values) => product * values.length, 1)
  if (size <= most) return [box]
  const axis = box.findIndex((values) => values.length > 1)
  const values = box[axis] as readonly unknown[]
  const length = Math.max(1, Math.floor((most * values.length) / size))
  return Array.from({ length: Math.ceil(values.length / length) }, (_, part) =>
    box.with(axis, values.slice(part * length, (part + 1) * length)),
  ).flatMap((part) => cut(part, most))
}
