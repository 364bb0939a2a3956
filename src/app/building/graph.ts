/** Layers and couplings of a draft as boxes and lines. Pure. */
import { COUPLINGS, targetsOf, USUAL_MEMORY } from '../../core/kinds/couplings/table.ts'
import { kindText } from './form.ts'
import { layersIn, referencesIn, THINGS } from './names.ts'
import { isObject, type Keys, valueIn } from './schema.ts'

export interface Box {
  /** Its keys, joined by a dot. */
  readonly id: string
  readonly keys: Keys
  readonly isLayer: boolean
  readonly name: string
  /** Short lines below the name. */
  readonly lines: readonly string[]
  /** Height and width of a layer drawn as an image, and its images. */
  readonly shape: readonly number[]
  /** The middle. */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Line {
  readonly coupling: string
  readonly layer: string
  /** True if the layer gets an input. */
  readonly hasArrow: boolean
  readonly path: string
  /** The key of the coupling that names the layer, where its layers have different ones; beside the end of the line. */
  readonly end?: { readonly text: string; readonly x: number; readonly y: number }
}

export interface Graph {
  readonly boxes: readonly Box[]
  readonly lines: readonly Line[]
  readonly width: number
  readonly height: number
}

const LAYER = { width: 148, height: 58 }
const COUPLING = { width: 116, height: 40 }
const GAP = 26
/** From one level to the next. */
const PITCH = LAYER.height + COUPLING.height + 2 * GAP
const MARGIN = 10

/** The layers level by level, from those that are shown something upwards, with each coupling between its layers. */
export function graphOf(raw: unknown): Graph {
  const layers = Object.keys(partOf(raw, 'neurons'))
  const couplings = THINGS.filter((part) => part !== 'neurons').flatMap((part) =>
    Object.keys(partOf(raw, part)).map((name) => {
      const keys = [part, name]
      const ends = layersIn(raw, keys).filter((one) => layers.includes(one))
      return { keys, name, ends, targets: targetsIn(valueIn(raw, keys), ends) }
    }),
  )
  const levels = levelsOf(
    raw,
    layers,
    couplings.map(({ ends }) => ends),
  )
  const own = (layer: string) => couplings.filter(({ ends }) => ends.length === 1 && ends[0] === layer)

  const boxes: Box[] = []
  const put = (box: Omit<Box, 'id'>): Box => {
    const made = { ...box, id: box.keys.join('.') }
    boxes.push(made)
    return made
  }
  const height = Math.max(0, ...levels.values())
  const rows = Array.from({ length: height + 1 }, (_, level) =>
    layers.filter((layer) => levels.get(layer) === level),
  )
  const slot = (layer: string): number => LAYER.width + (own(layer).length > 0 ? GAP + COUPLING.width : 0)
  const widthOf = (row: readonly string[]): number =>
    row.reduce((sum, layer) => sum + slot(layer) + 2 * GAP, -2 * GAP)
  const widest = Math.max(0, ...rows.map(widthOf))
  rows.forEach((row, level) => {
    let left = (widest - widthOf(row)) / 2
    const y = (height - level) * PITCH
    for (const layer of row) {
      put({ ...layerBox(raw, layer), x: left + LAYER.width / 2, y, ...LAYER })
      own(layer).forEach(({ keys, name }, index, all) =>
        put({
          ...couplingBox(raw, keys, name),
          x: left + LAYER.width + GAP + COUPLING.width / 2,
          y: y + (index - (all.length - 1) / 2) * (COUPLING.height + 8),
          ...COUPLING,
        }),
      )
      left += slot(layer) + 2 * GAP
    }
  })
  const boxOf = (layer: string): Box => boxes.find(({ id }) => id === `neurons.${layer}`)!
  for (const { keys, name, ends } of couplings) {
    if (ends.length === 1) continue
    const places = ends.map(boxOf)
    const heights = places.map(({ y }) => y)
    const isLevel = new Set(heights).size === 1
    const lift = isLevel ? PITCH / 2 : 0
    const x = places.length === 0 ? widest + GAP + COUPLING.width / 2 : mean(places.map((one) => one.x))
    // Between two levels, however many layers each has.
    const y = places.length === 0 ? 0 : (Math.min(...heights) + Math.max(...heights)) / 2 - lift
    put({ ...couplingBox(raw, keys, name), ...free(boxes, x, y), ...COUPLING })
  }

  const left = Math.min(0, ...boxes.map((one) => one.x - one.width / 2)) - MARGIN
  const top = Math.min(0, ...boxes.map((one) => one.y - one.height / 2)) - MARGIN
  const moved = boxes.map((one) => ({ ...one, x: one.x - left, y: one.y - top }))
  const find = (id: string): Box => moved.find((one) => one.id === id)!
  const words: Word[] = []
  const lines = couplings.flatMap(({ keys, ends, targets }) =>
    ends.map((layer): Line => {
      const [coupling, end] = [find(keys.join('.')), find(`neurons.${layer}`)]
      const hasArrow = targets.includes(layer)
      const { path, ...at } = pathBetween(coupling, end)
      const text = endOf(raw, keys, layer)
      const word = text === undefined || ends.length < 2 ? undefined : freeWord(text, at, moved, words)
      return {
        coupling: coupling.id,
        layer: end.id,
        hasArrow,
        path,
        ...(word === undefined ? {} : { end: word }),
      }
    }),
  )
  return {
    boxes: moved,
    lines,
    width: Math.max(0, ...[...moved, ...words].map((one) => one.x + one.width / 2)) + MARGIN,
    height: Math.max(0, ...moved.map((one) => one.y + one.height / 2)) + MARGIN,
  }
}

/** The box that is next to another in a direction; undefined if there is none. */
export function nextBox(boxes: readonly Box[], from: Box, dx: number, dy: number): Box | undefined {
  const ahead = boxes.flatMap((box) => {
    const [x, y] = [box.x - from.x, box.y - from.y]
    const along = x * dx + y * dy
    const aside = Math.abs(x * dy) + Math.abs(y * dx)
    return along > 1 ? [{ box, far: along + 2 * aside }] : []
  })
  return ahead.sort((a, b) => a.far - b.far)[0]?.box
}

function partOf(raw: unknown, part: string): Readonly<Record<string, unknown>> {
  const value = valueIn(raw, [part])
  return isObject(value) ? value : {}
}

/** The level of every layer: 0 for the first that is shown something, then one more for each coupling on the way. */
function levelsOf(
  raw: unknown,
  layers: readonly string[],
  joined: readonly (readonly string[])[],
): ReadonlyMap<string, number> {
  const stimuli = valueIn(raw, ['stimulus'])
  const shown = Array.isArray(stimuli)
    ? stimuli.flatMap((_, index) => layersIn(raw, ['stimulus', String(index)]))
    : []
  const order = [...shown.filter((one) => layers.includes(one)), ...layers]
  const levels = new Map<string, number>()
  for (const start of order) {
    if (levels.has(start)) continue
    levels.set(start, 0)
    const waiting = [start]
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const here = next
      for (const other of joined.filter((ends) => ends.includes(here)).flat()) {
        if (levels.has(other)) continue
        levels.set(other, levels.get(here)! + 1)
        waiting.push(other)
      }
    }
  }
  return levels
}

/** The key by which a coupling names a layer, such as `from`; undefined for a layer of a list. */
function endOf(raw: unknown, keys: Keys, layer: string): string | undefined {
  const found = referencesIn(raw, keys).find((one) => one.text === layer && !one.isKey)
  const key = found?.keys[keys.length]
  return found?.keys.length === keys.length + 1 ? key : undefined
}

/** The layers that get an input; all, where a draft does not tell yet. */
function targetsIn(spec: unknown, ends: readonly string[]): readonly string[] {
  const { kind = USUAL_MEMORY } = (spec ?? {}) as { kind?: unknown }
  if (typeof kind !== 'string' || !Object.hasOwn(COUPLINGS, kind)) return ends
  try {
    const targets = targetsOf({ direction: 'both', ...(spec as object), kind } as never)
    const known = ends.filter((one) => targets.includes(one))
    return known.length === 0 ? ends : known
  } catch {
    return ends
  }
}

function layerBox(raw: unknown, name: string) {
  const keys = ['neurons', name]
  const size = valueIn(raw, [...keys, 'size'])
  const lengths: unknown[] = Array.isArray(size) ? size : typeof size === 'number' ? [size] : []
  // A draft may have any size.
  const isShape = lengths.every((length) => Number.isInteger(length) && (length as number) > 0)
  const shape = isShape ? (lengths as number[]) : []
  const kind = valueIn(raw, [...keys, 'lagrangian', 'kind'])
  return {
    keys,
    name,
    isLayer: true,
    shape,
    lines: [
      [lengths.join(' × '), tauText(valueIn(raw, [...keys, 'tau']) ?? 1)].filter(Boolean).join(' · '),
      typeof kind === 'string' ? kind : '',
    ],
  }
}

function couplingBox(raw: unknown, keys: Keys, name: string) {
  const rule = valueIn(raw, [...keys, 'rule'])
  const written = isObject(rule) ? rule.kind : rule
  const tau = valueIn(raw, [...keys, 'tau'])
  const words = [kindText(raw, keys), written, tau === undefined ? undefined : tauText(tau)]
  return { keys, name, isLayer: false, shape: [], lines: [words.filter(Boolean).join(' · ')] }
}

function tauText(tau: unknown): string {
  if (typeof tau === 'object') return 'τ by neuron'
  return `τ ${tau as number}`
}

/** The nearest place to the right of another that no box covers. */
function free(boxes: readonly Box[], x: number, y: number): { readonly x: number; readonly y: number } {
  const isTaken = (at: number): boolean =>
    boxes.some(
      (box) =>
        Math.abs(box.x - at) < (box.width + COUPLING.width) / 2 + 8 &&
        Math.abs(box.y - y) < (box.height + COUPLING.height) / 2 + 4,
    )
  let at = x
  while (isTaken(at)) at += 12
  return { x: at, y }
}

type Rectangle = Pick<Box, 'x' | 'y' | 'width' | 'height'>

interface Word extends Rectangle {
  readonly text: string
}

/** The end of a line; a level one has its word above, others on one of their sides. */
interface End {
  readonly x: number
  readonly y: number
  /** 1 = the layer is below, -1 = above, 0 = beside. */
  readonly up: number
}

/** Size of a letter beside the end of a line, and the gap to the line. */
const LETTER = { width: 5.6, height: 11 }
const BESIDE = 6

/** Lines that end nearer to each other share a word. */
const SHARED = 30

/**
 * A place for a word at the end of a line, where it covers no box and no other word; undefined if the same word is there already.
 * @param words - the words so far; gets this one
 */
function freeWord(text: string, { x, y, up }: End, boxes: readonly Rectangle[], words: Word[]): Line['end'] {
  const isThere = words.some(
    (one) => one.text === text && Math.abs(one.x - x) < SHARED && Math.abs(one.y - y) < SHARED,
  )
  if (isThere) return undefined
  const width = LETTER.width * text.length
  const { height } = LETTER
  const aside = BESIDE + width / 2
  const sides = up === 0 ? [0] : [aside, -aside]
  const places = [0, 1, 2].flatMap((step) =>
    sides.map((side) => ({ x: x + side, y: y - step * height * (up || 1), width, height })),
  )
  const isFree = (one: Rectangle): boolean =>
    [...boxes, ...words].every(
      (other) =>
        Math.abs(other.x - one.x) >= (other.width + one.width) / 2 ||
        // The baseline is a third below the middle.
        Math.abs(other.y - (one.y - one.height / 3)) >= (other.height + one.height) / 2,
    )
  const place = places.find(isFree) ?? places[0]!
  words.push({ ...place, text, y: place.y - height / 3 })
  return { text, x: place.x, y: place.y }
}

/** From the edge of a coupling to that of a layer, with the place of its end. */
function pathBetween(coupling: Box, layer: Box): End & { readonly path: string } {
  const [dx, dy] = [layer.x - coupling.x, layer.y - coupling.y]
  const side = Math.sign(dx)
  if (Math.abs(dy) < (layer.height + coupling.height) / 2) {
    const [from, to] = [coupling.x + (side * coupling.width) / 2, layer.x - (side * layer.width) / 2]
    const y = Math.min(Math.max(coupling.y, layer.y - layer.height / 3), layer.y + layer.height / 3)
    return { path: `M${from} ${coupling.y}L${to} ${y}`, x: (from + to) / 2, y: y - 6, up: 0 }
  }
  const up = Math.sign(dy)
  const [from, to] = [coupling.y + (up * coupling.height) / 2, layer.y - (up * layer.height) / 2]
  const reach = Math.min(Math.abs(dx), layer.width / 3)
  const end = layer.x - side * reach
  const middle = (from + to) / 2
  return {
    path: `M${coupling.x} ${from}C${coupling.x} ${middle} ${end} ${middle} ${end} ${to}`,
    x: end,
    y: to - up * 9 + 4,
    up,
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
