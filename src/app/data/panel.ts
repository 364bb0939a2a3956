/** The sheet of the reader's own data: what was read, how it is fitted to a layer, and where it goes. */
import './panel.css'
import { encodeNpy } from '../../core/data/npy.ts'
import { ModelError } from '../../core/errors.ts'
import { WITHOUT_CROSSTALK, hasCrosstalk } from '../../core/kinds/bases/table.ts'
import { hessian, isPerNeuron, neuronOf } from '../../core/kinds/lagrangians/table.ts'
import type { Model, Rows } from '../../core/model/model.ts'
import { setValue, valueAt } from '../../core/model/path.ts'
import type { Patterns } from '../../core/model/patterns/schema.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { createPanel } from '../dialog.ts'
import { editedScenario } from '../editing/edited.ts'
import { replaced } from '../editing/edits.ts'
import { freeRows } from '../editing/free.ts'
import { type Store, storesOf } from '../editing/places.ts'
import { firstOf, format3 } from '../format.ts'
import { type Messages, textOf } from '../messages.ts'
import type { Opened } from '../session/opened.ts'
import { changedSource } from '../session/source.ts'
import type { Workplace } from '../session/workplace.ts'
import { MOST_TURNED, crosstalkOf } from './crosstalk.ts'
import { type DataRow, type Dataset, chosenRows, classCounts, usedText } from './dataset.ts'
import {
  type Crop,
  type Steps,
  doubtsAbout,
  fittedRow,
  fittedRows,
  pictureOf,
  stepsLike,
  transformed,
  transformsOf,
} from './fit.ts'
import { keepFiles } from './kept.ts'
import { keepOwn, noteSaved } from './own.ts'
import { type Destination, layerFor, placed } from './place.ts'
import { type Read, readData } from './reading.ts'

export interface DataSheet {
  /** Shows what some files contain. */
  open(files: readonly File[]): Promise<void>
}

/** Rows that the preview shows. */
const PREVIEWED = 6

/** Rows that are taken at first, where there are more. */
const USUAL_ROWS = 100

/** The longest time in ms for storing data before a network uses it. */
const MOST_WAIT = 2000

const DESTINATIONS: readonly (readonly [id: Destination | 'least', label: string, note: string])[] = [
  ['recall', 'Recall these', 'All memories become these rows; the cues and targets are made of them.'],
  ['memories', 'All memories', 'Cues and targets stay as they are.'],
  ['least', 'The least active memories', 'The other memories stay.'],
  ['cues', 'Cues', 'The stimulus of the layer, or its state at tick 0.'],
  ['targets', 'Targets', 'The patterns that the probes compare the layer with.'],
  ['bias', 'Bias', 'A constant input; several rows are assigned to the replicas in turn.'],
]

/** Destinations that store the rows. */
const STORING: readonly string[] = ['recall', 'memories', 'least']

const BODY = `
  <div class="data-body">
    <section aria-labelledby="data-read">
      <h3 id="data-read">Read</h3>
      <dl></dl>
      <p class="data-refused" hidden></p>
      <div class="data-fields">
        <label data-for="array" hidden>Array <select data-part="array"></select></label>
        <label>Rows <input data-part="count" type="number" min="1" step="1" inputmode="numeric" /></label>
      </div>
      <fieldset data-part="classes" hidden><legend>Classes</legend><div></div></fieldset>
      <p class="data-private">The files stay on this computer: nothing leaves the browser.</p>
      <p class="data-more"><button type="button" data-act="files">Other files…</button>
      <button type="button" data-act="folder">A folder…</button></p>
      <input type="file" data-part="files" multiple hidden aria-label="Files of data" />
      <input type="file" data-part="folder" webkitdirectory hidden aria-label="Folder of images" />
    </section>
    <section aria-labelledby="data-fit">
      <h3 id="data-fit">Fit</h3>
      <div class="data-fields">
        <label>Layer <select data-part="layer"></select></label>
        <label>Size <select data-part="size"></select></label>
        <label data-for="crop">Image <select data-part="crop">
          <option value="whole">whole</option><option value="fill">crop to fill</option>
          <option value="stretch">stretch</option></select></label>
        <label class="data-check"><input type="checkbox" data-part="invert" /> invert light and dark</label>
      </div>
      <div class="data-fields">
        <label class="data-check" title="Subtract its mean from each row"><input type="checkbox" data-part="center" /> centre</label>
        <label class="data-check" title="Scale each row to this L2 norm"><input type="checkbox" data-part="normalize" /> norm
          <input data-part="norm" type="number" min="0" step="any" aria-label="Norm" /></label>
        <label class="data-check" title="Above the threshold +1, else -1"><input type="checkbox" data-part="binarize" /> binarise above
          <input data-part="threshold" type="number" step="any" value="0" aria-label="Threshold" /></label>
        <label>factor <input data-part="factor" type="number" step="any" value="1" /></label>
      </div>
      <div class="data-preview" role="img"></div>
      <p class="data-note" data-part="result"></p>
      <p class="data-note data-doubts" role="status"></p>
    </section>
    <section aria-labelledby="data-goes">
      <h3 id="data-goes">Goes to</h3>
      <div class="data-fields"><label data-for="store">Memory <select data-part="store"></select></label></div>
      <div class="data-goes" role="radiogroup" aria-labelledby="data-goes"></div>
      <p class="data-note" data-part="none"></p>
    </section>
  </div>`

const FOOT = `
  <p role="alert"></p>
  <button type="button" data-act="cancel">Cancel</button>
  <button type="button" data-act="use" class="primary">Use</button>`

export function createDataSheet(workplace: Workplace, messages: Messages): DataSheet {
  const { element: dialog, body, foot, find, ...panel } = createPanel('data', 'Your data')
  body.innerHTML = BODY
  foot.innerHTML = FOOT
  const part = (name: string): HTMLInputElement => find(`[data-part=${name}]`)
  const select = (name: string): HTMLSelectElement => find(`[data-part=${name}]`)
  const alert = find('[role=alert]')
  const use = find<HTMLButtonElement>('[data-act=use]')

  let files: readonly File[] = []
  let data: Dataset | undefined
  /** A reason for each file that gives no row. */
  let unread: readonly string[] = []
  let opened: Opened | undefined
  let ready: { readonly fitted: Rows; readonly steps: Steps; readonly shape: readonly number[] } | undefined

  const goes = find('.data-goes')
  for (const [id, label, note] of DESTINATIONS) {
    const line = document.createElement('label')
    line.innerHTML = '<input type="radio" name="data-goes" /><span><b></b><small></small></span>'
    const [input] = line.getElementsByTagName('input')
    if (input !== undefined) Object.assign(input, { value: id, checked: id === 'recall' })
    ;(line.querySelector('b') as HTMLElement).textContent = label
    ;(line.querySelector('small') as HTMLElement).textContent = note
    goes.append(line)
  }
  /** The destination that the reader wants. */
  let wanted = 'recall'
  const destination = (): Destination | 'least' =>
    (goes.querySelector<HTMLInputElement>('input:checked')?.value ?? 'recall') as Destination | 'least'

  // ------------------------------------------------------------------------------------------------------ choices

  const model = (): Model => {
    if (opened === undefined) throw new ModelError('no scenario is open; load one first')
    return opened.simulation.model
  }
  const layer = (): Model['layers'][number] =>
    model().layers.find(({ name }) => name === select('layer').value) as Model['layers'][number]
  const stores = (): readonly Store[] => storesOf(model(), layer().name)
  const store = (): Store | undefined => stores().find(({ name }) => name === select('store').value)
  const offer = (
    list: HTMLSelectElement,
    options: readonly (readonly [value: string, text: string])[],
    value?: string,
  ): void => {
    list.replaceChildren(...options.map(([one, text]) => new Option(text, one)))
    if (value !== undefined) list.value = value
  }
  const number = (name: string): number => {
    const { valueAsNumber } = part(name)
    if (Number.isFinite(valueAsNumber)) return valueAsNumber
    throw new ModelError(`${part(name).ariaLabel ?? name} is not a number; type one`)
  }

  /** The sizes that the layer may have: its own, and that of the data. */
  const sizes = (): Map<string, readonly number[]> =>
    new Map([layer().shape, data?.size ?? [0]].map((one) => [one.join(' x '), one]))

  const offerLayer = (): void => {
    const { shape, size, name } = layer()
    const keys = [...sizes().keys()]
    const count = data?.sizes ?? 1
    const ofData = count === 1 ? 'of the data' : `median of ${count} sizes`
    // Numbers cannot be resized as images are.
    const first = data?.rows[0]
    const isOther =
      first?.image === undefined ? first?.values.length !== size : pictureOf(shape) === undefined
    offer(
      select('size'),
      keys.map((key, index) => [key, `${key}, ${index === 0 ? 'as it is' : ofData}`]),
      isOther ? keys.at(-1) : keys[0],
    )
    const options = stores()
    offer(
      select('store'),
      options.map((one) => [one.name, one.name]),
    )
    find('[data-for=store]').hidden = options.length < 2
    find('[data-part=none]').textContent =
      options.length > 0
        ? ''
        : `No memory stores patterns of ${name}. Connect one from ${name} in the network.`
    for (const input of goes.querySelectorAll('input')) {
      const needsStore = STORING.includes(input.value)
      input.disabled = needsStore && options.length === 0
    }
    // The choice of the reader, where the layer has a place for it.
    const [chosen, cues] = [wanted, 'cues'].map((one) =>
      goes.querySelector<HTMLInputElement>(`[value=${one}]`),
    )
    const next = chosen?.disabled === false ? chosen : cues
    if (next) next.checked = true
    offerSteps(name)
  }

  const offerSteps = (name: string): void => {
    const own = store()
    const rows = own?.rows ?? model().layers.find((one) => one.name === name)?.init
    const size = (sizes().get(select('size').value) ?? layer().shape).reduce((a, b) => a * b, 1)
    const scale = own?.scale ?? 1
    const like =
      rows === undefined
        ? { center: false }
        : stepsLike(
            scale === 1 ? rows : { ...rows, data: rows.data.map((value) => value / scale) },
            own?.format === 'binary',
            size,
          )
    const { center, norm, binarize, factor = 1 }: Steps = like
    part('center').checked = center
    part('normalize').checked = norm !== undefined
    part('norm').value = String(norm ?? Number(Math.sqrt(size).toPrecision(6)))
    part('binarize').checked = binarize !== undefined
    part('threshold').value = String(binarize ?? 0)
    part('factor').value = String(factor)
  }

  const steps = (): Steps => ({
    center: part('center').checked,
    ...(part('normalize').checked ? { norm: number('norm') } : {}),
    ...(part('binarize').checked ? { binarize: number('threshold') } : {}),
    factor: number('factor'),
  })

  const rows = () => {
    if (data === undefined) return []
    const boxes = [...find('[data-part=classes]').querySelectorAll('input')]
    const chosen = new Set(boxes.filter(({ checked }) => checked).map(({ value }) => value))
    return chosenRows(data, Math.max(1, Math.round(number('count'))), boxes.length === 0 ? undefined : chosen)
  }

  // -------------------------------------------------------------------------------------------------------- showing

  const tell = (text: string): void => {
    alert.textContent = text
    use.disabled = text !== ''
  }

  /** Names files that were not read, and rows that do not fit. */
  const showRefused = (rows: readonly string[]): void => {
    const refused = [...unread, ...rows]
    const place = find('.data-refused')
    place.hidden = refused.length === 0
    place.textContent = `Left out: ${firstOf(refused, '; ')}.`
    place.title = refused.join('\n')
  }

  /** Says that a coupling would mix the rows, with the remedies; empty where it keeps them apart. */
  const mixtureOf = (result: Rows): string => {
    const to = store()
    const synapse = model().synapses.find(({ name }) => name === to?.name)
    if (!STORING.includes(destination()) || synapse === undefined || !hasCrosstalk(synapse.base)) return ''
    const { lagrangian } = layer()
    const slope = isPerNeuron(lagrangian) ? (hessian(neuronOf(lagrangian, 0), Float64Array.of(0))[0] ?? 0) : 0
    const { overlap, turned, isMixed } = crosstalkOf(result, slope)
    if (!isMixed) return ''
    const share =
      turned > MOST_TURNED ? `; ${format3(100 * turned)} % of their signs turn in the first step` : ''
    const centre = part('center').checked ? '' : 'Tick "centre". '
    return `The rows overlap by up to ${format3(overlap)}, and a Hopfield network mixes such rows${share}. ${centre}Set the base of ${synapse.name} to ${WITHOUT_CROSSTALK}, or take a new dense memory or modern Hopfield network.`
  }

  /** Fits the rows and draws the first ones. */
  const refit = (): void => {
    ready = undefined
    find('.data-doubts').textContent = ''
    const preview = find('.data-preview')
    try {
      const shape = sizes().get(select('size').value) ?? layer().shape
      const crop = select('crop').value as Crop
      const fit = (row: DataRow) => fittedRow(row, shape, crop, part('invert').checked)
      showRefused([])
      const { rows: given, fitted, refused } = fittedRows(rows(), fit, steps())
      showRefused(refused)
      if (data !== undefined)
        find('[data-part=rows]').textContent = rowsText(data.rows.length, refused.length)
      const result = transformed(fitted, steps())
      ready = { fitted, steps: steps(), shape }
      const sides = pictureOf(shape) ?? [1, fitted.columns]
      preview.replaceChildren(
        ...given.slice(0, PREVIEWED).map((row, index) => {
          const { image, values } = row
          const pair = document.createElement('div')
          const own = result.data.subarray(index * result.columns, (index + 1) * result.columns)
          pair.append(
            canvasOf(
              values,
              image === undefined
                ? (pictureOf([values.length]) ?? [1, values.length])
                : [image.height, image.width],
            ),
            canvasOf(own, sides),
          )
          return pair
        }),
      )
      let [low, high] = [Infinity, -Infinity]
      for (const value of result.data) {
        low = Math.min(low, value)
        high = Math.max(high, value)
      }
      find('.data-doubts').textContent = [doubtsAbout(result), mixtureOf(result)].filter(Boolean).join(' ')
      preview.ariaLabel = `The first ${Math.min(PREVIEWED, given.length)} rows, above as read, below as the layer takes them`
      find('[data-part=result]').textContent =
        `Above: as read. Below: as the layer takes them, ${format3(low)} to ${format3(high)}. ${given.length} ${given.length === 1 ? 'row' : 'rows'} of ${result.columns}.`
      tell('')
    } catch (error) {
      preview.replaceChildren()
      find('[data-part=result]').textContent = ''
      tell(textOf(error))
    }
  }

  /** Shows the sheet with nothing in it: no fact of files that were read before. */
  const empty = (isEmpty: boolean): void => {
    for (const selector of ['[aria-labelledby=data-fit]', '[aria-labelledby=data-goes]', '.data-fields'])
      find(selector).hidden = isEmpty
    if (!isEmpty) return
    data = ready = undefined
    find('dl').replaceChildren()
    find('.data-preview').replaceChildren()
    find('[data-part=result]').textContent = ''
    for (const selector of ['.data-refused', '[data-part=classes]']) find(selector).hidden = true
    use.disabled = true
  }

  const show = ({ data: read, arrays, refused }: Read): void => {
    empty(false)
    data = read
    unread = refused
    const counts = classCounts(read)
    const [low, high] = read.range
    const facts: [string, string][] = [
      ['Files', read.files],
      ['Rows', String(read.rows.length)],
      ['A row', read.shape],
      ['Values', `${format3(low)} to ${format3(high)}`],
    ]
    find('dl').replaceChildren(
      ...facts.flatMap(([term, text]) =>
        [term, text].map((words, index) =>
          Object.assign(document.createElement(index === 0 ? 'dt' : 'dd'), { textContent: words }),
        ),
      ),
    )
    const total = [...find('dl').querySelectorAll<HTMLElement>('dd')][1]
    if (total !== undefined) total.dataset.part = 'rows'
    find('[data-for=array]').hidden = arrays === undefined
    offer(
      select('array'),
      (arrays?.names ?? []).map((name) => [name, name]),
      arrays?.chosen,
    )
    const box = find('[data-part=classes]')
    box.hidden = counts.size === 0
    ;(box.querySelector('div') as HTMLElement).replaceChildren(
      ...[...counts].map(([name, count]) => {
        const label = document.createElement('label')
        const input = Object.assign(document.createElement('input'), {
          type: 'checkbox',
          value: name,
          checked: true,
        })
        label.append(input, `${name} (${count})`)
        label.className = 'data-check'
        return label
      }),
    )
    wanted = 'recall'
    part('count').max = String(read.rows.length)
    part('count').value = String(Math.min(read.rows.length, USUAL_ROWS))
    const isImages = read.rows.some(({ image }) => image !== undefined)
    find('[data-for=crop]').hidden = !isImages
    const { layers } = model()
    offer(
      select('layer'),
      layers.map(({ name }) => [name, name]),
      layerFor(model(), read.rows[0])?.name,
    )
    offerLayer()
    refit()
  }

  const read = async (array?: string): Promise<void> => {
    tell('')
    use.disabled = true
    try {
      show(await readData(files, array))
    } catch (error) {
      empty(true)
      tell(textOf(error))
    }
  }

  // ----------------------------------------------------------------------------------------------------------- use

  const patternsOf = async (): Promise<{ readonly patterns: Patterns; readonly rows: number }> => {
    if (ready === undefined || data === undefined) throw new ModelError('there is no data; choose files')
    const { fitted, shape } = ready
    const array = { shape: [fitted.rows, ...shape], data: fitted.data }
    const transform = transformsOf(ready.steps)
    const bytes = encodeNpy(array)
    const path = keepOwn(data.name, bytes)
    // Stored before a scenario names it: a reload finds both. Without a database the browser asks before a reload.
    const saved = keepFiles('', [path], () => Promise.resolve(bytes)).then(noteSaved, () => undefined)
    await Promise.race([saved, new Promise((done) => setTimeout(done, MOST_WAIT))])
    return {
      patterns: { kind: 'array', path, ...(transform.length > 0 && { transform }) },
      rows: fitted.rows,
    }
  }

  const leastActive = async (current: Opened, to: Store): Promise<Scenario> => {
    if (ready === undefined) throw new ModelError('there is no data; choose files')
    const { data: values, columns, rows: count } = transformed(ready.fitted, ready.steps)
    const { simulation, loop } = current
    const free = await loop.still(() => freeRows(simulation, to, count))
    if (free.length < count)
      throw new ModelError(
        `${count} rows for ${free.length} rows of \`${to.name}\`; choose fewer, or "All memories"`,
      )
    const { scenario } = simulation.model
    const before = (valueAt(scenario, to.path) as Patterns | undefined) ?? { kind: 'zeros' }
    const after = free.reduce(
      (edited, { row }, index) =>
        replaced(edited, row, values.subarray(index * columns, (index + 1) * columns)),
      before,
    )
    return setValue(scenario, to.path, after) as Scenario
  }

  const apply = async (): Promise<void> => {
    const current = opened
    if (current === undefined || ready === undefined || data === undefined) return
    const where = destination()
    const to = store()
    use.disabled = true
    try {
      const { shape } = layer()
      const isResized = ready.shape.join() !== shape.join()
      const scenario = editedScenario(
        where === 'least' && to !== undefined
          ? await leastActive(current, to)
          : placed(model(), {
              destination: where as Destination,
              layer: layer().name,
              store: to,
              ...(await patternsOf()),
              ...(isResized && { size: ready.shape }),
            }),
      )
      // An error is shown here, next to the choices that can mend it.
      await changedSource(scenario, current.source)
      const count = ready.fitted.rows
      const left = rows().length - count
      const plays = where === 'recall' || where === 'cues' || current.loop.playing
      panel.close()
      if (where === 'least') {
        if (await workplace.rebuild(scenario))
          messages.notice(`Stored ${count} of your rows; undo takes them back.`)
        return
      }
      if (!(await workplace.begin(scenario))) return
      if (plays) workplace.play()
      messages.notice(
        `${usedText(data, count)} in use${left === 0 ? '' : `, ${left} left out`}. Undo takes it back. Export, "Network with its data" saves both in one file.`,
      )
    } catch (error) {
      tell(textOf(error))
    }
  }

  dialog.addEventListener('change', ({ target }) => {
    const { part: name } = (target as HTMLElement).dataset
    if (goes.contains(target as Node)) wanted = destination()
    if (name === 'array') void read(select('array').value)
    else if (name === 'files' || name === 'folder') {
      files = [...(part(name).files ?? [])]
      part(name).value = ''
      if (files.length > 0) void read()
    } else if (data !== undefined) {
      if (name === 'layer') offerLayer()
      if (name === 'size' || name === 'store') offerSteps(layer().name)
      refit()
    }
  })
  for (const name of ['files', 'folder'])
    find(`[data-act=${name}]`).addEventListener('click', () => part(name).click())
  find('[data-act=cancel]').addEventListener('click', () => panel.close())
  use.addEventListener('click', () => void apply())

  return {
    async open(given) {
      files = given
      ;({ opened } = workplace)
      if (opened === undefined) return
      empty(true)
      panel.open()
      await read()
      if (!use.disabled) use.focus()
    },
  }
}

/** Such as `6, one of them left out`. */
function rowsText(count: number, left: number): string {
  return left === 0 ? String(count) : `${count}, ${left === 1 ? 'one' : left} of them left out`
}

/** Values as grey levels between their smallest and largest. */
function canvasOf(values: ArrayLike<number>, [height, width]: readonly [number, number]): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  const pixels = context.createImageData(width, height)
  let [low, high] = [Infinity, -Infinity]
  for (const value of Array.from(values)) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  for (let index = 0; index < width * height; index++) {
    const level = (255 * ((values[index] as number) - low)) / Math.max(high - low, 1e-12)
    pixels.data.set([level, level, level, 255], 4 * index)
  }
  context.putImageData(pixels, 0, 0)
  return canvas
}
