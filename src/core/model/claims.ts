/** Claims of a scenario about its own run (`expect`): what they may say, and how they are said. */
import { ModelError } from '../errors.ts'
import { find } from './find.ts'
import { list } from './path.ts'
import type { ClaimSpec, Scenario } from './schema.ts'

/** The relations of a claim to the numbers; a claim has one of them. */
const RELATIONS = ['atLeast', 'atMost', 'between', 'neverRises', 'equals'] as const

/**
 * The rules for one claim.
 * @throws ModelError for an unknown probe, a tick without a sample, or keys that do not go together
 */
export function checkClaim(scenario: Scenario, index: number, spec: ClaimSpec): void {
  const path = `expect.${index}`
  const refuse = (reason: string, key?: string): never => {
    throw new ModelError(reason, { path: key === undefined ? path : `${path}.${key}` })
  }
  const { every } = find(scenario.probes, spec.probe, 'probe', `${path}.probe`)
  const [relation, ...others] = RELATIONS.filter((key) => spec[key] !== undefined)
  if (relation === undefined) refuse(`claims nothing; give ${list(RELATIONS)}`)
  if (others.length > 0) {
    const all = [relation as string, ...others]
    const remedy =
      all.join() === 'atLeast,atMost' ? 'give between [smallest, largest]' : 'write a claim for each'
    refuse(`has ${all.join(' and ')}; ${remedy}`)
  }
  const { at, between } = spec
  if (typeof at === 'number' && at % every !== 0) {
    const before = at - (at % every)
    refuse(
      `the probe \`${spec.probe}\` is sampled every ${every} ticks, not at tick ${at}; give ${before} or ${before + every}`,
      'at',
    )
  }
  if (between !== undefined && between[0] > between[1])
    refuse(`goes from ${between[0]} to ${between[1]}; give the smaller number first`, 'between')
  if (relation === 'neverRises' && (at ?? 'always') !== 'always')
    refuse('neverRises is about all samples; leave `at` out', 'at')
  if (spec.tolerance !== undefined && relation !== 'neverRises')
    refuse('belongs to neverRises; leave it out', 'tolerance')
  if (relation !== 'equals') return
  for (const key of ['replica', 'select'] as const)
    if (spec[key] !== undefined) refuse('equals compares every number of a sample; leave it out', key)
  if (spec.of !== 'each') refuse('equals compares every number of a sample; leave `of` out', 'of')
}

/**
 * Refuses claims about ticks after the end of the run.
 * @throws ModelError that names the first
 */
export function checkEnd({ expect, time }: Scenario): void {
  expect?.forEach(({ at }, index) => {
    if (typeof at === 'number' && at > time.ticks)
      throw new ModelError(
        `tick ${at} comes after the end of the run, tick ${time.ticks}; give an earlier tick, or set time.ticks to ${at}`,
        { path: `expect.${index}.at` },
      )
  })
}

/** When the samples are taken that a claim is about. */
export function momentOf({ at, neverRises }: ClaimSpec): 'end' | 'always' | number {
  return at ?? (neverRises === undefined ? 'end' : 'always')
}

/** A claim in words, such as `min overlap >= 0.98 at the end`. */
export function claimText(spec: ClaimSpec): string {
  const moment = momentOf(spec)
  const when = typeof moment === 'number' ? `at tick ${moment}` : moment === 'end' ? 'at the end' : 'always'
  const said = `${subjectOf(spec)} ${relationOf(spec)}`
  return spec.neverRises === undefined ? `${said} ${when}` : said
}

/** The numbers that the relation is about. */
function subjectOf({ probe, select, replica, of }: ClaimSpec): string {
  const numbers = select === undefined ? probe : `${probe}[${select.join(', ')}]`
  if (replica === undefined) return of === 'each' ? numbers : `${of} ${numbers}`
  return of === 'each'
    ? `${replica} ${numbers} of each replica`
    : `${of} over replicas of ${replica} ${numbers}`
}

function relationOf({ atLeast, atMost, between, equals }: ClaimSpec): string {
  if (atLeast !== undefined) return `>= ${atLeast}`
  if (atMost !== undefined) return `<= ${atMost}`
  if (between !== undefined) return `between ${between[0]} and ${between[1]}`
  if (equals === undefined) return 'never rises'
  const { file, array } = equals
  return `equals ${file}${array === undefined ? '' : `#${array}`}`
}
