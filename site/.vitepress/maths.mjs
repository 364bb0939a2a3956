/** Formulas in the notation of GitHub, `$...$` and blocks of the language `math`, typeset by KaTeX at build time. */
import katex from 'katex'

export function maths(md) {
  md.inline.ruler.before('escape', 'maths', inline)
  md.renderer.rules.maths = (tokens, index) => typeset(tokens[index].content, false)
  const { fence } = md.renderer.rules
  md.renderer.rules.fence = (tokens, index, ...rest) =>
    tokens[index].info.trim() === 'math'
      ? `<p>${typeset(tokens[index].content, true)}</p>`
      : fence(tokens, index, ...rest)
}

/** A formula begins and ends without a space inside, and no digit follows it: `$5 and $6` is text. */
function inline(state, silent) {
  const found = /^\$((?:[^\s$\\]|\\.)(?:[^$\\]|\\.)*?)\$(?!\d)/.exec(state.src.slice(state.pos))
  if (found === null || /\s$/.test(found[1])) return false
  if (!silent) state.push('maths', 'span', 0).content = found[1]
  state.pos += found[0].length
  return true
}

function typeset(tex, displayMode) {
  const html = katex.renderToString(tex, { displayMode, throwOnError: true, strict: 'ignore' })
  // Vue leaves what is in it as it is. Wide formulas are scrolled with the keyboard too.
  return displayMode
    ? `<span v-pre class="formula" tabindex="0" role="group" aria-label="Equation">${html}</span>`
    : `<span v-pre>${html}</span>`
}
