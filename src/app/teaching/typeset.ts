/** Formulas in TeX, typeset by KaTeX as soon as it is loaded. */
import { element } from './element.ts'

/** A paragraph in which $...$ is typeset. */
export function paragraph(text: string): HTMLElement {
  const made = element('p')
  const pieces = text.split('$')
  for (let index = 0; index < pieces.length; index += 2) {
    // A formula stays on one line with text that follows without a space.
    const [end = ''] = index === 0 ? [] : (/^\S*/.exec(pieces[index] as string) ?? [])
    if (index > 0) {
      const whole = element('span', 'kept')
      const formula = element('span')
      typeset(formula, pieces[index - 1] as string, false)
      whole.append(formula, end)
      made.append(whole)
    }
    made.append((pieces[index] as string).slice(end.length))
  }
  return made
}

type Typesetter = (target: HTMLElement, tex: string, displayMode: boolean) => void

let library: Promise<Typesetter> | undefined
let loaded: Typesetter | undefined

/** KaTeX with its style and the fonts of a text, so that late fonts do not move the layout. */
export function typesetter(): Promise<Typesetter> {
  library ??= Promise.all([import('katex'), import('katex/dist/katex.min.css')]).then(async ([katex]) => {
    await Promise.all(['16px KaTeX_Main', 'italic 16px KaTeX_Math'].map((font) => document.fonts.load(font)))
    loaded = (target, tex, displayMode) => {
      katex.default.render(tex, target, { displayMode, throwOnError: false, output: 'htmlAndMathml' })
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
