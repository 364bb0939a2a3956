/** Draws pictures and measures their ranges, at intervals. */
import type { Simulation } from '../../core/run/simulation.ts'
import { reached } from '../boot/timing.ts'
import type { Painter } from './painter.ts'
import type { Measured } from './print.ts'
import type { Range } from './range.ts'
import type { Sheet } from './sheet.ts'
import { type Stopwatch, type Timing, createStopwatch } from './stopwatch.ts'

/** Milliseconds between two measurements of the ranges. */
const MEASURE_INTERVAL = 200

/** Milliseconds without a tick after which activations and ranges are those of the present state. */
const SETTLE_TIME = 120

/** The drawn and measured part of a picture. */
export interface Drawn {
  readonly sheet: Sheet
  readonly companions: readonly unknown[]
  /** Range of the values: fixed by the reader, else measured; undefined before the first measurement. */
  readonly range: Range | undefined
  /** Updates the companions to a tick. */
  place(tick: number): void
  /** Draws the buffers; nothing before the range is known. */
  paint(encoder: GPUCommandEncoder, timing: Timing | undefined): void
  /** Applies the measurements of all prints; true if the range changes. */
  adopt(measured: readonly Measured[]): boolean
}

export interface Drawing {
  /** Number of drawings. */
  readonly draws: number
  /** Times the next drawing of all pictures; absent if the device has no timestamp-query. */
  readonly time?: Stopwatch['ask']
  /** Draws all pictures, and measures them at intervals. */
  drawAll(now: number): void
  /** Draws one picture at once. */
  draw(picture: Drawn): void
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
  pictures: readonly Drawn[],
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

  /** Undefined while an earlier measurement is pending. */
  const measure = (): Promise<void> | undefined => {
    simulation.ensure(arrays, 1)
    const found = painter.measure()
    if (found === undefined) return undefined
    measuredAt = performance.now()
    return found.then((measured) => {
      if (measured.length === 0) return
      const isNew = pictures.map((picture) => picture.adopt(measured))
      if (isNew.includes(true)) changed()
    })
  }

  /** Draws once more, until a drawing shows the present state in its own range. */
  const settle = (isMeasured: boolean): void => {
    clearTimeout(settling)
    const isOver = isMeasured && (isSettled || !mayLag)
    isSettled = false
    if (isOver) return
    settling = setTimeout(() => {
      simulation.ensure(arrays)
      isSettled = true
      changed()
    }, SETTLE_TIME)
  }

  const paint = (shown: readonly Drawn[], watch?: Stopwatch): void => {
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
      const isMeasured = now - measuredAt >= MEASURE_INTERVAL && measure() !== undefined
      paint(pictures, stopwatch)
      settle(isMeasured)
    },
    draw: (picture) => paint([picture]),
    async measure() {
      await measure()
    },
    remeasure() {
      measuredAt = -Infinity
    },
    destroy() {
      clearTimeout(settling)
      stopwatch?.destroy()
    },
  }
}
