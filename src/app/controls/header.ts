/** The header: the scenario, the run, the buttons. */
import { escaped } from '../../core/errors.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { assign } from '../assign.ts'
import { shippedScenarios } from '../session/scenarios.ts'
import { format3 } from '../format.ts'
import type { Opened } from '../session/opened.ts'

/** Milliseconds between two updates of the numbers. */
const STATUS_INTERVAL = 100

export interface Header {
  /** Selects the loading scenario; undefined = not an entry of the menu. An unknown name asks for a choice. */
  loading(id: string | undefined): void
  enable(enabled: boolean): void
  playing(playing: boolean): void
  /** Shows the numbers and marks a changed scenario at intervals; call once in each frame. */
  update(opened: Opened | undefined): void
}

const element = (id: string): HTMLElement => document.getElementById(id) as HTMLElement

export function createHeader(menu: HTMLSelectElement, buttons: readonly HTMLButtonElement[]): Header {
  for (const { id, name } of shippedScenarios) menu.add(new Option(name, id))
  const playButton = element('play')
  const progress = element('progress') as HTMLProgressElement
  let shownAt = -Infinity
  let shown: Scenario | undefined

  /** A separate entry for a changed scenario; the entry above restores the shipped one. */
  const mark = ({ simulation, source: { origin } }: Opened): void => {
    const { scenario } = simulation.model
    if (scenario === shown) return
    shown = scenario
    const name = scenario.name === '' ? 'Own scenario' : escaped(scenario.name)
    const isShipped = origin !== undefined && JSON.stringify(origin.scenario) === JSON.stringify(scenario)
    const own = menu.querySelector<HTMLOptionElement>('option[data-own]')
    if (isShipped) {
      own?.remove()
      menu.value = origin.id
      return
    }
    const option = own ?? new Option()
    option.dataset.own = ''
    option.value = origin?.id ?? ''
    option.text = origin === undefined ? name : `Changed: ${name}`
    const shippedOption = [...menu.options].find((one) => one !== option && one.value === origin?.id)
    if (shippedOption === undefined) menu.prepend(option)
    else shippedOption.after(option)
    option.selected = true
  }

  return {
    loading(id) {
      menu.querySelector('option[data-own]')?.remove()
      menu.value = id ?? ''
      shown = undefined
      if (id === undefined || menu.selectedIndex >= 0) return
      const option = new Option('Choose a scenario', '', true, true)
      option.dataset.own = ''
      menu.prepend(option)
    },
    enable(enabled) {
      for (const button of buttons) button.disabled = !enabled
    },
    playing(playing) {
      playButton.setAttribute('aria-pressed', String(playing))
      element('play-label').textContent = playing ? 'Pause' : 'Play'
    },
    update(opened) {
      const now = performance.now()
      if (opened === undefined || now - shownAt < STATUS_INTERVAL) return
      shownAt = now
      mark(opened)
      const { simulation, loop } = opened
      const { tick, time, model } = simulation
      assign(element('tick'), { textContent: String(tick) })
      assign(element('time'), { textContent: String(Number(time.toPrecision(6))) })
      assign(element('rate'), { textContent: loop.playing ? format3(loop.rate) : '–' })
      assign(progress, { value: model.time.ticks === 0 ? 1 : Math.min(1, tick / model.time.ticks) })
    },
  }
}
