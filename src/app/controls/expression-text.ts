/** What the fields of expressions say, and where in it a mistake stands. Pure. */
import { ModelError } from '../../core/errors.ts'

/** The line of a text that an error means, cut around the word or sign at its column, where the error has one. */
export function markedAt(text: string, reason: string): readonly [string, string, string] | undefined {
  const match = /^(?:line (\d+), )?column (\d+): /.exec(reason)
  if (match === null) return undefined
  const line = text.split(/\r\n|\r|\n/)[Number(match[1] ?? 1) - 1] ?? ''
  const from = Number(match[2]) - 1
  const [word = ' '] = /^(?:\w+|.)/u.exec(line.slice(from)) ?? []
  return [line.slice(0, from), word, line.slice(from + word.length)]
}

/**
 * Numbers by name from `gain = 2, edge = 0.5`.
 * @throws ModelError for what is no name and number
 */
export function parametersOf(text: string): Record<string, number> {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const entries = parts.map((part): [string, number] => {
    const [, name, number] = /^([A-Za-z]\w*)\s*=\s*(\S+)$/.exec(part) ?? []
    const value = Number(number)
    if (name === undefined || !Number.isFinite(value)) {
      throw new ModelError(`\`${part}\` is no name and number; write it as gain = 2`, { path: 'parameters' })
    }
    return [name, value]
  })
  return Object.fromEntries(entries)
}
