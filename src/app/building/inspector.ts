/** The form of one part of a draft. */
import { plainText } from '../messages.ts'
import { bindNumber } from '../controls/number-field.ts'
import { refuse } from '../controls/refusal.ts'
import { absentText, fieldOf, fieldsOf, type FormField } from './form.ts'
import { namesFor, wordsOf } from './names.ts'
import { type Alternative, type Keys, valueIn } from './schema.ts'
import { printed } from './text.ts'

export interface InspectorActions {
  set(keys: Keys, value: unknown): void
  choose(keys: Keys, alternative: Alternative): void
  rename(part: string, from: string, to: string): void
  addEntry(keys: Keys, name: string): void
  remove(keys: Keys): void
  /** Draws at once what would be drawn soon. */
  draw(): void
}

/** Milliseconds for which browsers join the letters that are typed in a menu. */
const TYPING = 1000

export interface Inspector {
  /** True while letters choose an entry of a menu, which must stay until they are complete. */
  readonly isChoosing: boolean
  show(raw: unknown, keys: Keys, fault: { readonly keys?: Keys; readonly message: string } | undefined): void
  /** Moves the focus to the first field. */
  focus(): void
}

/** The most characters of a value that is edited as JSON here; longer ones in the text. */
const MOST_CHARACTERS = 2000

/** Fields of the network as a whole: what is not a list of entries. */
export const WHOLE: Keys = []

export function createInspector(
  place: HTMLElement,
  wholeKeys: readonly string[],
  actions: InspectorActions,
): Inspector {
  let raw: unknown
  let fault: { readonly keys?: Keys; readonly message: string } | undefined
  let shownKeys: Keys = []
  let complete: (() => void) | undefined

  /** Takes a choice at once from the pointer; from keys when it is complete, since each letter is a choice of its own. */
  const onChoice = (select: HTMLSelectElement, act: () => void): void => {
    let isTyped = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const finish = (): void => {
      if (timer === undefined) return
      clearTimeout(timer)
      timer = complete = undefined
      act()
      actions.draw()
    }
    select.addEventListener('pointerdown', () => (isTyped = false))
    select.addEventListener('keydown', ({ key }) => {
      isTyped = true
      // The key then acts on the form with this choice.
      if (['Tab', 'Enter', 'Escape'].includes(key)) finish()
    })
    select.addEventListener('focusout', finish)
    select.addEventListener('change', () => {
      clearTimeout(timer)
      timer = complete = undefined
      if (!isTyped) act()
      else {
        timer = setTimeout(finish, TYPING)
        complete = finish
      }
    })
  }
  // Tab goes on from the form as it is after the change.
  place.addEventListener('keydown', (event) => {
    const { target, key, shiftKey } = event
    if ((key !== 'Tab' && key !== 'Enter') || !(target instanceof HTMLElement)) return
    if (target instanceof HTMLInputElement && target.value !== target.defaultValue) {
      target.dispatchEvent(new Event('change'))
      actions.draw()
    }
    // A browser does not go on from a control that has been replaced.
    if (key !== 'Tab' || target.isConnected) return
    const all = [...place.querySelectorAll<HTMLElement>('input, select, textarea, button, summary')]
    const seen = all.filter((one) => one.checkVisibility() && !one.matches(':disabled'))
    const at = seen.indexOf(document.activeElement as HTMLElement)
    const next = at < 0 ? undefined : seen[at + (shiftKey ? -1 : 1)]
    if (next === undefined) return
    event.preventDefault()
    next.focus()
    if (next instanceof HTMLInputElement && next.type === 'text') next.select()
  })

  const labelled = (text: string, title: string, control: HTMLElement): HTMLElement => {
    const row = document.createElement('div')
    row.className = 'field'
    const label = document.createElement('label')
    label.textContent = text
    label.title = plainText(title)
    control.id = `builder-${control.dataset.keys}-${control.dataset.role}`
    label.htmlFor = control.id
    row.append(label, control)
    return row
  }
  const marked = <T extends HTMLElement>(control: T, keys: Keys, role: string): T => {
    control.dataset.keys = keys.join('/')
    control.dataset.role = role
    return control
  }

  /** The rows of a field: its choice, its value, and what is inside it. */
  const rowsOf = (field: FormField, depth: number): HTMLElement[] => {
    const rows: HTMLElement[] = []
    const { keys, title, description, choices, inner } = field
    const control = inputFor(field)
    if (choices.length > 0) {
      const row = labelled(title, description, chooser(field))
      if (control !== undefined) {
        control.ariaLabel = `${title}, value`
        row.append(control)
        row.classList.add('both')
      }
      rows.push(row)
    } else if (control !== undefined) rows.push(labelled(title, description, control))
    if (inner.length > 0 || field.isRecord) {
      const group = document.createElement('div')
      group.className = 'inner'
      if (choices.length === 0 && field.input === 'none') {
        const heading = document.createElement('p')
        heading.textContent = title
        heading.title = plainText(description)
        rows.push(heading)
      }
      const isTuple = inner.every((one) => /^\d+$/.test(one.keys.at(-1) ?? '')) && !field.isRecord
      group.classList.toggle('tuple', isTuple)
      group.append(...listed(inner, depth + 1))
      if (field.isRecord) group.append(adder(field))
      rows.push(group)
    }
    if (isAt(fault?.keys, keys, inner)) {
      const line = document.createElement('p')
      line.className = 'fault'
      line.textContent = plainText(fault!.message)
      rows.push(line)
    }
    return rows
  }

  /** Fields that mean nothing without a value stand behind their names, except at the top. */
  const listed = (fields: readonly FormField[], depth: number): HTMLElement[] => {
    const isRare = ({ mayBeAbsent, shown }: FormField): boolean =>
      depth > 0 && mayBeAbsent && shown === undefined
    const usual = fields.filter((one) => !isRare(one)).flatMap((one) => rowsOf(one, depth))
    const rare = fields.filter(isRare)
    if (rare.length === 0) return usual
    const more = document.createElement('details')
    const summary = document.createElement('summary')
    summary.textContent = rare.map(({ title }) => title).join(', ')
    more.dataset.more = rare[0]!.keys.join('/')
    more.append(summary, ...rare.flatMap((one) => rowsOf(one, depth)))
    return [...usual, more]
  }

  const chooser = (field: FormField): HTMLElement => {
    const { keys, choices, chosen, mayBeAbsent, shown } = field
    const select = marked(document.createElement('select'), keys, 'choice')
    if (chosen === undefined || (mayBeAbsent && shown === undefined))
      select.add(new Option(mayBeAbsent ? absentText(field) : 'choose', '', true, true))
    else if (mayBeAbsent && field.value !== undefined) select.add(new Option('default', ''))
    choices.forEach((one, index) => {
      const option = new Option(one.label, String(index), false, one === chosen)
      option.title = plainText(one.description)
      select.add(option)
    })
    onChoice(select, () => {
      const alternative = choices[Number(select.value)]
      if (select.value === '') actions.set(keys, undefined)
      else if (alternative !== undefined) actions.choose(keys, alternative)
    })
    return select
  }

  const inputFor = (field: FormField): HTMLElement | undefined => {
    const { keys, input, number, shown, value, mayBeAbsent, names } = field
    if (input === 'none' || (field.choices.length > 0 && field.chosen === undefined)) return undefined
    if (input === 'flag') {
      const box = marked(document.createElement('input'), keys, 'value')
      box.type = 'checkbox'
      box.checked = shown === true
      box.addEventListener('change', () =>
        actions.set(keys, box.checked ? true : mayBeAbsent ? undefined : false),
      )
      return box
    }
    if (input === 'name') {
      const select = marked(document.createElement('select'), keys, 'value')
      const known = namesFor(raw, names!)
      if (typeof shown !== 'string' || !known.includes(shown))
        select.add(
          new Option(typeof shown === 'string' && shown !== '' ? `${shown} (missing)` : 'choose', ''),
        )
      for (const name of known) select.add(new Option(wordsOf(raw, name), name, false, name === shown))
      onChoice(select, () => {
        if (select.value !== '') actions.set(keys, select.value)
      })
      return select
    }
    if (input === 'json') {
      const area = marked(document.createElement('textarea'), keys, 'value')
      const text = value === undefined ? '' : printed(value)
      area.defaultValue = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text
      area.readOnly = text.length > MOST_CHARACTERS
      area.title = area.readOnly ? 'Long values are edited in the text.' : ''
      area.placeholder = 'none'
      area.rows = Math.min(5, Math.max(1, text.split('\n').length))
      area.spellcheck = false
      area.addEventListener('change', () => {
        if (area.value.trim() === '') {
          actions.set(keys, undefined)
          return
        }
        try {
          actions.set(keys, JSON.parse(area.value))
        } catch {
          refuse(area, 'This is not JSON, such as [1, 2] or [{"op": "center"}].')
        }
      })
      return area
    }
    const control = marked(document.createElement('input'), keys, 'value')
    control.autocomplete = 'off'
    control.spellcheck = false
    control.defaultValue = typeof value === 'number' || typeof value === 'string' ? String(value) : ''
    if (mayBeAbsent) control.placeholder = absentText(field)
    if (input === 'number')
      bindNumber(control, {
        rule: () => number,
        mayBeEmpty: mayBeAbsent,
        take: (taken) => {
          if (taken !== valueIn(raw, keys)) actions.set(keys, taken)
        },
      })
    else
      control.addEventListener('change', () => {
        if (control.value !== valueIn(raw, keys)) actions.set(keys, control.value)
      })
    return control
  }

  /** Adds an entry to a record: a layer, or a name. */
  const adder = ({ keys, names, inner }: FormField): HTMLElement => {
    const known = names === undefined ? [] : namesFor(raw, names)
    const free = known.filter((name) => !inner.some((one) => one.keys.at(-1) === name))
    const row = document.createElement('div')
    row.className = 'field'
    const control = marked(document.createElement(known.length > 0 ? 'select' : 'input'), keys, 'new')
    control.ariaLabel = 'Name of the next entry'
    if (control instanceof HTMLSelectElement) for (const name of free) control.add(new Option(name, name))
    const button = marked(document.createElement('button'), keys, 'add')
    button.type = 'button'
    button.textContent = 'Add'
    button.disabled = known.length > 0 && free.length === 0
    button.addEventListener('click', () => {
      if (control.value.trim() !== '') actions.addEntry(keys, control.value.trim())
    })
    row.append(control, button)
    return row
  }

  const heading = (keys: Keys): HTMLElement[] => {
    const [part = '', name = ''] = keys
    const field = fieldOf(raw, keys)
    if (field === undefined) return []
    const rows: HTMLElement[] = []
    if (!Array.isArray(valueIn(raw, [part]))) {
      const input = marked(document.createElement('input'), keys, 'name')
      input.defaultValue = name
      input.autocomplete = 'off'
      input.spellcheck = false
      input.addEventListener('change', () => {
        const next = input.value.trim()
        const taken = [...namesFor(raw, 'any'), ...namesFor(raw, 'probe')]
        if (next === name) return
        if (/^[A-Za-z][A-Za-z0-9_-]*$/.test(next) && !taken.includes(next)) {
          actions.rename(part, name, next)
          return
        }
        input.value = name
        refuse(
          input,
          taken.includes(next)
            ? `The name ${next} is taken.`
            : 'A name is a letter, then letters, digits, underscores and hyphens.',
        )
      })
      rows.push(labelled('name', 'Everything that names it follows a new name.', input))
    }
    if (field.choices.length > 0) rows.push(labelled('kind', field.description, chooser(field)))
    return rows
  }

  return {
    get isChoosing() {
      return complete !== undefined
    },
    show(next, keys, wrong) {
      raw = next
      fault = wrong
      const opened = new Set(
        [...place.querySelectorAll<HTMLDetailsElement>('details[open]')].map((one) => one.dataset.more),
      )
      const fields = fieldsOf(raw, keys)
      const shown = keys.length === 0 ? fields.filter((one) => wholeKeys.includes(one.keys[0] ?? '')) : fields
      const form = document.createElement('div')
      form.append(...(keys.length === 0 ? [] : heading(keys)), ...listed(shown, 0))
      if (keys.length > 0 && isAt(fault?.keys, keys, fields)) {
        const line = document.createElement('p')
        line.className = 'fault'
        line.textContent = plainText(fault!.message)
        form.prepend(line)
      }
      // Controls stay where they are, if they are still the same.
      if (updated(place, form)) return
      const held = heldIn(place, shownKeys, keys)
      shownKeys = keys
      place.replaceChildren(...form.childNodes)
      for (const one of place.querySelectorAll<HTMLDetailsElement>('details'))
        one.open = opened.has(one.dataset.more)
      if (held !== undefined) holdAgain(place, held)
    },
    focus() {
      const first = place.querySelector<HTMLElement>('input, select, textarea, button')
      first?.focus()
      if (first instanceof HTMLInputElement && first.type === 'text') first.select()
    },
  }
}

/** True if a fault is at these keys, and not at a field inside. */
function isAt(fault: Keys | undefined, keys: Keys, inner: readonly FormField[]): boolean {
  const holds = (outer: Keys): boolean => outer.every((key, index) => fault?.[index] === key)
  return fault !== undefined && holds(keys) && !inner.some((one) => holds(one.keys))
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement | HTMLButtonElement

const controlsIn = (form: Element): Control[] => [...form.querySelectorAll<Control>('[data-keys]')]

/** Puts the values of a form into another with the same controls; false if they have others. */
function updated(place: HTMLElement, form: HTMLElement): boolean {
  const told = (one: Element): string =>
    [...one.querySelectorAll('[data-keys], p, summary, label')]
      .map((part) =>
        part instanceof HTMLElement && part.dataset.keys !== undefined
          ? [
              part.localName,
              part.dataset.keys,
              part.dataset.role,
              part.localName === 'select' && part.textContent,
            ]
          : part.textContent,
      )
      .join('\n')
  if (told(place) !== told(form)) return false
  const next = controlsIn(form)
  controlsIn(place).forEach((control, index) => {
    const other = next[index]!
    if (control instanceof HTMLSelectElement && other instanceof HTMLSelectElement)
      control.selectedIndex = other.selectedIndex
    else if (control instanceof HTMLButtonElement) control.disabled = other.disabled
    else if (!(control instanceof HTMLSelectElement) && !(other instanceof HTMLSelectElement)) {
      const isTyped = control === document.activeElement && control.value !== control.defaultValue
      const { defaultValue } = other as HTMLInputElement
      if (!isTyped) control.value = defaultValue
      control.defaultValue = defaultValue
      if (control instanceof HTMLInputElement) {
        control.checked = (other as HTMLInputElement).checked
        control.placeholder = (other as HTMLInputElement).placeholder
      }
    }
  })
  return true
}

/** The focused control, with the text that is being typed. */
interface Held {
  readonly keys: string
  readonly role: string | undefined
  readonly typed?: string
  readonly caret: number | null
}

/** Takes the focus out of the form before it is drawn anew; entries may have another name then. */
function heldIn(place: HTMLElement, before: Keys, after: Keys): Held | undefined {
  const { activeElement: active } = document
  if (!(active instanceof HTMLElement) || !place.contains(active)) return undefined
  const [old, now] = [before.join('/'), after.join('/')]
  const own = active.dataset.keys ?? ''
  const keys = own.startsWith(old) ? now + own.slice(old.length) : own
  const held = { keys, role: active.dataset.role, caret: null }
  if (!(active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement)) return held
  if (active.value === active.defaultValue) return held
  const { value: typed, selectionStart: caret } = active
  // The browser reports a change of a field that is removed.
  active.value = active.defaultValue
  return { ...held, typed, caret }
}

function holdAgain(place: HTMLElement, { keys, role, typed, caret }: Held): void {
  const all = [...place.querySelectorAll<HTMLElement>('[data-keys]')]
  const target = all.find(({ dataset }) => dataset.keys === keys && dataset.role === role)
  if (target === undefined) return
  target.focus({ preventScroll: true })
  if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement)) return
  if (target.type === 'checkbox') return
  if (typed === undefined || typed === target.defaultValue) {
    target.select()
    return
  }
  target.value = typed
  target.setSelectionRange(caret, caret)
  target.addEventListener('blur', () => target.dispatchEvent(new Event('change')), { once: true })
}
