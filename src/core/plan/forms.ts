/** Which form of a network is run: one dispatch a kernel and tick, or all of it resident in one kernel. */
import { ModelError } from '../errors.ts'
import type { Model } from '../model/model.ts'
import type { Batched } from './batched.ts'
import type { Limits } from './layout.ts'
import { type Plan, type PlanOptions, type Planned, planForms } from './plan.ts'
import { ticksBetween } from './print.ts'
import { type Variants, generalOf, readVariants } from './variants.ts'

/**
 * on: the resident form, from the first tick; off: never; auto: where it pays. A run of which the length is known decides
 * before its first tick, always in the same way; one that is stepped compiles it in the background once it has paid
 * the price of that in dispatches, and takes it when it is ready: the same values within rounding, from a tick on
 * that no one can tell beforehand. Runs that are to be equal to the last bit say `on` or `off`.
 */
export type ResidentMode = 'on' | 'off' | 'auto'

export interface Residence {
  readonly plan: Plan
  /** False when the resident form is kept for later, or never used. */
  readonly now: boolean
  /** For people: why it is so. */
  readonly why: string
}

/** Dispatches of a tick, without stimulus and probes, in the form that is not resident. */
export function dispatchesPerTick({ tick }: Plan, model: Model): number {
  return tick.reduce((sum, operation) => sum + 1 / ticksBetween(operation, model), 0)
}

/** Ticks for which a form is chosen where no one knows how many there will be. */
const LONG = 10_000

/**
 * The plan with the better of the two resident forms. With subgroups a subgroup computes a replica, since one invocation
 * would need more registers than there are; but on a software adapter, where registers are memory, the form is taken that
 * has done so many ticks sooner, compiled.
 * @param paying - ticks in which the form has to be worth its compilation; undefined where it is taken whatever it costs
 */
function planForm(
  { resident }: Planned,
  model: Model,
  options: PlanOptions,
  paying: number | undefined,
  ticks: number,
): Plan {
  const { lanes = 1, software = false, variants = {} } = options
  const chosen = variants.resident ?? pinnedForm(options)
  if (!software || lanes === 1 || chosen !== undefined) return resident()
  const bySubgroup = resident('subgroup')
  if (bySubgroup.batched === undefined) return resident()
  const byInvocation = resident('invocation')
  // The form that compiles sooner may pay where the other does not.
  if (
    paying !== undefined &&
    paying * dispatchesPerTick(byInvocation, model) < (byInvocation.batched?.worth ?? Infinity)
  )
    return bySubgroup
  return timeOf(byInvocation, ticks) < timeOf(bySubgroup, ticks) ? byInvocation : bySubgroup
}

/** The form of the run that goes on, as far as it is possible here. */
function pinnedForm({ lanes = 1, pinned = {} }: PlanOptions): Variants['resident'] {
  return generalOf(pinned, lanes).resident
}

/** Compiling and running a resident network, in dispatches that take as long. */
function timeOf({ batched }: Plan, ticks: number): number {
  return batched === undefined ? Infinity : batched.worth + ticks * batched.effort
}

/** For people: how a resident network is spread over invocations, and why. */
function formOf({ lanes, together }: Batched, options: PlanOptions): string {
  if (lanes > 1) return `${lanes} lanes a replica`
  const { lanes: most = 1, variants = {} } = options
  const why =
    most === 1
      ? 'without subgroups'
      : variants.resident !== undefined
        ? 'forced'
        : pinnedForm(options) !== undefined
          ? 'as before'
          : 'the faster form'
  return `1 lane a replica, ${together} replicas a workgroup (${why})`
}

/**
 * Plans a network in the form that it is to be run in.
 * @param ticks - length of the run; undefined where it is stepped and may go on for ever
 * @throws ModelError if it is to be resident and cannot be, or does not fit the limits
 */
export function planResidence(
  model: Model,
  limits: Limits,
  given: PlanOptions,
  mode: ResidentMode,
  ticks?: number,
): Residence {
  const { variants = {}, pinned = {} } = given
  const options = { ...given, variants: readVariants(variants), pinned: readVariants(pinned) }
  const planned = planForms(model, limits, options)
  const plain = (why: string): Residence => ({ plan: planned.plan, now: false, why })
  if (mode === 'off') return plain('switched off')
  const plan = planForm(planned, model, options, mode === 'auto' ? ticks : undefined, ticks ?? LONG)
  const { batched, notBatched = '' } = plan
  if (batched === undefined) {
    if (mode === 'auto') return { plan, now: false, why: notBatched }
    throw new ModelError(`this network cannot be resident: ${notBatched}; use "auto"`, { path: 'resident' })
  }
  const lanes = formOf(batched, options)
  if (mode === 'on') return { plan, now: true, why: `${lanes}, as asked for` }
  if (batched.worth === Infinity) return plain('its kernel would take too long to compile; "on" forces it')
  if (ticks === undefined) return { plan, now: false, why: `${lanes}, after ${batched.worth} dispatches` }
  const dispatches = Math.round(ticks * dispatchesPerTick(plan, model))
  const than = `${dispatches} dispatches, compiling it costs as much as ${batched.worth}`
  return dispatches >= batched.worth
    ? { plan, now: true, why: `${lanes}: instead of ${than}` }
    : plain(`the run is short: ${than}`)
}
