/** The texts of the fields of the editor, and the lesson that they say. Pure. */
import { ModelError } from '../../../core/errors.ts'
import { checkLesson } from '../../../core/model/lesson-check.ts'
import { parseScenario } from '../../../core/model/parse.ts'
import { keysIn } from '../../../core/model/path.ts'
import type { Lesson, Scenario, Try } from '../../../core/model/schema.ts'
import type { Difference } from '../../editing/undo.ts'

export interface DraftTry {
  label: string
  text: string
  /** A line `PATH = VALUE` for each value. */
  values: string
  /** Claims, which the editor keeps as they are. */
  readonly expect?: Try['expect']
}

export interface DraftQuestion {
  ask: string
  /** A choice on each line; none = the answer is revealed. */
  choices: string
  /** Number of the right choice, from 0. */
  right: number
  /** The answer where there are no choices. */
  answer: string
  because: string
}

export interface DraftFigure {
  src: string
  alt: string
  caption: string
}

export interface Draft {
  story: string
  lookFor: string
  readonly tries: DraftTry[]
  readonly questions: DraftQuestion[]
  readonly figures: DraftFigure[]
}

export function draftOf({ story, lookFor = '', tries, questions = [], figures = [] }: Lesson): Draft {
  return {
    story: story.join('\n\n'),
    lookFor,
    tries: tries.map(({ label, text, set, expect }) => ({
      label,
      text,
      values: valuesText(set),
      ...(expect === undefined ? {} : { expect }),
    })),
    questions: questions.map(({ ask, choices = [], answer, because = '' }) => ({
      ask,
      choices: choices.join('\n'),
      right: Math.max(0, typeof answer === 'number' ? answer : choices.indexOf(answer)),
      answer: choices.length > 0 ? '' : String(answer),
      because,
    })),
    figures: figures.map(({ src, alt, caption = '' }) => ({ src, alt, caption })),
  }
}

/**
 * The lesson of a draft; fields that are empty are left out.
 * @throws ModelError for a line of values that is none
 */
export function lessonOf({ story, lookFor, tries, questions, figures }: Draft): Lesson {
  const asked = questions.map(({ ask, choices, right, answer, because }) => {
    const list = linesOf(choices)
    return {
      ask,
      ...(list.length === 0 ? {} : { choices: list }),
      answer: list.length === 0 ? answer : right,
      ...(because === '' ? {} : { because }),
    }
  })
  return {
    story: paragraphsOf(story),
    ...(lookFor.trim() === '' ? {} : { lookFor: lookFor.trim() }),
    tries: tries.map(({ label, text, values, expect }, index) => ({
      label,
      text,
      set: valuesOf(values, `lesson.tries.${index}.set`),
      ...(expect === undefined ? {} : { expect }),
    })),
    ...(asked.length === 0 ? {} : { questions: asked }),
    ...(figures.length === 0
      ? {}
      : {
          figures: figures.map(({ src, alt, caption }) => ({
            src,
            alt,
            ...(caption === '' ? {} : { caption }),
          })),
        }),
  }
}

/**
 * The lesson of a draft for a scenario.
 * @throws ModelError for the first thing that is wrong
 */
export function checkedLesson(draft: Draft, scenario: Scenario): Lesson {
  const parsed = parseScenario(JSON.parse(JSON.stringify({ ...scenario, lesson: lessonOf(draft) })))
  checkLesson(parsed)
  return parsed.lesson as Lesson
}

/** Names of the parts of a lesson in the editor. */
const TITLES: Readonly<Record<string, string>> = {
  story: 'Text',
  lookFor: 'Look for',
  tries: 'Try',
  'tries.label': 'Button',
  'tries.text': 'Expected observation',
  'tries.set': 'Values',
  questions: 'Question',
  'questions.ask': 'Question',
  'questions.choices': 'Choices',
  'questions.answer': 'Answer',
  'questions.because': 'Because',
  figures: 'Figure',
  'figures.src': 'File',
  'figures.alt': 'Says, for those who cannot see it',
  'figures.caption': 'Caption',
}

/** An error of a lesson with the names of the fields in place of their path; other errors stay. */
export function named(error: unknown): unknown {
  if (!(error instanceof ModelError) || error.place.path === undefined) return error
  const [root, group = '', item = '', key = '', ...rest] = keysIn(error.place.path)
  const title = TITLES[group]
  if (root !== 'lesson' || title === undefined) return error
  const number = /^\d+$/.test(item) && key !== '' ? ` ${Number(item) + 1}` : ''
  const place = [`${title}${number}`, TITLES[`${group}.${key}`] ?? key, rest.join('.')]
  return new ModelError(`${place.filter((word) => word !== '').join(', ')}: ${error.reason}`)
}

/** The paragraphs of a text; lists and code with empty lines stay whole. */
export function paragraphsOf(text: string): string[] {
  const parts: string[] = []
  let isCode = false
  for (const block of text.replace(/\r/g, '').split(/\n[ \t]*\n+/)) {
    const goesOn = isCode || (parts.length > 0 && /^(?:[ \t]|[-*+] |\d+[.)] )/.test(block))
    if (goesOn) parts.push(`${parts.pop()}\n\n${block}`)
    else parts.push(block)
    if ((block.match(/^```/gm)?.length ?? 0) % 2 === 1) isCode = !isCode
  }
  return parts.map((part) => part.replace(/^\n+|\s+$/g, '')).filter((part) => part !== '')
}

export function valuesText(set: Try['set']): string {
  return Object.entries(set)
    .map(([path, value]) => `${path} = ${JSON.stringify(value)}`)
    .join('\n')
}

/** @throws ModelError for a line without a path */
export function valuesOf(text: string, place: string): Record<string, unknown> {
  return Object.fromEntries(
    linesOf(text).map((line): [string, unknown] => {
      const at = line.indexOf('=')
      const path = line.slice(0, at).trim()
      if (at < 1 || path === '')
        throw new ModelError(`"${line}" is no value; write PATH = VALUE, such as seed = 2`, { path: place })
      return [path, valueOf(line.slice(at + 1).trim())]
    }),
  )
}

/** JSON, else the text itself. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** A try that sets what has changed. */
export function tryOf(changes: readonly Difference[]): DraftTry {
  const set = Object.fromEntries(changes.map(({ path, to }) => [path, to ?? null]))
  return { label: '', text: '', values: valuesText(set) }
}

/** Names at which words can point, with what they are. */
export function namesIn({ neurons, synapses, memories, probes }: Scenario): [string, string][] {
  const of = (group: object, what: string): [string, string][] =>
    Object.keys(group).map((name) => [name, what])
  return [
    ...of(neurons, 'layer'),
    ...of(synapses, 'synapse'),
    ...of(memories, 'memory'),
    ...of(probes, 'probe'),
  ]
}
