/** The two expressions of a custom Lagrangian and its parameters, checked while they are typed. */
import { checkCustom, type Custom } from '../../core/kinds/lagrangians/custom.ts'
import { ModelError } from '../../core/errors.ts'
import { markedAt, parametersOf } from './expression-text.ts'
import './expressions.css'

export interface Expressions {
  readonly element: HTMLElement
  /** Shows the parameters as they are, unless something is being written. */
  show(parameters: Custom['parameters']): void
}

/**
 * @param path - of the Lagrangian, whose layer is `adiabatic` or not
 * @param apply - takes over a Lagrangian that is right; resolves to false when it is refused
 */
export function createExpressions(
  lagrangian: Custom,
  path: string,
  adiabatic: boolean,
  apply: (next: Custom) => Promise<boolean>,
): Expressions {
  const element = document.createElement('form')
  element.className = 'expressions'
  element.dataset.path = `${path}.expressions`
  const activation = addField(element, 'activation g(x)', 2)
  const value = addField(element, 'Lagrangian l(x), l′ = g', 2)
  const parameters = addField(element, 'parameters', 1)
  parameters.placeholder = 'gain = 2, edge = 0.5'
  const told = document.createElement('div')
  told.className = 'told'
  told.setAttribute('aria-live', 'polite')
  const button = document.createElement('button')
  button.textContent = 'Apply'
  button.title = 'rebuilds the network; what fits goes on'
  element.append(told, button)

  let taken = lagrangian
  const fill = (): void => {
    activation.value = taken.activation
    value.value = taken.lagrangian
    parameters.value = Object.entries(taken.parameters)
      .map(([name, number]) => `${name} = ${number}`)
      .join(', ')
    told.replaceChildren()
    button.disabled = true
  }
  const isChanged = (): boolean => !button.disabled || told.textContent !== ''

  /** What is written, where it is right. */
  const check = (): Custom | undefined => {
    try {
      const next: Custom = {
        kind: 'custom',
        activation: activation.value.trim(),
        lagrangian: value.value.trim(),
        parameters: parametersOf(parameters.value),
      }
      const warnings = checkCustom(next, path, adiabatic)
      told.replaceChildren(...warnings.map((warning) => paragraph(warning.replace(`${path}.`, ''))))
      return next
    } catch (error) {
      if (!(error instanceof ModelError)) throw error
      const where = (error.place.path ?? '').replace(path, '').replace('.', '')
      const text = where === 'activation' ? activation.value.trim() : value.value.trim()
      const parts =
        where === 'activation' || where === 'lagrangian' ? markedAt(text, error.reason) : undefined
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
    button.disabled = check() === undefined
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
    const next = button.disabled ? undefined : check()
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
