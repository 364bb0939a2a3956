/** The last lines of the scenario menu, a key and `?reproduce`: they open the panels, which are loaded at the first use. */
import { adapterWord } from '../measure/adapter.ts'
import { addKeys, holdKeys } from '../../controls/keys.ts'
import { type Messages, textOf } from '../../messages.ts'
import type { Workplace } from '../../session/workplace.ts'
import type { ReproducePanel } from './panel.ts'

/** Values of the lines in the menu; no ids of scenarios. */
export const PANELS = ['reproduce', 'measure']

/** Adds the lines and the key. */
export function bindReproduce(
  menu: HTMLSelectElement,
  workplace: Workplace,
  messages: Messages,
): ReproducePanel {
  const group = document.createElement('optgroup')
  group.label = 'Reproductions'
  const lines = ['Reproduce…', `Measure this ${adapterWord(workplace.device)}…`]
  group.append(...lines.map((text, at) => new Option(text, PANELS[at])))
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
