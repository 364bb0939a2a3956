/** The form of one part of a draft. */
import { refuse, bindNumber } from '../controls/number-field.ts'
import { absentText, fieldOf, fieldsOf, type FormField } from './form.ts'
import { namesFor } from './names.ts'
import { type Alternative, type Keys, valueIn } from './schema.ts'
import { printed } from './text.ts'

export interface InspectorActions {
  set(keys: Keys, value: unknown): void
  choose(keys: Keys, alternative: Alternative): void
  rename(part: string, from: string, to: string): void
  addEntry(keys: Keys, name: string): void
  remove(keys: Keys): void
}

export interface Inspector {
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

  const labelled = (text: string, title: string, control: HTMLElement): HTMLElement => {
    const row = document.createElement('div')
    row.className = 'field'
    const label = document.createElement('label')
    label.textContent = text
    label.title = title
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
        heading.title = description
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
      line.textContent = fault!.message
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
      option.title = one.description
      select.add(option)
    })
    select.addEventListener('change', () => {
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
      for (const name of known) select.add(new Option(name, name, false, name === shown))
      select.addEventListener('change', () => {
        if (select.value !== '') actions.set(keys, select.value)
      })
      return select
    }
    if (input === 'json') {
      const area = marked(document.createElement('textarea'), keys, 'value')
      const text = value === undefined ? '' : printed(value)
      area.value = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text
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
    control.value = value === undefined ? '' : String(value as string | number)
    if (mayBeAbsent) control.placeholder = absentText(field)
    if (input === 'number')
      bindNumber(control, {
        rule: () => number,
        mayBeEmpty: mayBeAbsent,
        take: (taken) => {
          if (taken !== value) actions.set(keys, taken)
        },
      })
    else control.addEventListener('change', () => actions.set(keys, control.value))
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
      input.value = name
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
            : 'A name starts with a letter and goes on with letters, digits, _ and -.',
        )
      })
      rows.push(labelled('name', 'Everything that names it follows a new name.', input))
    }
    if (field.choices.length > 0) rows.push(labelled('kind', field.description, chooser(field)))
    return rows
  }

  return {
    show(next, keys, wrong) {
      raw = next
      fault = wrong
      const { activeElement: active } = document
      const focused =
        active instanceof HTMLElement && place.contains(active)
          ? { keys: active.dataset.keys, role: active.dataset.role }
          : undefined
      const opened = new Set(
        [...place.querySelectorAll<HTMLDetailsElement>('details[open]')].map((one) => one.dataset.more),
      )
      const fields = fieldsOf(raw, keys)
      const shown = keys.length === 0 ? fields.filter((one) => wholeKeys.includes(one.keys[0] ?? '')) : fields
      place.replaceChildren(...(keys.length === 0 ? [] : heading(keys)), ...listed(shown, 0))
      if (keys.length > 0 && isAt(fault?.keys, keys, fields)) {
        const line = document.createElement('p')
        line.className = 'fault'
        line.textContent = fault!.message
        place.prepend(line)
      }
      for (const one of place.querySelectorAll<HTMLDetailsElement>('details'))
        one.open = opened.has(one.dataset.more)
      if (focused === undefined) return
      const again = [...place.querySelectorAll<HTMLElement>('[data-keys]')].find(
        ({ dataset }) => dataset.keys === focused.keys && dataset.role === focused.role,
      )
      const renamed = focused.role === 'name' ? place.querySelector<HTMLElement>('[data-role=name]') : null
      const target = again ?? renamed
      target?.focus({ preventScroll: true })
      if (target instanceof HTMLInputElement && target.type === 'text') target.select()
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
