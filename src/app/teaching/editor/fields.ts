/** The fields of the editor. */
import { buttonOf } from '../../dialog.ts'

/** A labelled field that calls back with what is written. */
export function textField(
  label: string,
  value: string,
  changed: (value: string) => void,
  { rows = 1, note = '', isCode = false }: { rows?: number; note?: string; isCode?: boolean } = {},
): HTMLElement {
  const field = document.createElement('label')
  field.className = 'field'
  const name = document.createElement('span')
  name.textContent = label
  const area = document.createElement('textarea')
  area.rows = rows
  area.value = value
  area.spellcheck = !isCode
  area.classList.toggle('code', isCode)
  area.addEventListener('input', () => changed(area.value))
  field.append(name)
  if (note !== '') {
    const small = document.createElement('small')
    small.textContent = note
    field.append(small)
  }
  field.append(area)
  return field
}

/** A part of a list, with a heading and a button that takes it out. */
export function itemBox(title: string, fields: readonly HTMLElement[], remove: () => void): HTMLElement {
  const box = document.createElement('fieldset')
  const legend = document.createElement('legend')
  legend.textContent = title
  const out = buttonOf('Remove', remove, `Remove ${title.toLowerCase()}`)
  out.className = 'remove'
  box.append(legend, out, ...fields)
  return box
}
