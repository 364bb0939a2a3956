/** Fields for custom expressions and their parameters, checked during typing. */
import { ModelError } from '../../core/errors.ts'
import { markedAt, parametersOf } from './expression-text.ts'
import './expressions.css'

type Parameters = Readonly<Record<string, number>>

/** Custom expressions by key, and parameters. */
export interface Writable<T extends { readonly parameters: Parameters }> {
  /** Path in the scenario. */
  readonly path: string
  /** The keys of its expressions, with their labels. */
  readonly expressions: readonly (readonly [key: keyof T & string, title: string])[]
  /** Placeholder of the parameters. */
  readonly example: string
  /**
   * @returns warnings
   * @throws ModelError for an error
   */
  readonly check: (next: T) => string[]
  /** Text derived from valid expressions. */
  readonly preview?: (next: T) => HTMLElement
  /** Applies valid expressions; resolves to false if they are refused. */
  readonly apply: (next: T) => Promise<boolean>
}

export interface Expressions {
  readonly element: HTMLElement
  /** Shows the present parameters, unless the user is typing. */
  show(parameters: Parameters): void
}

export function createExpressions<T extends { readonly parameters: Parameters }>(
  written: T,
  { path, expressions, example, check, preview, apply }: Writable<T>,
): Expressions {
  const element = document.createElement('form')
  element.className = 'expressions'
  element.dataset.path = `${path}.expressions`
  const fields = expressions.map(([key, title]) => [key, addField(element, title, 2)] as const)
  const parameters = addField(element, 'parameters', 1)
  parameters.placeholder = example
  const told = document.createElement('div')
  told.className = 'told'
  told.setAttribute('aria-live', 'polite')
  const outcome = document.createElement('div')
  const button = document.createElement('button')
  button.textContent = 'Apply'
  button.title = 'rebuilds the network; states that fit are kept'
  element.append(told, outcome, button)

  let taken = written
  const showOutcome = (of: T | undefined): void => {
    outcome.replaceChildren(...(of === undefined || preview === undefined ? [] : [preview(of)]))
  }
  const fill = (): void => {
    for (const [key, field] of fields) field.value = String(taken[key])
    parameters.value = Object.entries(taken.parameters)
      .map(([name, number]) => `${name} = ${number}`)
      .join(', ')
    told.replaceChildren()
    showOutcome(taken)
    button.disabled = true
  }
  const isChanged = (): boolean => !button.disabled || told.textContent !== ''

  /** The typed text, if valid. */
  const read = (): T | undefined => {
    try {
      const next = {
        ...taken,
        ...Object.fromEntries(fields.map(([key, field]) => [key, field.value.trim()])),
        parameters: parametersOf(parameters.value),
      }
      const warnings = check(next)
      told.replaceChildren(...warnings.map((warning) => paragraph(warning.replace(`${path}.`, ''))))
      return next
    } catch (error) {
      if (!(error instanceof ModelError)) throw error
      const where = (error.place.path ?? '').replace(path, '').replace('.', '')
      const [, field] = fields.find(([key]) => key === where) ?? []
      const parts = field === undefined ? undefined : markedAt(field.value.trim(), error.reason)
      told.replaceChildren(paragraph([where, error.reason].filter((part) => part !== '').join(': ')))
      if (parts !== undefined) {
        const [before, at, after] = parts
        const line = document.createElement('pre')
        const mark = document.createElement('mark')
        mark.textContent = at
        line.append(before, mark, after)
        told.append(line)
      }
      return undefined
    }
  }

  element.addEventListener('input', () => {
    const next = read()
    showOutcome(next)
    button.disabled = next === undefined
  })
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') fill()
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      element.requestSubmit()
    }
  })
  element.addEventListener('submit', (event) => {
    event.preventDefault()
    const next = button.disabled ? undefined : read()
    if (next !== undefined) void apply(next)
  })
  fill()
  return {
    element,
    show(current) {
      taken = { ...taken, parameters: current }
      if (!isChanged()) fill()
    },
  }
}

function addField(form: HTMLElement, title: string, rows: number): HTMLTextAreaElement {
  const label = document.createElement('label')
  const field = document.createElement('textarea')
  field.rows = rows
  field.spellcheck = false
  field.autocapitalize = 'off'
  label.append(title, field)
  form.append(label)
  return field
}

function paragraph(text: string): HTMLElement {
  const element = document.createElement('p')
  element.textContent = text
  return element
}
