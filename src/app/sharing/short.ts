/** The changes of a shipped scenario in the hash of an address, `#s2=...`: short enough for a QR code. Pure. */
import { strToU8 } from 'fflate'
import { crc32 } from '../../core/data/crc32.ts'
import { ModelError } from '../../core/errors.ts'
import { parseScenario } from '../../core/model/parse.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { withoutDefaults } from '../building/defaults.ts'
import { isObject } from '../building/schema.ts'
import { contentOf, linkedScenario, linkTo, SHORT } from './link.ts'

/** A shipped scenario, and its name in addresses. */
interface Shipped {
  readonly id: string
  readonly scenario: Scenario
}

/** The content of a short link. */
interface Changes {
  readonly of: string
  /** CRC-32 of the scenario that is changed. */
  readonly sum: number
  /** A merge patch (RFC 7396): null removes a key. */
  readonly set: unknown
}

/**
 * The shortest address that opens a scenario: the name of a shipped one, its changes, or the scenario without defaults.
 * @param page - address of the page; its query and hash are ignored
 * @param shipped - the shipped scenario that it is or was made from
 * @param search - the query of the link
 */
export function shortestLink(
  page: string,
  scenario: Scenario,
  shipped: Shipped | undefined,
  search = '',
): string {
  const whole = linkTo(page, withoutDefaults(linkedScenario(scenario, shipped?.scenario)), search)
  if (shipped === undefined) return whole
  if (isSame(scenario, shipped.scenario)) {
    const url = new URL(page)
    url.hash = ''
    url.search = search
    url.searchParams.set('scenario', shipped.id)
    return url.href
  }
  const set = patchOf(shipped.scenario, scenario)
  // A patch cannot set null, and appends new keys.
  if (!isSame(patched(shipped.scenario, set), scenario)) return whole
  const short = linkTo(page, { of: shipped.id, sum: sumOf(shipped.scenario), set }, search, SHORT)
  return short.length < whole.length ? short : whole
}

/**
 * The scenario of a short link.
 * @param shipped - loads a shipped scenario
 * @throws ModelError if the link is damaged, its scenario is not valid, or the shipped scenario is another one by now
 */
export async function scenarioOfShort(
  hash: string,
  shipped: (id: string) => Promise<Scenario>,
): Promise<Scenario> {
  const { of, sum, set } = contentOf(hash, SHORT) as Changes
  const scenario = await shipped(of)
  if (sumOf(scenario) !== sum)
    throw new ModelError(
      `the link changes the scenario "${of}", which this page has in another version; ask for the scenario as a file`,
    )
  return parseScenario(patched(scenario, set))
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function sumOf(scenario: Scenario): number {
  return crc32(strToU8(JSON.stringify(scenario)))
}

function patchOf(from: unknown, to: unknown): unknown {
  if (!isObject(from) || !isObject(to)) return to
  const gone = Object.keys(from).filter((key) => !Object.hasOwn(to, key))
  const changed = Object.entries(to).filter(([key, value]) => !isSame(from[key], value))
  return Object.fromEntries([
    ...gone.map((key) => [key, null] as const),
    ...changed.map(([key, value]) => [key, patchOf(from[key], value)] as const),
  ])
}

function patched(from: unknown, patch: unknown): unknown {
  if (!isObject(from) || !isObject(patch)) return patch
  const kept = Object.entries(from).filter(([key]) => patch[key] !== null)
  const set = Object.entries(patch).filter(([, value]) => value !== null)
  return {
    ...Object.fromEntries(kept),
    ...Object.fromEntries(set.map(([key, value]) => [key, patched(from[key], value)])),
  }
}
