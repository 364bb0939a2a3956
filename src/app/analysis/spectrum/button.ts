/** The button that shows and hides the live spectrum; the panel is loaded at the first use. */
import './button.css'
import { addKeys } from '../../controls/keys.ts'
import type { Opened } from '../../session/opened.ts'
import type { SpectrumPanel } from './panel.ts'

/**
 * Binds the button.
 * @param place - where the panel goes, next to the plots
 */
export function bindSpectrum(
  button: HTMLButtonElement,
  place: HTMLElement,
  opened: () => Opened | undefined,
): void {
  let panel: Promise<SpectrumPanel> | undefined
  const toggle = (): void => {
    if (panel === undefined) {
      panel = import('./panel.ts').then(({ createSpectrumPanel }) => createSpectrumPanel(place, opened))
    } else {
      void panel.then((shown) => shown.destroy())
      panel = undefined
    }
    button.setAttribute('aria-pressed', String(panel !== undefined))
  }
  button.addEventListener('click', toggle)
  addKeys([{ key: 'e', label: 'Spectrum: eigenvalues of the couplings', act: () => button.click() }])
}
