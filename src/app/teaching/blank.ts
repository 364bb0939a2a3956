/** A black screen in a lecture, until a key or a press. */
import './blank.css'
import type { Run } from './tour.ts'

/** @param run - waits while the screen is black */
export function blank(run: Pick<Run, 'playing' | 'play' | 'pause'>): void {
  if (document.querySelector('.blank') !== null) return
  const dialog = document.createElement('dialog')
  dialog.className = 'blank'
  dialog.ariaLabel = 'Blank screen: any key comes back'
  const played = run.playing
  run.pause()
  const end = (event: Event): void => {
    event.preventDefault()
    event.stopPropagation()
    dialog.close()
  }
  dialog.addEventListener('keydown', end)
  dialog.addEventListener('pointerdown', end)
  // The browser closes it too, such as for Escape.
  dialog.addEventListener('close', () => {
    dialog.remove()
    if (played) run.play()
  })
  document.body.append(dialog)
  dialog.showModal()
}
