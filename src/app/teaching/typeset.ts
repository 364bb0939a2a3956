/** Formulas in TeX, typeset by KaTeX as soon as it is loaded. */
type Typesetter = (target: HTMLElement, tex: string, displayMode: boolean) => void

let library: Promise<Typesetter> | undefined
let loaded: Typesetter | undefined

/** KaTeX with its style and the fonts of a text, so that late fonts do not move the layout. */
export function typesetter(): Promise<Typesetter> {
  library ??= Promise.all([import('katex'), import('katex/dist/katex.min.css')]).then(async ([katex]) => {
    await Promise.all(['16px KaTeX_Main', 'italic 16px KaTeX_Math'].map((font) => document.fonts.load(font)))
    loaded = (target, tex, displayMode) => {
      // KaTeX marks a wrong formula by an inline style, which the policy of the page refuses.
      try {
        katex.default.render(tex, target, { displayMode, throwOnError: true, output: 'htmlAndMathml' })
        target.classList.remove('wrong')
        target.removeAttribute('title')
      } catch (error) {
        target.textContent = tex
        target.title = error instanceof Error ? error.message : String(error)
        target.classList.add('wrong')
      }
      target.classList.add('set')
    }
    return loaded
  })
  return library
}

/** Puts a formula into an element as soon as KaTeX is loaded; until then a placeholder has about its width. */
export function typeset(target: HTMLElement, tex: string, displayMode: boolean): void {
  target.classList.add('formula')
  if (loaded !== undefined) {
    loaded(target, tex, displayMode)
    return
  }
  // A command counts as one sign; braces and indices do not count.
  target.textContent = tex.replace(/\\[a-z]+/gi, 'x').replace(/[{}_^\\,\s]/g, '')
  typesetter().then(
    (set) => set(target, tex, displayMode),
    () => {
      target.textContent = tex
      target.classList.add('set')
    },
  )
}
