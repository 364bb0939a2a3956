/** The editor of a lesson: fields on one side, the lesson as it will be read on the other. */
import './editor.css'
import type { Read } from '../../../core/model/files.ts'
import { valueAt } from '../../../core/model/path.ts'
import { varyingPaths } from '../../../core/model/running.ts'
import type { Lesson, Scenario } from '../../../core/model/schema.ts'
import { buttonOf, createPanel } from '../../dialog.ts'
import { valueChanges } from '../../editing/undo.ts'
import { textOf } from '../../messages.ts'
import { type Reading, readLesson } from '../reader.ts'
import { describedLesson } from '../told.ts'
import {
  type Draft,
  type DraftFigure,
  type DraftQuestion,
  type DraftTry,
  checkedLesson,
  draftOf,
  lessonOf,
  named,
  namesIn,
  tryOf,
} from './draft.ts'
import { itemBox, textField } from './fields.ts'
import { forgetDraft, keepDraft, keptDraft } from './kept.ts'
import { pictureData } from './picture.ts'

export interface EditorOptions {
  /** The open scenario, with its present values. */
  readonly scenario: Scenario
  readonly lesson: Lesson | undefined
  /** The network on the screen without the present changes of values. */
  readonly told: Scenario
  readonly read: Read
  /**
   * Changes the open scenario; resolves to false if it is refused, after a message.
   * @param isAnew - starts the run again
   */
  readonly save: (scenario: Scenario, isAnew: boolean) => Promise<boolean>
}

/** Milliseconds without a key until the preview follows. */
const PREVIEW_AFTER = 150

export function openEditor({ scenario, lesson, told, read, save }: EditorOptions): void {
  if (document.querySelector('.panel-lesson') !== null) return
  const of = JSON.stringify([lesson, told])
  const start = draftOf(lesson ?? describedLesson(scenario))
  const kept = keptDraft(of)
  const draft = kept?.draft ?? structuredClone(start)
  const changes = valueChanges(told, scenario)
  /** The try that the present changes have become: they then leave the scenario. */
  let moved = kept?.moved
  const isMoved = (): boolean => moved !== undefined && draft.tries.includes(moved)
  /** The scenario that the lesson becomes a part of. Changes that are a try leave it, and it begins as told. */
  const target = (): Scenario => (isMoved() ? told : scenario)

  const { element, body, foot, find, ...panel } = createPanel('lesson', 'Write the lesson', () => {
    keepNow()
    removeEventListener('pagehide', keepNow)
    clearTimeout(timer)
    reading?.close()
    element.remove()
    if (before instanceof HTMLElement) before.focus()
  })
  body.innerHTML = '<div class="fields"></div><section class="preview" aria-label="Preview"></section>'
  const form = find('.fields')
  const problem = document.createElement('p')
  problem.role = 'alert'
  const discardButton = buttonOf('Discard the draft', () => {
    moved = undefined
    isChanged = false
    forgetDraft(of)
    Object.assign(draft, structuredClone(start))
    build()
    preview()
    form.querySelector('textarea')?.focus()
  })
  const saveButton = buttonOf('Save', () => void store())
  saveButton.className = 'primary'
  foot.append(problem, discardButton, saveButton)

  // ------------------------------------------------------------------------------------------------------- preview

  let reading: Reading | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Keys were pressed since the draft was kept. */
  let isChanged = false
  const keepNow = (): void => {
    if (isChanged) keepDraft(of, { draft, moved })
    isChanged = false
  }
  addEventListener('pagehide', keepNow)
  const preview = (): void => {
    clearTimeout(timer)
    keepNow()
    let shown: Lesson
    let wrong = ''
    try {
      shown = lessonOf(draft)
    } catch (error) {
      wrong = textOf(named(error))
      shown = lessonOf({ ...draft, tries: draft.tries.map((one) => ({ ...one, values: '' })) })
    }
    try {
      checkedLesson(draft, target())
    } catch (error) {
      wrong = textOf(named(error))
    }
    problem.textContent = wrong
    saveButton.disabled = wrong !== ''
    const unsaved = changedParts(start, draft)
    panel.note.textContent =
      unsaved.length === 0
        ? ''
        : `Not saved: ${unsaved.join(', ')}. The draft stays in this tab, also after a reload.`
    discardButton.hidden = unsaved.length === 0
    const isOpen = find('.preview').querySelector('details')?.open ?? true
    reading?.close()
    reading = readLesson(shown, read)
    const story = document.createElement('div')
    story.className = 'story'
    story.append(reading.story)
    const hint = document.createElement('p')
    hint.className = 'hint'
    hint.append(reading.lookFor)
    const tries = document.createElement('div')
    tries.className = 'tries'
    const outcome = document.createElement('p')
    outcome.className = 'outcome'
    tries.append(
      ...shown.tries.map(({ label, text, set }) => {
        const button = buttonOf(label === '' ? '…' : label, () => {
          const isOn = button.ariaPressed === 'true'
          for (const one of tries.children) one.ariaPressed = 'false'
          button.ariaPressed = String(!isOn)
          const values = Object.entries(set).map(([path, value]) =>
            value === null ? `without ${path}` : `${path} = ${JSON.stringify(value)}`,
          )
          const sets = document.createElement('code')
          sets.textContent = values.join(', ')
          outcome.replaceChildren(...(isOn ? [] : [sets, reading?.outcome(text) ?? text]))
        })
        button.ariaPressed = 'false'
        return button
      }),
    )
    const parts = [story, ...(shown.lookFor === undefined ? [] : [hint]), ...reading.figures]
    find('.preview').replaceChildren(
      ...parts,
      tries,
      outcome,
      ...(reading.questions ? [reading.questions] : []),
    )
    const details = find('.preview').querySelector('details')
    if (details !== null) details.open = isOpen
  }
  const changed = (): void => {
    isChanged = true
    clearTimeout(timer)
    timer = setTimeout(preview, PREVIEW_AFTER)
  }

  // -------------------------------------------------------------------------------------------------------- fields

  /** @param focused - the number of the entry whose first field gets the focus */
  const build = (focused?: readonly [group: string, index: number]): void => {
    const story = textField(
      'Text',
      draft.story,
      (value) => {
        draft.story = value
        changed()
      },
      { rows: 9, note: 'Markdown; formulas between $ signs; an empty line begins a paragraph.' },
    )
    const sections = [
      section('', [
        story,
        pointMenu(story.querySelector('textarea') as HTMLTextAreaElement),
        textField(
          'Look for',
          draft.lookFor,
          (value) => {
            draft.lookFor = value
            changed()
          },
          { rows: 2 },
        ),
      ]),
      section(
        'Things to try',
        draft.tries.map((one, index) => tryBox(one, index)),
        [
          buttonOf('Add a try', () => add(draft.tries, { label: '', text: '', values: '' }, 'tries')),
          ...(changes.length > 0 && !isMoved() ? [changesButton()] : []),
        ],
        'tries',
      ),
      section(
        'Questions',
        draft.questions.map((one, index) => questionBox(one, index)),
        [
          buttonOf('Add a question', () =>
            add(draft.questions, { ask: '', choices: '', right: 0, answer: '', because: '' }, 'questions'),
          ),
        ],
        'questions',
      ),
      section(
        'Figures',
        draft.figures.map((one, index) => figureBox(one, index)),
        [buttonOf('Add a figure', () => add(draft.figures, { src: '', alt: '', caption: '' }, 'figures'))],
        'figures',
      ),
    ]
    form.replaceChildren(...sections)
    if (focused === undefined) return
    const [group, index] = focused
    const boxes = form.querySelectorAll(`[data-group=${group}] fieldset`)
    const first = boxes[index]?.querySelector('textarea')
    first?.focus()
    first?.scrollIntoView({ block: 'nearest' })
  }

  const add = <T>(list: T[], item: T, group: string): void => {
    list.push(item)
    changed()
    build([group, list.length - 1])
  }
  const removal =
    (list: unknown[], index: number): (() => void) =>
    () => {
      list.splice(index, 1)
      changed()
      build()
    }

  const changesButton = (): HTMLElement => {
    const count = `${changes.length} change${changes.length === 1 ? '' : 's'}`
    const button = buttonOf(`Add a try from the present changes (${count})`, () => {
      moved = tryOf(changes)
      add(draft.tries, moved, 'tries')
    })
    button.title = 'Saving moves these values into the try; the network starts without them'
    return button
  }

  /** Inserts words that point at a name. */
  const pointMenu = (area: HTMLTextAreaElement): HTMLElement => {
    const menu = document.createElement('select')
    menu.ariaLabel = 'Insert words that point at a picture or a plot'
    menu.add(new Option('Point at…', ''))
    for (const [name, what] of namesIn(scenario)) menu.add(new Option(`${name} (${what})`, name))
    menu.addEventListener('change', () => {
      const { selectionStart, selectionEnd, value } = area
      const words = value.slice(selectionStart, selectionEnd) || menu.value
      area.setRangeText(`[${words}](#${menu.value})`, selectionStart, selectionEnd, 'end')
      menu.value = ''
      area.dispatchEvent(new Event('input'))
      area.focus()
    })
    return menu
  }

  /** Writes a value of the network, as it is now, to be changed. */
  const valueMenu = (area: HTMLTextAreaElement): HTMLElement => {
    const menu = document.createElement('select')
    menu.ariaLabel = 'Insert a value of the network'
    menu.add(new Option('Set…', ''))
    for (const path of varyingPaths(scenario)) menu.add(new Option(path, path))
    menu.addEventListener('change', () => {
      const line = `${menu.value} = ${JSON.stringify(valueAt(scenario, menu.value) ?? 0)}`
      area.value = [area.value.trimEnd(), line].filter((text) => text !== '').join('\n')
      menu.value = ''
      area.dispatchEvent(new Event('input'))
      area.focus()
    })
    return menu
  }

  const tryBox = (one: DraftTry, index: number): HTMLElement => {
    const values = textField(
      'Values',
      one.values,
      (value) => {
        one.values = value
        changed()
      },
      {
        rows: Math.max(1, Math.min(4, one.values.split('\n').length)),
        note: 'A line for each: PATH = VALUE, such as seed = 2; null removes a value.',
        isCode: true,
      },
    )
    return itemBox(
      `Try ${index + 1}`,
      [
        textField('Button', one.label, (value) => {
          one.label = value.replace(/\n/g, ' ')
          changed()
        }),
        values,
        valueMenu(values.querySelector('textarea') as HTMLTextAreaElement),
        textField(
          'Expected observation',
          one.text,
          (value) => {
            one.text = value
            changed()
          },
          { rows: 2 },
        ),
      ],
      removal(draft.tries, index),
    )
  }

  const questionBox = (one: DraftQuestion, index: number): HTMLElement => {
    const right = document.createElement('select')
    const answer = textField('Answer', one.answer, (value) => {
      one.answer = value
      changed()
    })
    const choice = document.createElement('label')
    choice.className = 'field'
    const name = document.createElement('span')
    name.textContent = 'Right choice'
    choice.append(name, right)
    const fill = (): void => {
      const list = one.choices.split('\n').filter((line) => line.trim() !== '')
      right.replaceChildren(...list.map((text, at) => new Option(text, String(at))))
      one.right = Math.min(one.right, Math.max(0, list.length - 1))
      right.value = String(one.right)
      choice.hidden = list.length === 0
      answer.hidden = list.length > 0
    }
    right.addEventListener('change', () => {
      one.right = Number(right.value)
      changed()
    })
    fill()
    return itemBox(
      `Question ${index + 1}`,
      [
        textField(
          'Question',
          one.ask,
          (value) => {
            one.ask = value
            changed()
          },
          { rows: 2 },
        ),
        textField(
          'Choices',
          one.choices,
          (value) => {
            one.choices = value
            fill()
            changed()
          },
          { rows: 3, note: 'One on each line; without choices the answer is revealed.' },
        ),
        choice,
        answer,
        textField(
          'Because',
          one.because,
          (value) => {
            one.because = value
            changed()
          },
          { rows: 2 },
        ),
      ],
      removal(draft.questions, index),
    )
  }

  const figureBox = (one: DraftFigure, index: number): HTMLElement => {
    const source = textField('File', one.src.startsWith('data:') ? '(in the scenario)' : one.src, (value) => {
      one.src = value.trim()
      changed()
    })
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = 'image/*'
    input.ariaLabel = 'Picture'
    input.addEventListener('change', () => {
      const [file] = input.files ?? []
      if (file === undefined) return
      void pictureData(file).then(
        (src) => {
          one.src = src
          changed()
          build(['figures', index])
        },
        (error: unknown) => {
          problem.textContent = `${file.name}: ${textOf(error)}`
        },
      )
    })
    return itemBox(
      `Figure ${index + 1}`,
      [
        source,
        input,
        textField('Says, for those who cannot see it', one.alt, (value) => {
          one.alt = value
          changed()
        }),
        textField('Caption', one.caption, (value) => {
          one.caption = value
          changed()
        }),
      ],
      removal(draft.figures, index),
    )
  }

  // ---------------------------------------------------------------------------------------------------------- save

  const store = async (): Promise<void> => {
    try {
      const into = target()
      // Text typed while the network is built would be in no lesson.
      form.inert = true
      if (!(await save({ ...into, lesson: checkedLesson(draft, into) }, isMoved()))) return
      isChanged = false
      forgetDraft(of)
      panel.close()
    } catch (error) {
      problem.textContent = textOf(named(error))
    } finally {
      form.inert = false
    }
  }

  const before = document.activeElement
  element.addEventListener('keydown', (event) => {
    if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    if (!saveButton.disabled) void store()
  })
  build()
  panel.open()
  preview()
  form.querySelector('textarea')?.focus()
}

/** Names of the parts of a lesson that a draft has changed. */
function changedParts(before: Draft, after: Draft): string[] {
  return (['story', 'lookFor', 'tries', 'questions', 'figures'] as const)
    .filter((part) => JSON.stringify(before[part]) !== JSON.stringify(after[part]))
    .map((part) => PARTS[part])
}

const PARTS = {
  story: 'text',
  lookFor: 'look for',
  tries: 'things to try',
  questions: 'questions',
  figures: 'figures',
} as const

function section(
  title: string,
  boxes: readonly HTMLElement[],
  buttons: readonly HTMLElement[] = [],
  group = 'text',
): HTMLElement {
  const made = document.createElement('section')
  made.dataset.group = group
  const heading = document.createElement('h3')
  heading.textContent = title
  const row = document.createElement('div')
  row.className = 'adds'
  row.append(...buttons)
  made.append(...(title === '' ? [] : [heading]), ...boxes, ...(buttons.length === 0 ? [] : [row]))
  return made
}
