/**
 * Controls for every value of a scenario, generated from the schema: running parameters act on the next tick,
 * other values rebuild the network.
 */
import GUI, { type Controller } from 'lil-gui'
import type { Axis } from '../../core/model/model.ts'
import { valueAt } from '../../core/model/path.ts'
import type { Control } from '../../core/model/schema.ts'
import { axisText } from '../../core/plan/print.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import '../../../node_modules/lil-gui/dist/lil-gui.css'
import './controls.css'
import { type ControlField, controlFields } from './fields.ts'
import { plainText } from '../messages.ts'
import type { Loop } from '../session/loop.ts'
import { readNumber } from './number.ts'
import { refuse } from './refusal.ts'
import { shortNumber } from '../vary.ts'
import { expressionsAt } from './written.ts'

export interface Controls {
  /** Shows the present values. */
  update(): void
  /** Shows the present pace; call once in each frame. */
  updatePace(): void
  /** Closed folders and scroll position, for the controls that replace these. */
  view(): ControlsView
  show(view: ControlsView): void
  destroy(): void
}

export interface ControlsView {
  readonly closed: Readonly<Record<string, boolean>>
  readonly scroll: number
}

export interface ControlActions {
  /** Changes a value; resolves to false if it is refused, after a message. */
  readonly set: (path: string, value: unknown) => Promise<boolean>
  /** The memory of the network with another value: in words, and whether it is too much. */
  readonly estimate: (path: string, value: unknown) => { readonly text: string; readonly tooLarge: boolean }
  /** The memory of the present network. */
  readonly memory: string
}

const PACE = { min: 1, max: 10_000, log: true } as const satisfies Control

/** The pace to return to from the fastest. */
const USUAL_PACE = 100

const FOLDERS: Readonly<Record<string, string>> = {
  time: 'Time',
  neurons: 'Neurons',
  synapses: 'Synapses',
  memories: 'Memories',
  stimulus: 'Stimulus',
}

/**
 * Folders for the run and for each layer, synapse, memory and stimulus.
 * @param chosen - the fields that have controls, in a list without folders; absent = all
 */
export function createControls(
  simulation: Simulation,
  loop: Loop,
  place: HTMLElement,
  actions: ControlActions,
  chosen?: readonly ControlField[],
): Controls {
  const gui = new GUI({ container: place, title: 'Parameters', width: 0, injectStyles: false })
  const folders = new Map<string, GUI>()
  const folder = (name: string, title: string, parent = gui): GUI => {
    let found = folders.get(name)
    if (found === undefined) {
      found = parent.addFolder(title)
      found.$title.title = title
      folders.set(name, found)
    }
    return found
  }

  const pace = chosen === undefined ? addPace(folder('run', 'Run'), loop) : undefined

  const memory = document.createElement('p')
  memory.className = 'memory'
  memory.setAttribute('aria-live', 'polite')
  const showMemory = (text: string, tooLarge = false): void => {
    memory.textContent = text
    memory.classList.toggle('too-large', tooLarge)
  }
  showMemory(`On the GPU: ${actions.memory}.`)

  const running = new Set(simulation.parameters)
  const axes = simulation.model.variation?.axes ?? []
  const folderOf = ({ group, item, path }: ControlField): GUI => {
    if (chosen !== undefined) return gui
    const outer = folder(group, FOLDERS[group] as string)
    return item === undefined ? outer : folder(path.split('.', 2).join('.'), item, outer)
  }
  const shown = (chosen ?? controlFields(simulation.model.scenario)).flatMap((field) => {
    const inside = folderOf(field)
    const { path } = field
    const rebuilds = !running.has(path)
    const set = (value: unknown): Promise<boolean> => {
      showMemory(`On the GPU: ${actions.memory}.`)
      return actions.set(path, value)
    }
    // Only values that are typed or dragged before they act need a preview.
    const preview = (value: unknown): void => {
      if (!rebuilds) return
      const { text, tooLarge } = actions.estimate(path, value)
      showMemory(`Would take ${text}.`, tooLarge)
    }
    const added =
      field.kind === 'number'
        ? addNumber(inside, field, rebuilds, set, preview)
        : addOther(inside, field, set)
    const { element } = added
    element.dataset.path = path
    element.title = plainText(field.description)
    if (chosen === undefined && field.kind === 'number') element.append(varyButton(field))
    const axis = axes.find((one) => one.path === path)
    if (axis !== undefined) {
      showVaried(added, axis)
      return []
    }
    if (rebuilds) {
      element.classList.add('rebuilds')
      const name = element.querySelector('.lil-name')
      const sign = document.createElement('span')
      sign.className = 'rebuild-sign'
      sign.textContent = '↻'
      sign.title = 'rebuilds the network; states that fit are kept'
      sign.role = 'img'
      sign.ariaLabel = 'rebuilds'
      name?.append(' ', sign)
    }
    const expressions = expressionsAt(simulation.model.scenario, path, set)
    if (expressions === undefined) return [{ path, show: added.show }]
    inside.$children.append(expressions.element)
    return [
      { path, show: added.show },
      {
        path: `${path}.parameters`,
        show: (value: unknown) => expressions.show(value as Readonly<Record<string, number>>),
      },
    ]
  })
  if (chosen === undefined) {
    gui.domElement.append(memory)
    folders.get('stimulus')?.$children.append(elsewhere())
  }
  for (const [name, one] of folders) if (name === 'stimulus') one.close()

  return {
    update() {
      const { scenario } = simulation.model
      const now = new Map(controlFields(scenario).map(({ path, value }) => [path, value]))
      for (const { path, show } of shown) show(now.has(path) ? now.get(path) : valueAt(scenario, path))
    },
    updatePace: () => pace?.update(),
    view: () => ({
      closed: Object.fromEntries([...folders].map(([name, { _closed }]) => [name, _closed])),
      scroll: place.parentElement?.scrollTop ?? 0,
    }),
    show({ closed, scroll }) {
      for (const [name, one] of folders) one.open(!(closed[name] ?? one._closed))
      if (place.parentElement !== null) place.parentElement.scrollTop = scroll
    },
    destroy: () => gui.destroy(),
  }
}

/** The place of the values of a stimulus that have no control here. */
function elsewhere(): HTMLElement {
  const text = document.createElement('p')
  text.className = 'elsewhere'
  text.textContent = 'Under “Network” (b): the probabilities of patterns, and a dwell drawn from a range.'
  return text
}

/** The mode, and the ticks per second of the mode with a pace. */
function addPace(folder: GUI, loop: Loop): { update: () => void } {
  const modes = { 'ticks per second': 'paced', 'as fast as possible': 'fastest' }
  const model = { mode: 'paced', pace: USUAL_PACE }
  const mode = folder.add(model, 'mode', modes).name('mode')
  mode.domElement.dataset.path = 'run.mode'
  mode.domElement.title = 'Run at a fixed number of ticks per second, or as fast as the GPU can.'
  const number = addNumber(
    folder,
    {
      title: 'ticks/s',
      integer: true,
      control: PACE,
      value: USUAL_PACE,
      min: PACE.min,
    },
    false,
    (value) => {
      loop.pace = value as number
      return Promise.resolve(true)
    },
    () => undefined,
  )
  number.element.dataset.path = 'run.pace'
  number.element.title = 'Target number of ticks per second; a slower GPU does as many as it can.'
  mode.onChange((chosen: string) => {
    if ((chosen === 'fastest') !== (loop.pace === Infinity)) loop.togglePace()
    update()
  })
  let known: number | undefined
  const update = (): void => {
    if (loop.pace === known) return
    known = loop.pace
    const isFastest = known === Infinity
    if (!isFastest) model.pace = known
    model.mode = isFastest ? 'fastest' : 'paced'
    mode.updateDisplay()
    number.show(model.pace)
    number.controller.enable(!isFastest)
    for (const input of number.element.querySelectorAll('input')) input.disabled = isFastest
  }
  update()
  return { update }
}

interface Added {
  readonly element: HTMLElement
  readonly controller: Controller
  /** Shows a value without setting it. */
  readonly show: (value: unknown) => void
}

type NumberField = Pick<ControlField, 'title' | 'integer' | 'control' | 'value' | 'absent'> & {
  /** The smallest accepted number; for scenario values the schema has it. */
  readonly min?: number
}

/**
 * A number field, with a slider if the schema has a range: the native slider, with keyboard support, optionally
 * logarithmic. The field accepts any value that the schema allows, and an empty text if that has a meaning.
 * @param isLate - acts when a slider is let go, not while it moves
 */
function addNumber(
  folder: GUI,
  { title, integer, control, value: initial, absent, min = -Infinity }: NumberField,
  isLate: boolean,
  set: (value: unknown) => Promise<boolean>,
  preview: (value: unknown) => void,
): Added {
  const textOf = (value: unknown): string => (typeof value === 'number' ? String(value) : '')
  // A text field: number fields of lil-gui accept prefixes and round.
  const model = { value: '' }
  let accepted: unknown
  const controller = folder.add(model, 'value').name(title)
  const { domElement } = controller
  domElement.classList.add('lil-number')
  const input = domElement.querySelector('input') as HTMLInputElement
  input.inputMode = integer ? 'numeric' : 'decimal'
  input.autocomplete = 'off'
  if (absent !== undefined) input.placeholder = absent
  const slider = control === undefined ? undefined : createSlider(control, title)
  if (slider !== undefined) {
    domElement.classList.add('has-range')
    domElement.querySelector('.lil-widget')?.prepend(slider.element)
  }

  const show = (value: unknown): void => {
    accepted = value
    model.value = textOf(value)
    controller.updateDisplay()
    slider?.show(typeof value === 'number' ? value : (control?.min ?? 0))
  }
  const apply = (value: unknown): void => {
    const before = accepted
    show(value)
    if (value === before) return
    void set(value).then((done) => {
      if (!done && accepted === value) show(before)
    })
  }
  const typed = (text: string) =>
    absent !== undefined && text.trim() === '' ? { value: undefined } : readNumber(text, { integer, min })
  // The field acts when it loses the focus, because typing 0.05 passes through 0.
  controller.onFinishChange((text: string) => {
    const reading = typed(text)
    if ('value' in reading) apply(reading.value)
    else {
      show(accepted)
      refuse(input, reading.fault)
    }
  })
  input.addEventListener('input', () => {
    const reading = typed(input.value)
    if ('value' in reading && reading.value !== undefined) preview(reading.value)
  })
  input.addEventListener('keydown', (event) => {
    // lil-gui takes the focus away.
    if (event.key === 'Enter') {
      input.focus()
      input.select()
    }
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key]
    if (!integer || step === undefined || typeof accepted !== 'number') return
    event.preventDefault()
    apply(Math.max(min, accepted + step))
  })
  if (slider !== undefined) {
    const { element } = slider
    const at = (): number => (integer ? Math.round(slider.value()) : slider.value())
    element.addEventListener('input', () => {
      if (!isLate) {
        apply(at())
        return
      }
      model.value = String(at())
      controller.updateDisplay()
      slider.show(at())
      preview(at())
    })
    if (isLate) element.addEventListener('change', () => apply(at()))
  }
  show(initial)
  return { element: domElement, controller, show }
}

/** A button that asks the page to vary a value; so does the context menu of its name and of its slider. */
function varyButton({ path, title }: ControlField): HTMLElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'vary-button'
  button.textContent = '⋮'
  button.title = 'Vary…: a curve or a map over values of this parameter (g)'
  button.setAttribute('aria-label', `Vary ${title}`)
  const ask = (): void =>
    void button.dispatchEvent(new CustomEvent('vary', { bubbles: true, composed: true, detail: path }))
  button.addEventListener('click', ask)
  queueMicrotask(() =>
    button.parentElement?.addEventListener('contextmenu', (event) => {
      // The text field keeps the menu of the browser.
      if ((event.target as HTMLElement).matches('input:not([type=range])')) return
      event.preventDefault()
      ask()
    }),
  )
  return button
}

/** Replaces the field of a parameter that varies by replica with the list of its values. */
function showVaried({ element, controller }: Added, axis: Axis): void {
  controller.domElement.classList.add('varies')
  const { path, values } = axis
  element.title = `${path} differs from replica to replica, ${axisText(axis)}: replicas.vary of the scenario`
  const text = document.createElement('span')
  text.textContent = `${shortNumber(Math.min(...values))} … ${shortNumber(Math.max(...values))}`
  element.querySelector('.lil-widget')?.replaceChildren(text)
}

/** A choice or a box to tick. */
function addOther(
  folder: GUI,
  { kind, title, options, value, absent }: ControlField,
  set: (value: unknown) => Promise<boolean>,
): Added {
  const none = absent === undefined ? [] : [absent]
  const inner = (chosen: unknown): unknown => (absent !== undefined && chosen === absent ? undefined : chosen)
  const outer = (current: unknown): unknown => current ?? absent
  const model = { value: outer(value) as string | boolean }
  const controller =
    kind === 'flag' ? folder.add(model, 'value') : folder.add(model, 'value', [...none, ...options])
  controller.name(title)
  let accepted = model.value
  const show = (current: unknown): void => {
    accepted = outer(current) as string | boolean
    model.value = accepted
    controller.updateDisplay()
  }
  controller.onChange((chosen: string | boolean) => {
    const before = accepted
    if (chosen === before) return
    void set(inner(chosen)).then((done) => {
      if (!done) show(inner(before))
    })
  })
  return { element: controller.domElement, controller, show }
}

interface Slider {
  readonly element: HTMLInputElement
  value(): number
  show(value: number): void
}

function createSlider({ min, max, step, log }: Control, label: string): Slider {
  const position = (value: number): number => (log ? Math.log10(Math.max(value, min)) : value)
  const element = document.createElement('input')
  element.type = 'range'
  element.min = String(position(min))
  element.max = String(position(max))
  element.step = log || step === undefined ? String((position(max) - position(min)) / 200) : String(step)
  element.setAttribute('aria-label', label)
  return {
    element,
    value() {
      const at = Number(element.value)
      return Number((log ? 10 ** at : at).toPrecision(3))
    },
    show(value) {
      element.value = String(position(value))
      const filled = (position(value) - position(min)) / (position(max) - position(min))
      element.style.setProperty('--filled', String(Math.min(1, Math.max(0, filled))))
    },
  }
}
