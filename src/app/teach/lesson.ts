/** The lesson beside the pictures: the story of a scenario, what to look for, what to try, its equations. */
import './teach.css'
import { escaped } from '../../core/model/errors.ts'
import type { Model } from '../../core/model/model.ts'
import { diagramOf } from './diagram.ts'
import { equationsOf } from './equations.ts'
import { LESSONS, type Try } from './lessons.ts'

export interface LessonActions {
  /** Sets the values of a try and starts the run again where it asks for that. */
  readonly attempt: (wanted: Try) => void
}

export interface LessonPanel {
  /** Shows the lesson of a scenario: the shipped one's, or what its own description says. */
  open(title: string, model: Model, id: string | undefined): void
  /** Brings equations and diagram up to a model whose values have changed. */
  update(model: Model): void
}

/** @param place - the article beside the pictures; it is filled anew with every scenario */
export function createLesson(place: HTMLElement, { attempt }: LessonActions): LessonPanel {
  const heading = element('h2')
  heading.id = 'title'
  const story = element('div', 'story')
  story.id = 'description'
  const hint = element('p', 'hint')
  hint.id = 'hint'
  const tries = element('div', 'tries')
  tries.role = 'group'
  tries.ariaLabel = 'Things to try'
  const outcome = element('p', 'outcome')
  outcome.role = 'status'
  const details = document.createElement('details')
  details.className = 'maths'
  details.innerHTML = '<summary>Network and equations</summary><div class="picture"></div><dl></dl>'
  const part = (selector: string): HTMLElement => details.querySelector(selector) as HTMLElement
  const text = element('div', 'text')
  text.append(story, hint, details)
  place.replaceChildren(heading, text, tries, outcome)
  // It will be wanted: by then it may be here. Without it the source of a formula is shown.
  typesetter().catch(() => undefined)
  let shown: Model | undefined
  let drawn = ''
  let openings = 0

  /** Fixes the height, so that formulas may come when they come. */
  const hold = (): void => place.style.setProperty('height', `${place.offsetHeight}px`)
  const release = (): void => void place.style.removeProperty('height')
  addEventListener('resize', release)

  const draw = (): void => {
    if (shown === undefined || !details.open) return
    const equations = equationsOf(shown)
    const key = JSON.stringify(equations)
    if (key === drawn) return
    drawn = key
    part('.picture').innerHTML = diagramOf(shown)
    part('dl').replaceChildren(
      ...equations.flatMap(({ title, lines }) => {
        const term = element('dt')
        term.textContent = title
        const all = lines.map((line) => {
          const one = element('dd')
          typeset(one, line, true)
          return one
        })
        return [term, ...all]
      }),
    )
  }
  details.addEventListener('toggle', () => {
    release()
    draw()
  })

  return {
    open(title, model, id) {
      shown = model
      drawn = ''
      heading.textContent = title
      const lesson = id === undefined ? undefined : LESSONS[id]
      const [own = '', ...rest] = escaped(model.scenario.description.replace(/\s+/g, ' ')).split('Look for:')
      story.replaceChildren(...(lesson?.story ?? [own]).map(paragraph))
      const look = lesson?.lookFor ?? rest.join('').trim()
      hint.textContent = look
      hint.hidden = look === ''
      outcome.textContent = ''
      tries.hidden = lesson === undefined
      tries.replaceChildren(
        ...(lesson?.tries ?? []).map((one) => {
          const button = document.createElement('button')
          button.type = 'button'
          button.textContent = one.label
          button.title = Object.entries(one.set)
            .map(([path, value]) => `${path} = ${JSON.stringify(value)}`)
            .join('\n')
          button.addEventListener('click', () => {
            outcome.textContent = one.text
            attempt(one)
          })
          return button
        }),
      )
      text.scrollTop = 0
      draw()
      release()
      const opening = ++openings
      const isSet = story.querySelector('.formula:not(.set)') === null
      text.classList.toggle('waiting', !isSet)
      if (isSet) return
      hold()
      const show = (): void => {
        if (opening === openings) text.classList.remove('waiting')
      }
      typesetter().then(show, show)
    },
    update(model) {
      shown = model
      draw()
    },
  }
}

function element(tag: 'h2' | 'div' | 'p' | 'dt' | 'dd' | 'span', className = ''): HTMLElement {
  const made = document.createElement(tag)
  made.className = className
  return made
}

/** A paragraph in which $...$ is typeset. */
function paragraph(text: string): HTMLElement {
  const made = element('p')
  const pieces = text.split('$')
  for (let index = 0; index < pieces.length; index += 2) {
    // A formula keeps what follows it without a space on its line.
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

/** KaTeX with its style and the fonts of all that stands in a text, so that what it sets stays as it is. */
function typesetter(): Promise<Typesetter> {
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

/** Puts a formula into an element, as soon as KaTeX is here; until then something as wide holds the place. */
function typeset(target: HTMLElement, tex: string, displayMode: boolean): void {
  target.classList.add('formula')
  if (loaded !== undefined) {
    loaded(target, tex, displayMode)
    return
  }
  // A command is a sign; braces and indices take no room.
  target.textContent = tex.replace(/\\[a-z]+/gi, 'x').replace(/[{}_^\\,\s]/g, '')
  typesetter().then(
    (set) => set(target, tex, displayMode),
    () => {
      target.textContent = tex
      target.classList.add('set')
    },
  )
}
