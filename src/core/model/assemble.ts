/** From a scenario and the rows of its places to a model: the only way to one. Pure. */
import { withViews } from './couplings.ts'
import { layerOf } from './layers.ts'
import { memoryOf } from './memories.ts'
import type { Model, Stimulus, Variation } from './model.ts'
import { withNumbers } from './parameters.ts'
import { valueAt } from './path.ts'
import { placeName, type Place, type Places, type RowsAt } from './places.ts'
import { probeOf } from './probes.ts'
import type { Scenario, StimulusSpec } from './schema.ts'
import { stimulusOf } from './stimulus.ts'
import { synapseOf } from './synapses.ts'
import { axesOf, pointCount, pointScenarios, replicaCount } from './variation.ts'

/**
 * The model of a scenario.
 * @param scenario - checked
 * @param rowsAt - asked for the rows of each place once, in the order in which what is wrong there is reported
 * @param files - SHA-256 of each file that the rows are of
 */
export function assemble(scenario: Scenario, rowsAt: RowsAt, files: Model['files'] = {}): Model {
  const layers = Object.keys(scenario.neurons).map((name) => layerOf(scenario, name, rowsAt))
  const synapses = Object.keys(scenario.synapses).map((name) => synapseOf(scenario, name, rowsAt))
  const memories = Object.keys(scenario.memories).map((name) => memoryOf(scenario, name, rowsAt))
  const stimulus = scenario.stimulus.map((spec, index) => stimulusOf(scenario, index, spec, rowsAt))
  const probes = Object.keys(scenario.probes).map((name) => probeOf(scenario, name, rowsAt))
  const model: Model = {
    scenario,
    seed: scenario.seed,
    time: scenario.time,
    replicas: replicaCount(scenario),
    layers,
    ...withViews([...memories, ...synapses]),
    stimulus,
    probes,
    files,
    warnings: [],
  }
  return typeof scenario.replicas === 'number' ? model : { ...model, variation: variationOf(model, rowsAt) }
}

/** All places of a scenario: those that its model asks for. */
export function placesOf(scenario: Scenario): Places {
  const places = new Map<string, Place>()
  const none = { rows: 0, columns: 0, data: new Float32Array(0) }
  assemble(scenario, (place) => {
    places.set(placeName(place), place)
    return none
  })
  return places
}

/** The networks of the points. What they do not vary they share; cues that are damaged in different ways are their own. */
function variationOf(model: Model, rowsAt: RowsAt): Variation {
  const { scenario, replicas } = model
  const axes = axesOf(scenario)
  const repetitions = replicas / pointCount(axes)
  const paths = axes.map(({ path }) => path)
  const damaging = paths.filter((path) => path === 'seed' || path.startsWith('stimulus.'))
  const isOwn = scenario.stimulus.map((_, index) => isDamaged(scenario, paths, `stimulus.${index}`))
  const shown = new Map<string, readonly Stimulus[]>()
  const points = pointScenarios(scenario, axes, repetitions).map((point) => {
    const key = JSON.stringify(damaging.map((path) => valueAt(point, path)))
    const cueAt: RowsAt = (place) => rowsAt({ ...place, point: { key, seed: point.seed } })
    const stimulus =
      shown.get(key) ??
      model.stimulus.map((whole, index) =>
        isOwn[index] === true
          ? stimulusOf(point, index, point.stimulus[index] as StimulusSpec, cueAt)
          : whole,
      )
    shown.set(key, stimulus)
    return withNumbers({ ...model, replicas: repetitions, stimulus }, point)
  })
  return { axes, repetitions, points }
}

/** Whether points damage a cue, or one that it copies, in different ways. @param name - such as `stimulus.0` */
function isDamaged(scenario: Scenario, paths: readonly string[], name: string): boolean {
  const patterns = scenario.stimulus.find((_, index) => name === `stimulus.${index}`)?.patterns
  if (patterns === undefined) return false
  if (paths.some((path) => path.startsWith(`${name}.`))) return true
  if (paths.includes('seed') && patterns.corrupt !== undefined) return true
  return patterns.kind === 'rows' && isDamaged(scenario, paths, patterns.of)
}
