/** Runs reproductions on a device. */
import type { Chart } from '../analysis/chart.ts'
import { ModelError } from '../errors.ts'
import { loadModel } from '../model/load.ts'
import type { Model } from '../model/model.ts'
import type { ScenarioInput } from '../model/schema.ts'
import { createSimulation } from '../run/simulation.ts'
import type { Check, Lab, Networks, Outcome, Reproduction, Size } from './reproduction.ts'

export interface ReproduceOptions {
  readonly size?: Size
  readonly seed?: number
  /** Wrong constants for the scenarios, to check that the result depends on them. */
  readonly constants?: Readonly<Record<string, number>>
  /** Changes each scenario, given with its name, before it runs, to check that the result depends on it. */
  readonly change?: (scenario: ScenarioInput, name: string) => ScenarioInput
  /** Called with the completed fraction of the work and the results so far. */
  readonly onProgress?: (share: number, chart?: Chart) => void
  /** Called with the checks that an experiment states before its end; an error ends the work. */
  readonly onChecks?: (checks: readonly Check[], networks?: Networks) => void
  /** Awaited between submits; an error ends the work. */
  readonly interrupt?: () => void | Promise<void>
  /** Longest time of one submit in ms. */
  readonly submitTime?: number
}

export interface Result extends Outcome {
  readonly reproduction: Reproduction
  readonly size: Size
  readonly seed: number
  readonly passed: boolean
  /** The scenarios that ran, by name; the first of those that differ by the seed alone. */
  readonly scenarios: Readonly<Record<string, ScenarioInput>>
  /** The warnings of the runs. */
  readonly warnings: readonly string[]
  /** In s. */
  readonly duration: number
}

/** The chart of a reproduction before the measurement: expected values that do not depend on the networks. */
export async function expectedChart(reproduction: Reproduction, size: Size = 'quick'): Promise<Chart> {
  return new Promise((resolve, reject) => {
    const lab: Lab = {
      seed: 1,
      constants: reproduction.constants,
      run: () => Promise.reject(new ModelError(`${reproduction.id} has run before it told what is expected`)),
      progress(_, chart) {
        if (chart !== undefined) resolve(chart)
      },
      judge: () => undefined,
    }
    // It ends at its first run.
    reproduction.measure(lab, size).catch(reject)
  })
}

/**
 * The model of a scenario of a reproduction.
 * @throws ModelError if the scenario is invalid
 */
export function loadScenarioOf(id: string, name: string, scenario: ScenarioInput): Promise<Model> {
  const read = (path: string): Promise<Uint8Array> =>
    Promise.reject(new ModelError(`${path} is no part of a reproduction`))
  return loadModel(JSON.stringify(scenario), { file: `${id}/${name}`, read })
}

/**
 * Validates the first scenario of a reproduction, with its change, before there is a device.
 * @throws ModelError if it is invalid
 * @throws the error of `change`
 */
export async function checkFirstScenario(
  reproduction: Reproduction,
  change: (scenario: ScenarioInput) => ScenarioInput,
  size: Size = 'quick',
): Promise<void> {
  const enough = new Error('the first scenario is valid')
  const lab: Lab = {
    seed: 1,
    constants: reproduction.constants,
    async run(name, scenario) {
      await loadScenarioOf(reproduction.id, name, change(scenario))
      throw enough
    },
    progress: () => undefined,
    judge: () => undefined,
  }
  await reproduction.measure(lab, size).catch((error: unknown) => {
    if (error !== enough) throw error
  })
}

/** Ticks between calls of `interrupt`. */
const STRIDE = 50

/**
 * Runs one reproduction.
 * @throws RunError if a run fails
 * @throws the error of `interrupt` or `onChecks`
 */
export async function reproduce(
  device: GPUDevice,
  reproduction: Reproduction,
  {
    size = 'quick',
    seed = 1,
    constants = {},
    change,
    onProgress,
    onChecks,
    interrupt,
    submitTime,
  }: ReproduceOptions = {},
): Promise<Result> {
  for (const name of Object.keys(constants))
    if (!(name in reproduction.constants)) throw new ModelError(`${reproduction.id} has no constant ${name}`)
  const began = Date.now()
  const scenarios: Record<string, ScenarioInput> = {}
  const warnings = new Set<string>()
  const lab: Lab = {
    seed,
    constants: { ...reproduction.constants, ...constants },
    async run(name, stated, use) {
      await interrupt?.()
      const scenario = change === undefined ? stated : change(stated, name)
      scenarios[name] ??= scenario
      const model = await loadScenarioOf(reproduction.id, name, scenario)
      const asStated = scenario === stated ? model : await loadScenarioOf(reproduction.id, name, stated)
      const simulation = await createSimulation(device, model, {
        resident: 'off',
        ...(submitTime === undefined ? {} : { submitTime }),
      })
      try {
        while (simulation.tick < model.time.ticks && !simulation.isOver) {
          await simulation.step(Math.min(STRIDE, model.time.ticks - simulation.tick))
          await interrupt?.()
        }
        await simulation.flush()
        const result = await use(simulation, asStated)
        for (const warning of simulation.warnings) warnings.add(`${name}: ${warning}`)
        return result
      } finally {
        simulation.destroy()
      }
    },
    progress: (share, chart) => onProgress?.(share, chart),
    judge: (checks, networks) => onChecks?.(checks(), networks),
  }
  const outcome = await reproduction.measure(lab, size)
  onProgress?.(1, outcome.chart)
  return {
    ...outcome,
    reproduction,
    size,
    seed,
    passed: outcome.checks.every(({ passed }: Check) => passed),
    scenarios,
    warnings: [...warnings],
    duration: (Date.now() - began) / 1000,
  }
}
