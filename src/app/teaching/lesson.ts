/** The lesson next to the pictures: text, observations, tries and equations of a scenario. */
import './teach.css'
import { ModelError } from '../../core/errors.ts'
import { filesNamed } from '../../core/model/files.ts'
import type { Model } from '../../core/model/model.ts'
import type { Lesson, Scenario, Try } from '../../core/model/schema.ts'
import type { Verdict } from '../../core/run/claims.ts'
import { textOf } from '../messages.ts'
import { type Source, readShipped } from '../session/source.ts'
import type { Claims } from './claims.ts'
import { createCourse } from './course.ts'
import { element } from './element.ts'
import { createMaths } from './maths.ts'
import type { Reading } from './reader.ts'
import { createTold, describedLesson } from './told.ts'
import { typesetter } from './typeset.ts'

export interface LessonActions {
  /** Starts the run again with the values of a scenario; resolves to false if it is refused, after a message. */
  readonly begin: (scenario: Scenario) => Promise<boolean>
  /**
   * Changes the open scenario as one step to undo; resolves to false if it is refused, after a message.
   * @param isAnew - starts the run again, paused if it was
   */
  readonly change: (scenario: Scenario, isAnew: boolean) => Promise<boolean>
  /** The network from which the values of a scenario differ. */
  readonly baseOf: (scenario: Scenario) => Scenario
}

export interface LessonPanel {
  /** Shows the lesson of a scenario, or its description where it has none. */
  open(title: string, source: Source): Promise<void>
  /** Updates equations and diagram after changes of a model, and shows differences from the text. */
  update(model: Model): void
  /** Starts the next try, or the one before; before the first is the scenario as told. */
  go(step: 1 | -1): void
  /** Call once in each frame. @param tick - the present tick @param verdicts - of the claims of the scenario */
  at(tick: number, verdicts: readonly Verdict[]): void
}

/** @param place - the article next to the pictures; filled again for every scenario */
export function createLesson(place: HTMLElement, { begin, change, baseOf }: LessonActions): LessonPanel {
  const heading = element('h2')
  heading.id = 'title'
  const write = document.createElement('button')
  write.type = 'button'
  write.className = 'write'
  write.textContent = 'Write'
  write.title = 'Write the lesson: text, things to try, questions'
  const top = element('div', 'top')
  top.append(heading, write)
  const story = element('div', 'story')
  story.id = 'description'
  const hint = element('p', 'hint')
  hint.id = 'hint'
  const more = element('div', 'more')
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
  again.textContent = 'Restart without them'
  again.title = 'Restart the run without these changes'
  again.addEventListener('click', () => start(course.begun))
  const see = document.createElement('button')
  see.type = 'button'
  see.addEventListener('click', () => {
    isAsked = !isAsked
    refresh()
  })
  changed.append(list, see, again)
  changed.hidden = true
  const maths = createMaths(() => release())
  const text = element('div', 'text')
  text.append(story, more)
  let claims: Claims | undefined
  const under = element('div', 'under')
  under.append(maths.element)
  place.replaceChildren(top, text, hint, tries, outcome, changed, under)
  // Loads KaTeX ahead. Without KaTeX the source of a formula is shown.
  typesetter().catch(() => undefined)
  const reader = import('./reader.ts')
  reader.then(
    ({ showMore, createClaims }) => {
      showMore(text)
      claims = createClaims()
      under.append(claims.element)
    },
    () => undefined,
  )
  const told = createTold()
  let openings = 0
  let opened: Source | undefined
  let shown: Scenario | undefined
  let lesson: Lesson | undefined
  let reading: Reading | undefined
  let buttons: readonly (readonly [Try, HTMLButtonElement])[] = []
  /** The reader wants the text of another network. */
  let isAsked = false
  /** The text of the try that is shown. */
  let said = ''
  const course = createCourse(begin, () => refresh())

  /** The active try, and whether the texts still apply. */
  const refresh = (): void => {
    for (const [one, button] of buttons) button.ariaPressed = String(one === course.begun)
    const words = course.begun?.text ?? ''
    if (words !== said) outcome.replaceChildren(reading?.outcome(words) ?? words)
    said = words
    const other = story.hasChildNodes() && !course.isStarting && isOther(shown, opened)
    changed.hidden = !course.isOff && !other
    list.textContent = other ? 'The text is of the network that this one was made from.' : course.offText
    list.title = course.offText
    again.hidden = !course.isOff
    see.hidden = !other
    see.textContent = isAsked ? 'Hide the text' : 'Show the text'
    place.classList.toggle('other', other && !isAsked)
    place.classList.toggle('off-course', course.isOff)
  }

  /** Another network was built, or has other data. */
  const isOther = (scenario = shown, source = opened): boolean => {
    if (scenario === undefined || source === undefined) return false
    const of = course.target ?? source.home ?? source.model.scenario
    const files = filesNamed(of)
    return baseOf(scenario) !== baseOf(of) || filesNamed(scenario).some((file) => !files.includes(file))
  }

  const start = (wanted: Try | undefined): void => {
    try {
      course.start(wanted)
    } catch (error) {
      if (!(error instanceof ModelError)) throw error
      said = `This try does not fit the network: ${textOf(error)}`
      outcome.textContent = said
    }
  }

  /** Fixes the height, so that late formulas do not move the layout. */
  const hold = (): void => place.style.setProperty('height', `${place.offsetHeight}px`)
  const release = (): void => void place.style.removeProperty('height')
  addEventListener('resize', release)

  const buttonOf = (one: Try): HTMLButtonElement => {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = one.label
    const values = Object.entries(one.set).map(([path, value]) =>
      value === null ? `without ${path}` : `${path} = ${JSON.stringify(value)}`,
    )
    button.title = [...values, 'Restarts the scenario with this change; a second click reverts it.'].join(
      '\n',
    )
    button.addEventListener('click', () => start(course.begun === one ? undefined : one))
    return button
  }

  /** Shows a lesson, or a description. */
  const show = async (wanted: Lesson | undefined, scenario: Scenario): Promise<void> => {
    const opening = ++openings
    const given = wanted ?? describedLesson(scenario)
    const readLesson = await reader.then(
      (module) => module.readLesson,
      () => undefined,
    )
    if (opening !== openings) return
    reading?.close()
    reading = readLesson?.(given, opened?.read ?? readShipped)
    lesson = wanted
    // Without the reader the source of the text is shown.
    story.replaceChildren(
      reading?.story ??
        given.story
          .map((one) => Object.assign(document.createElement('p'), { textContent: one }))
          .reduce((all, one) => (all.append(one), all), new DocumentFragment()),
    )
    hint.replaceChildren(reading?.lookFor ?? given.lookFor ?? '')
    hint.hidden = given.lookFor === undefined
    more.replaceChildren(...(reading?.figures ?? []), ...(reading?.questions ? [reading.questions] : []))
    more.hidden = more.childElementCount === 0
    // The least height of a text is for one that there is.
    text.hidden = given.story.length === 0 && more.hidden
    more.querySelector('.questions')?.addEventListener('toggle', release)
    buttons = given.tries.map((one) => [one, buttonOf(one)])
    tries.replaceChildren(...buttons.map(([, button]) => button))
    tries.hidden = buttons.length === 0
    write.textContent = wanted === undefined ? 'Write a lesson' : 'Write'
  }

  write.addEventListener('click', () => {
    if (opened === undefined || shown === undefined) return
    const scenario = shown
    const base = baseOf(scenario)
    const of = told.of(scenario) ?? base
    void import('./editor/editor.ts').then(({ openEditor }) =>
      openEditor({
        scenario,
        lesson: told.lessonOf(scenario),
        // A lesson of another network is written anew for this one.
        told: baseOf(of) === base ? of : base,
        read: opened?.read ?? readShipped,
        async save(target, isAnew) {
          told.written(target)
          const done = await change(target, isAnew)
          // The same lesson, written for another network, changes no value.
          if (shown !== undefined) course.update(shown, told.of(shown))
          return done
        },
      }),
    )
  })

  return {
    async open(title, source) {
      const { model, origin, home = model.scenario } = source
      const { scenario } = model
      opened = source
      shown = scenario
      isAsked = false
      told.open(home, origin?.scenario)
      const showing = show(told.lessonOf(scenario), scenario)
      const opening = openings
      await showing
      if (opening !== openings) return
      heading.textContent = title
      course.open(scenario, told.of(scenario))
      text.scrollTop = 0
      maths.open(model)
      release()
      const isSet = story.querySelector('.formula:not(.set)') === null
      text.classList.toggle('waiting', !isSet)
      if (isSet) return
      hold()
      const reveal = (): void => {
        if (opening === openings) text.classList.remove('waiting')
      }
      typesetter().then(reveal, reveal)
    },
    update(model) {
      const { scenario } = model
      shown = scenario
      maths.update(model)
      const next = told.lessonOf(scenario)
      const of = told.of(scenario)
      if (JSON.stringify(next) === JSON.stringify(lesson)) {
        course.update(scenario, of)
        return
      }
      release()
      void show(next, scenario).then(() => course.update(scenario, of))
    },
    go(step) {
      const at = buttons.findIndex(([one]) => one === course.begun)
      const next = Math.max(-1, Math.min(at + step, buttons.length - 1))
      if (next !== at) start(buttons[next]?.[0])
    },
    at(tick, verdicts) {
      course.at(tick)
      claims?.show(verdicts, shown?.time.ticks ?? 0)
    },
  }
}
