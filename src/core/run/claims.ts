/** Judges the claims of a scenario (`expect`) by the samples of its run as they come. Pure. */
import type { NpyArray } from '../data/npy.ts'
import { ModelError } from '../errors.ts'
import { claimText, momentOf } from '../model/claims.ts'
import type { Expected } from '../model/expected.ts'
import type { Model } from '../model/model.ts'
import type { ClaimSpec } from '../model/schema.ts'
import type { Plan } from '../plan/plan.ts'
import { roundingOf } from './guard.ts'
import { type Sample, type Series, createSeries } from './series.ts'

/** The finding for one claim. */
export interface Verdict {
  readonly probe: string
  /** The claim in words. */
  readonly claim: string
  readonly state: 'undecided' | 'holds' | 'fails'
  /**
   * The value that is nearest to the bound or farthest beyond it; of neverRises the largest rise, of equals the largest
   * difference. Absent until there is a sample.
   */
  readonly value?: number
  /** The tick of its sample. */
  readonly tick?: number
  /** The finding in words; '' until there is a sample. */
  readonly found: string
}

export interface Judge {
  /** In the order of the scenario; the same list until something has changed. */
  readonly verdicts: readonly Verdict[]
  /** Takes samples in the order of their ticks; one that is not later than the one before of its probe begins a new run. */
  observe(sample: Sample): void
  /** The run has ended: what is undecided is decided by what there is. */
  finish(tick: number): void
}

/** A number that stands for a sample, or for a part of it. */
interface Judged {
  readonly value: number
  /** How far within the bound: below 0 the claim fails. NaN is beyond every bound. */
  readonly margin: number
  readonly tick: number
  /** Where it stands, in words; '' where there is one number. */
  readonly where: string
}

/** A claim and what has been seen of it. */
interface Case {
  readonly spec: ClaimSpec
  readonly moment: 'end' | 'always' | number
  readonly text: string
  readonly layout: Layout
  readonly expected: NpyArray | undefined
  state: Verdict['state']
  worst: Judged | undefined
  /** Smallest value so far of each number, for neverRises. */
  lowest: Float64Array | undefined
  reason: string
}

/** How the numbers of a sample stand. */
interface Layout {
  readonly name: string
  /** Of one sample, the replica axis first where there is one. */
  readonly shape: readonly number[]
  /** Numbers of one replica. */
  readonly own: number
  /** The tick of its last sample within the run. */
  readonly last: number
  readonly every: number
}

/**
 * @param expected - arrays for claims with `equals`, which stay undecided without them
 * @throws ModelError for a number that no sample has, or an expected array of another shape
 */
export function createJudge(plan: Plan, model: Model, expected: Expected = new Map()): Judge {
  const { ticks } = model.time
  const series = createSeries(plan, model)
  const layouts = new Map(series.map((one) => [one.name, layoutOf(plan, model, one)]))
  const cases = (model.scenario.expect ?? []).map((spec, index): Case => {
    const layout = layouts.get(spec.probe)
    if (layout === undefined) throw new Error(`checkClaim knows the probe ${spec.probe}`)
    const array = expected.get(index)
    checkSelect(spec, layout, `expect.${index}.select`)
    if (array !== undefined) checkShape(array, layout, momentOf(spec), `expect.${index}.equals`)
    const told = { spec, moment: momentOf(spec), text: claimText(spec), layout, expected: array }
    return { ...told, state: 'undecided', worst: undefined, lowest: undefined, reason: '' }
  })
  const seen = new Map<string, number>()
  let verdicts: readonly Verdict[] | undefined

  const restart = (): void => {
    seen.clear()
    verdicts = undefined
    for (const one of cases)
      Object.assign(one, { state: 'undecided', worst: undefined, lowest: undefined, reason: '' })
  }

  return {
    get verdicts() {
      return (verdicts ??= cases.map(verdictOf))
    },
    observe(sample) {
      const { probe, tick } = sample
      if (tick <= (seen.get(probe) ?? -1)) restart()
      seen.set(probe, tick)
      if (tick > ticks) return
      verdicts = undefined
      for (const one of cases) if (one.spec.probe === probe) judge(one, sample)
    },
    finish(tick) {
      verdicts = undefined
      for (const one of cases) {
        if (one.state !== 'undecided' || isWaiting(one)) continue
        if (typeof one.moment === 'number' || (one.worst ?? one.lowest) === undefined) {
          one.state = 'fails'
          one.reason = `no sample: the run ended at tick ${tick}`
        } else decide(one)
      }
    },
  }
}

function layoutOf(plan: Plan, { time, replicas }: Model, { name, shape }: Series): Layout {
  const found = plan.probes.find(({ probe }) => probe.name === name)
  if (found === undefined) throw new Error(`no probe ${name} is planned`)
  const { probe, copies, terms } = found
  const count = product(shape)
  // A copy of what all replicas share is there once.
  const own = terms !== undefined ? 1 : copies === undefined ? count / replicas : product(found.shape)
  const { every } = probe
  return { name, shape, own, every, last: time.ticks - (time.ticks % every) }
}

function product(shape: readonly number[]): number {
  return shape.reduce((all, length) => all * length, 1)
}

function checkSelect({ select = [], probe }: ClaimSpec, { own }: Layout, path: string): void {
  const wrong = select.find((number) => number >= own)
  if (wrong === undefined) return
  throw new ModelError(
    own === 1
      ? `a sample of \`${probe}\` has one number; leave select out`
      : `a sample of \`${probe}\` has ${own} numbers, and none ${wrong}; give 0 to ${own - 1}`,
    { path },
  )
}

/** @throws ModelError unless an array is one sample, or a series that has the sample of a claim */
function checkShape({ shape }: NpyArray, layout: Layout, moment: Case['moment'], path: string): void {
  const [samples = 0, ...rest] = shape
  const isSeries = rest.join() === layout.shape.join() && shape.length === layout.shape.length + 1
  if (shape.join() !== layout.shape.join() && !isSeries) {
    const own = `(${layout.shape.join(', ')})`
    throw new ModelError(
      `the array has the shape (${shape.join(', ')}), a sample of \`${layout.name}\` ${own}; give such an array, or a series of them`,
      { path },
    )
  }
  const row = typeof moment === 'number' ? moment / layout.every : 0
  if (isSeries && row >= samples)
    throw new ModelError(
      `the array has ${samples} samples, none of tick ${moment}; give more, or an earlier tick`,
      { path },
    )
}

/** True where the array that a claim compares with is not here. */
function isWaiting({ spec, expected }: Case): boolean {
  return spec.equals !== undefined && expected === undefined
}

/** Judges a claim by a sample. */
function judge(one: Case, sample: Sample): void {
  const { moment, layout } = one
  const { tick } = sample
  if (one.state !== 'undecided' && moment !== 'always') return
  if (typeof moment === 'number' && tick !== moment) return
  if (isWaiting(one)) return
  const found = judgedOf(one, sample)
  if (found !== undefined && (moment !== 'always' || isWorse(found, one.worst))) one.worst = found
  if (moment === 'always' && one.worst !== undefined && !(one.worst.margin >= 0)) one.state = 'fails'
  else if (tick === moment || tick === layout.last) decide(one)
}

function decide(one: Case): void {
  // The first sample of a run cannot rise.
  one.state =
    one.worst === undefined
      ? one.spec.neverRises
        ? 'holds'
        : 'fails'
      : one.worst.margin >= 0
        ? 'holds'
        : 'fails'
}

/** NaN is worse than anything. */
function isWorse(found: Pick<Judged, 'margin'>, before: Pick<Judged, 'margin'> | undefined): boolean {
  return before === undefined || (!(found.margin >= before.margin) && !Number.isNaN(before.margin))
}

/** The number of a sample that is worst for a claim; undefined where the claim needs one more sample. */
function judgedOf(one: Case, sample: Sample): Judged | undefined {
  const { spec, layout, expected } = one
  const { value: numbers, terms, tick } = sample
  if (spec.equals !== undefined && expected !== undefined) {
    const { rtol, atol } = spec.equals
    const wanted = expectedRow(expected, layout, one.moment, tick)
    return worstOf(
      numbers.length,
      tick,
      (index) => placeText(layout, index),
      (index) => {
        const [value, want = NaN] = [numbers[index] as number, wanted[index]]
        const difference = Math.abs(value - want)
        return [difference, atol + rtol * Math.abs(want) - difference]
      },
    )
  }
  const values = arranged(spec, layout, numbers)
  const where = (index: number): string => whereText(spec, layout, index)
  if (spec.neverRises === undefined)
    return worstOf(values.length, tick, where, (index) => {
      const value = values[index] as number
      return [value, marginOf(spec, value)]
    })
  const sizes = arranged(
    largest(spec),
    layout,
    terms === undefined ? numbers.map(Math.abs) : sizesOf(terms, numbers.length),
  )
  const { lowest } = one
  one.lowest = Float64Array.from(values, (value, index) => Math.min(value, lowest?.[index] ?? Infinity))
  // NaN fails in the first sample too.
  if (lowest === undefined && !values.some(Number.isNaN)) return undefined
  return worstOf(values.length, tick, where, (index) => {
    const rise = (values[index] as number) - (lowest?.[index] ?? NaN)
    return [rise, (spec.tolerance ?? roundingOf(sizes[index] as number)) - rise]
  })
}

/** @param at - value and margin of a number */
function worstOf(
  count: number,
  tick: number,
  where: (index: number) => string,
  at: (index: number) => readonly [value: number, margin: number],
): Judged | undefined {
  let worst: { index: number; value: number; margin: number } | undefined
  for (let index = 0; index < count; index++) {
    const [value, margin] = at(index)
    if (isWorse({ margin }, worst)) worst = { index, value, margin }
  }
  return worst && { value: worst.value, margin: worst.margin, tick, where: where(worst.index) }
}

function marginOf({ atLeast, atMost, between }: ClaimSpec, value: number): number {
  const [from, to] = between ?? [atLeast ?? -Infinity, atMost ?? Infinity]
  return Math.min(value - from, to - value)
}

/** The numbers of an expected array that belong to a sample. */
function expectedRow(
  { shape, data }: NpyArray,
  layout: Layout,
  moment: Case['moment'],
  tick: number,
): ArrayLike<number> {
  if (shape.length === layout.shape.length) return data
  const width = product(layout.shape)
  const row = moment === 'end' ? (shape[0] as number) - 1 : tick / layout.every
  return data.subarray(row * width, (row + 1) * width)
}

type How = 'mean' | 'min' | 'max'
type Selection = Pick<ClaimSpec, 'select' | 'replica' | 'of'>

/** The numbers that a claim is about. @param numbers - of a sample, replica by replica */
function arranged(
  { select, replica, of }: Selection,
  { own }: Pick<Layout, 'own'>,
  numbers: Float32Array | Float64Array,
): Float32Array | Float64Array {
  const replicas = numbers.length / own
  const width = select?.length ?? own
  const picked =
    select === undefined
      ? numbers
      : Float64Array.from({ length: replicas * width }, (_, index) => {
          const number = select[index % width] as number
          return numbers[Math.floor(index / width) * own + number] as number
        })
  const each =
    replica === undefined
      ? picked
      : Float64Array.from({ length: replicas }, (_, r) =>
          reduced(replica, picked.subarray(r * width, (r + 1) * width)),
        )
  return of === 'each' ? each : Float64Array.of(reduced(of, each))
}

/** For the rounding of numbers: that of the largest of those of which one is made. */
function largest({ select, replica, of }: ClaimSpec): Selection {
  return { of: of === 'each' ? of : 'max', ...(select && { select }), ...(replica && { replica: 'max' }) }
}

/** The sum of the sizes of the terms of each replica. */
function sizesOf(terms: Float32Array, replicas: number): Float64Array {
  const count = terms.length / replicas
  return Float64Array.from({ length: replicas }, (_, r) =>
    terms.subarray(r * count, (r + 1) * count).reduce((sum, term) => sum + Math.abs(term), 0),
  )
}

function reduced(how: How, numbers: Float32Array | Float64Array): number {
  let all = how === 'mean' ? 0 : (numbers[0] as number)
  for (const value of numbers)
    all = how === 'mean' ? all + value : how === 'min' ? Math.min(all, value) : Math.max(all, value)
  return how === 'mean' ? all / numbers.length : all
}

/** Where a number that a claim is about stands, in words; '' where it is of all. */
function whereText({ select, replica, of }: ClaimSpec, layout: Layout, index: number): string {
  if (of !== 'each') return ''
  const { own, shape } = layout
  const width = select?.length ?? own
  if (replica !== undefined || width === 1) return product(shape) > own ? `replica ${index}` : ''
  if (select === undefined) return placeText(layout, index)
  return placeText(layout, Math.floor(index / width) * own + (select[index % width] as number))
}

/** Where a number of a sample stands, in words; '' where there is one. */
function placeText({ shape, own }: Layout, index: number): string {
  const count = product(shape)
  const inReplica = own > 1 ? [`number ${index % own}`] : []
  const ofReplica = count > own ? [`replica ${Math.floor(index / own)}`] : []
  return [...ofReplica, ...inReplica].join(', ')
}

function verdictOf({ spec, moment, text, state, worst, reason }: Case): Verdict {
  const told = { probe: spec.probe, claim: text, state }
  if (worst === undefined) return { ...told, found: reason }
  const { value, tick, where } = worst
  const what =
    spec.neverRises !== undefined ? 'largest rise ' : spec.equals !== undefined ? 'largest difference ' : ''
  const when = moment === 'always' ? ` at tick ${tick}` : ''
  const place = where === '' || state !== 'fails' ? '' : `, ${where}`
  return { ...told, value, tick, found: `${what}${Number(value.toPrecision(6))}${when}${place}` }
}
