/** All pictures of a network: one large, the others beside it. */
import type { Simulation } from '../../core/run/simulation.ts'
import { stopsOf } from './colours.ts'
import { type Figure, type PicturePointer, createFigure } from './figure.ts'
import { type PainterPipelines, createPainter } from './painter.ts'
import { type Range, nextRange } from './range.ts'
import { currentScheme } from './scheme.ts'
import { type Sheet, sheetsOf } from './sheet.ts'

/** Milliseconds between two looks at the ranges of the values. */
const MEASURE_INTERVAL = 200

export interface Stage {
  /** Draws all pictures from the buffers as they are. */
  draw(): void
  /** The large picture as it is now, with its caption and legend. */
  picture(caption: string): { readonly name: string; readonly canvas: HTMLCanvasElement }
  /**
   * Calls back for everything the pointer does above a picture; a listener that returns true takes it, and no other is
   * asked. Returns a function that ends it.
   */
  onPointer(listener: (event: PicturePointer) => boolean): () => void
  /** Forgets the ranges, for values that start anew. */
  restart(): void
  /** Takes over the colours of the current scheme. */
  recolour(): void
  destroy(): void
}

export interface StagePlaces {
  readonly large: HTMLElement
  readonly small: HTMLElement
}

/** @param changed - called when the pictures are out of date for another reason than a tick */
export async function createStage(
  simulation: Simulation,
  pipelines: PainterPipelines,
  places: StagePlaces,
  changed: () => void,
): Promise<Stage> {
  const { engine, model, plan } = simulation
  const { device } = engine
  const sheets = sheetsOf(model, plan)
  const painter = await createPainter(engine, sheets, pipelines)
  const ranges: (Range | undefined)[] = sheets.map(() => undefined)
  const listeners = new Set<(event: PicturePointer) => boolean>()
  let measuredAt = -Infinity

  const refresh = (index: number): void => {
    const figure = figures[index] as Figure
    const range = ranges[index]
    if (range === undefined || figure.width === 0) return
    const stops = stopsOf(currentScheme(), range.low < 0)
    painter.look(index, { range, stops, width: figure.width, height: figure.height })
    figure.legend(range, stops)
  }
  const figures = sheets.map((sheet, index): Figure =>
    createFigure(sheet, device, pipelines.canvasFormat, {
      resized() {
        refresh(index)
        changed()
      },
      chosen() {
        enlarge(index)
      },
      pointer: (event) => [...listeners].some((listener) => listener(event)),
    }),
  )
  let large = 0
  const enlarge = (index: number): void => {
    large = index
    const chosen = figures[index] as Figure
    places.large.replaceChildren(chosen.element)
    places.small.replaceChildren(
      ...figures.filter((figure) => figure !== chosen).map(({ element }) => element),
    )
  }
  places.small.dataset.count = String(sheets.length - 1)
  enlarge(
    Math.max(
      0,
      sheets.findIndex(({ isMain }) => isMain),
    ),
  )

  const measure = (): void => {
    const found = painter.measure()
    if (found === undefined) return
    measuredAt = performance.now()
    void found.then((extents) => {
      extents.forEach(({ low, high }, index) => {
        const before = ranges[index]
        const next = nextRange(before, low, high)
        if (next.low === before?.low && next.high === before.high) return
        ranges[index] = next
        refresh(index)
        changed()
      })
    })
  }

  const paint = (indices: readonly number[]): void => {
    const encoder = device.createCommandEncoder({ label: 'view' })
    for (const index of indices) {
      const figure = figures[index] as Figure
      if (figure.width === 0 || ranges[index] === undefined) continue
      painter.draw(encoder, index, figure.context.getCurrentTexture().createView())
    }
    device.queue.submit([encoder.finish()])
  }
  const all = Array.from(sheets.keys())

  return {
    draw() {
      if (performance.now() - measuredAt >= MEASURE_INTERVAL) measure()
      paint(all)
    },
    picture(caption) {
      // What a canvas shows can be read only in the task in which it was drawn.
      paint([large])
      return {
        name: (sheets[large] as Sheet).name,
        canvas: (figures[large] as Figure).copy(caption),
      }
    },
    onPointer(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    restart() {
      ranges.fill(undefined)
      measuredAt = -Infinity
    },
    recolour() {
      sheets.forEach((_, index) => refresh(index))
      changed()
    },
    destroy() {
      for (const figure of figures) figure.destroy()
      painter.destroy()
    },
  }
}
