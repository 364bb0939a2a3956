/** Divides a text into sentences, and masks what is not prose. */

export interface Sentence {
  /** As it is read: code and mathematics are masked, marks of Markdown are gone. Line ends count as spaces. */
  readonly text: string
  /** Where it begins in the text it was taken from. */
  readonly offset: number
}

/** A masked character: part of one word, and of no English one. */
const MASK = '\uE000'
/** A mark that takes no room. */
const MARK = '\u2060'

const MASKED = [
  /(`+)[^`][\s\S]*?\1/g,
  /\$\$[\s\S]*?\$\$/g,
  /\$(?! )[^$\n]*(?:\n[^$\n]+)?\$/g,
  /<(?:https?:[^>]*|\/?[a-z][^>]*)>/gi,
  /https?:\/\/\S+/g,
  /\b[\w.-]+(?:\/[\w.-]*[\w-])+/g,
]

/** A point that does not end a sentence. */
const ABBREVIATION =
  /(?:\b(?:e\.g|i\.e|vs|al|cf|Fig|Eq|No|Phys|Rev|Lett|Proc|Natl|Acad|Sci|pp?|ed|J|eds)|(?:^|[,:;(]\s|\b(?:and|of|by|with)\s|[A-Z]\.\s)[A-Z])\.$/

/** The sentences of one paragraph, table cell, heading or item. */
export function sentencesOf(source: string): Sentence[] {
  const text = masked(source)
  const sentences: Sentence[] = []
  let start = 0
  const add = (end: number): void => {
    const part = text.slice(start, end)
    const lead = part.length - part.trimStart().length
    if (part.trim() !== '')
      sentences.push({ text: part.trim().replaceAll(MARK, '').replace(/\n\s*/g, ' '), offset: start + lead })
    start = end
  }
  for (const { index, 0: found } of text.matchAll(
    /[.!?](?:["”’)\u2060_*]*)(?=\s+["“‘(\u2060_*]*(?:[\p{Lu}\p{N}\uE000]|engram\b|[\p{L}-]+(?:[:=]|\.\p{L}+ )))/gu,
  )) {
    if (!ABBREVIATION.test(text.slice(start, index + 1))) add(index + found.length)
  }
  add(text.length)
  return sentences
}

/** The number of words; a code span, a formula and a link are one each. */
export function wordsOf({ text }: Sentence): number {
  return text.split(/[ \n\t]+/).filter((word) => /[\p{L}\p{N}\uE000]/u.test(word)).length
}

/** A text of the same length without code, mathematics, addresses and marks. */
function masked(source: string): string {
  let text = source
  for (const pattern of MASKED) text = text.replace(pattern, (part) => MASK.repeat(part.length))
  return text
    .replace(/!?\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])?/g, (whole, label: string) => {
      const before = whole.startsWith('!') ? 2 : 1
      const inside = label.replace(/\s/g, '\u00A0')
      return MARK.repeat(before) + inside + MARK.repeat(whole.length - before - label.length)
    })
    .replace(/\*+(?=\S)|(?<=\S)\*+|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, (marks) =>
      MARK.repeat(marks.length),
    )
}

/** A sentence as a message shows it. */
export function shown(source: string, { offset, text }: Sentence): string {
  return source
    .slice(offset)
    .replace(/\s+/g, ' ')
    .slice(0, Math.max(text.length, 20))
    .replace(/^(.{97}).{4,}$/, '$1...')
}
