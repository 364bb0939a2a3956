/** The tools for all pictures, in the caption of the large one. */
import { bindNumber } from '../controls/number-field.ts'

export interface Toolbar {
  readonly element: HTMLElement
  showReplica(replica: number): void
  showVisible(isVisible: boolean): void
}

export interface ToolbarActs {
  /** More than 1 if a replica can be chosen. */
  readonly replicas: number
  /** The varied values in a replica, as text. */
  readonly wordsOf: (replica: number) => string
  readonly zoom: (factor: number) => void
  readonly fit: () => void
  readonly setReplica: (replica: number) => void
  readonly setVisible: (isVisible: boolean) => void
}

/** One press of a zoom button. */
const ZOOM = 1.5

const ICONS = {
  out: '<path d="M3.5 8h9"/>',
  in: '<path d="M3.5 8h9M8 3.5v9"/>',
  fit: '<path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10"/>',
  eye: '<path d="M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8Z"/><circle cx="8" cy="8" r="2"/><path class="slash" d="M2.5 13.5 13.5 2.5"/>',
} as const

export function createToolbar(acts: ToolbarActs): Toolbar {
  const element = document.createElement('span')
  element.className = 'toolbar'
  const button = (icon: keyof typeof ICONS, name: string, act: () => void): HTMLButtonElement => {
    const made = document.createElement('button')
    made.type = 'button'
    made.className = `figure-tool tool-${icon}`
    made.title = name
    made.setAttribute('aria-label', name)
    made.innerHTML = `<svg viewBox="0 0 16 16" class="lines" aria-hidden="true">${ICONS[icon]}</svg>`
    made.addEventListener('click', act)
    element.append(made)
    return made
  }

  const field = document.createElement('input')
  const values = document.createElement('span')
  if (acts.replicas > 1) {
    const label = document.createElement('label')
    label.className = 'replica'
    label.title = `The replica, 0 to ${acts.replicas - 1}, whose activations frame the memories and whose matrices are shown`
    field.value = '0'
    values.className = 'varied'
    label.append('replica ', field, values)
    element.append(label)
    bindNumber(field, {
      rule: () => ({ integer: true, min: 0, max: acts.replicas - 1 }),
      take: (replica = 0) => acts.setReplica(replica),
    })
  }
  button('out', 'Zoom out (−)', () => acts.zoom(1 / ZOOM))
  button('in', 'Zoom in (+, wheel)', () => acts.zoom(ZOOM))
  button('fit', 'Show everything (0)', acts.fit)
  let isVisible = true
  const eye = button('eye', 'Draw the pictures (d)', () => acts.setVisible(!isVisible))
  eye.setAttribute('aria-keyshortcuts', 'D')
  return {
    element,
    showReplica(replica) {
      field.value = String(replica)
      values.textContent = acts.wordsOf(replica)
    },
    showVisible(next) {
      isVisible = next
      eye.setAttribute('aria-pressed', String(next))
      eye.title = next ? 'Stop drawing; the network continues (d)' : 'Draw again (d)'
    },
  }
}
