/** The dialog of figures for papers: plots, the large picture, states over time; as SVG, PDF or PNG. */
import './panel.css'
import { ModelError } from '../../core/errors.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { createPanel, numberIn } from '../dialog.ts'
import { format3 } from '../format.ts'
import { textOf } from '../messages.ts'
import type { Opened } from '../session/opened.ts'
import type { Workplace } from '../session/workplace.ts'
import { download, stemOf } from '../sharing/exports.ts'
import { stopsOf } from '../views/colours.ts'
import type { Pieces } from '../views/figure.ts'
import { pictureSettings } from '../views/preferences.ts'
import { figureCaption } from './caption.ts'
import type { ChartData } from './chart.ts'
import { type Drawing, POINTS } from './drawing.ts'
import {
  type FigureSize,
  type PictureData,
  chartsFigure,
  momentsFigure,
  pictureFigure,
  ticksOver,
} from './layout.ts'
import type { MapData } from './map.ts'
import { pdfOf } from './pdf.ts'
import { rangeOfStates, rasterOf } from './raster.ts'
import { svgOf } from './svg.ts'

export interface FigurePanel {
  /**
   * @param of - plots in place of those of the open network
   * @param isSheet - begins with the contact sheet
   */
  open(of?: OtherPlots, isSheet?: boolean): Promise<void>
}

/** Plots of another network than the open one. */
export interface OtherPlots {
  readonly data: readonly (ChartData | MapData)[]
  readonly scenario: Scenario
  readonly tick: number
}

/** Parts in which the run of a contact sheet goes. */
const PARTS = 100

/** Dots in an inch of a PNG. */
const DENSITY = 300

const BODY = `
  <div class="figures-body">
    <div class="figures-choices">
      <label>Of <select data-part="what">
        <option value="plots">the plots</option><option value="picture">the large picture</option>
        <option value="states">contact sheet: states over time</option></select></label>
      <fieldset data-for="plots"><legend>Plots</legend><div></div></fieldset>
      <div data-for="states" class="figures-states">
        <label>Layer <select data-part="layer"></select></label>
        <label>Replica <input data-part="replica" type="number" min="0" step="1" value="0" /></label>
        <label>States <input data-part="states" type="number" min="2" max="60" step="1" value="8" /></label>
        <label>Last tick <input data-part="last" type="number" min="1" step="1" /></label>
        <label>Ticks <select data-part="spacing"><option value="even">evenly</option><option value="log">logarithmically</option></select></label>
        <p>The run starts again from tick 0 with the present values.</p>
        <button type="button" data-act="run">Run and show</button>
        <progress max="1" value="0" aria-label="Part of the run" hidden></progress>
      </div>
      <label>Width <select data-part="width"><option value="85">a column, 85 mm</option>
        <option value="174">a page, 174 mm</option><option value="custom">other</option></select></label>
      <label data-for="custom">Millimetres <input data-part="millimetres" type="number" min="30" max="600" step="1" value="120" /></label>
      <label>Letters, pt <input data-part="font" type="number" min="5" max="24" step="0.5" value="8" /></label>
      <label class="figures-check"><input data-part="caption" type="checkbox" checked /> caption</label>
    </div>
    <div class="figures-preview"><img alt="" /></div>
  </div>`

const FOOT = `
  <p role="alert"></p>
  <p role="status"></p>
  <button type="button" data-save="png">PNG</button>
  <button type="button" data-save="pdf">PDF</button>
  <button type="button" data-save="svg" class="primary">SVG</button>`

export function createFigurePanel(workplace: Workplace): FigurePanel {
  const { element: dialog, body, foot, find, ...panel } = createPanel('figures', 'Figure')
  body.innerHTML = BODY
  foot.innerHTML = FOOT
  const part = (name: string): HTMLInputElement => find(`[data-part=${name}]`)
  const list = (name: string): HTMLSelectElement => find(`[data-part=${name}]`)
  const saves = [...dialog.querySelectorAll<HTMLButtonElement>('[data-save]')]
  const image = find<HTMLImageElement>('.figures-preview img')
  let opened: Opened | undefined
  let other: OtherPlots | undefined
  let drawing: Drawing | undefined
  /** The present picture; a state that has run on is not in it. */
  let picture: PictureData | undefined
  let moments: Parameters<typeof momentsFigure> extends [infer M, infer L, ...unknown[]]
    ? { readonly moments: M; readonly legend: L } | undefined
    : never
  let url = ''
  /** True while the states are taken, until it is stopped. */
  let running = false
  const begin = find<HTMLButtonElement>('[data-act=run]')
  const progress = find<HTMLProgressElement>('progress')

  const current = (): Opened => {
    if (opened === undefined || workplace.opened?.home !== opened.home)
      throw new ModelError('another scenario was opened; open the dialog again')
    return opened
  }
  const number = (name: string): number => numberIn(part(name))
  const what = (): string => list('what').value
  const size = (): FigureSize => {
    const { value } = list('width')
    return { width: value === 'custom' ? number('millimetres') : Number(value), font: number('font') }
  }
  const caption = (): string => {
    if (!part('caption').checked) return ''
    const { simulation, source, home } = current()
    const base = workplace.baseOf(simulation.model.scenario)
    const from = base === home ? (source.origin?.scenario ?? home) : base
    if (other !== undefined) return figureCaption([{ tick: 0, scenario: other.scenario }], from, other.tick)
    const { scenario } = simulation.model
    const { tick } = simulation
    const [first, ...later] = workplace.past.until(tick) ?? [{ tick: 0, scenario }]
    // The plots mark a change at the present tick too.
    return figureCaption([first, ...later, { tick, scenario }], from, tick)
  }

  const plotsNow = (): readonly (ChartData | MapData)[] => other?.data ?? current().plots.data()

  /** @returns undefined while there is nothing to draw yet */
  const make = (): Drawing | undefined => {
    if (what() === 'picture') {
      picture ??= current().stage.light(pictureDataOf)
      return pictureFigure(picture, size(), caption())
    }
    if (what() === 'states') {
      if (moments === undefined) return undefined
      return momentsFigure(moments.moments, moments.legend, size(), caption())
    }
    const chosen = new Set(
      [...dialog.querySelectorAll<HTMLInputElement>('fieldset input:checked')].map(({ value }) => value),
    )
    const charts = plotsNow().filter(({ title }) => chosen.has(title))
    if (charts.length === 0) throw new ModelError('no plot is chosen; choose one, or a picture')
    return chartsFigure(charts, size(), caption())
  }

  const show = (): void => {
    for (const name of ['plots', 'states']) find(`[data-for=${name}]`).hidden = what() !== name
    find('[data-for=custom]').hidden = list('width').value !== 'custom'
    const alert = find('[role=alert]')
    const status = find('[role=status]')
    drawing = undefined
    URL.revokeObjectURL(url)
    alert.textContent = ''
    status.textContent = ''
    try {
      drawing = make()
      if (drawing === undefined) {
        image.removeAttribute('src')
        image.alt = ''
        status.textContent = running
          ? 'The run takes the states.'
          : 'Press "Run and show": the states are taken during a run.'
      } else {
        url = URL.createObjectURL(new Blob([svgOf(drawing, title())], { type: 'image/svg+xml' }))
        image.src = url
        image.alt = `Preview of the figure, ${Math.round(drawing.width / POINTS)} x ${Math.round(drawing.height / POINTS)} mm`
        image.width = Math.round(1.6 * drawing.width)
      }
    } catch (error) {
      alert.textContent = textOf(error)
    }
    for (const save of saves) save.disabled = drawing === undefined
    // After a wrong number the figure before stays, faint.
    image.classList.toggle('stale', drawing === undefined)
  }
  const title = (): string => current().simulation.model.scenario.name

  /** Runs from tick 0 and takes the states. */
  const run = async (): Promise<void> => {
    const { simulation, loop } = current()
    const name = list('layer').value
    const layer = simulation.model.layers.find((one) => one.name === name)
    if (layer === undefined) throw new ModelError('no layer is chosen')
    const replica = Math.min(simulation.model.replicas - 1, number('replica'))
    const ticks = ticksOver(number('last'), number('states'), list('spacing').value === 'log')
    const last = ticks.at(-1) ?? 0
    const states: Float32Array[] = []
    moments = undefined
    show()
    await workplace.reset()
    for (const tick of ticks) {
      // In parts, which show how far it is and end soon after Stop.
      do {
        if (!dialog.open || !running) return
        const before = current().simulation.tick
        const part = Math.min(tick - before, Math.ceil(last / PARTS))
        await workplace.step(part)
        if (simulation.tick !== before + part)
          throw new ModelError(`the run ended at tick ${simulation.tick}; choose an earlier last tick`)
        progress.value = simulation.tick / last
      } while (simulation.tick < tick)
      const { data } = await loop.still(() => simulation.read(name))
      states.push(Float32Array.from(data.subarray(replica * layer.size, (replica + 1) * layer.size)))
    }
    const range = rangeOfStates(states)
    const stops = stopsOf('light', range[0] < 0, pictureSettings.maps)
    moments = {
      moments: ticks.map((tick, index) => ({
        tick,
        pixels: rasterOf(states[index] ?? [], layer.shape, range, stops),
      })),
      legend: {
        title: simulation.model.replicas > 1 ? `${name}, replica ${replica}` : name,
        low: format3(range[0]),
        high: format3(range[1]),
        stops,
      },
    }
  }

  const save = async (kind: string): Promise<void> => {
    if (drawing === undefined) return
    const name = `${stemOf(current())}-${what()}.${kind}`
    const content =
      kind === 'svg'
        ? svgOf(drawing, title())
        : kind === 'pdf'
          ? (pdfOf(drawing, title()) as Uint8Array<ArrayBuffer>)
          : await pngOfDrawing(drawing, image)
    download({ name, content })
    find('[role=status]').textContent = `Saved as ${name}.`
  }

  const attempt = (act: () => Promise<void>): void =>
    void act().catch((error: unknown) => (find('[role=alert]').textContent = textOf(error)))
  dialog.addEventListener('change', () => show())
  const mark = (isRunning: boolean): void => {
    running = isRunning
    begin.ariaDisabled = null
    begin.textContent = isRunning ? 'Stop' : 'Run and show'
    progress.hidden = !isRunning
    progress.value = 0
  }
  begin.addEventListener('click', () => {
    if (begin.ariaDisabled === 'true') return
    if (running) {
      running = false
      // A button that is disabled would lose the focus.
      begin.ariaDisabled = 'true'
      return
    }
    mark(true)
    attempt(() =>
      run().finally(() => {
        mark(false)
        show()
      }),
    )
  })
  for (const button of saves)
    button.addEventListener('click', () => attempt(() => save(button.dataset.save ?? 'svg')))

  return {
    async open(of, isSheet = false) {
      ;({ opened } = workplace)
      if (opened === undefined) return
      other = of
      workplace.pause()
      const { simulation, loop } = opened
      await loop.still(() => simulation.flush())
      const { layers, time, replicas } = simulation.model
      picture = undefined
      moments = undefined
      find('fieldset div').replaceChildren(
        ...plotsNow().map((chart) => {
          const label = document.createElement('label')
          label.className = 'figures-check'
          label.append(
            Object.assign(document.createElement('input'), {
              type: 'checkbox',
              value: chart.title,
              checked: true,
            }),
            chart.title,
          )
          return label
        }),
      )
      list('layer').replaceChildren(...layers.map(({ name }) => new Option(name, name)))
      part('replica').max = String(replicas - 1)
      part('replica').value = String(Math.min(replicas - 1, opened.stage.replica))
      part('last').value = String(time.ticks)
      list('what').disabled = of !== undefined
      if (of !== undefined) list('what').value = 'plots'
      else if (isSheet) list('what').value = 'states'
      else if (plotsNow().length === 0) list('what').value = 'picture'
      panel.open()
      show()
    },
  }
}

function pictureDataOf({ title, panes, low, high, stops }: Pieces): PictureData {
  return {
    title,
    low,
    high,
    panes: panes.map(({ canvas, label }) => ({ label, pixels: pixelsOf(canvas) })),
    stops: stops.map(hexOf),
  }
}

function contextOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  return canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D
}

function pixelsOf(canvas: HTMLCanvasElement): ImageData {
  const context = contextOf(canvas.width, canvas.height)
  context.drawImage(canvas, 0, 0)
  return context.getImageData(0, 0, canvas.width, canvas.height)
}

/** A colour of CSS, a mixture too, as `#rrggbb`. */
function hexOf(colour: string): string {
  const context = contextOf(1, 1)
  context.fillStyle = colour
  context.fillRect(0, 0, 1, 1)
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data
  return `#${[red, green, blue].map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

/** @param image - of the SVG */
async function pngOfDrawing({ width, height }: Drawing, image: HTMLImageElement): Promise<Blob> {
  const scale = DENSITY / 72
  const context = contextOf(Math.round(width * scale), Math.round(height * scale))
  await image.decode()
  context.drawImage(image, 0, 0, context.canvas.width, context.canvas.height)
  const content = await new Promise<Blob | null>((settle) => context.canvas.toBlob(settle, 'image/png'))
  if (content === null) throw new Error('the browser could not encode the picture')
  return content
}
