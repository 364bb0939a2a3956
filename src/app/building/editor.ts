/** The draft as a text, with completion, documentation and errors from the schema of scenarios. */
import type { Fault } from './draft.ts'

export interface Editor {
  show(text: string, fault: Fault | undefined): void
  focus(): void
}
export interface EditorActions {
  take(text: string): void
  saved(name: string): void
  failed(error: unknown): void
}
export function createEditor(host: HTMLElement, actions: EditorActions): Editor {
  const area = document.createElement('textarea')
  area.ariaLabel = 'Scenario'
  host.append(area)
  area.addEventListener('change', () => actions.take(area.value))
  return { show: (text) => void (area.value = text), focus: () => area.focus() }
}
