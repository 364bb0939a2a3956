/** Painting with the pointer on states and cues, one stroke at a time. */
import type { Layer, Model } from '../../core/model/model.ts'
import type { Messages } from '../messages.ts'
import type { Opened } from '../session/opened.ts'
import type { PicturePointer } from '../views/figure.ts'
import { type Canvas, cellsUnder, lineOf, runsOf } from './brush.ts'
import { type Cue, type Ink, cueOf, inkOf, storesOf } from './places.ts'
import type { InkName } from './strip.ts'

export interface Painting {
  /** Handles a pointer event; returns true if it paints. */
  handle(happening: PicturePointer): boolean
  /** Ends a stroke whose pictures were removed. */
  drop(): void
  /** Call after another scenario was opened: the effect of a stroke is explained again. */
  restart(): void
}

export interface PaintingEvents {
  /** A stroke begins on a layer. */
  readonly begun: (layer: string) => void
  /** A stroke has changed these entries of a cue. */
  readonly painted: (cue: Cue, replica: number, values: ReadonlyMap<number, number>) => void
}

interface Stroke {
  readonly pointer: number
  readonly layer: Layer
  readonly replica: number
  readonly canvas: Canvas
  readonly value: number
  readonly diameter: number
  /** Absent if only the state is painted. */
  readonly cue?: Cue
  /** False if the state does not follow the cue at once. */
  readonly isState: boolean
  readonly values: Map<number, number>
  last: number
}

export function createPainting(
  opened: () => Opened,
  brush: () => { readonly ink: InkName; readonly diameter: number },
  messages: Messages,
  events: PaintingEvents,
): Painting {
  let stroke: Stroke | undefined
  const explained = new Set<string>()

  const dab = (current: Stroke, to: number): void => {
    const { simulation, loop } = opened()
    const { layer, canvas, cue, value, values } = current
    const cells = new Set(
      lineOf(canvas, current.last, to).flatMap((cell) => cellsUnder(canvas, cell, current.diameter)),
    )
    current.last = to
    for (const cell of cells) values.set(cell, value)
    const { replicas } = simulation.model
    const row = cue?.rowOf(current.replica)
    for (const [first, count] of runsOf(cells)) {
      const data = new Float32Array(count).fill(value)
      if (cue?.index !== undefined && row !== undefined)
        simulation.writeCue(cue.index, row * layer.size + first, data)
      if (!current.isState) continue
      for (let other = 0; other < replicas; other++) {
        const isSame = other === current.replica || (cue?.kind === 'clamp' && cue.rowOf(other) === row)
        if (isSame) simulation.writePart(layer.name, other * layer.size + first, data)
      }
    }
    loop.redraw()
  }

  const beginStroke = ({ sheet, role, entry, event }: PicturePointer): boolean => {
    const { simulation } = opened()
    const { model, tick } = simulation
    const layer = model.layers.find(({ name }) => name === sheet.name)
    if (layer === undefined || role === 'target') return false
    if (entry === undefined) return true
    if (layer.tau === 0) {
      messages.notice(`\`${layer.name}\` is adiabatic and follows its input; paint on another layer`)
      return true
    }
    events.begun(layer.name)
    const cue = cueOf(model, layer.name, tick)
    const isNow = cue !== undefined && cue.kind !== 'current' && (tick === 0 || cue.isHeld)
    const isCue = cue !== undefined && (isNow || role === 'cue')
    const { ink: name, diameter } = brush()
    const ink = inkAt(model, layer.name, cue)
    stroke = {
      pointer: event.pointerId,
      layer,
      replica: entry.row,
      canvas: sheet,
      value: ink[name],
      diameter,
      values: new Map(),
      last: entry.column,
      isState: isNow || role === 'state',
      ...(isCue ? { cue } : {}),
    }
    dab(stroke, entry.column)
    explain(isCue ? 'cue' : 'state')
    return true
  }

  /** Explains once for each network whether strokes change its cue or its state. */
  const explain = (what: 'cue' | 'state'): void => {
    if (explained.has(what)) return
    explained.add(what)
    messages.notice(
      what === 'cue'
        ? 'You paint the cue: it stays after Reset, in the link and in the scenario.'
        : 'You paint the state as it is now: Reset takes it away. At tick 0 you paint the cue.',
    )
  }

  const endStroke = (): void => {
    const done = stroke
    stroke = undefined
    if (done?.cue === undefined) return
    const { cue, values } = done
    events.painted(cue, done.replica, values)
  }

  const handle = (happening: PicturePointer): boolean => {
    const { kind, event, entry } = happening
    if (kind === 'down') return event.button === 0 && beginStroke(happening)
    // A second finger starts a pinch and ends the stroke of the first.
    if (stroke !== undefined && kind === 'up') {
      endStroke()
      return true
    }
    if (event.pointerId !== stroke?.pointer) return false
    if (kind === 'move' && entry?.row === stroke.replica) dab(stroke, entry.column)
    return true
  }

  return {
    handle,
    drop() {
      stroke = undefined
    },
    restart() {
      explained.clear()
    },
  }
}

/** The colours for a cue: from its values, or from the patterns that can be stored. */
function inkAt(model: Model, layer: string, cue: Cue | undefined): Ink {
  const isClean = cue !== undefined && cue.patterns.corrupt?.op !== 'gaussian'
  const own = isClean && cue.rows.data.some((value) => value !== 0) ? [cue.rows] : []
  return inkOf(own.length > 0 ? own : storesOf(model, layer).map(({ rows }) => rows))
}
