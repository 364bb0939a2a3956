/** What a run says at its end to a person: on what it ran, where its results are, and what can be done next. */
import { requireDescent } from '../core/analysis/jacobian.ts'
import { requireHessians } from '../core/analysis/smooth.ts'
import { turnedBy } from '../core/model/energy.ts'
import type { Model } from '../core/model/model.ts'
import type { AdapterInfo } from './device.ts'
import { programName } from './terminal.ts'

export interface Ended {
  /** As it was given, quoted for a shell. */
  readonly scenario: string
  /** Folder of the results, quoted. */
  readonly folder: string
  readonly files: readonly string[]
  readonly model: Model
  readonly adapter: AdapterInfo
}

/** Three lines. */
export function afterwards({ scenario, folder, files, model, adapter }: Ended): string[] {
  const where = adapter.type === 'software' ? ' (software: computes on the CPU)' : ''
  return [
    `adapter  ${adapter.name}${where}; ${programName()} devices lists all`,
    `results  ${folder}: ${files.join(', ')}`,
    `next     ${nextCommand(scenario, folder, model)}`,
  ]
}

/** Most neurons whose fixed points are found in a minute on a CPU. */
const MOST_NEURONS = 2000

/** Where the network can rest, if that can be told in short; else the same with other random numbers. */
function nextCommand(scenario: string, folder: string, model: Model): string {
  const seed = model.seed + 1
  return canRest(model)
    ? `${programName()} analyse fixed-points ${scenario} --starts 20 --out ${folder}`
    : `${programName()} run ${scenario} --seed ${seed} --csv --out out/seed-${seed}`
}

/** What learns has other fixed points at every tick. */
function canRest(model: Model): boolean {
  const { layers, synapses, memories, hyperedges } = model
  const neurons = layers.reduce((sum, { size }) => sum + size, 0)
  const learns = [...synapses, ...memories, ...hyperedges].some(({ tau }) => tau !== undefined)
  if (learns || model.variation !== undefined || neurons > MOST_NEURONS) return false
  try {
    requireHessians(layers)
    requireDescent(turnedBy(model))
    // Several that move at rates of their own may take long to rest.
    return layers.filter(({ tau }) => tau > 0).length === 1
  } catch {
    return false
  }
}
