/** Runs ticks at the chosen pace, in frames that the GPU can sustain. */
import type { Simulation } from '../../core/run/simulation.ts'
import { createBudget, createRate } from './budget.ts'

/** The most unfinished submits; with more, a click would act late. */
const MOST_PENDING = 2

/** After a longer gap between frames (a hidden tab, a breakpoint) the lost ticks are not made up. */
const LONGEST_FRAME = 100

/** Duration of a run at its default pace, in seconds. */
const RUN_SECONDS = 10

export interface Loop {
  readonly playing: boolean
  /** Target number of ticks per second; Infinity = as fast as possible. */
  pace: number
  /** Measured ticks per second. */
  readonly rate: number
  /** False while one more submit would delay a click too long. */
  readonly hasRoom: boolean
  /** Switches between as fast as possible and the previous pace. */
  togglePace(): void
  play(): void
  pause(): void
  /** Pauses and advances by some ticks; resolves when they are submitted. */
  step(ticks: number): Promise<void>
  /** Pauses and returns to tick 0; parameters are unchanged. */
  reset(): Promise<void>
  /** Runs an action while no tick is submitted, then continues. */
  still<T>(act: () => Promise<T>): Promise<T>
  /** Requests new pictures of an unchanged state. */
  redraw(): void
  destroy(): void
}

export interface LoopEvents {
  /** False while the drawing is not visible: a run pauses. Absent = visible. */
  readonly isSeen?: () => boolean
  /** Called once in each frame. */
  readonly frame: (now: number) => void
  /** Submits new pictures; called if the state has changed and the GPU has finished the previous ones. */
  readonly draw: () => void
  readonly playing: (playing: boolean) => void
  /** The run has reached `time.ticks`, or come to rest, and paused; the next play goes on without an end. */
  readonly complete: () => void
  /** @param played - whether it was playing until then */
  readonly failed: (error: unknown, played: boolean) => void
}

/** The default pace for watching the run of a scenario. */
export function paceOf(ticks: number): number {
  return Math.min(2000, Math.max(10, Number((ticks / RUN_SECONDS).toPrecision(1))))
}

export function createLoop(simulation: Simulation, events: LoopEvents): Loop {
  const { device } = simulation.engine
  const { ticks: runTicks } = simulation.model.time
  let playing = false
  let pace = paceOf(runTicks)
  let otherPace = Infinity
  let stopAt = runTicks
  const budget = createBudget()
  const rate = createRate()
  let due = 0
  let queue = Promise.resolve()
  let waiting = 0
  let isDestroyed = false
  let lastFrame = performance.now()
  let request = 0
  let isDrawing = false
  let isOutOfDate = true
  let drawn = Promise.resolve()
  let drawnTick = -1
  let hasBegun = false
  rate.restart(0, lastFrame)

  const setPlaying = (next: boolean): void => {
    if (playing === next) return
    playing = next
    due = 0
    budget.restart()
    rate.restart(simulation.tick, performance.now())
    events.playing(next)
  }

  /** In order: running work is submitted before other work begins. */
  const still = <T>(act: () => Promise<T>): Promise<T> => {
    waiting++
    const result = queue.then(act).finally(() => waiting--)
    queue = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }

  const inTurn = (act: () => Promise<void>): Promise<void> =>
    still(act).catch((error: unknown) => {
      const played = playing
      setPlaying(false)
      if (!isDestroyed) events.failed(error, played)
    })

  const advance = (ticks: number): Promise<void> =>
    inTurn(async () => {
      if (budget.isLong) await drawn
      const started = performance.now()
      const { submits } = simulation.counts
      await simulation.step(ticks)
      const { submits: after, pending } = simulation.counts
      const alongside = after === submits + 1 ? Math.max(1, pending) : undefined
      void device.queue.onSubmittedWorkDone().then(() => {
        const isFull = ticks >= Math.min(budget.ticks, simulation.counts.batch)
        budget.learn(started, performance.now(), isFull, alongside)
      })
      if (playing && (simulation.tick >= stopAt || simulation.isOver)) {
        setPlaying(false)
        events.complete()
      }
    })

  const draw = (): void => {
    isDrawing = true
    isOutOfDate = false
    drawnTick = simulation.tick
    events.draw()
    drawn = device.queue.onSubmittedWorkDone().then(() => {
      isDrawing = false
      budget.note(performance.now())
    })
  }

  const hasRoom = (): boolean => simulation.counts.pending < (budget.isLong ? 1 : MOST_PENDING)

  const frame = (now: number): void => {
    request = requestAnimationFrame(frame)
    const elapsed = Math.min(Math.max(0, now - lastFrame), LONGEST_FRAME)
    lastFrame = now
    if (events.isSeen?.() === false) return
    events.frame(now)
    // A hidden tab pauses, even if it gets frames.
    // The first ticks wait for the picture of the initial state.
    hasBegun ||= !isOutOfDate && !isDrawing
    if (playing && !document.hidden && hasBegun) {
      due = pace === Infinity ? budget.ticks : Math.min(due + (pace * elapsed) / 1000, budget.ticks)
      // One submit, so that a click waits at most for the unfinished ones.
      const ticks = Math.min(Math.floor(due), stopAt - simulation.tick, simulation.counts.batch)
      if (ticks > 0 && waiting === 0 && hasRoom()) {
        due -= ticks
        void advance(ticks)
      }
      rate.count(simulation.tick, now)
    }
    // Ticks of this frame are submitted after it.
    const isFree = !isDrawing && (!budget.isLong || simulation.counts.pending === 0)
    if (isFree && (isOutOfDate || simulation.tick !== drawnTick)) draw()
  }
  request = requestAnimationFrame(frame)

  return {
    get playing() {
      return playing
    },
    get pace() {
      return pace
    },
    set pace(next) {
      if ((next === Infinity) !== (pace === Infinity)) otherPace = pace
      pace = next
    },
    togglePace() {
      ;[pace, otherPace] = [otherPace, pace]
    },
    get rate() {
      return rate.value
    },
    get hasRoom() {
      return hasRoom()
    },
    play() {
      if (simulation.tick >= stopAt) stopAt = Infinity
      if (simulation.isOver) simulation.goOn()
      setPlaying(true)
    },
    pause: () => setPlaying(false),
    step(ticks) {
      setPlaying(false)
      if (simulation.isOver) simulation.goOn()
      return advance(ticks)
    },
    reset() {
      setPlaying(false)
      stopAt = runTicks
      return inTurn(async () => {
        await simulation.reset()
        // Samples the state before the first tick.
        await simulation.step(0)
        isOutOfDate = true
      })
    },
    still,
    redraw() {
      isOutOfDate = true
    },
    destroy() {
      isDestroyed = true
      cancelAnimationFrame(request)
      playing = false
    },
  }
}
