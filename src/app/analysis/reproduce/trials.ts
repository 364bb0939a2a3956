/** Experiments that are run, one at a time or all in turn, and what came of them. */
import { type Result, publishedChart, reproduce } from '../../../core/reproduce/lab.ts'
import type { Reproduction } from '../../../core/reproduce/reproduction.ts'
import { textOf } from '../../messages.ts'

/** Longest time in ms of one submit, and between two looks at the clicks of the reader. */
const [SUBMIT_TIME, PATIENCE] = [60, 40]

/** What is known of an experiment. */
export type Trial =
  | { readonly kind: 'running'; readonly share: number }
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly text: string }

export interface Trials {
  /** What runs: one experiment by itself, or all in turn. */
  readonly underWay: 'one' | 'all' | undefined
  /** Absent while it has not been run, and after it was cancelled. */
  outcomeOf(one: Reproduction): Trial | undefined
  /** What has been measured, or what was published; absent until it is here. */
  chartOf(one: Reproduction): Result['chart'] | undefined
  /** Makes the published chart, where there is none yet. */
  wantChart(one: Reproduction): void
  run(one: Reproduction): Promise<void>
  /** @param begun - called before each */
  runAll(list: readonly Reproduction[], begun: (one: Reproduction) => void): Promise<void>
  /** Ends what is under way, at its next step. */
  cancel(): void
}

/** Ends a run that the reader does not want any more. */
class Cancelled extends Error {}

/** @param changed - called when something is new of one experiment, or of what is under way */
export function createTrials(device: () => GPUDevice, changed: (one?: Reproduction) => void): Trials {
  const outcomes = new Map<string, Trial>()
  const charts = new Map<string, Result['chart']>()
  let task: { readonly isAll: boolean; isCancelled: boolean } | undefined

  /** Runs one experiment; false when it was cancelled. */
  const runOne = async (one: Reproduction, own: NonNullable<typeof task>): Promise<boolean> => {
    let lookedAt = performance.now()
    outcomes.set(one.id, { kind: 'running', share: 0 })
    changed()
    try {
      const result = await reproduce(device(), one, {
        submitTime: SUBMIT_TIME,
        onProgress(share, chart) {
          outcomes.set(one.id, { kind: 'running', share })
          if (chart !== undefined) charts.set(one.id, chart)
          changed(one)
        },
        async interrupt() {
          // Clicks and frames come between; a hidden page has none, and slows its timers.
          if (performance.now() - lookedAt > PATIENCE && !document.hidden) {
            await new Promise((resolve) => setTimeout(resolve))
            lookedAt = performance.now()
          }
          if (own.isCancelled) throw new Cancelled()
        },
      })
      outcomes.set(one.id, { kind: 'done', result })
      return true
    } catch (error) {
      if (error instanceof Cancelled) outcomes.delete(one.id)
      else outcomes.set(one.id, { kind: 'failed', text: textOf(error) })
      return !own.isCancelled
    }
  }

  const begin = async (
    list: readonly Reproduction[],
    isAll: boolean,
    begun?: (one: Reproduction) => void,
  ): Promise<void> => {
    const own = { isAll, isCancelled: false }
    task = own
    for (const one of list) {
      begun?.(one)
      if (!(await runOne(one, own))) break
    }
    task = undefined
    changed()
  }

  return {
    get underWay() {
      if (task === undefined) return undefined
      return task.isAll ? 'all' : 'one'
    },
    outcomeOf: ({ id }) => outcomes.get(id),
    chartOf: ({ id }) => charts.get(id),
    wantChart(one) {
      if (charts.has(one.id)) return
      void publishedChart(one).then((chart) => {
        if (!charts.has(one.id)) charts.set(one.id, chart)
        changed(one)
      })
    },
    run: (one) => begin([one], false),
    runAll: (list, begun) => begin(list, true, begun),
    cancel() {
      if (task !== undefined) task.isCancelled = true
    },
  }
}
