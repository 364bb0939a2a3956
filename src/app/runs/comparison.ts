/** The open network next to that of another run, in step, and the difference of an array of both as a picture. */
import { ModelError } from '../../core/errors.ts'
import type { Model } from '../../core/model/model.ts'
import { type Simulation, createSimulation } from '../../core/run/simulation.ts'
import { format3 } from '../format.ts'
import { textOf } from '../messages.ts'
import { estimateOf, estimateText, sketchOf } from '../session/estimate.ts'
import type { Opened } from '../session/opened.ts'
import { type Making, changedSource } from '../session/source.ts'
import type { Workplace } from '../session/workplace.ts'
import { stopsOf } from '../views/colours.ts'
import { createLegend } from '../views/legend.ts'
import { schemeAt } from '../views/scheme.ts'
import { type Sheet, sheetsOf } from '../views/sheet.ts'
import './comparison.css'
import { MOST_PIXELS, coloured, differenceOf, extentOf, pixelsOf } from './difference.ts'
import { buttonOf, createPanel } from '../dialog.ts'
import { valueChanges } from '../editing/undo.ts'
import type { Run } from './ledger.ts'
import { runName } from './names.ts'

/** Longest time of one submit in ms. */
const SUBMIT_TIME = 40

/** Ticks of one step while the other network catches up. */
const CATCH_UP = 200

/**
 * Builds the network of a run on the device of the page, runs it to the tick of the open one and shows both.
 * @param name - of the run
 * @throws ModelError if it needs too much memory, or has no array of the same shape
 */
export async function openComparison(workplace: Workplace, run: Run<Making>, name: string): Promise<void> {
  const { opened } = workplace
  if (opened === undefined) return
  const { model: present } = opened.simulation
  const { limits } = workplace.device
  const estimate = estimateOf(sketchOf(present, run.scenario), limits)
  if (estimate.refusal !== undefined)
    throw new ModelError(`run ${run.number} next to the open network is ${estimateText(estimate, limits)}`)
  const { model } = await changedSource(run.scenario, run.source)
  const other = await createSimulation(workplace.device, model, {
    keepSamples: false,
    submitTime: SUBMIT_TIME,
  })
  const arrays = commonSheets(opened, other)
  if (arrays.length === 0) {
    other.destroy()
    throw new ModelError(`run ${run.number} has no array of the same shape as the open network`)
  }
  const mine = present.scenario
  const own =
    valueChanges(run.scenario, mine).length === 0
      ? 'this network'
      : `this network: ${runName(run.scenario, mine, run.number)}`
  const plain = `run ${run.number}`
  const named = name === plain ? plain : `${plain}: ${name}`
  show(workplace, opened, other, arrays, [own, named], run.number)
}

/** Arrays that both networks have, with equal pictures. */
function commonSheets({ simulation: { model, plan } }: Opened, other: Simulation): Sheet[] {
  const theirs = sheetsOf(other.model, other.plan)
  return sheetsOf(model, plan).filter(
    ({ array, rows, columns, width, height, copies }) =>
      array !== undefined &&
      width * height <= MOST_PIXELS &&
      theirs.some(
        (sheet) =>
          sheet.array === array &&
          sheet.rows === rows &&
          sheet.columns === columns &&
          sheet.copies === copies,
      ),
  )
}

function show(
  workplace: Workplace,
  opened: Opened,
  other: Simulation,
  sheets: readonly Sheet[],
  names: readonly [string, string],
  number: number,
): void {
  const wasPlaying = opened.loop.playing
  const panel = createPanel('comparison', 'Two networks in step', () => {
    isClosed = true
    cancelAnimationFrame(request)
    panel.element.remove()
    // Work under way ends first.
    void underWay.catch(() => undefined).then(() => other.destroy())
    if (wasPlaying) workplace.play()
    else workplace.pause()
  })
  panel.body.innerHTML = `
    <div class="panel-acts"><p role="status"></p></div>
    <div class="comparison"></div>`
  const status = panel.body.querySelector('[role=status]') as HTMLElement
  const acts = panel.body.querySelector('.panel-acts') as HTMLElement
  const play = buttonOf('Play', () => (opened.loop.playing ? workplace.pause() : workplace.play()))
  play.className = 'primary'
  const select = document.createElement('select')
  select.setAttribute('aria-label', 'Array')
  select.append(...sheets.map((sheet) => new Option(sheet.name, sheet.name)))
  const main = sheets.find(({ isMain }) => isMain) ?? sheets[0]
  if (main !== undefined) select.value = main.name
  acts.prepend(
    play,
    buttonOf('Step', () => void workplace.step(1)),
    buttonOf('Reset', () => void workplace.reset()),
    select,
  )
  const figures = [...names, 'this network minus the other'].map((title) => figureOf(title))
  panel.body.querySelector('.comparison')?.append(...figures.map(({ element }) => element))

  let pixels: Int32Array | undefined
  let request = 0
  let isClosed = false
  let isBusy = false
  let drawn = ''
  let underWay: Promise<unknown> = Promise.resolve()
  select.addEventListener('change', () => {
    pixels = undefined
    drawn = ''
  })

  const valuesOf = async (
    from: Simulation,
    { array, rows, columns, copies }: Sheet,
  ): Promise<Float32Array> => {
    const name = array as string
    from.ensure([name])
    const { data } = await from.read(name)
    const start = copies > 1 ? opened.stage.replica * rows * columns : 0
    return Float32Array.from(data.subarray(start, start + rows * columns))
  }

  /** The other network does the ticks of the open one, which waits. */
  const follow = async (): Promise<void> => {
    const { tick } = opened.simulation
    if (other.tick > tick) await other.reset()
    while (other.tick < tick && !isClosed) {
      if (other.isOver) other.goOn()
      await other.step(Math.min(CATCH_UP, tick - other.tick))
      if (other.tick < tick) {
        await other.flush()
        status.textContent = `The other network is at tick ${other.tick} of ${tick}.`
      }
    }
    const sheet = sheets.find((one) => one.name === select.value)
    if (sheet === undefined || isClosed) return
    const [mine, theirs] = [await valuesOf(opened.simulation, sheet), await valuesOf(other, sheet)]
    pixels ??= pixelsOf(sheet)
    const { values, largest, mean } = differenceOf(mine, theirs)
    const both = extentOf(mine, theirs)
    const apart = { low: -(largest || 1), high: largest || 1, signed: true }
    const scheme = schemeAt(panel.element)
    ;[mine, theirs, values].forEach((of, index) => {
      const extent = index === 2 ? apart : both
      figures[index]?.draw(sheet, of, pixels as Int32Array, extent, stopsOf(scheme, extent.signed))
    })
    status.textContent = `Both at tick ${tick}. Largest difference ${format3(largest)}, mean ${format3(mean)}.`
  }

  const frame = (): void => {
    request = requestAnimationFrame(frame)
    if (workplace.opened !== opened) {
      panel.close()
      return
    }
    const label = opened.loop.playing ? 'Pause' : 'Play'
    if (play.textContent !== label) play.textContent = label
    const state = `${opened.simulation.tick} ${select.value}`
    if (isBusy || state === drawn) return
    isBusy = true
    drawn = state
    underWay = opened.loop
      .still(follow)
      .catch((error: unknown) => {
        if (!isClosed) status.textContent = textOf(error)
      })
      .finally(() => (isBusy = false))
  }

  workplace.pause()
  panel.note.textContent = noteOf(opened.simulation.model, other.model, number)
  panel.open()
  play.focus()
  frame()
}

function noteOf(mine: Model, theirs: Model, number: number): string {
  const same =
    mine.time.dt === theirs.time.dt ? '' : ` Their time steps differ: ${mine.time.dt} and ${theirs.time.dt}.`
  return `Run ${number} is computed again from tick 0, tick by tick with the open network.${same}`
}

/** A picture with its title and its range. */
function figureOf(title: string) {
  const element = document.createElement('figure')
  element.innerHTML =
    '<figcaption></figcaption><div class="comparison-frame"><canvas role="img"></canvas></div>'
  const caption = element.querySelector('figcaption') as HTMLElement
  const canvas = element.querySelector('canvas') as HTMLCanvasElement
  const legend = createLegend()
  caption.textContent = title
  caption.title = title
  canvas.setAttribute('aria-label', title)
  element.append(legend.element)
  return {
    element,
    draw(
      { width, height }: Sheet,
      values: ArrayLike<number>,
      pixels: Int32Array,
      extent: ReturnType<typeof extentOf>,
      stops: readonly string[],
    ): void {
      canvas.width = width
      canvas.height = height
      canvas
        .getContext('2d')
        ?.putImageData(new ImageData(coloured(values, pixels, extent, stops), width, height), 0, 0)
      legend.show(extent, stops)
    },
  }
}
