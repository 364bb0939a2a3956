/** The caption of a figure: what reproduces it. Pure. */
import { escaped } from '../../core/errors.ts'
import type { Axis } from '../../core/model/model.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { axesOf, pointCount, replicaCount } from '../../core/model/variation.ts'
import { type Difference, differences, patternChanges } from '../editing/undo.ts'
import { format3 } from '../format.ts'
import type { Era } from '../session/past.ts'

/** Values with more letters are named alone. */
const LONGEST = 40

/** The most values of a varied parameter that are listed; of more there are the ends and the number. */
const MOST_VALUES = 4

/** The most changes during a run that are listed. */
const MOST_LISTED = 4

/**
 * @param eras - the values that computed the run; the first began it
 * @param from - the scenario that they were made from
 */
export function figureCaption(eras: readonly [Era, ...Era[]], from: Scenario, tick: number): string {
  const [{ scenario: start }] = eras
  const axes = axesOf(start)
  const isVaried = (path: string): boolean => axes.some((axis) => axis.path === path)
  const changes = valuesOf(from, start)
    // A varied value is none of the scenario's own, and its values have a part of the caption.
    .filter(({ path }) => !isVaried(path) && !(axes.length > 0 && /^replicas\b/.test(path)))
    .map(({ path, to }) => {
      const value = valueText(to)
      if (to === undefined) return `${path} default`
      return value.length > LONGEST ? `${path} changed` : `${path} = ${value}`
    })
  const parts = [
    escaped(start.name),
    variedText(start, axes),
    changes.length > 0 ? changes.join(', ') : axes.length > 0 ? '' : 'the values of the scenario',
    laterText(eras),
    `tick ${tick} of dt = ${format3(start.time.dt)}${isVaried('seed') ? '' : `, seed ${start.seed}`}`,
  ]
  return `${parts.filter((part) => part !== '').join('; ')}.`
}

/** Such as `memories.xi.beta 0.1 to 4 (12 values, log scale), 5 replicas at each point`. */
function variedText(scenario: Scenario, axes: readonly Axis[]): string {
  if (axes.length === 0) return ''
  const each = replicaCount(scenario) / pointCount(axes)
  return [
    ...axes.map(({ path, values, log }) => {
      if (values.length <= MOST_VALUES) return `${path} ${values.map(format3).join(' | ')}`
      const [low, high] = [Math.min(...values), Math.max(...values)].map(format3)
      return `${path} ${low} to ${high} (${values.length} values${log ? ', log scale' : ''})`
    }),
    ...(each === 1 ? [] : [`${each} replicas at each point`]),
  ].join(', ')
}

/** The changes during a run. */
function laterText(eras: readonly Era[]): string {
  const changes = eras.flatMap(({ tick, scenario }, index) => {
    const before = eras[index - 1]?.scenario ?? scenario
    return valuesOf(before, scenario).map((change) => ({ ...change, tick }))
  })
  if (changes.length > MOST_LISTED) {
    const paths = [...new Set(changes.map(({ path }) => path))].slice(0, MOST_LISTED)
    return `${paths.join(', ')} changed during the run, from tick ${changes[0]?.tick} on`
  }
  return changes
    .map(({ path, from, to, tick }) => {
      const [before, after] = [valueText(from), valueText(to)]
      const values = Math.max(before.length, after.length) > LONGEST ? 'changed' : `${before} → ${after}`
      return `${path} ${values} at tick ${tick}`
    })
    .join(', ')
}

/** The changed values; a pattern of many is one change. */
function valuesOf(from: Scenario, to: Scenario): Difference[] {
  return patternChanges(from, to)
    .filter(({ path }) => !/^(lesson|expect|description)\b/.test(path))
    .flatMap((change) => {
      const deep = differences(change.from, change.to, [change.path])
      return deep.length > MOST_LISTED ? [change] : deep
    })
}

function valueText(value: unknown): string {
  if (value === undefined) return 'default'
  return typeof value === 'number' ? format3(value) : JSON.stringify(value)
}
