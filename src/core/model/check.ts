/** Checks between the values of a scenario that need no pattern files. */
import { ruleOf, steadyDecay, tracesOf } from '../kinds/rules/table.ts'
import { ModelError } from '../errors.ts'
import { checkClaim } from './claims.ts'
import { checkHyperedge } from './hyperedges.ts'
import { checkLayer } from './layers.ts'
import { checkMemory } from './memories.ts'
import { checkProbe } from './probes.ts'
import { checkUntil } from './rest.ts'
import type { Scenario } from './schema.ts'
import { isHyperedgeSpec, memorySpecs } from './specs.ts'
import { checkSteps } from './step-limit.ts'
import { checkStimulus } from './stimulus.ts'
import { checkSynapse } from './synapses.ts'
import { checkVariation } from './variation.ts'

/**
 * Checks a scenario as a whole; fast enough for every move of a slider.
 * @returns warnings: values that are allowed but probably mistakes
 * @throws ModelError for the first error
 */
export function checkScenario(scenario: Scenario, file?: string): string[] {
  try {
    checkNames(scenario)
    checkAxesName(scenario)
    const warnings = Object.entries(scenario.neurons).flatMap(([name, spec]) =>
      checkLayer(scenario, name, spec),
    )
    for (const [name, spec] of Object.entries(scenario.synapses)) {
      warnings.push(...checkSynapse(scenario, name, spec))
    }
    for (const [name, spec] of Object.entries(scenario.memories)) {
      if (isHyperedgeSpec(spec)) checkHyperedge(scenario, name, spec)
      else warnings.push(...checkMemory(scenario, name, spec))
    }
    scenario.stimulus.forEach((spec, index) => checkStimulus(scenario, index, spec))
    for (const [name, spec] of Object.entries(scenario.probes))
      warnings.push(...checkProbe(scenario, name, spec))
    scenario.expect?.forEach((spec, index) => checkClaim(scenario, index, spec))
    checkUntil(scenario)
    checkStep(scenario)
    checkVariation(scenario, checkScenario)
    return warnings
  } catch (error) {
    throw error instanceof ModelError && file !== undefined ? error.in(file) : error
  }
}

/**
 * Final states are written as state.NAME and samples of a probe as NAME.value, so these names must be different.
 */
function checkNames(scenario: Scenario): void {
  const owners = new Map<string, string>()
  for (const group of ['neurons', 'synapses', 'memories'] as const) {
    for (const name of Object.keys(scenario[group])) {
      const other = owners.get(name)
      if (other !== undefined) {
        throw new ModelError(`the name \`${name}\` is taken by ${other}.${name}; rename one of them`, {
          path: `${group}.${name}`,
        })
      }
      owners.set(name, group)
      if (['tick', 'time', 'value', 'terms'].includes(name) && Object.hasOwn(scenario.probes, 'state')) {
        throw new ModelError(
          `its final state and the samples of the probe \`state\` would both be written as state.${name}; rename one of them`,
          { path: `${group}.${name}` },
        )
      }
    }
  }
}

/** With varied replicas, a run writes axes.csv next to the files of the probes. */
function checkAxesName({ probes, replicas }: Scenario): void {
  if (typeof replicas === 'number' || !Object.hasOwn(probes, 'axes')) return
  throw new ModelError('its samples and the varied values would both be written as axes.csv; rename it', {
    path: 'probes.axes',
  })
}

/** Every group separately, with its rule; values for each neuron are checked when they are loaded. */
function checkStep(scenario: Scenario): void {
  const groups = (['neurons', 'synapses', 'memories'] as const).flatMap((group) =>
    Object.entries<object>(scenario[group]).flatMap(([name, spec]) => {
      const { tau = 0, every = 1 }: { tau?: unknown; every?: number } = spec
      return typeof tau !== 'number' || tau === 0 ? [] : [{ path: `${group}.${name}`, tau, every }]
    }),
  )
  const learning = Object.entries(memorySpecs(scenario)).flatMap(([name, spec]) => {
    const { from, to, tau = 0, every } = spec
    const rule = ruleOf(spec)
    const path = `memories.${name}`
    const decay = steadyDecay(rule)
    return [
      ...(decay > 1 ? [{ path: `${path}.decay`, tau: tau / decay, every }] : []),
      ...tracesOf({ name, from, to, rule }).map((trace) => ({
        path: `${path}.${trace.tau}`,
        tau: trace.time,
        every,
      })),
    ]
  })
  checkSteps(scenario.time, [...groups, ...learning])
}
