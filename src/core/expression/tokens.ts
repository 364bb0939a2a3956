/** The text of an expression, one token after the other. */
export interface Token {
  readonly kind: 'number' | 'word' | 'sign' | 'end'
  readonly text: string
  readonly at: number
}

export interface Tokens {
  /** The next token. */
  readonly next: Token
  /** Consumes the next token. */
  advance(): Token
  /**
   * Consumes a sign; fails if another token is next.
   * @param wanted - the expected token, in words
   */
  expect(sign: string, wanted: string): void
  /** Fails at the next token, with the remedy. */
  unexpected(wanted: string): never
}

/** Remedies for syntax of other languages and for statements of WGSL. */
const REMEDIES: Readonly<Record<string, string>> = {
  '^': 'use pow(a, b) for powers',
  '**': 'use pow(a, b) for powers',
  '?': 'use select(no, yes, condition)',
  '=': 'use == to compare; assignment is not possible',
  '&': 'use &&',
  '|': 'use ||',
  ';': 'write one expression, without statements',
  '--': 'put parentheses around the negative number',
  '//': 'leave comments out',
  '/*': 'leave comments out',
}

const TOKEN =
  /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[A-Za-z_]*)|(?<word>[A-Za-z_]\w*)|(?<sign>\/\/|\/\*|\*\*|--|\+\+|<<|>>|&&|\|\||[<>=!]=|[^\s])|$)/uy

/** @param fail - throws what is wrong at a place in the text */
export function createTokens(text: string, fail: (at: number, what: string) => never): Tokens {
  let next = scan(text, 0)
  const advance = (): Token => {
    const passed = next
    next = scan(text, passed.at + passed.text.length)
    return passed
  }
  const unexpected = (wanted: string): never => {
    if (next.kind === 'end') return fail(next.at, `the expression ends too early; add ${wanted}`)
    const remedy = Object.hasOwn(REMEDIES, next.text) ? REMEDIES[next.text] : `${wanted} is needed here`
    return fail(next.at, `unexpected \`${next.text}\`; ${remedy}`)
  }
  return {
    get next() {
      return next
    },
    advance,
    expect(sign, wanted) {
      if (next.text !== sign) unexpected(wanted)
      advance()
    },
    unexpected,
  }
}

function scan(text: string, from: number): Token {
  TOKEN.lastIndex = from
  const match = TOKEN.exec(text)
  const { number, word, sign } = match?.groups ?? {}
  const found = number ?? word ?? sign
  if (found === undefined) return { kind: 'end', text: '', at: text.length }
  const kind = number !== undefined ? 'number' : word !== undefined ? 'word' : 'sign'
  return { kind, text: found, at: TOKEN.lastIndex - found.length }
}
