/** The lesson of each shipped scenario: a file of pure data, so that tests can run every try. */

/** A try: a button that starts the shipped scenario again with other values. */
export interface Try {
  /** Label of the button. */
  readonly label: string
  /** Expected observation. */
  readonly text: string
  /** Values by their paths, in place of those of the shipped scenario; `undefined` removes a value. */
  readonly set: Readonly<Record<string, unknown>>
}

export interface Lesson {
  /** Paragraphs; $...$ is TeX. */
  readonly story: readonly string[]
  readonly lookFor: string
  readonly tries: readonly [Try, Try, Try]
}

const files = import.meta.glob<Lesson>('./lessons/*.ts', { import: 'lesson' })

/** The lesson of a shipped scenario, fetched at the call; undefined if there is none. */
export async function lessonOf(id: string): Promise<Lesson | undefined> {
  return files[`./lessons/${id}.ts`]?.()
}

/** The shipped scenarios that have a lesson. */
export const LESSON_IDS: readonly string[] = Object.keys(files).map((path) =>
  path.replace(/^.*\/(.*)\.ts$/, '$1'),
)
