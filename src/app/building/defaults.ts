/** A scenario without the values that parsing fills in. Pure. */
import { parseScenario } from '../../core/model/parse.ts'
import { childOf, type SchemaNode, select } from '../../core/model/path.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { bare, isObject, ROOT } from './schema.ts'

/** The scenario itself where its defaults cannot be told from its values. */
export function withoutDefaults(scenario: Scenario): unknown {
  const short = bareOf(ROOT, scenario)
  return isSame(short, scenario) ? short : scenario
}

function isSame(short: unknown, scenario: Scenario): boolean {
  return JSON.stringify(sorted(parseScenario(short))) === JSON.stringify(sorted(scenario))
}

/** The same value with the keys of objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  )
}

function bareOf(slot: SchemaNode, value: unknown): unknown {
  const node = bare(select(slot, value))
  if (Array.isArray(value))
    return value.map((one: unknown, index) => {
      const child = childOf(node, String(index))
      return child === undefined ? one : bareOf(child, one)
    })
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]): (readonly [string, unknown])[] => {
      const child = childOf(node, key)
      if (child === undefined) return [[key, one]]
      if (child.type === 'optional' && JSON.stringify(child.default) === JSON.stringify(one)) return []
      return [[key, bareOf(child, one)]]
    }),
  )
}
