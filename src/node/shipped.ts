/** The scenarios of the package: they can be given by name from any folder. */
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { suggestion } from '../core/suggestion.ts'

// As far from the sources as from the built program.
const FOLDER = new URL('../../scenarios/', import.meta.url)

/** Names such as `digits`, sorted; none where the package is not whole. */
export function shippedNames(): string[] {
  if (!existsSync(FOLDER)) return []
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.replace(/\.json$/, ''))
    .sort()
}

/** The file of a scenario: where there is none of that path, the shipped one of that name. */
export function scenarioFile(path: string): string {
  if (existsSync(path) || !shippedNames().includes(path)) return path
  return fileURLToPath(new URL(`${path}.json`, FOLDER))
}

/** For a scenario that is not there: the shipped one that may be meant, such as `digits` by `scenarios/digits.json`. */
export function shippedHint(path: string): string {
  const names = shippedNames()
  const name = /([^/\\]*?)(\.json)?$/.exec(path)?.[1] ?? ''
  if (names.includes(name)) return `; \`${name}\` alone is the scenario that comes with engram`
  const isName = !/[/\\.]/.test(path) && names.length > 0
  return isName ? `, or give a scenario that comes with engram${suggestion(name, names)}` : ''
}
