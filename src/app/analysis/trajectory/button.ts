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
  const toggle = (): void => {
    if (panel === undefined) {
      if (rival.ariaPressed === 'true') {
        rival.click()
        button.focus()
        // A rival opens again what it had closed.
        if (isOpen()) return
      }
      panel = import('./panel.ts').then(({ createTrajectoryPanel }) =>
        createTrajectoryPanel(place, opened, toggle),
      )
    } else {
      void panel.then((shown) => shown.destroy())
      panel = undefined
      button.focus()
    }
    button.setAttribute('aria-pressed', String(isOpen()))
  }
  button.addEventListener('click', toggle)
  addKeys([{ key: 'j', label: 'Trajectory of the states, live', act: () => button.click() }])
}
