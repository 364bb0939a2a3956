/** What the page teaches about each shipped scenario: a file of pure data for each, so that tests can do every try and see what it shows. */

/** A thing to try: a button that starts the shipped scenario anew with other values. */
export interface Try {
  /** What the button says. */
  readonly label: string
  /** What there is to see then. */
  readonly text: string
  /** Values by their paths, in place of those of the shipped scenario; `undefined` takes one out. */
  readonly set: Readonly<Record<string, unknown>>
}

export interface Lesson {
  /** Paragraphs; $...$ is TeX. */
  readonly story: readonly string[]
  readonly lookFor: string
  readonly tries: readonly [Try, Try, Try]
}

const files = import.meta.glob<Lesson>('./lessons/*.ts', { import: 'lesson' })

/** The lesson of a shipped scenario, which is fetched when it is asked for; undefined where there is none. */
export async function lessonOf(id: string): Promise<Lesson | undefined> {
  return files[`./lessons/${id}.ts`]?.()
}

/** The shipped scenarios that have a lesson. */
export const LESSON_IDS: readonly string[] = Object.keys(files).map((path) =>
  path.replace(/^.*\/(.*)\.ts$/, '$1'),
)
