/** Opens the dialogs of figures and films, which are loaded at the first use. */
import { type Messages, textOf } from '../messages.ts'
import type { Workplace } from '../session/workplace.ts'

interface Panel {
  open(): Promise<void> | void
}

const LOADS = {
  figure: async (workplace: Workplace): Promise<Panel> =>
    (await import('./panel.ts')).createFigurePanel(workplace),
  film: async (workplace: Workplace, messages: Messages): Promise<Panel> =>
    (await import('../films/panel.ts')).createFilmPanel(workplace, messages),
}

const panels = new Map<keyof typeof LOADS, Promise<Panel>>()

export function openPanel(kind: keyof typeof LOADS, workplace: Workplace, messages: Messages): void {
  const panel = panels.get(kind) ?? LOADS[kind](workplace, messages)
  panels.set(kind, panel)
  panel
    .then((ready) => ready.open())
    .catch((error: unknown) => {
      panels.delete(kind)
      messages.notice(`The dialog could not be opened: ${textOf(error)}`)
    })
}
