/** Where in the user's input a mistake stands; printed as `file: path: message`. */
export interface Place {
  /** The file as the user named it. */
  readonly file?: string
  /** JSON path of the value, such as `memories.xi.init`. */
  readonly path?: string
}

/**
 * The input is wrong: a scenario, a pattern file, an option. One line that names the thing, the value and the
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

  /** The same error, its place completed with the file it was found in. */
  in(file: string): ModelError {
    return this.place.file === undefined ? new ModelError(this.reason, { ...this.place, file }) : this
  }
}

/** Names and file contents that are quoted may hold line breaks. */
function oneLine(text: string): string {
  return text.replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ')
}

/** The run failed: device lost, non-finite values, out of memory. The command line prints it and exits with 1. */
export class RunError extends Error {
  override readonly name = 'RunError'
}
