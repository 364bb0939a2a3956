/** Where values stand: buffers in the one that the kernel binds, parameters of other kernels in its own. */
import type { ArenaPart } from '../batched.ts'
import { vectorStride } from '../layout.ts'
import type { Operation } from '../operation.ts'
import type { Planning } from '../planning.ts'
import type { Held, Writing } from './types.ts'
import { quadAt } from './words.ts'

/** The arena, which grows with what is placed there. */
export function createArena({ buffers, matrices }: Planning): Pick<Writing, 'place' | 'placeMatrix'> & {
  readonly parts: readonly ArenaPart[]
} {
  const parts: ArenaPart[] = []
  let end = 0
  const place = (buffer: string, writes = false): number => {
    const known = parts.find((part) => part.buffer === buffer)
    if (known !== undefined) return known.offset / 16
    const bytes = Math.ceil((buffers.get(buffer)?.bytes ?? 0) / 16) * 16
    parts.push({ buffer, offset: end, bytes, writes })
    end += bytes
    return (end - bytes) / 16
  }
  return {
    parts,
    place,
    placeMatrix: (name, writes) => place(matrices.get(name)?.blocks[0]?.buffer ?? name, writes),
  }
}

/** The parameters, of which there are more with each that is asked for. */
export function createParameters(operations: readonly Operation[]): Pick<Writing, 'param'> & {
  readonly fields: readonly { readonly name: string; readonly type: 'u32' | 'f32' }[]
  readonly params: Operation['params']
} {
  const fields: { name: string; type: 'u32' | 'f32'; from: Operation; field: string }[] = []
  return {
    fields,
    param(prefix, label, stages, field) {
      const name = `${prefix}${field}`
      if (!fields.some((one) => one.name === name)) {
        const from = operations.find(
          (one) =>
            one.label === label &&
            stages.includes(one.stage) &&
            one.kernel.fields.some((other) => other.name === field),
        )
        const type = from?.kernel.fields.find((one) => one.name === field)?.type
        if (from === undefined || type === undefined) throw new Error(`no ${field} of ${label}`)
        fields.push({ name, type, from, field })
      }
      return `own.${name}`
    },
    params(model) {
      const known = new Map(
        [...new Set(fields.map(({ from }) => from))].map((from) => [from, from.params(model)]),
      )
      const values = fields.map(
        ({ name, from, field }) => [name, known.get(from)?.[field] as number] as const,
      )
      return { none: 0, ...Object.fromEntries(values) }
    },
  }
}

/** The words of the quad k that this lane has of a layer's vector in the arena; 0 beyond the end. */
export function loadWords(one: Held, k: number, target: string, base: string): string {
  const all = vectorStride(one.layer.size) / 4
  const quad = quadAt(one, k)
  if (one.lanes * (k + 1) <= all) return `${target} = arena[${base} + ${quad}];`
  return `${target} = select(vec4<u32>(0u), arena[${base} + min(${quad}, ${all - 1}u)], ${quad} < ${all}u);`
}

/** The same for floats. Words that are none may not pass through one: where small ones are flushed to 0, they would be. */
export function load(one: Held, k: number, target: string, base: string): string {
  return loadWords(one, k, target, base).replace(/ = (.*);$/, ' = bitcast<vec4<f32>>($1);')
}

/** A new variable with such a quad. */
export function loadNew(one: Held, k: number, name: string, base: string): string {
  return `var ${name} = vec4<f32>(0.0);\n${load(one, k, name, base)}`
}

/** Back where `load` has it from. */
export function store(one: Held, k: number, base: string, value: string): string {
  const all = vectorStride(one.layer.size) / 4
  const quad = quadAt(one, k)
  const text = `arena[${base} + ${quad}] = bitcast<vec4<u32>>(${value});`
  return one.lanes * (k + 1) > all ? `if (${quad} < ${all}u) { ${text} }` : text
}
