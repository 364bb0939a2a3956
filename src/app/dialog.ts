/** A panel above the page: a dialog with a title, a button that closes it, and a line of buttons below if there are any. */
import './dialog.css'
import { ModelError } from '../core/errors.ts'

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as querySelector has it
type Find = <T extends HTMLElement>(selector: string) => T

export interface Panel {
  readonly element: HTMLDialogElement
  /** Place of the contents. */
  readonly body: HTMLElement
  /** Place for a short text next to the title. */
  readonly note: HTMLElement
  /** Place of an alert and buttons, always in sight; hidden while it is empty. */
  readonly foot: HTMLElement
  /** The first element of a selector, which exists. */
  readonly find: Find
  readonly open: () => void
  readonly close: () => void
}

/** @param closed - called after each closing */
export function createPanel(name: string, title: string, closed: () => void = () => undefined): Panel {
  const element = document.createElement('dialog')
  element.className = `panel panel-${name}`
  element.setAttribute('aria-labelledby', `panel-${name}-title`)
  element.innerHTML = `
    <div class="panel-inside">
      <header>
        <h2 id="panel-${name}-title"></h2><span class="panel-note"></span>
        <button type="button" class="panel-close" aria-label="Close">
          <svg viewBox="0 0 12 12" aria-hidden="true"><path d="M2 2l8 8M10 2l-8 8" /></svg>
        </button>
      </header>
      <div class="panel-body"></div>
      <footer class="panel-foot"></footer>
    </div>`
  const part: Find = (selector) => element.querySelector(selector) as never
  part('h2').textContent = title
  document.body.append(element)
  part('.panel-close').addEventListener('click', () => element.close())
  element.addEventListener('click', (event) => {
    // A click on the dialog itself is a click on the backdrop, because its contents fill the rest.
    if (event.target === element) element.close()
  })
  element.addEventListener('close', closed)
  return {
    element,
    body: part('.panel-body'),
    note: part('.panel-note'),
    foot: part('.panel-foot'),
    find: part,
    open() {
      if (!element.open) element.showModal()
    },
    close: () => element.close(),
  }
}

/** A button of a panel. */
export function buttonOf(text: string, act: () => void, label?: string): HTMLButtonElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = text
  if (label !== undefined) button.setAttribute('aria-label', label)
  button.addEventListener('click', act)
  return button
}

/**
 * The number in a field.
 * @param isWhole - refuses fractions
 * @throws ModelError if it is not a number in the range of the field
 */
export function numberIn(field: HTMLInputElement, isWhole = false): number {
  const { valueAsNumber, min, max } = field
  const least = min === '' ? -Infinity : Number(min)
  const most = max === '' ? Infinity : Number(max)
  const isOfKind = isWhole ? Number.isInteger(valueAsNumber) : Number.isFinite(valueAsNumber)
  const isRight = isOfKind && valueAsNumber >= least && valueAsNumber <= most
  field.ariaInvalid = String(!isRight)
  if (isRight) return valueAsNumber
  const range = `${min === '' ? '' : ` from ${min}`}${max === '' ? '' : ` to ${max}`}`
  const name = field.labels?.[0]?.textContent.trim() ?? ''
  throw new ModelError(`${name === '' ? '' : `${name}: `}give a ${isWhole ? 'whole ' : ''}number${range}`)
}
