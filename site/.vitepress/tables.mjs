/** Heads of tables for screen readers, which read them with every cell below. */
export function tables(md) {
  md.core.ruler.push('tables', ({ tokens }) => {
    for (const [index, token] of tokens.entries()) {
      if (token.type !== 'th_open') continue
      const { content } = tokens[index + 1]
      if (content === '') {
        token.tag = 'td'
        tokens[index + 2].tag = 'td'
      }
      // A formula is no text to them all.
      if (/^\$[^$]*\$$/.test(content)) token.attrSet('aria-label', content.slice(1, -1))
    }
  })
}
