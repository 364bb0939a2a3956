/** The last line of the scenario menu, a key and `?reproduce`: they open the panel, which is loaded at the first use. */
import { addKeys, holdKeys } from '../../controls/keys.ts'
import { type Messages, textOf } from '../../messages.ts'
import type { Workplace } from '../../session/workplace.ts'
import type { ReproducePanel } from './panel.ts'

/** Value of the line in the menu; not the id of a scenario. */
export const REPRODUCE = 'reproduce'

/** Adds the line and the key. */
export function bindReproduce(
  menu: HTMLSelectElement,
  workplace: Workplace,
  messages: Messages,
): ReproducePanel {
  const group = document.createElement('optgroup')
  group.label = 'Reproductions'
  group.append(new Option('Reproduce…', REPRODUCE))
  menu.append(group)
  let panel: Promise<ReproducePanel> | undefined
  const open = async (id?: string): Promise<void> => {
    try {
      panel ??= import('./panel.ts').then(({ createReproducePanel }) => createReproducePanel(workplace))
      ;(await holdKeys(panel)).open(id)
    } catch (error) {
      panel = undefined
      messages.notice(`The experiments could not be loaded: ${textOf(error)}`)
    }
  }
  addKeys([{ key: 'x', label: 'Reproductions: experiments of the literature, live', act: () => void open() }])
  return { open: (id) => void open(id) }
}
