/** The dialog of a film of the large picture, by ticks: the network is stepped picture by picture. */
import '../figures/panel.css'
import { createPanel, numberIn } from '../dialog.ts'
import { type Messages, textOf } from '../messages.ts'
import type { Opened } from '../session/opened.ts'
import type { Workplace } from '../session/workplace.ts'
import { download, stemOf } from '../sharing/exports.ts'
import { fittingSize, paintFitting, pictureOf } from '../sharing/video.ts'
import { type Format, createEncoder } from './encoders.ts'
import { framesOf } from './frames.ts'

export interface FilmPanel {
  open(): void
}

const BODY = `
  <div class="figures-body">
    <div class="figures-choices">
      <label>Format <select data-part="format"><option value="mp4">MP4</option>
        <option value="webm">WebM</option><option value="gif">GIF</option></select></label>
      <label>From tick <input data-part="from" type="number" min="0" step="1" value="0" /></label>
      <label>To tick <input data-part="to" type="number" min="1" step="1" /></label>
      <label>Ticks a picture <input data-part="step" type="number" min="1" step="1" value="1" /></label>
      <label>Pictures a second <input data-part="rate" type="number" min="1" max="60" step="1" value="25" /></label>
      <label>Width, pixels <input data-part="width" type="number" min="100" max="3840" step="2" value="800" /></label>
    </div>
    <div class="figures-states"><p data-part="note"></p>
      <p>The run starts again from tick 0 with the present values. Each picture is taken at its tick: the
          film does not depend on the speed of the computer.</p>
      <progress max="1" value="0" aria-label="Part of the film" hidden></progress></div>
  </div>`

export function createFilmPanel(workplace: Workplace, messages: Messages): FilmPanel {
  const { element, body, foot, find, ...panel } = createPanel('film', 'Film', () => cancelled?.())
  body.innerHTML = BODY
  foot.innerHTML = '<p role="alert"></p><button type="button" class="primary">Make</button>'
  const part = (name: string): HTMLInputElement => find(`[data-part=${name}]`)
  const alert = find('[role=alert]')
  const make = find<HTMLButtonElement>('.panel-foot button')
  const progress = find<HTMLProgressElement>('progress')
  let cancelled: (() => void) | undefined

  const number = (name: string): number => numberIn(part(name), true)
  const frames = (): number[] => framesOf(number('from'), number('to'), number('step'))

  const show = (): void => {
    try {
      const { length } = frames()
      find('[data-part=note]').textContent =
        `${length} ${length === 1 ? 'picture' : 'pictures'}, ${(length / number('rate')).toFixed(1)} s.`
      alert.textContent = ''
    } catch (error) {
      find('[data-part=note]').textContent = ''
      alert.textContent = textOf(error)
    }
    make.disabled = alert.textContent !== ''
  }

  const run = async (opened: Opened): Promise<void> => {
    const ticks = frames()
    const rate = number('rate')
    const canvas = document.createElement('canvas')
    Object.assign(canvas, fittingSize(pictureOf(opened), number('width')))
    const state = { isCancelled: false }
    const encoder = await createEncoder(
      find<HTMLSelectElement>('[data-part=format]').value as Format,
      canvas,
      rate,
    )
    cancelled = () => (state.isCancelled = true)
    progress.hidden = false
    make.textContent = 'Cancel'
    try {
      await workplace.reset()
      for (const [index, tick] of ticks.entries()) {
        if (state.isCancelled || workplace.opened !== opened) {
          await encoder.cancel()
          return
        }
        await workplace.step(tick - opened.simulation.tick)
        await opened.stage.measure()
        paintFitting(canvas, pictureOf(opened))
        await encoder.add(index)
        progress.value = (index + 1) / ticks.length
      }
      const content = await encoder.finish()
      const name = `${stemOf(opened)}${encoder.extension}`
      download({ name, content })
      panel.close()
      messages.notice(`Saved as ${name}, ${(ticks.length / rate).toFixed(1)} s.`)
    } finally {
      cancelled = undefined
      progress.hidden = true
      progress.value = 0
      make.textContent = 'Make'
    }
  }

  // During typing too: a wrong number is told before the film is made.
  element.addEventListener('input', show)
  make.addEventListener('click', () => {
    if (cancelled !== undefined) cancelled()
    else if (workplace.opened !== undefined)
      run(workplace.opened).catch((error: unknown) => (alert.textContent = textOf(error)))
  })

  return {
    open() {
      const { opened } = workplace
      if (opened === undefined) return
      workplace.pause()
      part('to').value = String(opened.simulation.model.time.ticks)
      panel.open()
      show()
    },
  }
}
