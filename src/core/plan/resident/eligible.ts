/** The networks with a resident form: small ones, of parts that the kernel supports. */
import { isByRow } from '../../kinds/lagrangians/table.ts'
import { leakFacts } from '../../kinds/leaks/table.ts'
import { tracesOf } from '../../kinds/rules/table.ts'
import { groupsOf } from '../../model/couplings.ts'
import type { Model } from '../../model/model.ts'
import { carryNameOf } from '../carry.ts'
import { couplingPlanner } from '../couplings/table.ts'
import { type Matrix, vectorStride } from '../layout.ts'
import { hasValues } from '../neuron-values.ts'
import type { Planning } from '../planning.ts'
import { residentRefusal } from '../probes.ts'
import { MOST_GROUPS } from './flags.ts'
import type { ResidentParts } from './types.ts'

/** The most quads in one lane; more do not fit registers and compile slowly. */
const MOST_QUADS = 256

/** The most entries of patterns that a sample reads; larger samples are faster with other kernels. */
const MOST_PATTERN_QUADS = 1024

/**
 * The first part of a model that the resident kernel does not support, independent of size; undefined if there
 * is none.
 * @param stages - stages of a tick
 */
export function strangerIn(
  { couplings, layers, time, variation }: Model,
  stages: number,
): string | undefined {
  if (variation?.isIndependent) return 'its replicas are independent networks'
  const stranger = couplings.find((coupling) => !couplingPlanner(coupling).isResident)
  if (stranger !== undefined)
    return `it does not support \`${stranger.name}\`, ${/^[aeiou]/.test(stranger.kind) ? 'an' : 'a'} ${stranger.kind}`
  const tracing = couplings.find((coupling) => tracesOf(coupling).length > 0)
  if (tracing !== undefined) return `it does not support the traces of the rule of \`${tracing.name}\``
  const leaking = layers.find(({ leak }) => leakFacts(leak).sendsState)
  if (leaking !== undefined) return `layer \`${leaking.name}\` has leak "${leaking.leak}"`
  const split = layers.find(({ lagrangian }) => isByRow(lagrangian))
  if (split !== undefined) return `each row of layer \`${split.name}\` has a separate activation`
  const various = layers.find(hasValues)
  if (various !== undefined) return `the neurons of layer \`${various.name}\` have different parameters`
  if (stages > 1) return `${time.integrator} needs ${stages} stages in a tick, but the resident form has one`
  return undefined
}

/** The reason why a network of supported parts has no resident form; undefined if it may have one. */
export function refusalOf(planning: Planning, { probes, lanes }: ResidentParts): string | undefined {
  const { model, matrices } = planning
  const members = groupsOf(model).length
  if (members > MOST_GROUPS)
    return `it has ${members} layers, synapses and memories, but a resident kernel has at most ${MOST_GROUPS}`
  const [factored] = planning.factored.keys()
  if (factored !== undefined) return `\`${factored}\` is large and stored in factors`
  const other = matricesOf(planning).find(({ format, blocks }) => format !== 'f32' || blocks.length > 1)
  if (other !== undefined)
    return `\`${other.name}\` ${other.format === 'f32' ? 'is in several buffers' : `is in ${other.format}`}`
  const quads = quadsHeld(planning, lanes)
  if (quads > MOST_QUADS)
    return `a replica needs ${4 * quads} registers in ${lanes === 1 ? 'its lane' : `each of ${lanes} lanes`}, but at most ${4 * MOST_QUADS} are possible`
  const compared = probes.flatMap(({ probe }) => ('patterns' in probe ? [probe] : []))
  const patternQuads = compared.map(({ patterns }) => patterns.rows * quadsOf(patterns.columns, lanes))
  const isSplit = compared.some(({ name }) => matrices.get(`${name}/patterns`)?.blocks.length !== 1)
  if (isSplit || total(patternQuads) > MOST_PATTERN_QUADS) return 'its probes compare with too many patterns'
  return probes.map(({ probe }) => residentRefusal(model, probe)).find((reason) => reason !== undefined)
}

/** Quads of a vector in each lane. */
export function quadsOf(size: number, lanes: number): number {
  return Math.ceil(vectorStride(size) / 4 / lanes)
}

/** Quads of a whole replica in each lane. */
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

/** Matrices in registers, with the arrays that belong to each. */
function matricesOf({ model, matrices }: Planning): Matrix[] {
  const own = model.couplings.map(({ name }) => name)
  return [...own, ...own.flatMap((name) => [`${name}/base`, carryNameOf(name)])].flatMap(
    (name) => matrices.get(name) ?? [],
  )
}
