/** The panel that varies one or two values: a second network runs all points, and a click opens one of them. */
import { ModelError } from '../../core/errors.ts'
import { filesNamed } from '../../core/model/files.ts'
import { parseScenario } from '../../core/model/parse.ts'
import { fieldAt } from '../../core/model/path.ts'
import { sparesOf } from '../../core/model/resolve.ts'
import { varyingPaths } from '../../core/model/running.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { checkScenario } from '../../core/model/check.ts'
import { pointScenarios } from '../../core/model/variation.ts'
import { type Simulation, createSimulation } from '../../core/run/simulation.ts'
import { bindNumber } from '../controls/number-field.ts'
import { refuse } from '../controls/refusal.ts'
import { type Messages, plainText, textOf } from '../messages.ts'
import { type GridMap, createMap } from '../plots/map.ts'
import { plotOf } from '../plots/history.ts'
import { buttonOf, createPanel } from '../dialog.ts'
import { openPanel } from '../figures/entry.ts'
import { estimateOf, sketchOf, estimateText } from '../session/estimate.ts'
import { changedSource } from '../session/source.ts'
import type { Workplace } from '../session/workplace.ts'
import { bundleFile, download, stemOf } from '../sharing/exports.ts'
import { variedText } from '../vary.ts'
import { onScheme } from '../views/scheme.ts'
import {
  type AxisForm,
  type VariationForm,
  commandOf,
  listText,
  readList,
  startingAxis,
  startingRepeats,
  variedScenario,
} from './form.ts'
import './panel.css'

/** Longest time of one submit in ms. */
const SUBMIT_TIME = 40

/** Milliseconds of ticks between two looks at the result. */
const LOOK = 150

interface VariationPanel {
  open(path: string | undefined): void
}

let panel: { readonly of: Workplace; readonly shown: VariationPanel } | undefined

/**
 * Opens the panel with a value as its first axis.
 * @param path - absent = the first value that may vary
 */
export function openVariation(workplace: Workplace, messages: Messages, path: string | undefined): void {
  if (panel?.of !== workplace) panel = { of: workplace, shown: createVariationPanel(workplace, messages) }
  panel.shown.open(path)
}

function createVariationPanel(workplace: Workplace, messages: Messages): VariationPanel {
  const panel = createPanel('vary', 'Vary', () => stop())
  panel.body.innerHTML = `
    <div class="vary-form">
      <div data-part="axes"></div>
      <fieldset>
        <legend>At each point</legend>
        <label><input type="text" data-field="repeats" /> replicas, with other</label>
        <label><input type="radio" name="vary-by" value="replicas" checked /> cues and noise</label>
        <label><input type="radio" name="vary-by" value="seeds" /> seeds</label>
        <label>ticks <input type="text" data-field="ticks" /></label>
      </fieldset>
    </div>
    <div class="panel-acts"><p role="status"></p></div>
    <div class="vary-result"><p>The open network stays as it is. A click on a point of the result opens its network.</p></div>
    <div class="panel-acts" data-part="command" hidden><code class="vary-command"></code></div>`
  const part = (selector: string): HTMLElement => panel.body.querySelector(selector) as HTMLElement
  const status = part('[role=status]')
  const result = part('.vary-result')
  const empty = [...result.children]
  const command = part('.vary-command')
  const acts = part('.panel-acts')
  const runButton = buttonOf('Run', () => {
    if (running === undefined) void run()
    else stop()
  })
  runButton.className = 'primary'
  const saveButton = buttonOf('Save for the command line', () => void save())
  const figureButton = buttonOf('Figure…', () => {
    if (shown === undefined) return
    const { simulation, map } = shown
    const data = map.data()
    const { scenario } = simulation.model
    if (data !== undefined)
      openPanel('figure', workplace, messages, { data: [data], scenario, tick: simulation.tick })
  })
  figureButton.disabled = true
  acts.prepend(runButton, saveButton, figureButton)
  part('[data-part=command]').append(
    buttonOf(
      'Copy',
      () => void navigator.clipboard.writeText(command.textContent).catch(() => undefined),
      'Copy the command',
    ),
  )

  let axes: (AxisForm | undefined)[] = []
  let repeats = 1
  let ticks = 1
  let running: { readonly simulation: Simulation; isStopped: boolean } | undefined
  let shown: { readonly simulation: Simulation; readonly map: GridMap } | undefined
  const repeatsField = part('[data-field=repeats]') as HTMLInputElement
  const ticksField = part('[data-field=ticks]') as HTMLInputElement
  bindNumber(repeatsField, {
    rule: () => ({ integer: true, min: 1, max: 1000 }),
    take(value = 1) {
      repeats = value
      review()
    },
  })
  bindNumber(ticksField, {
    rule: () => ({ integer: true, min: 1 }),
    take(value = 1) {
      ticks = value
      review()
    },
  })
  for (const choice of panel.body.querySelectorAll('[name=vary-by]'))
    choice.addEventListener('change', () => review())

  const present = (): Scenario | undefined => workplace.opened?.simulation.model.scenario
  const formNow = (): VariationForm => ({
    axes: axes.filter((axis) => axis !== undefined),
    repeats,
    by: (part('[name=vary-by][value=seeds]') as HTMLInputElement).checked ? 'seeds' : 'replicas',
    ticks,
  })

  const tell = (text: string, isRefused = false): void => {
    status.textContent = plainText(text)
    status.classList.toggle('refused', isRefused)
  }

  /** The checked varied scenario, and the memory that it needs. */
  const review = (): Scenario | undefined => {
    const { opened } = workplace
    const base = present()
    if (opened === undefined || base === undefined) return undefined
    try {
      const fault = axes.find((axis) => axis?.fault !== undefined)?.fault
      if (fault !== undefined) throw new ModelError(fault)
      const scenario = parseScenario(variedScenario(base, formNow()))
      checkScenario(scenario)
      if (!opened.simulation.series.some(({ kind }) => plotOf(kind) !== undefined))
        throw new ModelError('this scenario has no probe that is a number; add one to `probes`')
      const { limits } = workplace.device
      const sketch = sketchOf(opened.simulation.model, scenario)
      const estimate = estimateOf(sketch, limits)
      if (estimate.refusal !== undefined) throw new ModelError(estimateText(estimate, limits))
      if (running === undefined)
        tell(
          [
            `${sketch.replicas} replicas at ${sketch.replicas / (sketch.variation?.repetitions ?? 1)} points, ${estimateText(estimate, limits)}.`,
            ...sparesOf({ ...opened.simulation.model, scenario }).map(
              ({ path, rows, used }) => `Each point uses the first ${used} of ${rows} rows of ${path}.`,
            ),
          ].join(' '),
        )
      runButton.disabled = false
      saveButton.disabled = false
      return scenario
    } catch (error) {
      tell(textOf(error), true)
      runButton.disabled = running === undefined
      saveButton.disabled = true
      return undefined
    }
  }

  // ---------------------------------------------------------------------------------------------------------- form

  const showAxes = (): void => {
    const scenario = present()
    if (scenario === undefined) return
    const known = varyingPaths(scenario)
    part('[data-part=axes]').replaceChildren(
      ...[0, 1].map((index) =>
        axisElement(index, axes[index], known, scenario, (next) => {
          const isOther =
            next?.path !== axes[index]?.path ||
            (next?.values === undefined) !== (axes[index]?.values === undefined)
          axes[index] = next
          if (isOther) {
            showAxes()
            part(`[data-axis="${index}"] select`).focus()
          }
          review()
        }),
      ),
    )
  }

  // ----------------------------------------------------------------------------------------------------------- run

  const clear = (): void => {
    shown?.map.destroy()
    shown?.simulation.destroy()
    shown = undefined
    figureButton.disabled = true
    delete result.dataset.state
    result.replaceChildren(...empty)
  }
  const stop = (): void => {
    if (running !== undefined) running.isStopped = true
  }

  const open = async (replica: number): Promise<void> => {
    const model = shown?.simulation.model
    const base = present()
    if (model?.variation === undefined || base === undefined) return
    const { axes: varied, repetitions } = model.variation
    const point = pointScenarios(model.scenario, varied, repetitions)[Math.floor(replica / repetitions)]
    if (point === undefined) return
    const text = variedText(model, replica)
    const wasPlaying = workplace.opened?.loop.playing === true
    panel.close()
    // The length of a run is not what was varied.
    if (await workplace.begin({ ...point, time: base.time })) {
      messages.notice(`The network with ${text} is open at tick 0. Ctrl+Z returns to the run before.`)
      // A field of the controls, to which the focus has returned, would take Ctrl+Z for its text.
      document.getElementById('play')?.focus()
      if (wasPlaying) workplace.play()
    }
  }

  const run = async (): Promise<void> => {
    const scenario = review()
    const { opened } = workplace
    if (scenario === undefined || opened === undefined || running !== undefined) return
    clear()
    runButton.textContent = 'Stop'
    const progress = document.createElement('progress')
    progress.setAttribute('aria-label', 'Part of the run')
    try {
      tell('Builds the replicas…')
      const { model } = await changedSource(scenario, opened.source)
      const { device } = workplace
      const simulation = await createSimulation(device, model, {
        keepSamples: false,
        submitTime: SUBMIT_TIME,
      })
      const own = { simulation, isStopped: !panel.element.open }
      running = own
      const series = simulation.series.filter(({ kind }) => plotOf(kind) !== undefined)
      const map = createMap(model, series, (replica) => void open(replica), 'opens the network')
      if (map === undefined) throw new ModelError('nothing varies; choose a value')
      shown = { simulation, map }
      result.replaceChildren(progress, map.element)
      simulation.onSample((sample) => map.push(sample))
      await simulation.step(0)
      const end = model.time.ticks
      let chunk = 1
      while (simulation.tick < end && !simulation.isOver && !own.isStopped) {
        const started = performance.now()
        await simulation.step(Math.min(chunk, end - simulation.tick))
        await simulation.flush()
        chunk = Math.max(1, Math.round(chunk * Math.min(4, LOOK / Math.max(1, performance.now() - started))))
        progress.value = simulation.tick / end
        tell(`Tick ${simulation.tick} of ${end}`)
        map.update()
        // Between two looks the page draws and takes input.
        await new Promise((done) => setTimeout(done))
      }
      map.update()
      progress.hidden = true
      const { tick } = simulation
      tell(
        own.isStopped
          ? `Stopped at tick ${tick}.`
          : `Done at tick ${tick}. A click on a point opens its network.`,
      )
      result.dataset.state = own.isStopped ? 'stopped' : 'done'
      figureButton.disabled = false
    } catch (error) {
      tell(textOf(error), true)
    } finally {
      running = undefined
      runButton.textContent = 'Run'
    }
  }

  /** A scenario that names files is saved with them, because the command line would look for them next to it. */
  const save = async (): Promise<void> => {
    const scenario = review()
    const { opened } = workplace
    if (scenario === undefined || opened === undefined) return
    try {
      const stem = `${stemOf(opened)}-vary`
      const file =
        filesNamed(scenario).length > 0
          ? await bundleFile(scenario, opened.source, stem)
          : { name: `${stem}.json`, content: `${JSON.stringify(scenario, null, 2)}\n` }
      download(file)
      part('[data-part=command]').hidden = false
      command.textContent = commandOf(file.name)
    } catch (error) {
      tell(textOf(error), true)
    }
  }

  onScheme(() => shown?.map.recolour())

  return {
    open(path) {
      const scenario = present()
      if (scenario === undefined || panel.element.open) return
      const known = varyingPaths(scenario)
      const before = axes[0]?.path
      const wanted = [path, before].find((one) => one !== undefined && known.includes(one))
      const first = wanted ?? known.find((one) => canVary(scenario, one)) ?? 'seed'
      if (before !== first) {
        clear()
        axes = [startingAxis(scenario, first), undefined]
      }
      repeats = startingRepeats(scenario)
      repeatsField.value = String(repeats)
      ticks = scenario.time.ticks
      ticksField.value = String(ticks)
      part('[data-part=command]').hidden = true
      showAxes()
      panel.open()
      runButton.focus()
      review()
      if (path !== undefined && !known.includes(path))
        tell(
          `${path} cannot differ from replica to replica; choose another value, or use \`engram sweep\`.`,
          true,
        )
    },
  }
}

/** Whether a value can vary over the range with which a form begins. */
function canVary(scenario: Scenario, path: string): boolean {
  const axes = [startingAxis(scenario, path)]
  try {
    checkScenario(
      parseScenario(
        variedScenario(scenario, { axes, repeats: 1, by: 'replicas', ticks: scenario.time.ticks }),
      ),
    )
    return true
  } catch {
    return false
  }
}

/** One axis: its path, a range or a list. */
function axisElement(
  index: number,
  axis: AxisForm | undefined,
  known: readonly string[],
  scenario: Scenario,
  change: (axis: AxisForm | undefined) => void,
): HTMLElement {
  const element = document.createElement('fieldset')
  element.dataset.axis = String(index)
  const legend = document.createElement('legend')
  legend.textContent = index === 0 ? 'First axis' : 'Second axis'
  const select = document.createElement('select')
  select.setAttribute('aria-label', legend.textContent)
  if (index === 1) select.append(new Option('none', ''))
  select.append(...known.map((path) => new Option(path, path)))
  select.value = axis?.path ?? ''
  select.addEventListener('change', () =>
    change(select.value === '' ? undefined : startingAxis(scenario, select.value)),
  )
  element.append(legend, select)
  if (axis === undefined) return element

  let now = axis
  const put = (part: Partial<AxisForm>): void => change((now = { ...now, ...part }))
  const field = (
    name: string,
    value: number,
    take: (value: number) => void,
    integer = false,
  ): HTMLElement => {
    const label = document.createElement('label')
    const input = document.createElement('input')
    input.value = String(value)
    input.dataset.field = name
    bindNumber(input, {
      rule: () => ({ integer, ...(integer ? { min: 2, max: 200 } : {}) }),
      take: (next) => next !== undefined && take(next),
    })
    label.append(`${name} `, input)
    return label
  }
  const form = document.createElement('select')
  form.setAttribute('aria-label', `${legend.textContent}: range or list`)
  form.append(
    new Option('linear range', 'linear'),
    new Option('logarithmic range', 'log'),
    new Option('list', 'list'),
  )
  form.value = axis.values !== undefined ? 'list' : axis.isLog ? 'log' : 'linear'
  form.addEventListener('change', () => {
    if (form.value !== 'list') {
      const { values: _, fault: __, ...range } = now
      change((now = { ...range, isLog: form.value === 'log' }))
    } else put({ values: [now.from, now.to] })
  })
  element.append(form)
  if (axis.values === undefined) {
    element.append(
      field('from', axis.from, (from) => put({ from })),
      field('to', axis.to, (to) => put({ to })),
      field('points', axis.steps, (steps) => put({ steps }), true),
    )
  } else {
    const label = document.createElement('label')
    const input = document.createElement('input')
    input.type = 'text'
    input.className = 'vary-list'
    input.value = listText(axis.values)
    input.addEventListener('change', () => {
      const reading = readList(input.value)
      input.ariaInvalid = String('fault' in reading)
      if ('fault' in reading) {
        // The text stays to be corrected; until then nothing runs.
        refuse(input, reading.fault)
        put({ fault: reading.fault })
        return
      }
      input.value = listText(reading.values)
      const { fault: _, ...axis } = now
      now = axis
      put(reading)
    })
    label.append('values, such as 0.5, 1, 2 ', input)
    element.append(label)
  }
  const { description } = fieldAt(scenario, axis.path) ?? { description: '' }
  element.title = description
  return element
}
