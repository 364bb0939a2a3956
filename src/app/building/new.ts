/** The menu of templates. */
import { createMenu } from '../controls/menu.ts'
import { TEMPLATES } from './templates.ts'

export function createNewMenu(
  button: HTMLButtonElement,
  place: HTMLElement,
  open: (raw: unknown) => Promise<void>,
  failed: (error: unknown) => void,
): void {
  createMenu(
    button,
    place,
    TEMPLATES.map(({ id, label, note, load }) => ({
      id,
      label,
      note,
      act: () => void load().then(open).catch(failed),
    })),
  )
}
