/** Markdown with formulas as a tree of a few harmless parts: no HTML, no images, no addresses but those of the web. Pure. */
import { Marked, type Token, type Tokens } from 'marked'

/** The elements that a text may have. */
export type Tag =
  | 'p'
  | 'h3'
  | 'ul'
  | 'ol'
  | 'li'
  | 'blockquote'
  | 'pre'
  | 'code'
  | 'strong'
  | 'em'
  | 'del'
  | 'br'
  | 'hr'
  | 'table'
  | 'thead'
  | 'tbody'
  | 'tr'
  | 'th'
  | 'td'

export type Part =
  | string
  | { readonly kind: 'element'; readonly tag: Tag; readonly parts: readonly Part[] }
  | { readonly kind: 'formula'; readonly tex: string; readonly display: boolean }
  /** A page of the web. */
  | { readonly kind: 'link'; readonly href: string; readonly parts: readonly Part[] }
  /** Words that point at a picture, a plot or a control: the name of an array or a probe, or a path. */
  | { readonly kind: 'point'; readonly name: string; readonly parts: readonly Part[] }
  /** A word of the glossary. */
  | { readonly kind: 'term'; readonly term: string; readonly parts: readonly Part[] }

const FORMULA = /^(?:\$\$((?:\\[^]|[^$\\])+)\$\$|\$((?:\\[^]|[^$\\])+)\$)/

const marked = new Marked({
  gfm: true,
  extensions: [
    {
      name: 'formula',
      level: 'inline',
      start: (source: string) => {
        const at = source.indexOf('$')
        return at < 0 ? undefined : at
      },
      tokenizer(source: string) {
        const [raw, display, inline] = FORMULA.exec(source) ?? []
        if (raw === undefined) return undefined
        return { type: 'formula', raw, tex: display ?? inline, display: display !== undefined }
      },
    },
  ],
  hooks: {
    // An underscore or a star within a formula is no emphasis.
    emStrongMask: (source: string) =>
      source.replace(/\$\$?(?:\\[^]|[^$\\])+\$\$?/g, (text) => 'a'.repeat(text.length)),
  },
})

/** The parts of a text. HTML stays the text that was written. */
export function partsOf(markdown: string): Part[] {
  return blocks(marked.lexer(markdown))
}

/** The parts of one line, such as a label. */
export function lineOf(markdown: string): Part[] {
  return inline(marked.Lexer.lexInline(markdown, marked.defaults))
}

function blocks(tokens: readonly Token[]): Part[] {
  return tokens.flatMap((token): Part[] => {
    const one = token as Tokens.Generic
    switch (token.type) {
      case 'space':
      case 'def':
        return []
      case 'paragraph':
        return [element('p', inline(one.tokens))]
      case 'heading':
        return [element('h3', inline(one.tokens))]
      case 'blockquote':
        return [element('blockquote', blocks(one.tokens ?? []))]
      case 'code':
        return [element('pre', [element('code', [String(one.text)])])]
      case 'hr':
        return [element('hr', [])]
      case 'list': {
        const { ordered, items } = token as Tokens.List
        return [
          element(
            ordered ? 'ol' : 'ul',
            items.map((item) => element('li', blocks(item.tokens))),
          ),
        ]
      }
      case 'table': {
        const { header, rows } = token as Tokens.Table
        const row = (tag: 'th' | 'td', cells: readonly Tokens.TableCell[]): Part =>
          element(
            'tr',
            cells.map((cell) => element(tag, inline(cell.tokens))),
          )
        return [
          element('table', [
            element('thead', [row('th', header)]),
            element(
              'tbody',
              rows.map((cells) => row('td', cells)),
            ),
          ]),
        ]
      }
      case 'html':
        return [element('p', [token.raw.trim()])]
      default:
        // The text of a tight list, and inline parts of it.
        return inline([token])
    }
  })
}

const INLINE: Readonly<Record<string, Tag>> = { strong: 'strong', em: 'em', del: 'del' }

function inline(tokens: readonly Token[] = []): Part[] {
  return tokens.flatMap((token): Part[] => {
    const one = token as Tokens.Generic
    const tag = INLINE[token.type]
    if (tag !== undefined) return [element(tag, inline(one.tokens))]
    switch (token.type) {
      case 'text':
        return one.tokens === undefined ? [plain(String(one.text))] : inline(one.tokens)
      case 'escape':
        return [String(one.text)]
      case 'codespan':
        return [element('code', [String(one.text)])]
      case 'br':
        return [element('br', [])]
      case 'formula':
        return [{ kind: 'formula', tex: String(one.tex), display: one.display === true }]
      case 'link':
        return linked(String(one.href), inline(one.tokens))
      case 'image':
        // Figures have a list of their own.
        return [plain(String(one.text))]
      case 'checkbox':
        return []
      default:
        return [token.raw]
    }
  })
}

function linked(href: string, parts: Part[]): Part[] {
  if (href.startsWith('#')) {
    const name = decoded(href.slice(1))
    return name === '' ? parts : [{ kind: 'point', name, parts }]
  }
  return isWeb(href) ? [{ kind: 'link', href, parts }] : parts
}

/** True for the address of a web page: http or https, whole. */
export function isWeb(href: string): boolean {
  if (!/^https?:\/\//i.test(href)) return false
  try {
    return ['http:', 'https:'].includes(new URL(href).protocol)
  } catch {
    return false
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  nbsp: '\u00a0',
}

function plain(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name: string) => ENTITIES[name] as string)
}

function element(tag: Tag, parts: readonly Part[]): Part {
  return { kind: 'element', tag, parts }
}
