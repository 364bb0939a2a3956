/** Opens the dialogs of figures and films, which are loaded at the first use. */
import { type Messages, textOf } from '../messages.ts'
import type { Workplace } from '../session/workplace.ts'
import type { FigurePanel } from './panel.ts'

let figures: Promise<FigurePanel> | undefined

export function openFigures(workplace: Workplace, messages: Messages): void {
  figures ??= import('./panel.ts').then(({ createFigurePanel }) => createFigurePanel(workplace, messages))
  figures
    .then((panel) => panel.open())
    .catch((error: unknown) => {
      figures = undefined
      messages.notice(`Figure: ${textOf(error)}`)
    })
}
