/** Cells of the head of a table that are empty are no heads: a screen reader would read them with every cell below. */
export function tables(md) {
  md.core.ruler.push('tables', ({ tokens }) => {
    for (const [index, token] of tokens.entries()) {
      if (token.type !== 'th_open' || tokens[index + 1].content !== '') continue
      token.tag = 'td'
      tokens[index + 2].tag = 'td'
    }
  })
}
