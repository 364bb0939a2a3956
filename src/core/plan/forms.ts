/** The form in which a network runs: one dispatch for each kernel and tick, or resident in one kernel. */
import { ModelError } from '../errors.ts'
import type { Model } from '../model/model.ts'
import type { Batched } from './batched.ts'
import type { Limits } from './layout.ts'
import { type Plan, type PlanOptions, type Planned, planForms } from './plan.ts'
import { ticksBetween } from './print.ts'
import { type Variants, generalOf, readVariants } from './variants.ts'

/**
 * on: the resident form from the first tick; off: never; auto: if faster. A run of known length decides before
 * its first tick, always in the same way. A stepped run compiles the resident form in the background after its
 * dispatches have cost as much as the compilation, and switches when it is ready. The values are the same within
 * rounding, but the tick of the switch is not fixed; use `on` or `off` for bit-identical runs.
 */
export type ResidentMode = 'on' | 'off' | 'auto'

export interface Residence {
  readonly plan: Plan
  /** False if the resident form is used later or never. */
  readonly now: boolean
  /** The reason, for people. */
  readonly why: string
}

/** Dispatches of a tick, without stimulus and probes, in the form that is not resident. */
export function dispatchesPerTick({ tick }: Plan, model: Model): number {
  return tick.reduce((sum, operation) => sum + 1 / ticksBetween(operation, model), 0)
}

/** Assumed number of ticks for a run of unknown length. */
const LONG = 10_000

/**
 * The plan with the better of the two resident forms. With subgroups, a subgroup computes a replica, because one
 * invocation has too few registers. On a software adapter, where registers are memory, the form with the shorter
 * total time (compilation and ticks) is used.
 * @param paying - ticks within which the form must be worth its compilation; undefined = at any cost
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
  // The form with the shorter compilation may be worth it where the other is not.
  if (
    paying !== undefined &&
    paying * dispatchesPerTick(byInvocation, model) < (byInvocation.batched?.worth ?? Infinity)
  )
    return bySubgroup
  return timeOf(byInvocation, ticks) < timeOf(bySubgroup, ticks) ? byInvocation : bySubgroup
}

/** The form of the resumed run, if it is possible here. */
function pinnedForm({ lanes = 1, pinned = {} }: PlanOptions): Variants['resident'] {
  return generalOf(pinned, lanes).resident
}

/** Time to compile and run a resident network, as a number of dispatches. */
function timeOf({ batched }: Plan, ticks: number): number {
  return batched === undefined ? Infinity : batched.worth + ticks * batched.effort
}

/** The layout of a resident network over invocations and its reason, for people. */
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
 * Plans a network in the form in which it will run.
 * @param ticks - length of the run; undefined for a stepped run
 * @throws ModelError if `on` is not possible, or the network exceeds the limits
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
