/** The button that shows and hides the live trajectory; the panel is loaded at the first use. */
import { addKeys } from '../../controls/keys.ts'
import type { Opened } from '../../session/opened.ts'
import type { TrajectoryPanel } from './panel.ts'

/**
 * @param place - the element around pictures and plots, over which the panel goes
 * @param rival - the button of a panel in the same place, which closes for this one
 */
export function bindTrajectory(
  button: HTMLButtonElement,
  place: HTMLElement,
  opened: () => Opened | undefined,
  rival: HTMLButtonElement,
): void {
  let panel: Promise<TrajectoryPanel> | undefined
  const isOpen = (): boolean => panel !== undefined
  /** @param isAsked - by the reader: the panel takes the focus */
  const toggle = (isAsked: boolean): void => {
    if (panel === undefined) {
      if (rival.ariaPressed === 'true') {
        rival.click()
        // A rival opens again what it had closed.
        if (isOpen()) return
      }
      panel = import('./panel.ts').then(({ createTrajectoryPanel }) =>
        createTrajectoryPanel(place, opened, () => toggle(true), isAsked),
      )
    } else {
      void panel.then((shown) => shown.destroy())
      panel = undefined
    }
    button.setAttribute('aria-pressed', String(isOpen()))
  }
  // The rival clicks when it makes room.
  button.addEventListener('click', ({ isTrusted }) => toggle(isTrusted))
  addKeys([{ key: 'j', label: 'Trajectory of the states, live', act: () => toggle(true) }])
}
