/**
 * Places of values: buffers in the arena that the kernel binds, and parameters of other kernels in its own
 * `Params`. Both grow at every request.
 */
import type { ArenaPart } from '../batched.ts'
import type { Operation } from '../operation.ts'
import type { Planning } from '../planning.ts'

export function createArena({ buffers, matrices }: Planning) {
  const parts: ArenaPart[] = []
  let end = 0
  /** First quad of a buffer in the arena; `writes` = the kernel changes it. */
  const place = (buffer: string, writes = false): number => {
    const known = parts.find((part) => part.buffer === buffer)
    if (known !== undefined) return known.offset / 16
    const bytes = Math.ceil((buffers.get(buffer)?.bytes ?? 0) / 16) * 16
    parts.push({ buffer, offset: end, bytes, writes })
    end += bytes
    return (end - bytes) / 16
  }
  /** The same for a matrix. */
  const placeMatrix = (name: string, writes = false): number =>
    place(matrices.get(name)?.blocks[0]?.buffer ?? name, writes)
  return { parts, place, placeMatrix }
}

/** @param operations - the owners of the parameters */
export function createParameters(operations: readonly Operation[]) {
  const fields: { name: string; type: 'u32' | 'f32'; from: Operation; field: string }[] = []
  /** A field of an operation's `Params` as a field of this kernel. */
  const param = (prefix: string, label: string, stages: readonly string[], field: string): string => {
    const name = `${prefix}${field}`
    if (fields.some((one) => one.name === name)) return `own.${name}`
    const [found] = operations
      .filter((one) => one.label === label && stages.includes(one.stage))
      .flatMap((from) => from.kernel.fields.map((one) => ({ ...one, from })))
      .filter((one) => one.name === field)
    if (found === undefined) throw new Error(`no ${field} of ${label}`)
    fields.push({ name, type: found.type, from: found.from, field })
    return `own.${name}`
  }
  const params: Operation['params'] = (model) => {
    const sources = new Set(fields.map(({ from }) => from))
    const known = new Map(Array.from(sources, (from) => [from, from.params(model)]))
    const values = fields.map(({ name, from, field }) => [name, known.get(from)?.[field] as number] as const)
    return { none: 0, ...Object.fromEntries(values) }
  }
  return { fields, param, params }
}
