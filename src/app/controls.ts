/** Sliders for everything that may change while a network runs, made from the schema. */
import GUI from 'lil-gui'
import { fieldAt, valueAt } from '../core/model/path.ts'
import type { Control } from '../core/model/schema.ts'
import type { Simulation } from '../core/run/simulation.ts'
import type { Loop } from './loop.ts'

export interface Controls {
  /** Shows the parameters as they are, whoever has set them. */
  update(): void
  /** Which folders are closed, what has the focus and how far it is scrolled, for controls that take their place. */
  view(): ControlsView
  show(view: ControlsView): void
  destroy(): void
}

export interface ControlsView {
  readonly closed: readonly string[]
  readonly scroll: number
  readonly focused: { readonly path: string; readonly type: string } | undefined
}

/** Paces of the slider, in ticks per second; its right end is as fast as the GPU can. */
const PACE = { min: 1, max: 10_000, log: true } as const satisfies Control

/**
 * One folder for the run and one for each layer, synapse and memory that has something to set.
 * @param refused - told when a value is not allowed; the control then shows the old one again
 */
export function createControls(
  simulation: Simulation,
  loop: Loop,
  place: HTMLElement,
  refused: (error: unknown) => void,
): Controls {
  const gui = new GUI({ container: place, title: 'Parameters', width: 0 })
  const { scenario } = simulation.model
  const folders = new Map<string, GUI>()
  const folder = (name: string): GUI => {
    let found = folders.get(name)
    if (found === undefined) {
      found = gui.addFolder(name)
      folders.set(name, found)
    }
    return found
  }

  addNumber(folder('run'), {
    name: 'pace',
    description:
      'Ticks per second that are wanted; at the right end, and where the GPU is slower, as many as it can do.',
    value: loop.pace,
    integer: true,
    control: PACE,
    set(value) {
      loop.pace = value >= PACE.max ? Infinity : value
    },
    refused,
  })

  const controls: (NumberControl & { readonly path: string })[] = []
  for (const path of simulation.parameters) {
    const field = fieldAt(scenario, path)
    if (field === undefined) continue
    const initial = valueAt(scenario, path) as number
    const [group, name] = path.split('.') as [string, string]
    const control = addNumber(folder(group === 'time' ? 'run' : `${name} · ${group}`), {
      name: field.title,
      description: field.description,
      value: initial,
      integer: field.integer,
      ...(field.control === undefined ? {} : { control: field.control }),
      set: (value) => simulation.set(path, value),
      refused,
    })
    control.element.dataset.path = path
    controls.push({ ...control, path })
  }
  const restore = (): void => controls.forEach((control) => control.restore())
  gui.add({ restore }, 'restore').name('restore parameters')
  return {
    update: () =>
      controls.forEach(({ path, show }) => show(valueAt(simulation.model.scenario, path) as number)),
    view() {
      const { activeElement: active } = document
      const path = place.contains(active)
        ? active?.closest<HTMLElement>('[data-path]')?.dataset.path
        : undefined
      return {
        closed: [...folders].flatMap(([name, { _closed }]) => (_closed ? [name] : [])),
        scroll: place.parentElement?.scrollTop ?? 0,
        focused: path === undefined ? undefined : { path, type: (active as HTMLInputElement).type },
      }
    },
    show({ closed, scroll, focused }) {
      for (const name of closed) folders.get(name)?.close()
      if (place.parentElement !== null) place.parentElement.scrollTop = scroll
      if (focused === undefined) return
      const fields = place.querySelectorAll<HTMLInputElement>(
        `[data-path="${CSS.escape(focused.path)}"] :is(input, select, button)`,
      )
      const field = [...fields].find(({ type }) => type === focused.type) ?? fields[0]
      field?.focus({ preventScroll: true })
    },
    destroy: () => gui.destroy(),
  }
}

interface NumberSpec {
  readonly name: string
  readonly description: string
  readonly value: number
  readonly integer: boolean
  readonly control?: Control
  readonly set: (value: number) => void
  readonly refused: (error: unknown) => void
}

interface NumberControl {
  readonly element: HTMLElement
  /** Sets the value that the scenario came with. */
  readonly restore: () => void
  /** Shows a value that is already set. */
  readonly show: (value: number) => void
}

/**
 * A number field with a slider where the schema gives a range: the browser's own slider, which the keyboard moves too and
 * which can be logarithmic. The field takes any value that the schema allows.
 */
function addNumber(folder: GUI, spec: NumberSpec): NumberControl {
  const { control, value: initial, integer } = spec
  const model = { value: initial }
  let accepted = initial
  const controller = folder.add(model, 'value').name(spec.name)
  if (integer) controller.step(1)
  const { domElement } = controller
  domElement.title = spec.description
  const slider = control === undefined ? undefined : createSlider(control, spec.name)
  if (slider !== undefined) {
    domElement.classList.add('has-range')
    domElement.querySelector('.lil-widget')?.prepend(slider.element)
  }

  const show = (value: number): void => {
    accepted = value
    model.value = value
    controller.updateDisplay()
    slider?.show(value)
  }
  const apply = (value: number): void => {
    if (value === accepted) return
    try {
      spec.set(value)
      show(value)
    } catch (error) {
      spec.refused(error)
      show(accepted)
    }
  }
  // Typing 0.05 passes through 0: the field acts when it is left.
  controller.onFinishChange(apply)
  slider?.element.addEventListener('input', () => {
    const value = slider.value()
    apply(integer ? Math.round(value) : value)
  })
  show(initial)
  return { element: domElement, restore: () => apply(initial), show }
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
