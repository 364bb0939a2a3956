/** Hands on: painting, memories as cues, damage, storing and forgetting. The scenario carries all of it but painted states. */
import './hands.css'
import { ModelError } from '../../core/errors.ts'
import type { Model } from '../../core/model/model.ts'
import { addKeys } from '../controls/keys.ts'
import { readNumber } from '../controls/number.ts'
import { bindNumber } from '../controls/number-field.ts'
import { type Messages, textOf } from '../messages.ts'
import type { PicturePointer } from '../views/figure.ts'
import type { Stage } from '../views/stage.ts'
import type { Opened } from '../session/opened.ts'
import type { Workplace } from '../session/workplace.ts'
import { type Whose, classesFor, createActions } from './actions.ts'
import { DAMAGES, type Damage, damageOf } from './choices.ts'
import { createPainting } from './painting.ts'
import { type Cue, type Store, cueOf, storesOf, visibleLayer } from './places.ts'
import { type Control, type InkName, type Strip, type Tool, createStrip } from './strip.ts'

export interface Hands extends Control {
  /** Images become memories. */
  takeImages(files: readonly File[]): void
}

/** @param place - an empty element near the main picture */
export function createHands(place: HTMLElement, workplace: Workplace, messages: Messages): Hands {
  const actions = createActions(workplace, (text, undoable = false) => {
    if (!undoable) {
      messages.notice(text)
      return
    }
    const scenario = workplace.opened?.simulation.model.scenario
    const act = (): void => {
      // A later change would be taken back instead.
      if (workplace.opened?.simulation.model.scenario === scenario) void workplace.undo()
      else messages.notice('Other changes came after this one: the undo button takes them back one by one.')
    }
    messages.warn(text, { label: 'Undo', act })
  })
  const strip = createStrip(place, { refresh: () => refresh() })
  const input = (name: string): HTMLInputElement => strip.part(name) as HTMLInputElement
  const select = (name: string): HTMLSelectElement => strip.part(name) as HTMLSelectElement
  let listened: Stage | undefined
  let home: Opened['home'] | undefined
  /** The layer that was painted last; absent = the one that cues and memories belong to. */
  let handled: string | undefined

  /** Does something; what is wrong is told in one line. */
  const attempt = (act: () => Promise<unknown>): void => {
    // Also what is thrown before there is a promise.
    void Promise.resolve()
      .then(act)
      .catch((error: unknown) => messages.notice(textOf(error)))
      .finally(() => refresh())
  }

  const painting = createPainting(
    () => opened(),
    () => ({ ink: strip.pressed('ink') as InkName, diameter: Number(input('size').value) }),
    messages,
    {
      begun(layer) {
        handled = layer
      },
      painted: (cue, replica, values) => attempt(() => actions.paint(cue, replica, values)),
    },
  )

  const take = (next: Tool): void => {
    strip.press('tool', next)
    refresh()
  }
  const tool = (): Tool => strip.pressed('tool') as Tool
  const whose = (event?: { readonly shiftKey: boolean }): Whose =>
    input('all').checked || event?.shiftKey === true ? 'all' : replica()
  const replica = (): number => workplace.opened?.stage.replica ?? 0
  const layerName = (model: Model): string | undefined =>
    model.layers.some(({ name }) => name === handled) ? handled : visibleLayer(model)

  const stores = (opened: Opened): Store[] => {
    const { model } = opened.simulation
    const layer = layerName(model)
    return layer === undefined ? [] : storesOf(model, layer)
  }
  const store = (opened: Opened): Store => {
    const all = stores(opened)
    const chosen = all.find(({ name }) => name === select('store').value) ?? all[0]
    if (chosen === undefined)
      throw new ModelError('this network stores no patterns of that layer; add a memory')
    return chosen
  }
  const opened = (): Opened => {
    if (workplace.opened === undefined) throw new ModelError('no scenario is open; load one first')
    return workplace.opened
  }
  const chosenRow = (): number => {
    const { rows } = store(opened()).rows
    const reading = readNumber(input('row').value, { integer: true, min: 0, max: rows - 1 })
    if ('value' in reading) return reading.value
    throw new ModelError(`row: give a number from 0 to ${rows - 1}, or click a memory with Pick`)
  }

  // ---------------------------------------------------------------------------------------------------- choosing

  /** A click on a memory or a state; with the tool `look` only in the large picture. */
  const pick = ({ kind, sheet, role, entry, event }: PicturePointer): boolean => {
    const current = opened()
    const { model } = current.simulation
    const isLarge = event.target instanceof Element && event.target.closest('#large') !== null
    if (kind !== 'click' || entry === undefined || role === 'target') return false
    if (tool() !== 'pick' && !isLarge) return false
    const memory = model.memories.find(({ name }) => name === sheet.name)
    if (memory !== undefined && sheet.density === undefined) {
      const cue = cueOf(model, memory.from, current.simulation.tick)
      const isSequence = cue?.index !== undefined && cue.kind !== 'initial' && cue.rows.rows > 1
      // Who only looks shall not lose a stream of patterns by a click.
      if (tool() === 'look' && isSequence) return false
      handled = memory.from
      refreshStores(current)
      select('store').value = memory.name
      input('row').value = String(entry.row)
      attempt(() => actions.show(store(opened()), entry.row, whose(event)))
      return true
    }
    if (model.replicas === 1 || !model.layers.some(({ name }) => name === sheet.name)) return false
    current.stage.replica = entry.row
    input('all').checked = false
    refresh()
    return true
  }

  // ------------------------------------------------------------------------------------------------------- strip

  const refreshStores = (current: Opened): void => {
    const all = stores(current)
    const before = select('store').value
    select('store').replaceChildren(...all.map(({ name }) => new Option(name, name)))
    if (all.some(({ name }) => name === before)) select('store').value = before
    strip.part('store-label').hidden = all.length < 2
    for (const name of ['keep', 'images', 'replace', 'forget', 'show']) {
      const button = strip.part(name) as HTMLButtonElement
      button.disabled = all.length === 0
    }
  }

  const refreshCue = (model: Model, tick: number): void => {
    const layer = layerName(model)
    const cue = layer === undefined ? undefined : cueOf(model, layer, tick)
    const { kind, amount } = damageOf(cue?.patterns.corrupt)
    const canMask = cue !== undefined && cue.kind !== 'init'
    select('damage').replaceChildren(
      ...DAMAGES.filter((one) => one.kind !== 'mask' || canMask).map(
        (one) => new Option(one.label, one.kind, false, one.kind === kind),
      ),
    )
    select('damage').disabled = cue === undefined
    const range = input('amount')
    range.max = String(DAMAGES.find((one) => one.kind === kind)?.most ?? 1)
    range.disabled = kind === 'none'
    if (document.activeElement !== range || Number(range.value) !== amount) range.value = String(amount)
    showAmount(strip)
    strip.part('cue-note').textContent = layer === undefined ? '' : cueText(cue, layer)
  }

  const refreshClasses = async (what: 'cues' | 'memories'): Promise<void> => {
    const line = strip.part(what === 'cues' ? 'cue-classes' : 'memory-classes')
    const { model, tick } = opened().simulation
    const layer = layerName(model)
    const known = layer === undefined ? undefined : await classesFor(what, model, layer, tick)
    if (workplace.opened?.simulation.model !== model) return
    line.hidden = known === undefined || known.all.length < 2
    if (known === undefined) return
    const chips = known.all.map((label) =>
      createChip(label, known.chosen, (next) => attempt(() => actions.choose(what, store(opened()), next))),
    )
    const focused = [...line.querySelectorAll('button')].indexOf(document.activeElement as HTMLButtonElement)
    const text = document.createElement('span')
    text.textContent = 'Classes'
    line.replaceChildren(text, ...chips)
    chips[focused]?.focus()
  }

  const refresh = (): void => {
    const current = workplace.opened
    document.body.dataset.tool = tool()
    for (const context of strip.element.querySelectorAll<HTMLElement>('[data-for]'))
      context.hidden = context.dataset.for !== tool()
    if (current === undefined) return
    if (current.home !== home) {
      home = current.home
      handled = undefined
      painting.restart()
      input('all').checked = false
      input('row').value = ''
    }
    if (current.stage !== listened) {
      listened = current.stage
      painting.drop()
      current.stage.onPointer((event) => (tool() === 'paint' ? painting.handle(event) : pick(event)))
    }
    const { model, tick } = current.simulation
    const { replicas } = model
    for (const name of ['whose', 'all-label']) strip.part(name).hidden = replicas === 1
    input('replica').value = String(replica())
    input('replica').disabled = input('all').checked
    refreshStores(current)
    refreshCue(model, tick)
    for (const what of ['cues', 'memories'] as const)
      if (strip.isOpen(what === 'cues' ? 'cue' : 'memory'))
        void refreshClasses(what).catch((error: unknown) => messages.notice(textOf(error)))
  }

  const damage = (kind: Damage, amount: number): void => {
    const layer = layerName(opened().simulation.model)
    if (layer !== undefined) attempt(() => actions.damage(layer, kind, amount))
  }
  select('damage').addEventListener('change', () => {
    const kind = select('damage').value as Damage
    const before = Number(input('amount').value)
    damage(kind, before > 0 ? before : 0.25)
  })
  input('amount').addEventListener('input', () => {
    showAmount(strip)
    damage(select('damage').value as Damage, Number(input('amount').value))
  })
  const on = (name: string, act: (event: MouseEvent) => Promise<unknown>): void =>
    strip.part(name).addEventListener('click', (event) => attempt(() => act(event)))
  on('blank', async (event) => {
    const layer = layerName(opened().simulation.model)
    if (layer !== undefined) await actions.blank(layer, whose(event))
  })
  on('keep', async () => {
    const row = await actions.store(store(opened()), replica(), 'free')
    if (row !== undefined) input('row').value = String(row)
  })
  on('replace', () => actions.store(store(opened()), replica(), chosenRow()))
  on('forget', () => actions.forget(store(opened()), chosenRow()))
  on('show', (event) => actions.show(store(opened()), chosenRow(), whose(event)))
  strip.part('images').addEventListener('click', () => {
    input('files').click()
  })
  const takeImages = (files: readonly File[]): void => {
    if (files.length > 0) attempt(() => actions.storeImages(store(opened()), files))
  }
  input('files').addEventListener('change', () => {
    const files = [...(input('files').files ?? [])]
    input('files').value = ''
    takeImages(files)
  })
  input('all').addEventListener('change', refresh)
  bindNumber(input('replica'), {
    rule: () => ({ integer: true, min: 0, max: (workplace.opened?.simulation.model.replicas ?? 1) - 1 }),
    take(chosen = 0) {
      opened().stage.replica = chosen
      refresh()
    },
  })
  // The replica may have been chosen elsewhere.
  place.addEventListener('pointerenter', refresh)
  addKeys([
    { key: 'v', label: 'Look: the pointer looks at pictures', act: () => take('look') },
    { key: 'p', label: 'Paint on states and cues', act: () => take('paint') },
    { key: 'm', label: 'Pick a memory as the cue', act: () => take('pick') },
  ])
  refresh()
  return { refresh, takeImages }
}

/** What the slider of the damage says, in words and as a bar. */
function showAmount(strip: Strip): void {
  const range = strip.part('amount') as HTMLInputElement
  const share = (Number(range.value) - Number(range.min)) / (Number(range.max) - Number(range.min) || 1)
  range.style.setProperty('--filled', String(share))
  const isNoise = (strip.part('damage') as HTMLSelectElement).value === 'gaussian'
  const value = Number(range.value)
  strip.part('amount-text').textContent = range.disabled
    ? ''
    : isNoise
      ? `σ ${value.toFixed(2)}`
      : `${Math.round(value * 100)} %`
}

/** A button that puts a class among the chosen ones, or takes it out. */
function createChip(
  label: number,
  chosen: readonly number[],
  choose: (next: readonly number[]) => void,
): HTMLButtonElement {
  const chip = document.createElement('button')
  chip.type = 'button'
  chip.className = 'chip'
  chip.textContent = String(label)
  const isChosen = chosen.includes(label)
  chip.setAttribute('aria-pressed', String(isChosen))
  chip.addEventListener('click', () =>
    choose(isChosen ? chosen.filter((one) => one !== label) : [...chosen, label].sort((a, b) => a - b)),
  )
  return chip
}

function cueText(cue: Cue | undefined, layer: string): string {
  if (cue === undefined) return `${layer} has no cue`
  switch (cue.kind) {
    case 'clamp':
      return cue.isHeld ? `${layer} is held at its cue` : `${layer} is free now`
    case 'current':
      return `${layer} gets its cue as a current`
    default:
      return `${layer} starts from its cue at tick 0`
  }
}
