/** The graph of a network as a small picture: layers and their couplings, coloured by pace. Pure. */
import { ruleKindOf } from '../../core/kinds/rules/table.ts'
import { markup } from '../../core/analysis/markup.ts'
import { targetsOf } from '../../core/kinds/couplings/table.ts'
import type { Model } from '../../core/model/model.ts'
import { symbolsOf } from './equations.ts'

/** The pace of a group relative to the rest of its network. */
export type Pace = 'instant' | 'fast' | 'slow' | 'still'

const [WIDTH, BOX, HEIGHT] = [300, 64, 30]

/** Height of the row of a hyperedge that joins several layers: a point above them, and a line down to each. */
const POINT = 20

/** Pace of each group: at once; within three of the fastest; slower; never. */
export function pacesOf(model: Model): ReadonlyMap<string, Pace> {
  const groups = [...model.layers, ...model.synapses, ...model.memories, ...model.hyperedges]
  const taus = groups.map(({ tau }) => tau ?? 0)
  const fastest = Math.min(...taus.filter((tau) => tau > 0))
  const of = (tau: number | undefined): Pace => {
    if (tau === undefined) return 'still'
    if (tau === 0) return 'instant'
    return tau <= 3 * fastest ? 'fast' : 'slow'
  }
  return new Map(groups.map(({ name, tau }) => [name, of(tau)]))
}

/** SVG text; its colours are classes of teach.css. */
export function diagramOf(model: Model): string {
  const symbols = symbolsOf(model)
  const paces = pacesOf(model)
  const { layers, memories, synapses, hyperedges } = model
  const ends = new Map(
    hyperedges.map(({ name, factors }) => [name, [...new Set(factors.map(({ layer }) => layer))]]),
  )
  const shared = hyperedges.filter(({ name }) => (ends.get(name)?.length ?? 0) > 1)
  const onOne = hyperedges.filter((edge) => !shared.includes(edge))
  const gap = layers.length < 2 ? 0 : (WIDTH - 2 * 12 - BOX) / (layers.length - 1)
  const left = new Map(
    layers.map(({ name }, index) => [name, layers.length < 2 ? (WIDTH - BOX) / 2 : 12 + index * gap]),
  )
  const loopsHeight = synapses.length + onOne.length > 0 ? 44 : 22
  const top = shared.length > 0 ? 24 + POINT * shared.length : loopsHeight
  const middle = top + HEIGHT / 2
  const text = (x: number, y: number, words: string, kind = ''): string =>
    `<text x="${round(x)}" y="${round(y)}" class="${kind}">${markup(words)}</text>`
  const boxes = layers.map(({ name, size, shape }) => {
    const x = left.get(name) ?? 0
    const sizes = shape.length >= 2 ? shape.join(' × ') : String(size)
    return `<g class="pace-${paces.get(name) ?? 'still'}"><rect x="${round(x)}" y="${top}" width="${BOX}" height="${HEIGHT}" rx="7"/>
${text(x + BOX / 2, middle + 4.5, symbols.get(name) ?? '', 'symbol')}</g>
${text(x + BOX / 2, top + HEIGHT + 15, shortened(name))}${text(x + BOX / 2, top + HEIGHT + 29, sizes, 'note')}`
  })
  const joins = memories.map((memory) => {
    const { name, from, to, rule } = memory
    const [a, b] = [left.get(from) ?? 0, left.get(to) ?? 0].sort((p, q) => p - q) as [number, number]
    const [start, end] = [a + BOX, b]
    const label = memories.length > 1 ? `Ξ ${shortened(name)}` : 'Ξ'
    // Above the layers in between.
    const high = end - start > gap - BOX + 1 ? 22 : 0
    const path =
      high === 0
        ? `M${round(start + 3)} ${middle}H${round(end - 3)}`
        : `M${round(start - 10)} ${top - 3}C${round(start + 20)} ${top - high},${round(end - 20)} ${top - high},${round(end + 10)} ${top - 3}`
    const [target, ...more] = targetsOf(memory)
    // Curves end on top of a box, lines at its side.
    const [x, y, dx, dy] =
      (left.get(target ?? to) ?? 0) === b
        ? high === 0 ? [end - 3, middle, -6, 0] : [end + 10, top - 3, -4, -5] // prettier-ignore
        : high === 0 ? [start + 3, middle, 6, 0] : [start - 10, top - 3, 4, -5] // prettier-ignore
    const head =
      more.length > 0
        ? ''
        : `<path class="join" d="M${round(x + dx - dy * 0.6)} ${round(y + dy + dx * 0.6)}L${round(x)} ${round(y)}L${round(x + dx + dy * 0.6)} ${round(y + dy - dx * 0.6)}"/>`
    return `<g class="pace-${paces.get(name) ?? 'still'}"><path class="join" d="${path}"/>${head}${text((start + end) / 2, middle - 8 - high, label, 'symbol')}</g>${text((start + end) / 2, middle + 16 - high, ruleKindOf(rule), 'note')}`
  })
  const loop = (name: string, layer: string, label: string): string => {
    const x = (left.get(layer) ?? 0) + BOX / 2
    const path = `M${round(x - 15)} ${top - 3}C${round(x - 34)} ${top - 34},${round(x + 34)} ${top - 34},${round(x + 15)} ${top - 3}`
    return `<g class="pace-${paces.get(name) ?? 'still'}"><path class="join" d="${path}"/>${text(x + 56, top - 16, label, 'symbol side')}</g>`
  }
  const loops = [
    ...synapses.map(({ name, layer, tau }) => loop(name, layer, tau === undefined ? 'W fixed' : 'W plastic')),
    ...onOne.map(({ name, kind }) => loop(name, ends.get(name)?.[0] ?? '', kind)),
  ]
  const points = shared.map(({ name, kind, rule }, row) => {
    const places = (ends.get(name) ?? []).map((layer) => (left.get(layer) ?? 0) + BOX / 2)
    const x = places.reduce((sum, place) => sum + place, 0) / places.length
    const y = 12 + POINT * row
    const lines = places.map((place) => `M${round(x)} ${y}L${round(place)} ${top - 3}`).join('')
    const label = shared.length > 1 ? `${kind} ${shortened(name)}` : kind
    return `<g class="pace-${paces.get(name) ?? 'still'}"><path class="join" d="${lines}"/><circle cx="${round(x)}" cy="${y}" r="4"/>${text(x + 52, y + 2, label, 'symbol side')}</g>${text(x - 40, y + 2, ruleKindOf(rule), 'note')}`
  })
  const height = top + HEIGHT + 36
  const words = `${layers.map(({ name }) => name).join(', ')}; ${[...memories, ...synapses, ...hyperedges].map(({ name }) => name).join(', ')}`
  return `<svg class="diagram" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${markup(`The network: ${words}`)}">${[...joins, ...loops, ...points, ...boxes].join('')}</svg>`
}

function shortened(name: string): string {
  return name.length > 11 ? `${name.slice(0, 10)}…` : name
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
