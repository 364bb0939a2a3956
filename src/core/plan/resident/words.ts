/** WGSL snippets: a layer's quads in registers and in the arena, and exchange between lanes. */
import { vectorStride } from '../layout.ts'
import type { Held, HeldMatrix } from './types.ts'

/** A text for each of `count` items. */
export const times = (count: number, make: (k: number) => string): string =>
  Array.from({ length: count }, (_, k) => make(k)).join('\n')

/** A text for every quad of every row of a matrix. */
export const everyQuad = ({ rows, columns }: HeldMatrix, make: (row: number, k: number) => string): string =>
  times(rows.layer.size, (row) => times(columns.quads, (k) => make(row, k)))

/** A text for each four rows; each row is a component of a quad. */
export const inFours = (count: number, make: (four: readonly Component[], q: number) => string): string =>
  times(Math.ceil(count / 4), (q) =>
    make(
      ['x', 'y', 'z', 'w'].slice(0, count - 4 * q).map((component, c) => [4 * q + c, component]),
      q,
    ),
  )

type Component = readonly [row: number, component: string]

export const sumOf = (terms: readonly string[]): string =>
  terms.length === 0 ? 'vec4<f32>(0.0)' : terms.join(' + ')

/** Quad k of this lane, counted over the layer. */
export const quadAt = ({ lanes }: Held, k: number): string => (lanes === 1 ? `${k}u` : `${k * lanes}u + lane`)

/** The mask of existing neurons in quad k; undefined if all lanes have a whole quad. */
export const valid = ({ layer, lanes, index }: Held, k: number): string | undefined =>
  4 * lanes * (k + 1) > layer.size ? `v${index}_${k}` : undefined

/** A value of quad k, 0 beyond the end of the layer. */
export function padded(one: Held, k: number, value: string): string {
  const there = valid(one, k)
  return there === undefined ? value : `select(vec4<f32>(0.0), ${value}, ${there})`
}

/** The neurons of quad k that a clamp holds. */
export const isHeld = ({ index, masked, holder }: Held, k: number): string =>
  holder !== undefined ? 'vec4<bool>(true)' : masked ? `h${index}_${k}` : `vec4<bool>(h${index})`

/** b + I of quad k. */
export const drive = ({ index, driven }: Held, k: number): string =>
  driven ? `b${index}_${k} + c${index}_${k}` : `b${index}_${k}`

/** Quad q of the activations of a layer, in every lane. */
export const everywhere = ({ index, lanes }: Held, q: number): string =>
  lanes === 1 ? `g${index}_${q}` : `subgroupBroadcast(g${index}_${Math.floor(q / lanes)}, ${q % lanes}u)`

/** Adds a quad that every lane has to the lane that quad q of a layer belongs to. */
export const give = ({ lanes }: Held, target: string, q: number, value: string): string =>
  lanes === 1
    ? `${target}_${q} += ${value};`
    : `${target}_${Math.floor(q / lanes)} += select(vec4<f32>(0.0), ${value}, lane == ${q % lanes}u);`

/** The words of this lane's quad k of a layer's vector in the arena; 0 beyond the end. */
export function loadWords(one: Held, k: number, target: string, base: string): string {
  const all = vectorStride(one.layer.size) / 4
  const quad = quadAt(one, k)
  if (one.lanes * (k + 1) <= all) return `${target} = arena[${base} + ${quad}];`
  return `${target} = select(vec4<u32>(0u), arena[${base} + min(${quad}, ${all - 1}u)], ${quad} < ${all}u);`
}

/** The same for floats. Integer words must not be loaded as floats, because flushing subnormals to 0 would change them. */
export const load = (one: Held, k: number, target: string, base: string): string =>
  loadWords(one, k, target, base).replace(/ = (.*);$/, ' = bitcast<vec4<f32>>($1);')

/** A new variable with this quad. */
export const loadNew = (one: Held, k: number, name: string, base: string): string =>
  `var ${name} = vec4<f32>(0.0);\n${load(one, k, name, base)}`

/** Stores a quad at the place that `load` reads. */
export function store(one: Held, k: number, base: string, value: string): string {
  const all = vectorStride(one.layer.size) / 4
  const text = `arena[${base} + ${quadAt(one, k)}] = bitcast<vec4<u32>>(${value});`
  return one.lanes * (k + 1) > all ? `if (${quadAt(one, k)} < ${all}u) { ${text} }` : text
}
