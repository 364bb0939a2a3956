/** Opens the dialogs of figures and films, which are loaded at the first use. */
import { holdKeys } from '../controls/keys.ts'
import { type Messages, textOf } from '../messages.ts'
import type { Workplace } from '../session/workplace.ts'
import type { OtherPlots } from './panel.ts'

interface Panel {
  open(of?: OtherPlots, isSheet?: boolean): Promise<void> | void
}

const LOADS = {
  figure: async (workplace: Workplace): Promise<Panel> =>
    (await import('./panel.ts')).createFigurePanel(workplace),
  film: async (workplace: Workplace, messages: Messages): Promise<Panel> =>
    (await import('../films/panel.ts')).createFilmPanel(workplace, messages),
}

const panels = new Map<keyof typeof LOADS, Promise<Panel>>()

/**
 * @param kind - a contact sheet is a figure of states
 * @param of - plots in place of those of the open network
 */
export function openPanel(
  id: keyof typeof LOADS | 'states',
  workplace: Workplace,
  messages: Messages,
  of?: OtherPlots,
): void {
  const kind = id === 'states' ? 'figure' : id
  const panel = panels.get(kind) ?? LOADS[kind](workplace, messages)
  panels.set(kind, panel)
  holdKeys(panel)
    .then((ready) => ready.open(of, id === 'states'))
    .catch((error: unknown) => {
      panels.delete(kind)
      messages.notice(`The dialog could not be opened: ${textOf(error)}`)
    })
}
