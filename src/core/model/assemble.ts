/** Builds a model from a scenario and the rows of its places; the only way to build one. Pure. */
import { withViews } from './couplings.ts'
import { hyperedgeOf } from './hyperedges.ts'
import { layerOf } from './layers.ts'
import { memoryOf } from './memories.ts'
import type { Axis, Model, Stimulus, Variation } from './model.ts'
import { withNumbers } from './parameters.ts'
import { valueAt } from './path.ts'
import { placeName, type Place, type Places, type RowsAt } from './places.ts'
import { probeOf } from './probes.ts'
import { restProbes } from './rest.ts'
import type { Scenario, StimulusSpec } from './schema.ts'
import { stimulusOf } from './stimulus.ts'
import { isHyperedgeSpec } from './specs.ts'
import { synapseOf } from './synapses.ts'
import { axesOf, isIndependent, pointCount, pointScenarios, replicaCount } from './variation.ts'

/**
 * The model of a scenario.
 * @param scenario - checked
 * @param rowsAt - called once for the rows of each place, in the order in which errors are reported
 * @param files - SHA-256 of each file of the rows
 */
export function assemble(scenario: Scenario, rowsAt: RowsAt, files: Model['files'] = {}): Model {
  const model: Model = { ...wholeOf(scenario, rowsAt), files }
  return typeof scenario.replicas === 'number' ? model : { ...model, variation: variationOf(model, rowsAt) }
}

/** All places of a scenario, as its model reads them. */
export function placesOf(scenario: Scenario): Places {
  const places = new Map<string, Place>()
  const none = { rows: 0, columns: 0, data: new Float32Array(0) }
  const rowsAt: RowsAt = (place) => {
    places.set(placeName(place), place)
    return none
  }
  const whole = wholeOf(scenario, rowsAt)
  if (isIndependent(scenario)) pointNetworks(scenario, rowsAt)
  else pointCues(whole, rowsAt)
  return places
}

/** The model without its points. */
function wholeOf(scenario: Scenario, rowsAt: RowsAt): Model {
  const layers = Object.keys(scenario.neurons).map((name) => layerOf(scenario, name, rowsAt))
  const synapses = Object.keys(scenario.synapses).map((name) => synapseOf(scenario, name, rowsAt))
  const memories = Object.entries(scenario.memories).map(([name, spec]) =>
    isHyperedgeSpec(spec)
      ? hyperedgeOf(scenario, name, spec, rowsAt)
      : memoryOf(scenario, name, spec, rowsAt),
  )
  const stimulus = scenario.stimulus.map((spec, index) => stimulusOf(scenario, index, spec, rowsAt))
  const probes = [
    ...Object.keys(scenario.probes).map((name) => probeOf(scenario, name, rowsAt)),
    ...restProbes(scenario),
  ]
  return {
    scenario,
    seed: scenario.seed,
    time: scenario.time,
    replicas: replicaCount(scenario),
    layers,
    ...withViews([...memories, ...synapses]),
    stimulus,
    probes,
    files: {},
    warnings: [],
  }
}

/** The networks of the points; they share all arrays that do not vary. */
function variationOf(model: Model, rowsAt: RowsAt): Variation {
  const { scenario, replicas } = model
  const axes = axesOf(scenario)
  if (isIndependent(scenario))
    return {
      axes,
      isIndependent: true,
      repetitions: replicas / pointCount(axes),
      points: pointNetworks(scenario, rowsAt).map((point) => ({ ...point, files: model.files })),
    }
  const cues = pointCues(model, rowsAt)
  const damaging = damagingAxes(scenario)
  const repetitions = replicas / pointCount(axes)
  const points = pointScenarios(scenario, axes, repetitions).map((point) => {
    const stimulus = cues.get(damageKey(point, damaging)) ?? model.stimulus
    return withNumbers({ ...model, replicas: repetitions, stimulus }, point)
  })
  return { axes, repetitions, points }
}

/** The network of each point, with all that its seed draws. */
function pointNetworks(scenario: Scenario, rowsAt: RowsAt): Model[] {
  const axes = axesOf(scenario)
  const damaging = damagingAxes(scenario)
  return pointScenarios(scenario, axes, replicaCount(scenario) / pointCount(axes)).map((point) => {
    const own = { key: damageKey(point, damaging), seed: point.seed, isNetwork: true } as const
    return wholeOf(point, (place) => rowsAt({ ...place, point: own }))
  })
}

/** Cues of points with the same damage, by `damageKey`; other cues are those of the whole network. */
function pointCues({ scenario, stimulus }: Model, rowsAt: RowsAt): ReadonlyMap<string, readonly Stimulus[]> {
  const axes = damagingAxes(scenario)
  if (axes.length === 0) return new Map()
  const isOwn = stimulus.map((_, index) => isDamaged(scenario, axes, `stimulus.${index}`))
  return new Map(
    pointScenarios(scenario, axes, 1).map((point) => {
      const key = damageKey(point, axes)
      const cueAt: RowsAt = (place) => rowsAt({ ...place, point: { key, seed: point.seed } })
      const shown = stimulus.map((whole, index) =>
        isOwn[index] === true
          ? stimulusOf(point, index, point.stimulus[index] as StimulusSpec, cueAt)
          : whole,
      )
      return [key, shown]
    }),
  )
}

/** The varied parameters of the damage to cues. */
function damagingAxes(scenario: Scenario): Axis[] {
  return axesOf(scenario).filter(({ path }) => path === 'seed' || path.startsWith('stimulus.'))
}

function damageKey(point: Scenario, axes: readonly Axis[]): string {
  return JSON.stringify(axes.map(({ path }) => valueAt(point, path)))
}

/**
 * Whether the damage of a cue, or of a cue that it copies, differs between points. @param name - such as
 * `stimulus.0`
 */
function isDamaged(scenario: Scenario, axes: readonly Axis[], name: string): boolean {
  const patterns = scenario.stimulus.find((_, index) => name === `stimulus.${index}`)?.patterns
  if (patterns === undefined) return false
  if (axes.some(({ path }) => path.startsWith(`${name}.`))) return true
  if (patterns.corrupt !== undefined && axes.some(({ path }) => path === 'seed')) return true
  return patterns.kind === 'rows' && isDamaged(scenario, axes, patterns.of)
}
