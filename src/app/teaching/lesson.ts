/** The lesson beside the pictures: the story of a scenario, what to look for, what to try, its equations. */
import './teach.css'
import { escaped } from '../../core/errors.ts'
import type { Model } from '../../core/model/model.ts'
import { setValue } from '../../core/model/path.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { type Origin, editedScenario } from '../session/source.ts'
import { differences } from '../editing/undo.ts'
import { changesText } from './changes.ts'
import { diagramOf } from './diagram.ts'
import { equationsOf } from './equations.ts'
import { type Lesson, type Try, lessonOf } from './lessons.ts'

export interface LessonActions {
  /** Starts the run anew with the values of a scenario; resolves to false when it is refused, which has then been told. */
  readonly begin: (scenario: Scenario) => Promise<boolean>
}

export interface LessonPanel {
  /** Fetches the lesson of a shipped scenario that is being opened. */
  prepare(id: string | undefined): void
  /** Shows the lesson of a scenario: the shipped one's, or what its own description says. */
  open(title: string, model: Model, origin: Origin | undefined): Promise<void>
  /** Brings equations and diagram up to a model whose values have changed, and says what no longer is as told. */
  update(model: Model): void
  /** To be called once a frame. @param tick - where the run is */
  at(tick: number): void
}

/** @param place - the article beside the pictures; it is filled anew with every scenario */
export function createLesson(place: HTMLElement, { begin }: LessonActions): LessonPanel {
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
  const changed = element('div', 'changed')
  changed.role = 'status'
  const list = element('p')
  const again = document.createElement('button')
  again.type = 'button'
  again.textContent = 'Start as told'
  again.title = 'Start the run anew without these changes'
  again.addEventListener('click', () => start(begun))
  changed.append(list, again)
  changed.hidden = true
  const details = document.createElement('details')
  details.className = 'maths'
  details.innerHTML = '<summary>Network and equations</summary><div class="picture"></div><dl></dl>'
  const part = (selector: string): HTMLElement => details.querySelector(selector) as HTMLElement
  const text = element('div', 'text')
  text.append(story, hint, details)
  place.replaceChildren(heading, text, tries, outcome, changed)
  // It will be wanted: by then it may be here. Without it the source of a formula is shown.
  typesetter().catch(() => undefined)
  let shown: Model | undefined
  let drawn = ''
  let openings = 0
  let shipped: Origin | undefined
  /** The try that is on. */
  let begun: Try | undefined
  let buttons: readonly (readonly [Try, HTMLButtonElement])[] = []
  /** Starts that are on their way. */
  let starting = 0
  let isChanged = false
  /** Ticks have passed with other values than those told of. */
  let isOffCourse = false

  const targetOf = (scenario: Scenario, wanted: Try | undefined): Scenario => {
    let target: unknown = scenario
    for (const [path, value] of Object.entries(wanted?.set ?? {})) target = setValue(target, path, value)
    return editedScenario(target)
  }

  const start = (wanted: Try | undefined): void => {
    if (shipped === undefined) return
    const from = shipped
    const before = begun
    begun = wanted
    starting++
    isOffCourse = false
    refresh()
    void begin(targetOf(from.scenario, wanted))
      .then((done) => {
        if (!done && shipped === from && begun === wanted) begun = before
      })
      .finally(() => {
        starting--
        refresh()
      })
  }

  /** Which try is on, and whether the texts still hold. */
  const refresh = (): void => {
    for (const [one, button] of buttons) button.ariaPressed = String(one === begun)
    outcome.textContent = begun?.text ?? ''
    if (shipped === undefined || shown === undefined || starting > 0) {
      isChanged = false
      changed.hidden = true
      place.classList.remove('off-course')
      return
    }
    const { scenario } = shown
    // Undone, a try is no longer on.
    if (begun !== undefined && differences(shipped.scenario, scenario).length === 0) {
      begun = undefined
      isOffCourse = true
      refresh()
      return
    }
    const found = differences(targetOf(shipped.scenario, begun), scenario)
    isChanged = found.length > 0
    changed.hidden = !isChanged && !isOffCourse
    list.textContent = isChanged
      ? `No longer as told. Changed: ${changesText(found)}.`
      : 'No longer as told: values were changed during this run and set back.'
    place.classList.toggle('off-course', !changed.hidden)
  }

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
    prepare(id) {
      void fetched(id)
    },
    async open(title, model, origin) {
      const opening = ++openings
      const lesson = await fetched(origin?.id)
      if (opening !== openings) return
      shown = model
      shipped = origin
      begun = undefined
      isOffCourse = false
      drawn = ''
      heading.textContent = title
      const [own = '', ...rest] = escaped(model.scenario.description.replace(/\s+/g, ' ')).split('Look for:')
      story.replaceChildren(...(lesson?.story ?? [own]).map(paragraph))
      const look = lesson?.lookFor ?? rest.join('').trim()
      hint.textContent = look
      hint.hidden = look === ''
      tries.hidden = lesson === undefined
      buttons = (lesson?.tries ?? []).map((one) => {
        const button = document.createElement('button')
        button.type = 'button'
        button.textContent = one.label
        const values = Object.entries(one.set).map(([path, value]) => `${path} = ${JSON.stringify(value)}`)
        button.title = [
          ...values,
          'Starts the shipped scenario anew with that; a second click ends it.',
        ].join('\n')
        button.addEventListener('click', () => start(begun === one ? undefined : one))
        return [one, button]
      })
      tries.replaceChildren(...buttons.map(([, button]) => button))
      refresh()
      text.scrollTop = 0
      draw()
      release()
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
      refresh()
    },
    at(tick) {
      const isOff = tick > 0 && (isOffCourse || isChanged)
      if (isOff === isOffCourse || starting > 0) return
      isOffCourse = isOff
      refresh()
    },
  }
}

/** A network runs without its lesson, should that not come. */
async function fetched(id: string | undefined): Promise<Lesson | undefined> {
  return id === undefined ? undefined : lessonOf(id).catch(() => undefined)
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
