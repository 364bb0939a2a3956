/** Edits of the open network by hand; each edit changes the scenario and can be undone. */
import { decodeIdx } from '../../core/data/idx.ts'
import { gunzip } from '../../core/data/gzip.ts'
import { ModelError } from '../../core/errors.ts'
import type { Read } from '../../core/model/files.ts'
import type { Model, Rows } from '../../core/model/model.ts'
import { setValue, valueAt } from '../../core/model/path.ts'
import type { Patterns } from '../../core/model/patterns/schema.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { repetitionOf, repetitionsOf } from '../../core/model/variation.ts'
import type { Opened } from '../session/opened.ts'
import type { Workplace } from '../session/workplace.ts'
import { type Damage, cueOfClasses, damaged, imagesOfClasses, shownRow } from './choices.ts'
import type { Classes } from './classes.ts'
import { cleared, painted, replaced } from './edits.ts'
import { type Free, freeRows } from './free.ts'
import { readPatterns } from './images.ts'
import { createLatest } from './latest.ts'
import { type Likeness, fitted, likenessOf, likenessText, madeLike } from './likeness.ts'
import { type Cue, type Store, cueOf, rowValues, storesOf } from './places.ts'

/** The replica that a choice is for. */
export type Whose = number | 'all'

export interface Actions {
  /** Paints entries of a cue; resolves when the network shows them. */
  paint(cue: Cue, replica: number, values: ReadonlyMap<number, number>): Promise<void>
  /** Makes a stored row the cue; the run starts again from it, or shows it at once if the layer is held. */
  show(store: Store, row: number, whose: Whose): Promise<void>
  /** Sets the cue to 0 if the network receives it now, else the state. */
  blank(layer: string, whose: Whose): Promise<void>
  /** Damages the clean cue; of several waiting calls only the last counts. */
  damage(layer: string, kind: Damage, amount: number): Promise<void>
  /** Writes the state of a replica into a row, or the free one; resolves to the row. */
  store(store: Store, replica: number, row: number | 'free'): Promise<number | undefined>
  forget(store: Store, row: number): Promise<void>
  /** Images become rows: free ones first. */
  storeImages(store: Store, files: readonly File[]): Promise<void>
  /** Cues, or memories, of these classes only. */
  choose(what: 'cues' | 'memories', store: Store, classes: readonly number[]): Promise<void>
}

/** @param tell - a line for the reader; `undoable` if data was overwritten */
export function createActions(
  workplace: Workplace,
  tell: (text: string, undoable?: boolean) => void,
): Actions {
  const open = (): Opened => {
    if (workplace.opened === undefined) throw new ModelError('no scenario is open; load one first')
    return workplace.opened
  }
  const change = (path: string, edit: (patterns: Patterns) => Patterns): Promise<boolean> =>
    workplace.rebuild((scenario: Scenario) =>
      setValue(scenario, path, edit((valueAt(scenario, path) as Patterns | undefined) ?? { kind: 'zeros' })),
    )

  /** Starts the run again from its cues; a finished run plays. */
  const restart = async (): Promise<void> => {
    const { simulation, loop } = open()
    const plays = loop.playing || simulation.tick >= simulation.model.time.ticks
    if (simulation.tick > 0) await workplace.reset()
    if (plays) workplace.play()
  }

  const latest = createLatest()

  return {
    async paint(cue, replica, values) {
      const { model } = open().simulation
      await change(cue.path, (patterns) => {
        const own = ownRow(cue, patterns, repetitionOf(model, replica), repetitionsOf(model))
        return painted(own.patterns, own.row, values)
      })
    },
    async show(store, row, whose) {
      const { simulation } = open()
      const { model, tick } = simulation
      const cue = cueOf(model, store.layer, tick)
      if (cue === undefined) {
        throw new ModelError(
          `layer \`${store.layer}\` is adiabatic and has no cue; give it a clamp in \`stimulus\``,
        )
      }
      const values = rowValues(unscaled(store), row)
      const own = whose === 'all' ? whose : repetitionOf(model, whose)
      const next = shownRow(cue, store, row, own, repetitionsOf(model), values)
      if (!(await change(cue.path, () => next))) return
      if (!cue.isHeld) await restart()
      const isAll = whose === 'all' || model.replicas === 1 || cue.kind === 'clamp' || cue.kind === 'current'
      tell(
        `Row ${row} of \`${store.name}\` is the cue${isAll ? '' : ` of replica ${whose}`} now; undo takes it back.`,
      )
    },
    async blank(layer, whose) {
      const { simulation, loop } = open()
      const { model, tick } = simulation
      const cue = cueOf(model, layer, tick)
      const { size } = model.layers.find(({ name }) => name === layer) as Model['layers'][number]
      if (cue !== undefined && (tick === 0 || cue.isHeld)) {
        const count = repetitionsOf(model)
        const replicas =
          whose === 'all' ? Array.from({ length: count }, (_, r) => r) : [repetitionOf(model, whose)]
        await change(cue.path, (patterns) =>
          replicas.reduce((edited, replica) => {
            const own = ownRow(cue, edited, replica, count)
            return cleared(own.patterns, own.row, size)
          }, patterns),
        )
        return
      }
      const zeros = new Float32Array(size)
      for (let replica = 0; replica < model.replicas; replica++)
        if (whose === 'all' || whose === replica) simulation.writePart(layer, replica * size, zeros)
      loop.redraw()
    },
    damage: (layer, kind, amount) =>
      latest(async () => {
        const { model, tick } = open().simulation
        const cue = cueOf(model, layer, tick)
        if (cue === undefined) return
        const isVaried = model.variation?.axes.some(({ path }) => path.startsWith(`${cue.path}.corrupt.`))
        if (isVaried === true) {
          tell('The damage of this cue differs by replica: see `replicas.vary` of the scenario.')
          return
        }
        const done = await change(cue.path, (patterns) => damaged(patterns, kind, amount))
        if (done && !cue.isHeld) await restart()
      }),
    async store(store, replica, row) {
      const { simulation, loop } = open()
      const { data, at } = await loop.still(async () => ({
        data: (await simulation.read(store.layer)).data,
        at: row === 'free' ? (await freeRows(simulation, store, 1))[0] : { row, how: '', replaces: true },
      }))
      if (at === undefined) return undefined
      const { columns } = store.rows
      const state = data.subarray(replica * columns, (replica + 1) * columns)
      const like = likenessFor(store, at.row)
      const values = madeLike(state, like)
      if (!(await change(store.path, (patterns) => replaced(patterns, at.row, values)))) return undefined
      tell(`${storedText(store, at)}, ${likenessText(like)}.`)
      return at.row
    },
    async forget(store, row) {
      if (store.format === 'binary') {
        throw new ModelError(
          `row ${row} of \`${store.name}\` cannot become 0: format "binary" holds only -1 and +1; set ${store.path.replace('init', 'format')} to "f32"`,
        )
      }
      if (!(await change(store.path, (patterns) => cleared(patterns, row, store.rows.columns)))) return
      tell(
        store.kind === 'synapse'
          ? `Pattern ${row} is removed from the coupling \`${store.name}\`.`
          : `Row ${row} of \`${store.name}\` is now 0.`,
      )
    },
    async storeImages(store, files) {
      const { simulation, loop } = open()
      const { shape } = simulation.model.layers.find(
        ({ name }) => name === store.layer,
      ) as Model['layers'][number]
      const [height, width, third] = shape
      const { patterns, refused } = await readPatterns(files, store.rows.columns, (image) => {
        if (height !== undefined && width !== undefined && third === undefined)
          return fitted(image, width, height)
        throw new ModelError(
          `layer \`${store.layer}\` is not an image; set neurons.${store.layer}.size to [height, width]`,
        )
      })
      if (patterns.length === 0) throw new ModelError(`Nothing is stored: ${refused.join('; ')}`)
      const free = await loop.still(() => freeRows(simulation, store, patterns.length))
      if (free.length < patterns.length) {
        throw new ModelError(
          `${patterns.length} patterns for ${free.length} rows of \`${store.name}\`; drop fewer, or raise the size of its layer`,
        )
      }
      const likes = free.map(({ row }) => likenessFor(store, row))
      const rows = patterns.map((one, index) =>
        one.isImage ? madeLike(one.values, likes[index] as Likeness) : Float64Array.from(one.values),
      )
      const done = await change(store.path, (before) =>
        rows.reduce((edited, row, index) => replaced(edited, (free[index] as Free).row, row), before),
      )
      if (!done) return
      const isLoss = free.some(({ replaces }) => replaces)
      const left = refused.length === 0 ? '' : ` Left out: ${refused.join('; ')}.`
      tell(imagesText(store, free, likes[0] as Likeness) + left, isLoss)
    },
    async choose(what, store, classes) {
      if (classes.length === 0) return
      const { model, tick } = open().simulation
      if (what === 'memories') {
        const { rows } = store.rows
        await change(store.path, (patterns) =>
          patterns.kind === 'idx' ? imagesOfClasses(patterns, classes, rows) : patterns,
        )
        return
      }
      const cue = cueOf(model, store.layer, tick)
      if (cue === undefined) return
      const done = await change(cue.path, () => cueOfClasses(cue, classes, store, repetitionsOf(model)))
      if (done && !cue.isHeld) await restart()
    },
  }
}

/** The row of a replica's cue; zeros that all replicas share become a row each. */
function ownRow(
  cue: Cue,
  patterns: Patterns,
  replica: number,
  replicas: number,
): { readonly patterns: Patterns; readonly row: number } {
  const isDealt = cue.kind === 'initial' || cue.kind === 'init'
  if (isDealt && patterns.kind === 'zeros')
    return { patterns: { ...patterns, count: replicas }, row: replica }
  return { patterns, row: cue.rowOf(replica) }
}

function unscaled({ rows, scale }: Store): Rows {
  const { rows: count, columns, data } = rows
  return scale === 1 ? rows : { rows: count, columns, data: data.map((value) => value / scale) }
}

function likenessFor(store: Store, row: number): Likeness {
  if (store.format === 'binary') return { sign: 1 }
  return likenessOf(unscaled(store), row)
}

function storedText(store: Store, { row, how }: Free): string {
  return store.kind === 'synapse'
    ? `Stored in the coupling \`${store.name}\` as pattern ${row}`
    : `Stored in row ${row} of \`${store.name}\`${how}`
}

/** The notice for images stored in these rows, with the replaced rows. */
function imagesText(store: Store, free: readonly Free[], like: Likeness): string {
  const what =
    free.length === 1
      ? storedText(store, free[0] as Free)
      : `Stored in rows ${free.map(({ row }) => row).join(', ')} of \`${store.name}\``
  const gone = free.filter(({ replaces }) => replaces).map(({ row }) => row)
  const memories =
    gone.length === 1 ? `the memory in row ${gone[0]}` : `the memories in rows ${gone.join(', ')}`
  const replacing = gone.length === 0 ? '' : ` This replaced ${memories}.`
  return `${what}, ${likenessText(like)}.${replacing}`
}

/**
 * The stores of a layer with the classes that its rows, or the cue, can be chosen from.
 * @param read - reads files of the scenario
 */
export async function classesFor(
  what: 'cues' | 'memories',
  model: Model,
  layer: string,
  tick: number,
  read: Read,
): Promise<Classes | undefined> {
  const [store] = storesOf(model, layer)
  const place = what === 'cues' ? cueOf(model, layer, tick) : store
  if (place === undefined) return undefined
  const { patterns, rows } = place
  const chosen = distinct(rows.labels ?? [])
  if (patterns.kind === 'idx' && patterns.labels !== undefined)
    return { all: distinct(decodeIdx(gunzip(await read(patterns.labels))).data), chosen }
  const isCopy = what === 'cues' && patterns.kind === 'rows' && patterns.of === store?.name
  return isCopy && store.rows.labels !== undefined ? { all: distinct(store.rows.labels), chosen } : undefined
}

function distinct(labels: Iterable<number>): number[] {
  return [...new Set(labels)].filter((label) => label >= 0).sort((a, b) => a - b)
}
