/**
 * Parameters that differ from replica to replica. A varied network has one network for each point of a grid.
 * Each point has `repetitions` replicas with the same cues, biases and random numbers as in a separate run.
 */
import { ModelError } from '../errors.ts'
import type { Axis, Layer, Model, Rows, Stimulus } from './model.ts'
import { suggestion } from '../suggestion.ts'
import { setPath, show, valueAt } from './path.ts'
import { checkNumber } from './parse.ts'
import { isClock, runningPaths, varyingPaths } from './running.ts'
import type { AxisSpec, Scenario } from './schema.ts'

/** The most replicas: the limit of workgroups in one dimension of a dispatch. */
const MOST_REPLICAS = 65535

/**
 * The varied parameters of a scenario: the axes of a grid, the first varies slowest; empty if `replicas` is a
 * number.
 */
export function axesOf({ replicas }: Scenario): Axis[] {
  if (typeof replicas === 'number') return []
  return Object.entries(replicas.vary).map(([path, spec]) => ({
    path,
    values: valuesOf(spec, { path: `replicas.vary.${path}` }),
    log: spec.scale === 'log',
  }))
}

/** True if each varied seed is a network that draws its own patterns. */
export function isIndependent({ replicas }: Scenario): boolean {
  return typeof replicas === 'object' && replicas.independent === true
}

/** Number of points of a grid. */
export function pointCount(axes: readonly Axis[]): number {
  return axes.reduce((product, { values }) => product * values.length, 1)
}

/** Total number of replicas. */
export function replicaCount(scenario: Scenario): number {
  const { replicas } = scenario
  return typeof replicas === 'number' ? replicas : (replicas.count ?? pointCount(axesOf(scenario)))
}

/**
 * The values of an axis; from, to and steps give float64 values with 12 digits and the exact ends.
 * @throws ModelError for keys that contradict each other
 */
export function valuesOf(spec: AxisSpec, place: { readonly path: string }): readonly number[] {
  const { from, to, steps, scale = 'linear', values } = spec
  const isRange = from !== undefined && to !== undefined && steps !== undefined
  const hasRange = [from, to, steps, spec.scale].some((key) => key !== undefined)
  if (values !== undefined ? hasRange : !isRange) {
    throw new ModelError('needs from, to and steps (and scale), or values; give either', place)
  }
  if (values !== undefined) return values
  if (!isRange) throw new Error(`${place.path} has no range`)
  if (scale === 'log' && !(from > 0 && to > 0)) {
    throw new ModelError(
      `goes from ${from} to ${to}, which has no log scale; start and end above 0, or use "linear"`,
      place,
    )
  }
  if (steps === 1 && from !== to) {
    throw new ModelError(
      `goes from ${from} to ${to} in 1 step; give steps 2 or more, or one of values`,
      place,
    )
  }
  return Array.from({ length: steps }, (_, step) => {
    if (step === 0) return from
    if (step === steps - 1) return to
    const part = step / (steps - 1)
    const value = scale === 'log' ? from * (to / from) ** part : from + ((to - from) * step) / (steps - 1)
    return Number(value.toPrecision(12))
  })
}

/**
 * A scenario with additional varied parameters from assignments; each point has the scenario's number of
 * replicas.
 * @param raw - parsed JSON; not changed
 * @throws ModelError for an assignment that cannot be read
 */
export function withVariation(raw: unknown, assignments: readonly string[]): unknown {
  if (typeof raw !== 'object' || raw === null) return raw
  const { replicas = 1 } = raw as { readonly replicas?: unknown }
  const before = typeof replicas === 'object' && replicas !== null ? (replicas as ReplicasSpec) : undefined
  const added = Object.fromEntries(assignments.map(readAxis))
  const vary = { ...before?.vary, ...added }
  const points = (axes: Readonly<Record<string, AxisSpec>>): number =>
    Object.values(axes).reduce((product, { steps, values }) => product * (values?.length ?? steps ?? 1), 1)
  const count = before === undefined ? Number(replicas) : before.count
  const each = before === undefined ? count : count === undefined ? undefined : count / points(before.vary)
  if (before !== undefined && each !== undefined && !Number.isNaN(each) && !Number.isInteger(each))
    throw new ModelError(
      `${show(count)} replicas are no whole number at each of the ${points(before.vary)} points of the scenario, and each point of the new grid takes ` +
        `as many; set it to ${points(before.vary)} times the replicas of a point`,
      { path: 'replicas.count' },
    )
  return {
    ...raw,
    replicas: {
      ...before,
      ...(each === undefined || Number.isNaN(each) ? {} : { count: each * points(vary) }),
      vary,
    },
  }
}

type ReplicasSpec = Extract<Scenario['replicas'], object>

/**
 * A scenario with assignments of `--set`, in order, and of `--vary`. Parts of `replicas` are set where varied values have made it an
 * object.
 * @param raw - parsed JSON; not changed
 * @throws ModelError for an assignment that cannot be read, or a path that does not exist
 */
export function withAssignments(raw: unknown, set: readonly string[], vary?: readonly string[]): unknown {
  let changed = raw
  const late = set.filter((assignment) => {
    const isObject = typeof valueAt(changed, 'replicas') === 'object'
    if (vary !== undefined && !isObject && /^\s*replicas\./.test(assignment)) return true
    changed = setPath(changed, assignment)
    return false
  })
  if (vary !== undefined) changed = withVariation(changed, vary)
  return late.reduce((one: unknown, assignment) => setPath(one, assignment), changed)
}

/**
 * Refuses a seed next to those of independent networks.
 * @throws ModelError if each replica has its own
 */
export function checkSeed(scenario: Scenario): void {
  if (!isIndependent(scenario)) return
  throw new ModelError('has no effect: each network has a seed of replicas.vary.seed; leave it out', {
    path: '--seed',
  })
}

/** `path=from:to:steps`, `path=from:to:steps:log` or `path=0.1,0.2`. */
function readAxis(assignment: string): [string, AxisSpec] {
  const [path = '', text = ''] = assignment.split(/=(.*)/s)
  const parts = text.split(text.includes(':') ? ':' : ',')
  const isLog = parts.length === 4 && text.includes(':') && parts[3] === 'log'
  const words = isLog ? parts.slice(0, 3) : parts
  const numbers = words.map((word) => (word.trim() === '' ? NaN : Number(word)))
  const isRange = text.includes(':')
  if (path === '' || numbers.some(Number.isNaN) || (isRange && numbers.length !== 3)) {
    throw new ModelError(
      `takes path=from:to:steps, path=from:to:steps:log or path=0.1,0.2, not ${show(assignment)}`,
      { path: '--vary' },
    )
  }
  const [from, to, steps] = numbers as [number, number, number]
  const axis = isRange
    ? { from, to, steps, ...(isLog ? { scale: 'log' as const } : {}) }
    : { values: numbers }
  return [path.trim(), axis]
}

/**
 * Checks varied parameters: each must be allowed to vary, and each value must be in its range.
 * @param check - of a scenario without variation
 * @throws ModelError for the first error
 */
export function checkVariation(scenario: Scenario, check: (scenario: Scenario) => unknown): void {
  const { replicas } = scenario
  if (typeof replicas === 'number') return
  const known = varyingPaths(scenario)
  const alone: Scenario = { ...scenario, replicas: 1 }
  const axes = axesOf(scenario)
  if (isIndependent(scenario) && !axes.some(({ path }) => path === 'seed'))
    throw new ModelError(
      'needs seeds, one for each network; add "seed" to replicas.vary, as --vary seed=1,2,3 does',
      {
        path: 'replicas.independent',
      },
    )
  for (const { path, values } of axes) {
    const place = { path: `replicas.vary.${path}` }
    if (!known.includes(path)) throw new ModelError(refusalOf(scenario, path, known), place)
    if (path === 'seed') checkOrders(scenario, place)
    const twice = values.find((value, index) => values.indexOf(value) < index)
    if (path === 'seed' && isIndependent(scenario) && twice !== undefined)
      throw new ModelError(`has ${twice} twice, which is one network; give each seed once`, place)
    for (const value of values) {
      try {
        checkNumber(scenario, path, value)
        const isAdiabatic = path.startsWith('neurons.') && path.endsWith('.tau') && value === 0
        if (isAdiabatic)
          throw new ModelError(
            'must not become 0, because an adiabatic layer needs another plan; use values above 0',
          )
        if (path !== 'seed' && !path.startsWith('stimulus.')) check(withNumber(alone, path, value))
      } catch (error) {
        if (!(error instanceof ModelError)) throw error
        throw new ModelError(`its value ${show(value)}: ${error.reason}`, place)
      }
    }
  }
  const points = pointCount(axes)
  const { count = points } = replicas
  if (count % points !== 0) {
    const next = Math.ceil(count / points) * points
    throw new ModelError(
      `is ${count}, but vary has ${points} points; give a multiple of ${points}, such as ${next}`,
      {
        path: 'replicas.count',
      },
    )
  }
  if (count > MOST_REPLICAS) {
    throw new ModelError(
      `has ${points} points, but at most ${MOST_REPLICAS} replicas are possible; use fewer steps or fewer axes`,
      { path: 'replicas.vary' },
    )
  }
}

function refusalOf(scenario: Scenario, path: string, known: readonly string[]): string {
  if (isClock(path) && runningPaths(scenario).includes(path)) {
    return `is the same for all replicas, which share the clock; vary ${path === 'time.dt' ? 'tau' : path.replace(/every$/, 'tau')}`
  }
  // Patterns are drawn once, from the seed of the scenario.
  if (path.endsWith('.seed'))
    return 'all replicas have the same patterns, drawn with the seed of the scenario; for independent networks vary `seed` and set replicas.independent, or use `engram sweep --seeds 1:20`'
  if (valueAt(scenario, path) === undefined) return `there is no such parameter${suggestion(path, known)}`
  const some = known.length > 8 ? [...known.slice(0, 8), '...'] : known
  return `cannot differ from replica to replica; choose one of ${some.join(', ')}`
}

/** True if the seed determines the patterns shown or their times. */
function isDrawn({ order, dwell }: Pick<Stimulus, 'order' | 'dwell'>): boolean {
  return order === 'shuffle' || order === 'random' || typeof dwell !== 'number'
}

/** All replicas share the order of the patterns shown. */
function checkOrders(scenario: Scenario, place: { path: string }): void {
  const index = scenario.stimulus.findIndex((item) => item.kind !== 'initial' && isDrawn(item))
  if (index < 0) return
  throw new ModelError(
    `cannot vary, because stimulus.${index} draws one order for all replicas; use the order "cycle" and a number as dwell there`,
    place,
  )
}

/** The scenario with one existing number changed. */
export function withNumber<T>(raw: T, path: string, value: number): T {
  const put = (node: unknown, keys: readonly string[]): unknown => {
    const [key, ...rest] = keys
    if (key === undefined) return value
    if (Array.isArray(node)) return node.with(Number(key), put(node[Number(key)], rest))
    const object = node as Readonly<Record<string, unknown>>
    return { ...object, [key]: put(object[key], rest) }
  }
  return put(raw, path.split('.')) as T
}

/** The scenario of each point of the grid, as a separate run. */
export function pointScenarios(scenario: Scenario, axes: readonly Axis[], repetitions: number): Scenario[] {
  return axes.reduce(
    (points, { path, values }) =>
      points.flatMap((point) => values.map((value) => withNumber(point, path, value))),
    [{ ...scenario, replicas: repetitions }],
  )
}

/** The network of a replica: that of its point, or the whole model if nothing varies. */
export function networkOf(model: Model, replica: number): Model {
  const { variation } = model
  return variation?.points[Math.floor(replica / variation.repetitions)] ?? model
}

/** Number of replicas with the same parameters. */
export function repetitionsOf({ variation, replicas }: Model): number {
  return variation?.repetitions ?? replicas
}

/** The index of a replica among those with its parameters; selects its rows and random numbers. */
export function repetitionOf({ variation }: Model, replica: number): number {
  return variation === undefined ? replica : replica % variation.repetitions
}

/** The value of an axis in each replica, [R]. */
export function axisValues({ variation, replicas }: Model, axis: Axis): Float64Array {
  const axes = variation?.axes ?? []
  const repetitions = variation?.repetitions ?? replicas
  const faster = pointCount(axes.slice(axes.indexOf(axis) + 1))
  return Float64Array.from({ length: replicas }, (_, r) => {
    const point = Math.floor(r / repetitions)
    return axis.values[Math.floor(point / faster) % axis.values.length] as number
  })
}

/** The row of `rowsOf` for one replica of a layer. */
export function dealtRow(
  model: Model,
  replica: number,
  rowsOf: (model: Model) => Rows,
): { readonly rows: Rows; readonly row: number } {
  const rows = rowsOf(networkOf(model, replica))
  return { rows, row: repetitionOf(model, replica) % rows.rows }
}

/** The different patterns of one stimulus over the points: one if it does not vary. */
export function cuesOf({ variation, stimulus }: Model, index: number): readonly Rows[] {
  const all = (variation?.points ?? [{ stimulus }]).map((point) => point.stimulus[index]?.patterns)
  return [...new Set(all)].filter((rows) => rows !== undefined)
}

/** The concatenated cues of a layer, as on the GPU; a varied item has cues for each point. */
export interface CueTable {
  readonly rows: number
  /** First row of the patterns that a stimulus shows to a replica. */
  readonly startOf: (index: number, replica: number) => number
}

export function cueTable(model: Model, layer: string): CueTable {
  const starts = new Map<number, Map<Rows | undefined, number>>()
  let rows = 0
  model.stimulus.forEach((item, index) => {
    if (item.layer !== layer) return
    const own = new Map<Rows | undefined, number>()
    for (const cue of cuesOf(model, index)) {
      own.set(cue, rows)
      rows += cue.rows
    }
    starts.set(index, own)
  })
  return {
    rows,
    startOf: (index, replica) =>
      starts.get(index)?.get(networkOf(model, replica).stimulus[index]?.patterns) ?? 0,
  }
}

/** Copies of an array that no replica changes: one for each replica if the replicas are independent networks. */
export function copiesOfFixed({ variation, replicas }: Model): number {
  return variation?.isIndependent ? replicas : 1
}

/** True if the bias of a layer is not one row for all replicas. */
export function hasOwnBias({ variation }: Model, { name, bias }: Layer): boolean {
  if (bias.rows > 1 || variation?.isIndependent) return true
  return variation?.axes.some(({ path }) => path === `neurons.${name}.bias`) === true
}
