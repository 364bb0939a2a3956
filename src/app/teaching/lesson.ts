/** The lesson next to the pictures: text, observations, tries and equations of a scenario. */
import './teach.css'
import { escaped } from '../../core/errors.ts'
import type { Model } from '../../core/model/model.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { Verdict } from '../../core/run/claims.ts'
import type { Origin } from '../session/source.ts'
import { createClaims } from './claims.ts'
import { createCourse } from './course.ts'
import { element } from './element.ts'
import { type Lesson, type Try, lessonOf } from './lessons.ts'
import { createMaths } from './maths.ts'
import { paragraph, typesetter } from './typeset.ts'

export interface LessonActions {
  /** Starts the run again with the values of a scenario; resolves to false if it is refused, after a message. */
  readonly begin: (scenario: Scenario) => Promise<boolean>
}

export interface LessonPanel {
  /** Fetches the lesson of a shipped scenario that is being opened. */
  prepare(id: string | undefined): void
  /** Shows the lesson of a shipped scenario, or the description of another one. */
  open(title: string, model: Model, origin: Origin | undefined): Promise<void>
  /** Updates equations and diagram after changes of a model, and shows differences from the text. */
  update(model: Model): void
  /** Call once in each frame. @param tick - the present tick @param verdicts - of the claims of the scenario */
  at(tick: number, verdicts: readonly Verdict[]): void
}

/** @param place - the article next to the pictures; filled again for every scenario */
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
  again.title = 'Restart the run without these changes'
  again.addEventListener('click', () => course.start(course.begun))
  changed.append(list, again)
  changed.hidden = true
  const maths = createMaths(() => release())
  const text = element('div', 'text')
  text.append(story)
  const claims = createClaims()
  const more = element('div', 'more')
  more.append(claims.element, maths.element)
  place.replaceChildren(heading, text, hint, tries, outcome, changed, more)
  // Loads KaTeX ahead. Without KaTeX the source of a formula is shown.
  typesetter().catch(() => undefined)
  let openings = 0
  let buttons: readonly (readonly [Try, HTMLButtonElement])[] = []
  const course = createCourse(begin, () => refresh())

  /** The active try, and whether the texts still apply. */
  const refresh = (): void => {
    for (const [one, button] of buttons) button.ariaPressed = String(one === course.begun)
    outcome.textContent = course.begun?.text ?? ''
    changed.hidden = !course.isOff
    list.textContent = course.offText
    place.classList.toggle('off-course', course.isOff)
  }

  /** Fixes the height, so that late formulas do not move the layout. */
  const hold = (): void => place.style.setProperty('height', `${place.offsetHeight}px`)
  const release = (): void => void place.style.removeProperty('height')
  addEventListener('resize', release)

  return {
    prepare(id) {
      void fetched(id)
    },
    async open(title, model, origin) {
      const opening = ++openings
      const lesson = await fetched(origin?.id)
      if (opening !== openings) return
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
          'Restarts the shipped scenario with this change; a second click reverts it.',
        ].join('\n')
        button.addEventListener('click', () => course.start(course.begun === one ? undefined : one))
        return [one, button]
      })
      tries.replaceChildren(...buttons.map(([, button]) => button))
      course.open(model.scenario, origin?.scenario)
      text.scrollTop = 0
      maths.open(model)
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
      maths.update(model)
      course.update(model.scenario)
    },
    at(tick, verdicts) {
      course.at(tick)
      claims.show(verdicts)
    },
  }
}

/** If the lesson fails to load, the network runs without it. */
async function fetched(id: string | undefined): Promise<Lesson | undefined> {
  return id === undefined ? undefined : lessonOf(id).catch(() => undefined)
}
