/** The pictures next to the state of a layer: the cue of the stimulus, and the target pattern. Pure. */
import { measureOf } from '../../core/kinds/probes/table.ts'
import type { Layer, Model, Rows, Stimulus } from '../../core/model/model.ts'
import type { Patterns } from '../../core/model/patterns/schema.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { showingAt, showingStart, shownAt } from '../../core/model/stimulus.ts'
import { cueTable, cuesOf, repetitionOf } from '../../core/model/variation.ts'
import { vectorStride } from '../../core/plan/layout.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Sheet } from './sheet.ts'

/** The index for no row, as in shaders/view/shade.wgsl. */
export const NO_ROW = 0xffffffff

/** The rows of a companion, one for each replica. */
export interface Showing {
  readonly rows: Uint32Array<ArrayBuffer>
  /** False for a cue that does not act now. */
  readonly isNow: boolean
  /** Short note next to its name. */
  readonly words: string
  /** The same as a sentence. */
  readonly detail: string
  /** Range over all rows of a current, whose scale is not that of the state. */
  readonly extent?: Extremes
}

/** A picture next to the state with the same tiling, whose tiles show rows of other buffers. */
export interface Companion extends Pick<Sheet, 'blocks' | 'stride'> {
  readonly role: 'cue' | 'target'
  /** The buffer that marks the free entries of a mask. */
  readonly free?: string
  /** The largest value and the size of the most negative value over all rows. */
  extent(): Extremes
  /** @param tick - number of ticks so far */
  at(tick: number): Showing
}

interface Extremes {
  readonly low: number
  readonly high: number
}

/** The stimulus of a layer. */
interface Cue {
  /** Place in the scenario. */
  readonly index: number
  readonly item: Stimulus
  /** A tick at which it is shown: the present, the last or the next one. */
  readonly tick: number
  readonly state: 'now' | 'gap' | 'past' | 'future'
}

/**
 * The cue and the target of a layer, in this order, if they exist.
 * @param modelNow - the present model; patterns and parameters may change during a run, but not the parts of the
 *   network
 * @param matches - for a probe the pattern that overlaps most with each replica, NO_ROW before the first sample
 */
export function companionsOf(
  modelNow: () => Model,
  plan: Plan,
  layer: Layer,
  matches: (probe: string) => Uint32Array<ArrayBuffer>,
): Companion[] {
  const companions: Companion[] = []
  const model = modelNow()
  const items = model.stimulus.filter((item) => item.layer === layer.name)
  if (items.length > 0) companions.push(cueCompanion(modelNow, plan, layer))
  const probe = model.probes.find((one) => measureOf(one.kind)?.target(one) === layer.name)
  const matrix = probe && plan.matrices.get(`${probe.name}/patterns`)
  if (probe !== undefined && matrix !== undefined) {
    let latest = { model, at: targetsOf(model, layer, probe.name, () => matches(probe.name)) }
    companions.push({
      role: 'target',
      blocks: matrix.blocks,
      stride: matrix.stride,
      extent: () =>
        extremesOf(
          modelNow().probes.flatMap((one) =>
            one.name === probe.name && 'patterns' in one ? [one.patterns] : [],
          ),
        ),
      at(passed) {
        const current = modelNow()
        if (current !== latest.model)
          latest = { model: current, at: targetsOf(current, layer, probe.name, () => matches(probe.name)) }
        const showing = latest.at(passed)
        // Independent networks have patterns of their own.
        if (matrix.copies === 1) return showing
        const own = showing.rows.map((row, replica) => (row === NO_ROW ? row : row + replica * matrix.rows))
        return { ...showing, rows: own }
      },
    })
  }
  return companions
}

function cueCompanion(modelNow: () => Model, plan: Plan, layer: Layer): Companion {
  let table = { model: modelNow(), cues: cueTable(modelNow(), layer.name) }
  let scale: { readonly model: Model; readonly index: number; readonly extent: Extremes } | undefined
  const isShownCurrents = modelNow().stimulus.some(
    (item) => item.layer === layer.name && item.kind === 'current',
  )
  const scaleOf = (model: Model, index: number): Extremes => {
    if (scale?.model !== model || scale.index !== index)
      scale = { model, index, extent: extremesOf(cuesOf(model, index)) }
    return scale.extent
  }
  const free = `${layer.name}/free`
  return {
    role: 'cue',
    blocks: [{ buffer: `${layer.name}/cues`, start: 0, count: table.cues.rows }],
    stride: vectorStride(layer.size),
    extent: () =>
      extremesOf(
        modelNow().stimulus.flatMap((item, index) =>
          item.layer === layer.name ? cuesOf(modelNow(), index) : [],
        ),
      ),
    ...(plan.buffers.some(({ name }) => name === free) ? { free } : {}),
    at(passed) {
      const model = modelNow()
      const { replicas, seed } = model
      const cue = cueAt(model, layer.name, passed)
      const rows = new Uint32Array(replicas).fill(NO_ROW)
      if (cue === undefined) return { rows, isNow: false, words: '', detail: '' }
      if (table.model !== model) table = { model, cues: cueTable(model, layer.name) }
      rowsOf(cue, model, rows)
      for (let replica = 0; replica < replicas; replica++)
        rows[replica] = table.cues.startOf(cue.index, replica) + (rows[replica] as number)
      const showing = { rows, isNow: cue.state === 'now', ...cueWords(cue, seed) }
      return isShownCurrents ? { ...showing, extent: scaleOf(model, cue.index) } : showing
    },
  }
}

/** The row of a cue for each replica. */
function rowsOf({ item, index, tick }: Cue, model: Model, rows: Uint32Array): void {
  const shown = shownAt(item, index, model.seed, tick)
  for (let replica = 0; replica < rows.length; replica++)
    rows[replica] = item.kind === 'initial' ? repetitionOf(model, replica) % item.patterns.rows : shown
}

/** The last tick, up to a given one, in which a stimulus is shown; -1 before the first. */
export function lastShown(item: Stimulus, index: number, seed: number, tick: number): number {
  const { start, stop, order, patterns } = item
  if (tick < start) return -1
  const over = order === 'once' ? showingStart(item, index, seed, patterns.rows) : Infinity
  const last = Math.min(tick, stop - 1, over - 1)
  return Math.min(last, showingAt(item, index, seed, last).end - 1)
}

/**
 * The cue of a layer after some ticks: the stimulus of the last tick, a clamp before a current and a later item
 * before an earlier one. Without a stimulus in this tick, the last one shown; before the first, the next one.
 */
export function cueAt(model: Model, layer: string, passed: number): Cue | undefined {
  const tick = Math.max(0, passed - 1)
  const cues = model.stimulus.flatMap((item, index): (Cue & { readonly rank: number })[] => {
    if (item.layer !== layer) return []
    const last = lastShown(item, index, model.seed, tick)
    if (last === tick) return [{ index, item, tick, state: 'now', rank: Infinity }]
    if (last < 0) return [{ index, item, tick: item.start, state: 'future', rank: -1 - item.start }]
    const isOver =
      tick >= item.stop || (item.order === 'once' && last === lastShown(item, index, model.seed, Infinity))
    return [{ index, item, tick: last, state: isOver ? 'past' : 'gap', rank: last }]
  })
  const [best] = cues.sort(
    (a, b) =>
      (a.rank === b.rank ? 0 : b.rank - a.rank) ||
      Number(a.item.kind === 'current') - Number(b.item.kind === 'current') ||
      b.index - a.index,
  )
  return best
}

function cueWords({ item, index, tick, state }: Cue, seed: number): Pick<Showing, 'words' | 'detail'> {
  const { kind, patterns, start } = item
  const row =
    kind === 'initial' || patterns.rows === 1
      ? ''
      : `row ${shownAt(item, index, seed, tick)} of ${patterns.rows}`
  const name = kind === 'initial' ? `initial state, tick ${start}` : [kind, row].filter(Boolean).join(', ')
  switch (state) {
    case 'now':
      return { words: kind === 'initial' ? `set at tick ${start}` : row || kind, detail: `${name}: acts now` }
    case 'gap':
      return { words: 'gap', detail: `${name}: not shown now, the pause before the next` }
    case 'past':
      return {
        words: kind === 'initial' ? `set at tick ${start}` : `ended at tick ${tick + 1}`,
        detail: kind === 'initial' ? `${name}: free since then` : `${name}: not shown any more`,
      }
    case 'future':
      return { words: `from tick ${start}`, detail: `${name}: not shown yet` }
  }
}

/** The origin of rows: rows with the same key and number are the same pattern, damaged or not. */
interface Origin {
  readonly key: string
  row(index: number): number
}

function originOf(scenario: Scenario, patterns: Patterns, path: string): Origin | undefined {
  if (patterns.transform?.some(({ op }) => op === 'mean')) return undefined
  if (patterns.kind === 'rows') {
    const { of, select } = patterns
    const pick = (index: number): number => (select === undefined ? index : (select[index] ?? -1))
    const item = /^stimulus\.(\d+)$/.exec(of)?.[1]
    const shown = item === undefined ? undefined : scenario.stimulus[Number(item)]
    const inner = shown && originOf(scenario, shown.patterns, of)
    if (inner === undefined) return { key: `rows of ${of}`, row: pick }
    return { key: inner.key, row: (index) => inner.row(pick(index)) }
  }
  const isDrawn = patterns.kind === 'random' || patterns.kind === 'zeros'
  const source = { ...patterns, transform: undefined, corrupt: undefined, edits: undefined }
  return { key: isDrawn ? path : JSON.stringify(source), row: (index) => index }
}

/**
 * For each replica the pattern of a probe from which its cue was made, after some ticks; NO_ROW for none, undefined where that is not
 * known.
 */
function cueTargets(
  model: Model,
  layer: Layer,
  probe: string,
): (passed: number) => Uint32Array<ArrayBuffer> | undefined {
  const { scenario, replicas } = model
  const spec = scenario.probes[probe]
  const resolved = model.probes.find(({ name }) => name === probe)
  const count = resolved !== undefined && 'patterns' in resolved ? resolved.patterns.rows : 0
  const origin =
    spec !== undefined && 'patterns' in spec
      ? originOf(scenario, spec.patterns, `probes.${probe}.patterns`)
      : undefined
  const places = new Map<number, number>()
  if (origin !== undefined) for (let row = count - 1; row >= 0; row--) places.set(origin.row(row), row)

  /** The targets of the rows of a cue, if known. */
  const known = (patterns: Patterns, path: string, rows: number): readonly number[] | undefined => {
    const cue = originOf(scenario, patterns, path)
    if (cue === undefined || cue.key !== origin?.key) return undefined
    const found = Array.from({ length: rows }, (_, row) => places.get(cue.row(row)) ?? NO_ROW)
    return found.some((row) => row !== NO_ROW) ? found : undefined
  }
  const ofCues = model.stimulus.map((item, index) => {
    const patterns = scenario.stimulus[index]?.patterns
    return patterns && known(patterns, `stimulus.${index}.patterns`, item.patterns.rows)
  })
  const init = scenario.neurons[layer.name]?.init
  const ofInit =
    typeof init === 'object' ? known(init, `neurons.${layer.name}.init`, layer.init.rows) : undefined

  return (passed) => {
    const cue = cueAt(model, layer.name, passed)
    const targets = cue === undefined ? ofInit : ofCues[cue.index]
    if (targets === undefined) return undefined
    const rows = new Uint32Array(replicas)
    if (cue === undefined)
      for (let replica = 0; replica < replicas; replica++)
        rows[replica] = repetitionOf(model, replica) % targets.length
    else rowsOf(cue, model, rows)
    return rows.map((row) => targets[row] ?? NO_ROW)
  }
}

/**
 * For each replica the pattern of a probe from which its initial state was made; undefined where that is not known, or where later
 * cues change it.
 */
export function ownPatterns(model: Model, name: string): Uint32Array | undefined {
  const probe = model.probes.find((one) => one.name === name)
  const target = probe && measureOf(probe.kind)?.target(probe)
  const layer = model.layers.find((one) => one.name === target)
  if (layer === undefined) return undefined
  const cues = model.stimulus.filter((item) => item.layer === layer.name)
  if (cues.some(({ kind, start }) => kind !== 'initial' || start > 0)) return undefined
  const rows = cueTargets(model, layer, name)(1)
  return rows?.includes(NO_ROW) === true ? undefined : rows
}

/** For each replica the pattern from which its cue was made; else the one with the largest overlap. */
function targetsOf(
  model: Model,
  layer: Layer,
  probe: string,
  matches: () => Uint32Array<ArrayBuffer>,
): Companion['at'] {
  const kind = model.probes.find(({ name }) => name === probe)?.kind ?? ''
  const own = cueTargets(model, layer, probe)
  return (passed) => {
    const rows = own(passed)
    if (rows === undefined) {
      const best = matches()
      return {
        rows: best,
        isNow: true,
        ...targetWords(best, kind, 'best match', 'the pattern that overlaps most with the state'),
      }
    }
    return {
      rows,
      isNow: true,
      ...targetWords(rows, kind, 'of its cue', 'the pattern that the cue was made from'),
    }
  }
}

function targetWords(
  rows: Uint32Array,
  kind: string,
  words: string,
  what: string,
): Pick<Showing, 'words' | 'detail'> {
  const [first = NO_ROW] = rows
  const isOne = first !== NO_ROW && rows.every((row) => row === first)
  return {
    words,
    detail: isOne ? `${what}: pattern ${first} of the ${kind} probe` : `${what}, for each replica`,
  }
}

const known = new WeakMap<Rows, Extremes>()

function extremesOf(all: readonly Rows[]): Extremes {
  const each = all.map((rows): Extremes => {
    let found = known.get(rows)
    if (found === undefined) {
      let [low, high] = [0, 0]
      for (const value of rows.data) {
        if (value > high) high = value
        else if (-value > low) low = -value
      }
      found = { low, high }
      known.set(rows, found)
    }
    return found
  })
  return {
    low: Math.max(0, ...each.map(({ low }) => low)),
    high: Math.max(0, ...each.map(({ high }) => high)),
  }
}
