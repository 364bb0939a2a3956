/** Place of a mistake in the user's input; printed as `file: path: message`. */
export interface Place {
  /** The file as the user named it. */
  readonly file?: string
  /** JSON path of the value, such as `memories.xi.init`. */
  readonly path?: string
}

/**
 * The input is wrong: a scenario, a pattern file, an option. The message is one line with place, value and
 * remedy. The command line prints it and exits with 2.
 */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly place: Place
  readonly reason: string

  constructor(reason: string, place: Place = {}) {
    super(
      oneLine(
        [place.file, place.path, reason].filter((part) => part !== undefined && part !== '').join(': '),
      ),
    )
    this.reason = reason
    this.place = place
  }

  /** The same error, with the file added to its place. */
  in(file: string): ModelError {
    return this.place.file === undefined ? new ModelError(this.reason, { ...this.place, file }) : this
  }
}

/** Quoted names and file contents may contain line breaks. */
function oneLine(text: string): string {
  return escaped(text.replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' '))
}

/**
 * Escapes untrusted text for a line of a terminal: control characters and marks of the writing direction appear
 * as \\u001b.
 */
export function escaped(text: string): string {
  return text.replace(
    /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The run failed: device lost, non-finite values, out of memory. The command line prints it and exits with 1. */
export class RunError extends Error {
  override readonly name = 'RunError'
}
