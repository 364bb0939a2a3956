/** Text of the fields of expressions, and the position of errors. Pure. */
import { ModelError } from '../../core/errors.ts'

/** The line of an error, split around the word or sign at its column, if the error has a column. */
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
 * @throws ModelError unless the text lists names and numbers
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
      throw new ModelError(`\`${part}\` is not a name with a number; write it as gain = 2`, {
        path: 'parameters',
      })
    }
    return [name, value]
  })
  return Object.fromEntries(entries)
}
