/**
 * Hands on: painting, memories as cues, damage, storing and forgetting. The scenario contains all edits except
 * painted states.
 */
import './hands.css'
import { ModelError } from '../../core/errors.ts'
import type { Model } from '../../core/model/model.ts'
import { addKeys } from '../controls/keys.ts'
import { bindNumber } from '../controls/number-field.ts'
import { type Messages, textOf } from '../messages.ts'
import type { PicturePointer } from '../views/figure.ts'
import type { Stage } from '../views/stage.ts'
import type { Opened } from '../session/opened.ts'
import { readShipped } from '../session/source.ts'
import type { Workplace } from '../session/workplace.ts'
import { type Whose, classesFor, createActions } from './actions.ts'
import { showClasses } from './classes.ts'
import { createDamageChoice } from './damage.ts'
import { createPainting } from './painting.ts'
import { type Cue, type Store, cueOf, storesOf, visibleLayer } from './places.ts'
import { createStoreChoice } from './store-choice.ts'
import { type Control, type InkName, type Tool, createStrip } from './strip.ts'

/** @param place - an empty element near the main picture */
export function createHands(place: HTMLElement, workplace: Workplace, messages: Messages): Control {
  const actions = createActions(workplace, createTeller(workplace, messages))
  const strip = createStrip(place, { refresh: () => refresh() })
  const input = (name: string): HTMLInputElement => strip.part(name) as HTMLInputElement
  let listened: Stage | undefined
  let home: Opened['home'] | undefined
  /** The last painted layer; absent = the layer of cues and memories. */
  let handled: string | undefined

  /** Runs an action; an error is shown in one line. */
  const attempt = (act: () => Promise<unknown>): void => {
    // Also catches errors thrown before the promise.
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

  const choice = createStoreChoice(strip)
  const damage = createDamageChoice(strip, (kind, amount) => {
    const layer = layerName(opened().simulation.model)
    if (layer !== undefined) attempt(() => actions.damage(layer, kind, amount))
  })

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
  const store = (): Store => choice.of(stores(opened()))
  const opened = (): Opened => {
    if (workplace.opened === undefined) throw new ModelError('no scenario is open; load one first')
    return workplace.opened
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
      // In look mode a click must not replace a stream of patterns.
      if (tool() === 'look' && isSequence) return false
      handled = memory.from
      choice.offer(stores(current))
      choice.choose(memory.name, entry.row)
      attempt(() => actions.show(store(), entry.row, whose(event)))
      return true
    }
    if (model.replicas === 1 || !model.layers.some(({ name }) => name === sheet.name)) return false
    current.stage.replica = entry.row
    input('all').checked = false
    refresh()
    return true
  }

  // ------------------------------------------------------------------------------------------------------- strip

  const refreshCue = (model: Model, tick: number): void => {
    const layer = layerName(model)
    const cue = layer === undefined ? undefined : cueOf(model, layer, tick)
    damage.show(cue)
    strip.part('cue-note').textContent = layer === undefined ? '' : cueText(cue, layer)
  }

  const refreshClasses = async (what: 'cues' | 'memories'): Promise<void> => {
    const line = strip.part(what === 'cues' ? 'cue-classes' : 'memory-classes')
    const { simulation, source } = opened()
    const { model, tick } = simulation
    const layer = layerName(model)
    const read = source.read ?? readShipped
    const known = layer === undefined ? undefined : await classesFor(what, model, layer, tick, read)
    if (workplace.opened?.simulation.model !== model) return
    showClasses(line, known, (next) => attempt(() => actions.choose(what, store(), next)))
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
      choice.showRow(undefined)
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
    choice.offer(stores(current))
    refreshCue(model, tick)
    for (const what of ['cues', 'memories'] as const)
      if (strip.isOpen(what === 'cues' ? 'cue' : 'memory'))
        void refreshClasses(what).catch((error: unknown) => messages.notice(textOf(error)))
  }

  const on = (name: string, act: (event: MouseEvent) => Promise<unknown>): void =>
    strip.part(name).addEventListener('click', (event) => attempt(() => act(event)))
  on('blank', async (event) => {
    const layer = layerName(opened().simulation.model)
    if (layer !== undefined) await actions.blank(layer, whose(event))
  })
  on('keep', async () => {
    const row = await actions.store(store(), replica(), 'free')
    if (row !== undefined) choice.showRow(row)
  })
  on('replace', () => actions.store(store(), replica(), choice.rowOf(store())))
  on('forget', () => actions.forget(store(), choice.rowOf(store())))
  on('show', (event) => actions.show(store(), choice.rowOf(store()), whose(event)))
  strip.part('images').addEventListener('click', () => {
    input('files').click()
  })
  const takeImages = (files: readonly File[]): void => {
    if (files.length > 0) attempt(() => actions.storeImages(store(), files))
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
  // Another control may have changed the replica.
  place.addEventListener('pointerenter', refresh)
  addKeys([
    { key: 'v', label: 'Look: the pointer reads values', act: () => take('look') },
    { key: 'p', label: 'Paint on states and cues', act: () => take('paint') },
    { key: 'm', label: 'Pick a memory as the cue', act: () => take('pick') },
  ])
  refresh()
  return { refresh }
}

/** Reports an edit; if data was overwritten, with an undo button. */
function createTeller(workplace: Workplace, messages: Messages): (text: string, undoable?: boolean) => void {
  const current = (): unknown => workplace.opened?.simulation.model.scenario
  return (text, undoable = false) => {
    if (!undoable) {
      messages.notice(text)
      return
    }
    const scenario = current()
    const act = (): void => {
      // Undo would revert a later change instead.
      if (current() === scenario) void workplace.undo()
      else messages.notice('Other changes followed this one: the undo button reverts them one by one.')
    }
    messages.warn(text, { label: 'Undo', act })
  }
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
