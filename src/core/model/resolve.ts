/** From a scenario to a model: the checks, the files, the random numbers. */
import { checkScenario } from './check.ts'
import { withViews } from './couplings.ts'
import { ModelError } from '../errors.ts'
import { createReader, noting, type Read } from './files.ts'
import { resolveLayer } from './layers.ts'
import { initialMemory, resolveMemory } from './memories.ts'
import type { Layer, Memory, Model, Probe, Stimulus, Synapse } from './model.ts'
import type { Block, Sources } from './patterns.ts'
import { withNumbers } from './parameters.ts'
import { valueAt } from './path.ts'
import { resolveProbe } from './probes.ts'
import type { Scenario, StimulusSpec } from './schema.ts'
import { stepWarnings } from './steps.ts'
import { resolveStimulus, stimulusPatterns } from './stimulus.ts'
import { hebbianPatterns, resolveSynapse } from './synapses.ts'
import { axesOf, pointCount, pointScenarios, replicaCount } from './variation.ts'

export interface ResolveOptions {
  /** The file of the scenario, for error messages. */
  readonly file?: string
  readonly read: Read
  /** Allows pattern files outside the folder of the scenario. */
  readonly allowOutside?: boolean
}

/**
 * Makes a model of a scenario: checks it, reads each file it names once, draws its random patterns. The same scenario
 * and files give the same model, wherever and in whatever order.
 * @throws ModelError for the first thing that is wrong, with file, JSON path, value and remedy
 */
export async function resolveModel(scenario: Scenario, options: ResolveOptions): Promise<Model> {
  const warnings = checkScenario(scenario, options.file)
  try {
    const hashes = new Map<string, string>()
    const read = noting(createReader(options.read, options.allowOutside ?? false), hashes)
    const sources = createSources(scenario, read)
    // One after the other: what is wrong first in the scenario is reported first.
    const layers: Layer[] = []
    for (const name of Object.keys(scenario.neurons)) layers.push(await resolveLayer(scenario, name, sources))
    const synapses: Synapse[] = []
    for (const name of Object.keys(scenario.synapses))
      synapses.push(await resolveSynapse(scenario, name, sources))
    const memories: Memory[] = []
    for (const name of Object.keys(scenario.memories))
      memories.push(await resolveMemory(scenario, name, sources))
    const stimulus: Stimulus[] = []
    for (const [index, spec] of scenario.stimulus.entries()) {
      stimulus.push(await resolveStimulus(index, spec, sources))
    }
    const probes: Probe[] = []
    for (const name of Object.keys(scenario.probes)) probes.push(await resolveProbe(scenario, name, sources))
    const model: Model = {
      scenario,
      seed: scenario.seed,
      time: scenario.time,
      replicas: replicaCount(scenario),
      layers,
      ...withViews([...memories, ...synapses]),
      stimulus,
      probes,
      files: Object.fromEntries(hashes),
      warnings: [...warnings, ...unusedRows(scenario, layers, stimulus)],
    }
    const whole = typeof scenario.replicas === 'number' ? model : await varied(model, sources)
    return { ...whole, warnings: [...whole.warnings, ...stepWarnings(whole)] }
  } catch (error) {
    throw error instanceof ModelError && options.file !== undefined ? error.in(options.file) : error
  }
}

/** The model with the networks of its points; cues that are damaged in different ways are loaded for each. */
async function varied(model: Model, sources: Sources): Promise<Model> {
  const { scenario, replicas } = model
  const axes = axesOf(scenario)
  const repetitions = replicas / pointCount(axes)
  const paths = axes.map(({ path }) => path)
  const isDamaged = (index: number): boolean => {
    const { patterns } = scenario.stimulus[index] as StimulusSpec
    if (paths.some((path) => path.startsWith(`stimulus.${index}.`))) return true
    if (paths.includes('seed') && patterns.corrupt !== undefined) return true
    return (
      patterns.kind === 'rows' && patterns.of.startsWith('stimulus.') && isDamaged(stimulusIndex(patterns.of))
    )
  }
  const shown = new Map<string, readonly Stimulus[]>()
  const points: Model[] = []
  for (const point of pointScenarios(scenario, axes, repetitions)) {
    const key = JSON.stringify(
      paths
        .filter((path) => path === 'seed' || path.startsWith('stimulus.'))
        .map((path) => valueAt(point, path)),
    )
    const stimulus = shown.get(key) ?? (await damagedStimulus(model, point, sources, isDamaged))
    shown.set(key, stimulus)
    points.push(withNumbers({ ...model, replicas: repetitions, stimulus, warnings: [] }, point))
  }
  return { ...model, variation: { axes, repetitions, points } }
}

/** What one point shows: the patterns of the whole, but for cues that its own numbers damage. */
async function damagedStimulus(
  model: Model,
  point: Scenario,
  sources: Sources,
  isDamaged: (index: number) => boolean,
): Promise<readonly Stimulus[]> {
  const own: Sources = {
    ...sources,
    damageSeed: point.seed,
    rowsOf: (name) => {
      const index = stimulusIndex(name)
      const item = point.stimulus[index]
      return item === undefined || !isDamaged(index)
        ? sources.rowsOf(name)
        : stimulusPatterns(point, index, item, own)
    },
  }
  const items: Stimulus[] = []
  for (const [index, spec] of point.stimulus.entries())
    items.push(
      isDamaged(index) ? await resolveStimulus(index, spec, own) : (model.stimulus[index] as Stimulus),
    )
  return items
}

/** The number of `stimulus.0`; NaN for other names. */
function stimulusIndex(name: string): number {
  return Number(name.replace('stimulus.', ''))
}

/** Rows that others copy are loaded once, whoever asks first. */
function createSources(scenario: Scenario, read: Read): Sources {
  const known = new Map<string, Promise<Block>>()
  const sources: Sources = {
    seed: scenario.seed,
    read,
    rowsOf: (name) => {
      const block = known.get(name) ?? load(name)
      known.set(name, block)
      return block
    },
  }
  function load(name: string): Promise<Block> {
    // Names may be those of any object's own functions, such as `toString`.
    const entry = <T>(of: Readonly<Record<string, T>>): T | undefined =>
      Object.hasOwn(of, name) ? of[name] : undefined
    const memory = entry(scenario.memories)
    if (memory !== undefined) return initialMemory(scenario, name, memory, sources)
    const synapse = entry(scenario.synapses)
    if (synapse !== undefined && synapse.base !== 0 && synapse.base.kind === 'hebbian') {
      return hebbianPatterns(scenario, name, synapse, synapse.base.patterns, sources)
    }
    const index = stimulusIndex(name)
    const item = scenario.stimulus[index]
    if (item !== undefined) return stimulusPatterns(scenario, index, item, sources)
    throw new Error(`checkScenario knows the rows of ${name}`)
  }
  return sources
}

/** Rows are dealt to the replicas in turn: with more rows than replicas some are never used. */
function unusedRows(scenario: Scenario, layers: readonly Layer[], stimulus: readonly Stimulus[]): string[] {
  const dealt = [
    ...layers.map(({ name, init }) => ({ path: `neurons.${name}.init`, rows: init.rows })),
    ...layers.map(({ name, bias }) => ({ path: `neurons.${name}.bias`, rows: bias.rows })),
    ...stimulus.flatMap(({ kind, patterns }, index) =>
      kind === 'initial' ? [{ path: `stimulus.${index}.patterns`, rows: patterns.rows }] : [],
    ),
  ]
  const points = pointCount(axesOf(scenario))
  const replicas = replicaCount(scenario) / points
  const [whose, remedy] =
    typeof scenario.replicas === 'number'
      ? ['replicas', 'replicas']
      : ['replicas of each point', 'replicas.count']
  return dealt.flatMap(({ path, rows }) =>
    rows > replicas
      ? [
          `${path}: ${rows} rows are dealt to ${replicas} ${whose}, the others are not used; set ${remedy} to ${rows * points}`,
        ]
      : [],
  )
}
