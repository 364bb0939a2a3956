/** Runs experiments, one at a time or all in order, and stores their results. */
import { type Result, expectedChart, reproduce } from '../../../core/reproduce/lab.ts'
import type { Reproduction } from '../../../core/reproduce/reproduction.ts'
import { textOf } from '../../messages.ts'

/** Longest time in ms of one submit, and between two checks for clicks. */
const [SUBMIT_TIME, PATIENCE] = [60, 40]

/** The state of an experiment. */
export type Trial =
  | { readonly kind: 'running'; readonly share: number }
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly text: string }

export interface Trials {
  /** The running task: one experiment, or all in order. */
  readonly underWay: 'one' | 'all' | undefined
  /** Absent before the run, and after it was cancelled. */
  outcomeOf(one: Reproduction): Trial | undefined
  /** The measured or the expected chart; absent until it is loaded. */
  chartOf(one: Reproduction): Result['chart'] | undefined
  /** Loads the expected chart, unless it is loaded. */
  wantChart(one: Reproduction): void
  run(one: Reproduction): Promise<void>
  /** @param begun - called before each */
  runAll(list: readonly Reproduction[], begun: (one: Reproduction) => void): Promise<void>
  /** Ends the running task at its next step. */
  cancel(): void
}

/** The error that ends a cancelled run. */
class Cancelled extends Error {}

/** @param changed - called when an experiment or the running task has changed */
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
          // Yields to clicks and frames; a hidden page has none, and throttles its timers.
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
      void expectedChart(one).then((chart) => {
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
