/** The rules, each a function of one sentence. CONTRIBUTING.md, "How we write", has the reasons. */
import { type Sentence, wordsOf } from './sentences.ts'
import { AMERICAN, COINED, DEEDS, THINGS, UNITS } from './words.ts'

/** Where a sentence stands. */
export interface Place {
  /** The first of a section, an item, a table cell or a text of its own. */
  readonly isFirst: boolean
}

/** The error of a sentence and its remedy; undefined for a correct sentence. */
type Rule = (sentence: Sentence, place: Place) => string | undefined

/** The most words of a sentence. */
export const MOST_WORDS = 32

const PERSON = new RegExp(`\\b(${THINGS})s? (?:(?:that|which|never|also|itself|then) )?(${DEEDS})\\b`, 'i')
const UNIT = new RegExp(`(?<![\\w.])\\d[\\d,.]*(${UNITS})(?![\\w/])`)

export const RULES = {
  length: (sentence) => {
    const words = wordsOf(sentence)
    return words > MOST_WORDS ? `${words} words; divide it, ${MOST_WORDS} are the most` : undefined
  },
  head: ({ text }) => {
    const [, head] = /^["“(]*(who|what|whoever|whatever)\b/i.exec(text) ?? []
    return head === undefined || /\?["”)]*$/.test(text)
      ? undefined
      : `begins with "${head}"; begin with the noun`
  },
  such: ({ text }) => {
    const [found] =
      /\b(?:of such|such(?= ?[,;:.)]|$| (?:is|are|was|has|have|gets?|may|can|will|do|does|to|in|of|with|ones?)\b))/i.exec(
        text,
      ) ?? []
    return found === undefined ? undefined : `"${found}" has no noun; write the noun`
  },
  it: ({ text }, { isFirst }) =>
    isFirst && /^["“(]*Its? \p{L}+/u.test(text)
      ? `"${text.split(' ')[0]!}" refers to nothing yet; write the noun`
      : undefined,
  person: ({ text }) => {
    const [, thing, deed] = PERSON.exec(text) ?? []
    return thing === undefined
      ? undefined
      : `a ${thing.toLowerCase()} does not "${deed!}"; say what it holds, computes or shows`
  },
  coined: ({ text }) => replaced(text, COINED),
  british: ({ text }) => replaced(text, AMERICAN),
  unit: ({ text }) => {
    const [found, unit] = UNIT.exec(text) ?? []
    return found === undefined ? undefined : `"${found}"; write "${found.slice(0, -unit!.length)} ${unit!}"`
  },
  double: ({ text }) => {
    const [, word] = /(?<![\p{L}\p{N}._^-])(\p{L}{2,})\s\1(?![\p{L}\p{N}_^-])/iu.exec(text) ?? []
    // A constant in capitals may stand before its noun: ROWS rows.
    return word === undefined || /^\p{Lu}+$/u.test(word) ? undefined : `"${word}" twice; delete one`
  },
  spaces: ({ text }) => (/\S {2,}\S/.test(text) ? 'two spaces; leave one' : undefined),
  etc: ({ text }) => (/\betc\b/i.test(text) ? '"etc."; write "such as" before the examples' : undefined),
} satisfies Record<string, Rule>

export type RuleName = keyof typeof RULES

/** The rules for comments and for strings of the code, whose sentences may lack a subject. */
export const CODE_RULES: readonly RuleName[] = ['head', 'such', 'person', 'british', 'double', 'etc']

function replaced(text: string, words: readonly { was: RegExp; is: string }[]): string | undefined {
  for (const { was, is } of words) {
    const [found] = was.exec(text) ?? []
    if (found !== undefined) return `"${found}"; write ${is}`
  }
  return undefined
}
