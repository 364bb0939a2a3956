/** Checks of a lesson: what its tries set and claim, its answers, its figures, and at what its words point. */
import { ModelError } from '../errors.ts'
import { suggestion } from '../suggestion.ts'
import { checkScenario } from './check.ts'
import { checkEnd } from './claims.ts'
import { scenarioOfTry } from './lesson.ts'
import { IMAGE_TYPES, imageData, rightChoice } from './lesson-parts.ts'
import { fieldAt, list, show } from './path.ts'
import type { Lesson, Question, Scenario, Try } from './schema.ts'

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
function checkTry(scenario: Scenario, one: Pick<Try, 'set' | 'expect'>, path: string): void {
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

function checkQuestion({ choices, answer }: Question, path: string): void {
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
