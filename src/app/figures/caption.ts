/** The caption of a figure: what reproduces it. Pure. */
import { escaped } from '../../core/errors.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { patternChanges } from '../editing/undo.ts'
import { format3 } from '../format.ts'

/** Values with more letters are named alone. */
const LONGEST = 40

/** @param from - the scenario that the present one was made from */
export function figureCaption(now: Scenario, from: Scenario, tick: number): string {
  const changes = patternChanges(from, now).map(({ path, to }) => {
    const value = typeof to === 'number' ? format3(to) : JSON.stringify(to)
    if (to === undefined) return `${path} default`
    return value.length > LONGEST ? `${path} changed` : `${path} = ${value}`
  })
  const parts = [
    escaped(now.name),
    changes.length === 0 ? 'the values of the scenario' : changes.join(', '),
    `tick ${tick} of dt = ${format3(now.time.dt)}, seed ${now.seed}`,
  ]
  return `${parts.filter((part) => part !== '').join('; ')}.`
}
