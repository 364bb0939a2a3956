/** Small words of WGSL: quads of a layer, and what lanes tell one another. */
import type { Held, HeldMatrix } from './types.ts'

/** A text for each of so many. */
export function times(count: number, make: (k: number) => string): string {
  return Array.from({ length: count }, (_, k) => make(k)).join('\n')
}

/** A text for every quad of every row of a matrix. */
export function everyQuad({ rows, columns }: HeldMatrix, make: (row: number, k: number) => string): string {
  return times(rows.layer.size, (row) => times(columns.quads, (k) => make(row, k)))
}

/** A text for each four of so many rows, of which each has a component of a quad. */
export function inFours(
  count: number,
  make: (q: number, four: readonly (readonly [row: number, component: string])[]) => string,
): string {
  return times(Math.ceil(count / 4), (q) =>
    make(
      q,
      ['x', 'y', 'z', 'w'].slice(0, count - 4 * q).map((component, c) => [4 * q + c, component]),
    ),
  )
}

export function sumOf(terms: readonly string[]): string {
  return terms.length === 0 ? 'vec4<f32>(0.0)' : terms.join(' + ')
}

/** Quad k of this lane, counted over the layer. */
export function quadAt({ lanes }: Held, k: number): string {
  return lanes === 1 ? `${k}u` : `${k * lanes}u + lane`
}

/** True when lanes have no quad k, or one that reaches over the end of the layer. */
export function isRagged({ layer, lanes }: Held, k: number): boolean {
  return 4 * lanes * (k + 1) > layer.size
}

/** The neurons of quad k that there are, where it is ragged. */
export function valid({ index }: Held, k: number): string {
  return `v${index}_${k}`
}

/** A value of quad k, 0 beyond the end of the layer. */
export function padded(one: Held, k: number, value: string): string {
  return isRagged(one, k) ? `select(vec4<f32>(0.0), ${value}, ${valid(one, k)})` : value
}

/** The neurons of quad k that a clamp holds. */
export function isHeld({ index, masked, holder }: Held, k: number): string {
  if (holder !== undefined) return 'vec4<bool>(true)'
  return masked ? `h${index}_${k}` : `vec4<bool>(h${index})`
}

/** b + I of quad k. */
export function drive({ index, driven }: Held, k: number): string {
  return driven ? `b${index}_${k} + c${index}_${k}` : `b${index}_${k}`
}

/** Quad q of the activations of a layer, in every lane. */
export function everywhere({ index, lanes }: Held, q: number): string {
  if (lanes === 1) return `g${index}_${q}`
  return `subgroupBroadcast(g${index}_${Math.floor(q / lanes)}, ${q % lanes}u)`
}

/** Adds a quad that every lane has to quad q of a vector of a layer, in the lane that it belongs to. */
export function give({ lanes }: Held, target: string, q: number, value: string): string {
  if (lanes === 1) return `${target}_${q} += ${value};`
  const own = `select(vec4<f32>(0.0), ${value}, lane == ${q % lanes}u)`
  return `${target}_${Math.floor(q / lanes)} += ${own};`
}
