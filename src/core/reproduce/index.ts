/** All reproductions, in the order of a report. */
import { ModelError } from '../errors.ts'
import { suggestion } from '../suggestion.ts'
import { adiabaticLimit } from './adiabatic-limit.ts'
import { binaryMemory } from './binary-memory.ts'
import { capacity, retrieval } from './capacity.ts'
import { denseErrors } from './dense-errors.ts'
import { dynamicEnergy } from './dynamic-energy.ts'
import { energyBalance } from './energy-balance.ts'
import { energyTransformer } from './energy-transformer.ts'
import { fastSynapses, synapticTime } from './fast-synapses.ts'
import { gatedLearning } from './gated-learning.ts'
import { competition, gatedRate } from './learning.ts'
import { glauber } from './glauber.ts'
import { patternRing } from './pattern-ring.ts'
import { pavlovian } from './pavlovian.ts'
import type { Reproduction } from './reproduction.ts'
import { sequences } from './sequences.ts'
import { softmaxDimension, softmaxRetrieval } from './softmax.ts'
import { spectrum } from './spectrum.ts'
import { stepOrder } from './step-order.ts'
import { transientRecall, transientRecovery } from './transients.ts'
import { writtenOut } from './written-out.ts'

export const REPRODUCTIONS: readonly Reproduction[] = [
  gatedLearning,
  gatedRate,
  competition,
  pavlovian,
  spectrum,
  energyBalance,
  adiabaticLimit,
  stepOrder,
  capacity,
  retrieval,
  fastSynapses,
  synapticTime,
  transientRecall,
  transientRecovery,
  denseErrors,
  softmaxRetrieval,
  softmaxDimension,
  binaryMemory,
  patternRing,
  sequences,
  dynamicEnergy,
  glauber,
  writtenOut,
  energyTransformer,
]

/**
 * The reproduction of a name.
 * @param others - words that are also accepted in its place
 * @throws ModelError for an unknown name, with the nearest one
 */
export function findReproduction(id: string, others: readonly string[] = []): Reproduction {
  const found = REPRODUCTIONS.find((one) => one.id === id)
  if (found !== undefined) return found
  const ids = REPRODUCTIONS.map((one) => one.id)
  throw new ModelError(`there is no reproduction \`${id}\`${suggestion(id, [...ids, ...others])}`)
}
