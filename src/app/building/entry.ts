/** The buttons "New" and "Network" with their keys; menu and panel are loaded at the first use. */
import { addKeys, holdKeys } from '../controls/keys.ts'
import { isLecture } from '../controls/levels.ts'
import { type Messages, textOf } from '../messages.ts'
import type { Workplace } from '../session/workplace.ts'
import type { Panel } from './panel.ts'

export interface Building {
  /** The open network has changed. */
  refresh(): void
  /** A step was undone or redone. */
  replayed(): void
  /** Resolves when every draft is built or refused; undefined = now. */
  settled(): Promise<void> | undefined
}

/**
 * @param buttons - `rival` is that of a panel in the same place, which closes for this one
 * @param open - opens a scenario that is not parsed yet
 * @param openFile - lets the reader choose a file
 */
export function bindBuilding(
  buttons: Readonly<Record<'fresh' | 'network' | 'rival', HTMLButtonElement>>,
  places: { readonly menu: HTMLElement; readonly panel: HTMLElement },
  workplace: Workplace,
  messages: Messages,
  open: (raw: unknown) => Promise<void>,
  openFile: () => void,
): Building {
  const { fresh, network, rival } = buttons
  let panel: Panel | undefined
  const failed = (error: unknown): void => messages.notice(`This part could not be loaded: ${textOf(error)}`)
  let loading: Promise<Panel> | undefined
  /** The rival was open, and comes back. */
  let isCovering = false
  /** @param isTold - says in a message that a draft waits */
  const mark = (isTold: boolean): void => {
    const home = workplace.opened?.home
    if (home === undefined || !('draft' in network.dataset || hasDrafts())) return
    void import('./waiting.ts').then(({ markWaiting }) =>
      markWaiting(network, home, isTold ? messages : undefined),
    )
  }
  const toggle = async (): Promise<void> => {
    if (panel?.isOpen === true) {
      panel.close()
      return
    }
    loading ??= holdKeys(import('./panel.ts')).then(({ createPanel }) =>
      createPanel(places.panel, workplace, messages, openFile, (isLost) => {
        network.setAttribute('aria-pressed', 'false')
        if (isLost) network.focus()
        if (isCovering) rival.click()
        isCovering = false
        mark(false)
      }),
    )
    try {
      panel = await loading
      isCovering = rival.ariaPressed === 'true'
      if (isCovering) rival.click()
      panel.open()
      network.setAttribute('aria-pressed', 'true')
    } catch (error) {
      loading = undefined
      failed(error)
    }
  }
  network.addEventListener('click', () => void toggle())

  let menu: Promise<void> | undefined
  fresh.addEventListener('click', () => {
    if (menu !== undefined) return
    menu = holdKeys(import('./new.ts')).then(({ createNewMenu }) =>
      createNewMenu(fresh, places.menu, open, failed),
    )
    // The menu binds the button, and opens for the click that has loaded it.
    menu.then(
      () => fresh.click(),
      (error: unknown) => {
        menu = undefined
        failed(error)
      },
    )
  })
  addKeys([
    {
      key: 'n',
      label: 'New network from a template',
      when: () => fresh.checkVisibility(),
      act: () => fresh.click(),
    },
    {
      key: 'b',
      label: 'Network: build it as a graph or a text',
      when: () => !isLecture(),
      act: () => network.click(),
    },
  ])
  return {
    refresh() {
      panel?.refresh()
      mark(panel?.isOpen !== true)
    },
    settled: () => panel?.settled(),
    replayed() {
      // A draft is seen in the panel only.
      if (panel?.isOpen === false && workplace.steps.draft !== undefined) void toggle()
      // Also while the panel is closed: what was undone does not wait in it.
      panel?.replayed()
    },
  }
}

/** True if a network has a draft; which one is not looked at. */
function hasDrafts(): boolean {
  try {
    return Object.keys(sessionStorage).some((key) => key.startsWith('engram.network.'))
  } catch {
    return false
  }
}
