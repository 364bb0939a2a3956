/** Draws pictures and measures their ranges, at intervals. */
import type { Simulation } from '../../core/run/simulation.ts'
import { reached } from '../boot/timing.ts'
import type { Painter } from './painter.ts'
import type { Picture } from './picture.ts'
import { type Stopwatch, createStopwatch } from './stopwatch.ts'

/** Milliseconds between two measurements of the ranges. */
const MEASURE_INTERVAL = 200

/** Milliseconds without a tick after which activations are computed for the present state. */
const SETTLE_TIME = 120

export interface Drawing {
  /** Number of drawings. */
  readonly draws: number
  /** Times the next drawing of all pictures; absent if the device has no timestamp-query. */
  readonly time?: Stopwatch['ask']
  /** Draws all pictures, and measures them at intervals. */
  drawAll(now: number): void
  /** Draws one picture at once. */
  draw(picture: Picture): void
  /** Resolves when the ranges of the values are known: the next drawing shows them. */
  measure(): Promise<void>
  /** Makes the next drawing measure. */
  remeasure(): void
  destroy(): void
}

/** @param changed - called when the pictures are outdated for another reason than a tick */
export function createDrawing(
  simulation: Simulation,
  painter: Painter,
  pictures: readonly Picture[],
  changed: () => void,
): Drawing {
  const { engine, plan } = simulation
  const { device } = engine
  const prints = pictures.reduce((sum, { companions }) => sum + 1 + companions.length, 0)
  const stopwatch = device.features.has('timestamp-query') ? createStopwatch(device, prints) : undefined
  const arrays = [
    ...new Set(
      pictures.flatMap(({ sheet: { array, frames } }) =>
        [array, frames?.buffer].flatMap((name) => name ?? []),
      ),
    ),
  ]
  /** Between ticks activations are those of the last tick: good enough during a run, wrong for a paused state. */
  const mayLag = plan.derived.some(({ name, made }) => made !== 'demand' && arrays.includes(name))
  let measuredAt = -Infinity
  let draws = 0
  let isSeen = false
  let settling: ReturnType<typeof setTimeout> | undefined
  let isSettled = false

  const measure = async (): Promise<void> => {
    simulation.ensure(arrays, 1)
    const found = painter.measure()
    if (found === undefined) return
    measuredAt = performance.now()
    const measured = await found
    if (measured.length === 0) return
    const isNew = pictures.map((picture) => picture.adopt(measured))
    if (isNew.includes(true)) changed()
  }

  const settle = (): void => {
    clearTimeout(settling)
    if (isSettled || !mayLag) {
      isSettled = false
      return
    }
    settling = setTimeout(() => {
      simulation.ensure(arrays)
      isSettled = true
      changed()
    }, SETTLE_TIME)
  }

  const paint = (shown: readonly Picture[], watch?: Stopwatch): void => {
    for (const picture of shown) picture.place(simulation.tick)
    const timing = watch?.begin()
    simulation.ensure(arrays, 1)
    const encoder = device.createCommandEncoder({ label: 'view' })
    for (const picture of shown) picture.paint(encoder, timing)
    timing?.encode(encoder)
    device.queue.submit([encoder.finish()])
    timing?.read()
    draws++
    if (!isSeen && shown.some(({ range }) => range !== undefined)) {
      isSeen = true
      void device.queue.onSubmittedWorkDone().then(() => reached('picture'))
    }
  }

  return {
    get draws() {
      return draws
    },
    ...(stopwatch && { time: (learn) => stopwatch.ask(learn) }),
    drawAll(now) {
      if (now - measuredAt >= MEASURE_INTERVAL) void measure()
      paint(pictures, stopwatch)
      settle()
    },
    draw: (picture) => paint([picture]),
    measure,
    remeasure() {
      measuredAt = -Infinity
    },
    destroy() {
      clearTimeout(settling)
      stopwatch?.destroy()
    },
  }
}
