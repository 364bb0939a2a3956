/** Which networks have a resident form: small ones, of parts that its kernel knows. */
import { groupsOf } from '../../model/couplings.ts'
import { carryNameOf } from '../carry.ts'
import { type Matrix, vectorStride } from '../layout.ts'
import type { Planning } from '../planning.ts'
import { residentRefusal } from '../probes.ts'
import { MOST_GROUPS } from './flags.ts'
import type { ResidentParts } from './types.ts'

/** Quads that one lane may hold; more no longer fit registers, and compile long. */
const MOST_QUADS = 256

/** Entries of patterns that a sample may read; with more, the sample is better spread over the GPU. */
const MOST_PATTERN_QUADS = 1024

/** Why a network has no resident form; undefined where it may have one. */
export function refusalOf(planning: Planning, { probes, lanes }: ResidentParts): string | undefined {
  const { model, matrices } = planning
  const members = groupsOf(model).length
  if (members > MOST_GROUPS)
    return `it has ${members} layers, synapses and memories, a resident kernel knows ${MOST_GROUPS}`
  const [factored] = planning.factored.keys()
  if (factored !== undefined) return `\`${factored}\` is large and kept in factors`
  const other = matricesOf(planning).find(({ format, blocks }) => format !== 'f32' || blocks.length > 1)
  if (other !== undefined)
    return `\`${other.name}\` ${other.format === 'f32' ? 'is in several buffers' : `is in ${other.format}`}`
  const quads = quadsHeld(planning, lanes)
  if (quads > MOST_QUADS)
    return `a replica takes ${4 * quads} registers in ${lanes === 1 ? 'its lane' : `each of ${lanes} lanes`}, ${4 * MOST_QUADS} at most would do`
  const compared = probes.flatMap(({ probe }) => ('patterns' in probe ? [probe] : []))
  const patternQuads = compared.map(({ patterns }) => patterns.rows * quadsOf(patterns.columns, lanes))
  const isSplit = compared.some(({ name }) => matrices.get(`${name}/patterns`)?.blocks.length !== 1)
  if (isSplit || total(patternQuads) > MOST_PATTERN_QUADS) return 'its probes compare with too many patterns'
  return probes.map(({ probe }) => residentRefusal(model, probe)).find((reason) => reason !== undefined)
}

/** Quads of a vector that each lane holds. */
export function quadsOf(size: number, lanes: number): number {
  return Math.ceil(vectorStride(size) / 4 / lanes)
}

/** Quads that each lane holds of a whole replica. */
export function quadsHeld(planning: Planning, lanes: number): number {
  return total([
    ...planning.model.layers.map(
      ({ name, size }) => (planning.buffers.has(carryNameOf(name)) ? 5 : 4) * quadsOf(size, lanes),
    ),
    ...matricesOf(planning).map(({ rows, columns }) => rows * quadsOf(columns, lanes)),
  ])
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Matrices that stand in registers, with what each has beside it. */
function matricesOf({ model, matrices }: Planning): Matrix[] {
  const own = model.couplings.map(({ name }) => name)
  return [...own, ...own.flatMap((name) => [`${name}/base`, carryNameOf(name)])].flatMap(
    (name) => matrices.get(name) ?? [],
  )
}
