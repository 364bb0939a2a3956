/** Parts of a text as elements: formulas, links, words that point at a picture, words of the glossary. */
import source from '../../../../docs/glossary.md?raw'
import { typeset } from '../typeset.ts'
import { createMarker, entriesOf } from './glossary.ts'
import { type Part, lineOf, partsOf } from './parts.ts'
import { bindPointer } from './pointing.ts'
import { bindTerm } from './term.ts'

export interface Renderer {
  /** Paragraphs of a text. */
  blocks(markdown: string): DocumentFragment
  /** A text without paragraphs of its own. */
  line(markdown: string): DocumentFragment
}

const entries = entriesOf(source)
const texts = new Map(entries.map(({ term, text }) => [term, text]))

/** A renderer of one lesson: each word of the glossary is explained where it comes first. */
export function createRenderer(): Renderer {
  const marker = createMarker(entries)
  const fragment = (parts: readonly Part[]): DocumentFragment => {
    const made = new DocumentFragment()
    append(made, marker.mark(parts))
    return made
  }
  return {
    blocks: (markdown) => fragment(partsOf(markdown)),
    line: (markdown) => fragment(lineOf(markdown)),
  }
}

function append(target: Node, parts: readonly Part[]): void {
  let glued = ''
  for (const [index, part] of parts.entries()) {
    if (typeof part === 'string') {
      target.appendChild(document.createTextNode(part.slice(glued.length)))
      glued = ''
      continue
    }
    const node = nodeOf(part)
    // A formula stays on one line with text that follows without a space.
    const next = parts[index + 1]
    const [end = ''] = typeof next === 'string' ? (/^[^\s]*/.exec(next) ?? []) : []
    glued = ''
    if (end !== '' && isFormula(part)) {
      const whole = document.createElement('span')
      whole.className = 'kept'
      whole.append(node, end)
      target.appendChild(whole)
      glued = end
    } else target.appendChild(node)
  }
}

function isFormula(part: Exclude<Part, string>): boolean {
  if (part.kind === 'formula') return !part.display
  const [only] = part.kind === 'term' ? part.parts : []
  return typeof only === 'object' && only.kind === 'formula'
}

function nodeOf(part: Exclude<Part, string>): Node {
  switch (part.kind) {
    case 'formula': {
      const formula = document.createElement('span')
      typeset(formula, part.tex, part.display)
      return formula
    }
    case 'link': {
      const link = document.createElement('a')
      link.href = part.href
      link.target = '_blank'
      link.rel = 'noopener noreferrer'
      append(link, part.parts)
      return link
    }
    case 'point': {
      const words = document.createElement('span')
      append(words, part.parts)
      bindPointer(words, part.name)
      return words
    }
    case 'term': {
      const words = document.createElement('dfn')
      append(words, part.parts)
      bindTerm(words, part.term, () => {
        const text = new DocumentFragment()
        append(text, lineOf(texts.get(part.term) ?? ''))
        return text
      })
      return words
    }
    case 'element': {
      const made = document.createElement(part.tag)
      append(made, part.parts)
      return made
    }
  }
}
