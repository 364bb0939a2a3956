/** The lesson of a scenario: the scenario that a try starts, and what a lesson may say. */
import { ModelError } from '../errors.ts'
import { checkScenario } from './check.ts'
import { checkEnd } from './claims.ts'
import { suggestion } from '../suggestion.ts'
import { fieldAt, list, setValue, show } from './path.ts'
import { parseScenario } from './parse.ts'
import type { Lesson, Scenario, Try } from './schema.ts'

/**
 * The scenario that a try starts: that of the lesson with the values of the try. Claims of the try take the place of those of the
 * scenario.
 * @throws ModelError for a path that does not exist, with the nearest, or a value that does not fit
 */
export function scenarioOfTry(scenario: Scenario, { set, expect }: Pick<Try, 'set' | 'expect'>): Scenario {
  const changed = withValues(scenario, set)
  return expect === undefined ? changed : { ...changed, expect }
}

/**
 * The scenario with the values of a try; the rest stays.
 * @throws ModelError as `scenarioOfTry`
 */
export function withValues(scenario: Scenario, set: Try['set']): Scenario {
  let target: unknown = scenario
  for (const [path, value] of Object.entries(set)) {
    if (/^(lesson|version)(\.|$)/.test(path))
      throw new ModelError('a try cannot change this; leave it out', { path })
    target = setValue(target, path, value ?? undefined)
  }
  // Without what has been removed.
  return parseScenario(JSON.parse(JSON.stringify(target)))
}

/**
 * Refuses a lesson that cannot be given: tries that name no value of the scenario or do not run, answers that are no choice,
 * figures that are no images, words that point at nothing. Call it with the scenario as it is written: other values may not fit the tries.
 * @throws ModelError for the first error
 */
export function checkLesson(scenario: Scenario, file?: string): void {
  const { lesson } = scenario
  if (lesson === undefined) return
  try {
    lesson.tries.forEach((one, index) => checkTry(scenario, one, `lesson.tries.${index}`))
    lesson.questions?.forEach((one, index) => checkQuestion(one, `lesson.questions.${index}`))
    lesson.figures?.forEach(({ src }, index) => checkFigure(src, `lesson.figures.${index}.src`))
    checkPoints(scenario, lesson)
  } catch (error) {
    throw error instanceof ModelError && file !== undefined ? error.in(file) : error
  }
}

/** @throws ModelError whose path begins with that of the try */
export function checkTry(scenario: Scenario, one: Pick<Try, 'set' | 'expect'>, path: string): void {
  try {
    const target = scenarioOfTry(scenario, one)
    checkScenario(target)
    checkEnd(target)
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    const { path: inner = '' } = error.place
    if (one.expect !== undefined && /^expect(\.|$)/.test(inner))
      throw new ModelError(error.reason, { path: `${path}.${inner}` })
    const key = Object.keys(one.set).find((set) => isWithin(inner, set) || isWithin(set, inner))
    throw key === undefined
      ? new ModelError(`the scenario with these values is wrong: ${inner}: ${error.reason}`, {
          path: `${path}.set`,
        })
      : new ModelError(error.reason, { path: `${path}.set.${inner.length > key.length ? inner : key}` })
  }
}

function isWithin(path: string, whole: string): boolean {
  return path === whole || path.startsWith(`${whole}.`)
}

function checkQuestion({ choices, answer }: NonNullable<Lesson['questions']>[number], path: string): void {
  const place = { path: `${path}.answer` }
  if (choices === undefined) {
    if (typeof answer === 'number')
      throw new ModelError(
        `is the number ${answer}, and there are no choices; write the answer as text`,
        place,
      )
    return
  }
  if (rightChoice({ choices, answer }) !== undefined) return
  throw new ModelError(
    typeof answer === 'number'
      ? `there is no choice ${answer}; give 0 to ${choices.length - 1}`
      : `must be one of the choices, ${list(choices.map(show))}, not ${show(answer)}`,
    place,
  )
}

/** The number of the right choice; undefined where the answer is none of them. */
export function rightChoice({
  choices,
  answer,
}: {
  readonly choices: readonly string[]
  readonly answer: string | number
}): number | undefined {
  const found = typeof answer === 'number' ? answer : choices.indexOf(answer)
  return found >= 0 && found < choices.length ? found : undefined
}

/** Images that a lesson may show, by the ending of their file and the type of their data. */
export const IMAGE_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
  svg: 'image/svg+xml',
}

/** The data of a data: URL of an image; undefined for the name of a file. */
export function imageData(src: string): { readonly type: string; readonly base64: string } | undefined {
  const [, type = '', base64 = ''] = /^data:([^;,]*);base64,([A-Za-z0-9+/=\s]*)$/.exec(src) ?? []
  return Object.values(IMAGE_TYPES).includes(type) && base64 !== '' ? { type, base64 } : undefined
}

function checkFigure(src: string, path: string): void {
  if (/^[a-z][a-z0-9+.-]*:/i.test(src)) {
    if (imageData(src) !== undefined) return
    throw new ModelError(
      `must be a file beside the scenario or data:image/png;base64,..., not ${show(src)}`,
      { path },
    )
  }
  const ending = /\.([a-z]+)$/i.exec(src)?.[1]?.toLowerCase() ?? ''
  if (!Object.hasOwn(IMAGE_TYPES, ending))
    throw new ModelError(`must be an image, ${list(Object.keys(IMAGE_TYPES))}, not ${show(src)}`, { path })
}

/** Refuses words that point at no array, no probe and no path. */
function checkPoints(scenario: Scenario, { story, lookFor = '', tries }: Lesson): void {
  const texts = [
    ...story.map((text, index) => [text, `story.${index}`] as const),
    [lookFor, 'lookFor'] as const,
    ...tries.map(({ text }, index) => [text, `tries.${index}.text`] as const),
  ]
  const { neurons, synapses, memories, probes } = scenario
  const names = [neurons, synapses, memories, probes].flatMap((group) => Object.keys(group))
  for (const [text, path] of texts)
    for (const [words = '', name = ''] of text.matchAll(/\[[^[\]]*\]\(#([^\s()]+)\)/g)) {
      // Some arrays have names such as xi.theta.
      const isArray = names.includes(name.split('.', 1)[0] ?? '')
      if (isArray || fieldAt(scenario, name) !== undefined) continue
      throw new ModelError(`${words} points at nothing${suggestion(name, names)}`, { path: `lesson.${path}` })
    }
}
