/** What is wrong and how to mend it. */
export interface Failure {
  readonly reason: string
  readonly remedy?: string
}

/**
 * Takes the line of an error apart: the remedy stands behind the first semicolon that is not in a quotation.
 * @param line - such as `must be above 0, not -1; set it to 0.1`
 */
export function failureOf(line: string): Failure {
  const [, reason, remedy] = /^((?:"(?:[^"\\]|\\.)*"|`[^`]*`|[^"`;]|;(?! ))*); (.+)$/s.exec(line) ?? []
  return reason === undefined || remedy === undefined ? { reason: line } : { reason, remedy }
}
