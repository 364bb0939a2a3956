/**
 * Mutations of experiments: each constant of the scenarios, times two and halved. The judge of the experiment must notice, or the
 * experiment states why its result does not depend on the constant.
 */
import { ModelError } from '../errors.ts'
import { parseScenario } from '../model/parse.ts'
import type { ScenarioInput } from '../model/schema.ts'
import { type ReproduceOptions, type Result, reproduce } from './lab.ts'
import type { Reproduction, Unaffected } from './reproduction.ts'

/** Factors of a mutation. */
export const FACTORS = [2, 0.5] as const

/** Numbers that are no constants of a network: numbers of copies and of rows, seeds, and probes, which only read. */
const NO_CONSTANTS: readonly RegExp[] = [/^(version|seed|replicas\.count)$/, /(^|\.)select$/, /^probes$/]

export interface MutationRow {
  readonly experiment: string
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

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

function isNumbers(value: Json): boolean {
  return (
    typeof value === 'number' ||
    (Array.isArray(value) && value.length > 0 && (value as Json[]).every(isNumbers))
  )
}

function isZero(value: Json): boolean {
  return Array.isArray(value) ? (value as Json[]).every(isZero) : value === 0
}

/** The paths of all constants of a scenario that are not 0 and do not vary by replica, in the order of the file. */
export function constantsOf(scenario: ScenarioInput): string[] {
  const found: string[] = []
  const { replicas } = scenario
  const varied = typeof replicas === 'object' ? Object.keys(replicas.vary) : []
  const walk = (value: Json, path: string): void => {
    const isCount = path === 'replicas' && typeof value === 'number'
    if (isCount || varied.includes(path) || NO_CONSTANTS.some((one) => one.test(path))) return
    if (isNumbers(value)) {
      if (!isZero(value)) found.push(path)
    } else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) walk(inner, join(path, key))
  }
  walk(scenario as unknown as Json, '')
  return found
}

/**
 * A scenario with a constant times a factor; rounded where the scenario needs an integer. Unchanged without the constant. Probes that
 * sample the end of the run still do.
 */
export function withFactor(scenario: ScenarioInput, constant: string, factor: number): ScenarioInput {
  const changed = scaledBy(scenario, constant, factor)
  const { probes, time } = scenario
  if (changed.time.ticks === time.ticks || changed.time.ticks === 0 || probes === undefined) return changed
  return {
    ...changed,
    probes: Object.fromEntries(
      Object.entries(probes).map(([name, probe]) => [
        name,
        probe.every === time.ticks ? { ...probe, every: changed.time.ticks } : probe,
      ]),
    ),
  }
}

function scaledBy(scenario: ScenarioInput, constant: string, factor: number): ScenarioInput {
  const changed = (scale: (value: number) => number): ScenarioInput => {
    const walk = (value: Json, path: string): Json => {
      if (path === constant) return scaled(value)
      if (Array.isArray(value)) return (value as Json[]).map((inner, k) => walk(inner, join(path, String(k))))
      if (typeof value === 'object' && value !== null)
        return Object.fromEntries(
          Object.entries(value).map(([key, inner]) => [key, walk(inner, join(path, key))]),
        )
      return value
    }
    const scaled = (value: Json): Json =>
      Array.isArray(value) ? (value as Json[]).map(scaled) : scale(value as number)
    return walk(scenario as unknown as Json, '') as unknown as ScenarioInput
  }
  const exact = changed((value) => value * factor)
  try {
    parseScenario(exact)
    return exact
  } catch {
    // Halves of odd numbers: 3 becomes 2, and 1 becomes 0, which is refused.
    return changed((value) => (value === 1 && factor < 1 ? 0 : Math.round(value * factor)))
  }
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** Whether an explanation is of a constant and a factor. */
function explains(one: Unaffected, constant: string, factor: number): boolean {
  return (
    one.constants.includes(constant) &&
    (one.only === undefined || one.only === (factor > 1 ? 'doubled' : 'halved'))
  )
}

/**
 * Runs the experiment once as it is and then with each constant times two and halved.
 * @param onRow - called with each row as it is known, and the number of all rows
 * @throws ModelError if an explanation names an unknown constant
 * @throws the error of `interrupt`
 */
export async function mutationsOf(
  device: GPUDevice,
  reproduction: Reproduction,
  options: Omit<ReproduceOptions, 'change' | 'constants'>,
  onRow?: (row: MutationRow, total: number) => void,
): Promise<MutationRow[]> {
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
    try {
      const change = (scenario: ScenarioInput): ScenarioInput => withFactor(scenario, constant, factor)
      const result = await reproduce(device, reproduction, { ...options, change, interrupt })
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
      let found = await attempt(constant, factor)
      const explained = reproduction.unaffected.find((one) => explains(one, constant, factor))
      if (found.verdict === 'silent' && explained !== undefined) {
        const { why, bites } = explained
        const far = bites === undefined ? undefined : factor > 1 ? bites : 1 / bites
        const at = far === undefined ? undefined : await attempt(constant, far)
        found =
          at?.verdict === 'silent'
            ? { verdict: 'silent', detail: `not caught at ${far} either` }
            : { verdict: 'explained', detail: `${why}${at === undefined ? '' : `; at ${far}: ${at.detail}`}` }
      }
      const row = { experiment: reproduction.id, constant, factor, ...found }
      rows.push(row)
      onRow?.(row, constants.size * FACTORS.length)
    }
  return rows
}

function failure({ checks }: Result): string {
  const all = checks.filter(({ passed }) => !passed)
  // A number that is wrong tells more than one that is missing.
  const failed = all.find(({ measured }) => !Number.isNaN(measured)) ?? all[0]
  return failed === undefined
    ? ''
    : `${failed.what}: ${Number(failed.measured.toPrecision(3))}, expected ${Number(failed.expected.toPrecision(3))}`
}
