/**
 * Mutations of experiments: each constant of the scenarios, times two and halved. The judge of the experiment must notice, or the
 * experiment states why its result does not depend on the constant.
 */
import { ModelError } from '../errors.ts'
import type { ScenarioInput } from '../model/schema.ts'
import { type ReproduceOptions, type Result, loadScenarioOf, reproduce } from './lab.ts'
import { constantsOf, withFactor } from './mutated.ts'
import type { Check, Networks, Reproduction, Size, Unaffected } from './reproduction.ts'

/** Factors of a mutation. */
export const FACTORS = [2, 0.5] as const

export interface MutationRow {
  readonly experiment: string
  readonly size: Size
  readonly seed: number
  /** Number of rows of the experiment. */
  readonly rows: number
  /** Path in the scenarios; all numbers of a list are one constant. */
  readonly constant: string
  readonly factor: number
  /**
   * caught: a check fails. refused: the scenario is invalid with this value, or its run
   * fails, or the checks find no numbers in the results. explained: all checks pass, and the experiment states
   * why. silent: all checks pass, and nothing explains it.
   */
  readonly verdict: 'caught' | 'refused' | 'explained' | 'silent'
  /** The first check that fails, the error, or the reason. */
  readonly detail: string
}

/** Whether an explanation is of a constant and a factor. */
function explains(one: Unaffected, constant: string, factor: number): boolean {
  return (
    one.constants.includes(constant) &&
    (one.only === undefined || one.only === (factor > 1 ? 'doubled' : 'halved'))
  )
}

/** Networks from which a check is judged before the last one, and 95 % half intervals that it then has to miss its tolerance by. */
const [FEWEST, HALVES] = [3, 4]

/**
 * Whether a check will have failed in the end. A mean of some of the networks has to miss its tolerance by four half intervals of
 * at least three networks. An interval of length 0 shows equal numbers, not certainty.
 */
export function isBeyondDoubt(check: Check, networks?: Networks): boolean {
  const { relation, expected, measured, tolerance, half = 0, passed } = check
  if (passed || Number.isNaN(measured)) return false
  if (networks === undefined || networks.found >= networks.all) return true
  const miss =
    relation === 'near'
      ? Math.abs(measured - expected)
      : relation === 'at least'
        ? expected - measured
        : measured - expected
  return networks.found >= FEWEST && half > 0 && miss > tolerance + HALVES * half
}

/** Ends a run whose verdict is known. */
class Failed extends Error {
  readonly detail: string
  constructor(check: Check, networks?: Networks) {
    super(check.what)
    const isPart = networks !== undefined && networks.found < networks.all
    this.detail = `${failureOf(check)}${isPart ? `, after ${networks.found} of ${networks.all} networks` : ''}`
  }
}

export interface MutationOptions extends Omit<ReproduceOptions, 'change' | 'constants' | 'onChecks'> {
  /** False = each run goes to its end, although a check has failed beyond doubt. */
  readonly early?: boolean
  /** Rows of an earlier call, with the same size and seed, that are not run again. */
  readonly kept?: readonly MutationRow[]
  /** Awaited with each row as it is known. */
  readonly onRow?: (row: MutationRow) => void | Promise<void>
}

/**
 * Runs the experiment once as it is and then with each constant times two and halved. A mutated run ends with the first check that
 * fails beyond doubt.
 * @throws ModelError if an explanation names an unknown constant
 * @throws the error of `interrupt` or `onRow`
 */
export async function mutationsOf(
  device: GPUDevice,
  reproduction: Reproduction,
  { early = true, kept = [], onRow, ...options }: MutationOptions,
): Promise<MutationRow[]> {
  const { size = 'quick', seed = 1 } = options
  const constants = new Set<string>()
  const first = await reproduce(device, reproduction, {
    ...options,
    change(scenario) {
      for (const path of constantsOf(scenario)) constants.add(path)
      return scenario
    },
  })
  if (!first.passed) throw new ModelError(`${reproduction.id} does not come out as it is: ${failure(first)}`)
  for (const { constants: some } of reproduction.unaffected)
    for (const constant of some)
      if (!constants.has(constant))
        throw new ModelError(`${reproduction.id}: no scenario has the constant ${constant} of \`unaffected\``)
  let ended: unknown
  let isLost = false
  void device.lost.then(() => (isLost = true))
  const interrupt = async (): Promise<void> => {
    try {
      await options.interrupt?.()
    } catch (error) {
      ended = error
      throw error
    }
  }
  const attempt = async (
    constant: string,
    factor: number,
  ): Promise<Pick<MutationRow, 'verdict' | 'detail'>> => {
    const seen = new Set<string>()
    const change = (scenario: ScenarioInput, name: string): ScenarioInput => {
      seen.add(name)
      return withFactor(scenario, constant, factor)
    }
    const onChecks = (checks: readonly Check[], networks?: Networks): void => {
      const failed = checks.find((check) => isBeyondDoubt(check, networks))
      if (failed !== undefined) throw new Failed(failed, networks)
    }
    try {
      const result = await reproduce(device, reproduction, {
        ...options,
        change,
        interrupt,
        ...(early && { onChecks }),
      }).catch(async (error: unknown) => {
        if (!(error instanceof Failed)) throw error
        // The whole run would refuse a scenario that is still to come.
        for (const [name, scenario] of Object.entries(first.scenarios))
          if (!seen.has(name)) await loadScenarioOf(reproduction.id, name, change(scenario, name))
        return error
      })
      if (result instanceof Failed) return { verdict: 'caught', detail: result.detail }
      if (result.passed) return { verdict: 'silent', detail: '' }
      const isMeasured = result.checks.some((one) => !one.passed && !Number.isNaN(one.measured))
      return { verdict: isMeasured ? 'caught' : 'refused', detail: failure(result) }
    } catch (error) {
      // A judge that takes what is not there for a number of the results is at fault itself.
      if (ended !== undefined || isLost || error instanceof TypeError) throw error
      return { verdict: 'refused', detail: error instanceof Error ? error.message : String(error) }
    }
  }
  const rows: MutationRow[] = []
  for (const constant of constants)
    for (const factor of FACTORS) {
      const own = kept.find((row) => row.constant === constant && row.factor === factor)
      if (own !== undefined) {
        rows.push(own)
        continue
      }
      let found = await attempt(constant, factor)
      const explained = reproduction.unaffected.find((one) => explains(one, constant, factor))
      if (found.verdict === 'silent' && explained !== undefined) {
        const { why, bites } = explained
        const far = bites === undefined ? undefined : factor > 1 ? bites : 1 / bites
        const at = far === undefined ? undefined : await attempt(constant, far)
        found =
          at !== undefined && at.verdict !== 'caught'
            ? { verdict: 'silent', detail: `not caught at ${far} either: ${at.detail || 'all checks pass'}` }
            : { verdict: 'explained', detail: `${why}${at === undefined ? '' : `; at ${far}: ${at.detail}`}` }
      }
      const count = constants.size * FACTORS.length
      const row = { experiment: reproduction.id, size, seed, rows: count, constant, factor, ...found }
      rows.push(row)
      await onRow?.(row)
    }
  return rows
}

function failure({ checks }: Result): string {
  const all = checks.filter(({ passed }) => !passed)
  // A number that is wrong tells more than one that is missing.
  const failed = all.find(({ measured }) => !Number.isNaN(measured)) ?? all[0]
  return failed === undefined ? '' : failureOf(failed)
}

function failureOf({ what, measured, expected }: Check): string {
  return `${what}: ${Number(measured.toPrecision(3))}, expected ${Number(expected.toPrecision(3))}`
}
