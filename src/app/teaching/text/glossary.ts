/** The words of docs/glossary.md, and where a text has them. Pure. */
import type { Part } from './parts.ts'

/** An entry of the glossary. */
export interface Entry {
  readonly term: string
  /** Its sign as TeX, such as \tau. */
  readonly symbol?: string
  /** Markdown. */
  readonly text: string
}

/** Words that every text has, and that need no explanation where they stand. */
const COMMON =
  'neuron|state|layer|pattern|rule|input|step|rate|group|every|rest|speed|update|leak|format|base|bias|trace|stream|filter|stimulus|tick|carry|strength'.split(
    '|',
  )

/** The parts of the glossary about networks; the others are about the program. */
const SECTIONS = ['The network', 'Showing and recalling', 'Time']

/** The entries of the glossary that a text explains. @param markdown - the glossary */
export function entriesOf(markdown: string): Entry[] {
  return markdown.split(/^## /m).flatMap((section) => {
    const [title = '', ...lines] = section.split('\n')
    if (!SECTIONS.includes(title.trim())) return []
    const items = lines.join('\n').split(/^- /m).slice(1)
    return items.flatMap((item): Entry[] => {
      const [, term = '', symbol, text = ''] =
        /^\*\*([^*]+)\*\*(?: \$([^$]+)\$)?: ([^]*?)(?=\s\[`|$(?![^]))/.exec(
          item.replace(/\s+/g, ' ').trim(),
        ) ?? []
      if (term === '' || COMMON.includes(term)) return []
      return [{ term, ...(symbol === undefined ? {} : { symbol }), text }]
    })
  })
}

/** Signs of entries as they stand in plain text. */
const LETTERS: Readonly<Record<string, string>> = {
  '\\tau': 'τ',
  '\\beta': 'β',
  '\\Xi': 'Ξ',
  '\\alpha': 'α',
  '\\xi': 'ξ',
}

/** Marks the first place of every entry in a text. */
export interface Marker {
  /** The text with its terms; each entry is marked once. */
  mark(parts: readonly Part[]): Part[]
}

export function createMarker(entries: readonly Entry[]): Marker {
  const words = new Map<string, string>()
  const symbols = new Map<string, string>()
  for (const { term, symbol } of entries) {
    for (const form of formsOf(term)) words.set(form.toLowerCase(), term)
    if (symbol === undefined) continue
    symbols.set(symbol, term)
    const letter = LETTERS[symbol]
    if (letter !== undefined) words.set(letter.toLowerCase(), term)
  }
  const escaped = [...words.keys()]
    .sort((a, b) => b.length - a.length)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_-])(?:${escaped.join('|')})(?![\\p{L}\\p{N}_-])`, 'giu')
  const seen = new Set<string>()

  const isNew = (term: string): boolean => {
    const { size } = seen
    return seen.add(term).size > size
  }
  const marked = (text: string): Part[] => {
    const parts: Part[] = []
    let from = 0
    for (const { 0: word, index } of text.matchAll(pattern)) {
      const term = words.get(word.toLowerCase())
      if (term === undefined || !isNew(term)) continue
      if (index > from) parts.push(text.slice(from, index))
      parts.push({ kind: 'term', term, parts: [word] })
      from = index + word.length
    }
    if (from < text.length) parts.push(text.slice(from))
    return parts
  }
  const mark = (parts: readonly Part[]): Part[] =>
    parts.flatMap((part): Part[] => {
      if (typeof part === 'string') return marked(part)
      if (part.kind === 'formula') {
        const term = symbols.get(part.tex.trim())
        return term !== undefined && isNew(term) ? [{ kind: 'term', term, parts: [part] }] : [part]
      }
      // A control already has one thing to do.
      if (part.kind !== 'element' || part.tag === 'code') return [part]
      return [{ ...part, parts: mark(part.parts) }]
    })
  return { mark }
}

/** A word and its plural. */
function formsOf(term: string): string[] {
  if (/[^s]y$/.test(term) && !/[aeiou]y$/.test(term)) return [term, `${term.slice(0, -1)}ies`]
  return [term, `${term}s`]
}
