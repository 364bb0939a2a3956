/** The runs of a visit: their values, their length and the last value of each probe. Pure. */
import type { Scenario } from '../../core/model/schema.ts'

/** Changes of one value that follow each other within this many ms are one change, as on a slider that is dragged. */
const TOGETHER = 600

/** The most runs; the oldest are removed, except those that are kept. */
const MOST_RUNS = 200

/** From tick 0, or from a change of a value, until a reset or other values. */
export interface Run<S = unknown> {
  /** Counted from 1. */
  readonly number: number
  readonly scenario: Scenario
  /** The scenario when it was opened. */
  readonly home: Scenario
  /** Where the network is from. */
  readonly source: S
  /** Number of ticks before it. */
  readonly from: number
  /** Number of ticks at its end, or so far. */
  readonly to: number
  /** The last value of each probe, one number. */
  readonly finals: ReadonlyMap<string, number>
  readonly isOver: boolean
}

export interface Beginning<S> {
  readonly scenario: Scenario
  readonly home: Scenario
  readonly source: S
  readonly tick: number
}

export interface Ledger<S> {
  /** Runs with at least one tick, and the present one; the oldest first. */
  readonly runs: readonly Run<S>[]
  readonly present: Run<S> | undefined
  /** Takes over runs of before a reload, the oldest first; call before the first begins. */
  recall(before: readonly Run<S>[]): void
  /**
   * Ends the present run, and an earlier one goes on: it is the last then.
   * @param tick - that of a checkpoint may be before its end
   */
  goOn(number: number, { tick, home, source }: Omit<Beginning<S>, 'scenario'>): void
  /** Ends the present run, and begins another. */
  begin(beginning: Beginning<S>): void
  /**
   * A value is changed in the present run.
   * @param now - ms
   */
  changed(path: string, scenario: Scenario, tick: number, now: number): void
  /** The network has run to a tick. */
  reached(tick: number): void
  sample(probe: string, tick: number, value: number): void
  /** Ends the present run: no sample follows. */
  end(): void
}

type Entry<S> = { -readonly [K in keyof Run<S>]: Run<S>[K] } & { readonly finals: Map<string, number> }

/** @param isKept - true for runs that stay when there are too many */
export function createLedger<S>(isKept: (number: number) => boolean = () => false): Ledger<S> {
  let runs: Entry<S>[] = []
  let present: Entry<S> | undefined
  let count = 0
  let last = { path: '', at: -Infinity }

  const end = (): void => {
    if (present === undefined) return
    present.isOver = true
    // A run without a tick is none.
    if (present.to === present.from) {
      runs.pop()
      count--
    }
    present = undefined
  }
  const begin: Ledger<S>['begin'] = ({ scenario, home, source, tick }) => {
    end()
    last = { path: '', at: -Infinity }
    present = {
      number: ++count,
      scenario,
      home,
      source,
      from: tick,
      to: tick,
      finals: new Map(),
      isOver: false,
    }
    runs.push(present)
    const spare = runs.findIndex((run) => run !== present && !isKept(run.number))
    if (runs.length > MOST_RUNS && spare >= 0) runs = runs.toSpliced(spare, 1)
  }

  return {
    get runs() {
      return runs
    },
    get present() {
      return present
    },
    recall(before) {
      runs = before.map((run) => ({ ...run, finals: new Map(run.finals), isOver: true }))
      count = Math.max(0, ...runs.map(({ number }) => number))
    },
    goOn(number, { tick, home, source }) {
      const run = runs.find((one) => one.number === number)
      if (run === undefined) return
      end()
      last = { path: '', at: -Infinity }
      // The values of later ticks are those of no state any more.
      if (tick !== run.to) run.finals.clear()
      present = Object.assign(run, { to: tick, home, source, isOver: false })
      runs = [...runs.filter((one) => one !== run), run]
    },
    begin,
    changed(path, scenario, tick, now) {
      if (present === undefined) return
      const isSame = path === last.path && now - last.at < TOGETHER
      if (present.to < tick) present.to = tick
      if (isSame || present.to === present.from) present.scenario = scenario
      else begin({ scenario, home: present.home, source: present.source, tick })
      last = { path, at: now }
    },
    reached(tick) {
      if (present !== undefined && tick > present.to) present.to = tick
    },
    sample(probe, tick, value) {
      if (present === undefined) return
      // Samples under way at a change belong to the run before.
      const isLate = tick <= present.from && present.from > 0
      const run = isLate ? runs.at(-2) : present
      run?.finals.set(probe, value)
    },
    end,
  }
}
