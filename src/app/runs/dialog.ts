/** A panel above the page: a dialog with a title and a button that closes it. */
import './dialog.css'

export interface Panel {
  readonly element: HTMLDialogElement
  /** Place of the contents. */
  readonly body: HTMLElement
  /** Place for a short text next to the title. */
  readonly note: HTMLElement
  open(): void
  close(): void
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
    </div>`
  const part = (selector: string): HTMLElement => element.querySelector(selector) as HTMLElement
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
