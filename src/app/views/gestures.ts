/** Gestures of pointers, wheel and keys above one canvas. */

import type { Spot } from './window.ts'

export interface GestureEvents {
  /** Passes a pointer event on; true if it is handled and is not a gesture of the picture. */
  readonly hand: (kind: 'down' | 'move' | 'up' | 'leave' | 'click', event: PointerEvent) => boolean
  /** An unhandled click. */
  readonly clicked: () => void
  /** Moves the picture with the pointer, by fractions of the canvas; false at the border. */
  readonly drag: (by: Spot) => boolean
  readonly zoom: (factor: number, at: Spot) => void
  /** True if the wheel zooms without a key. */
  readonly takesWheel: () => boolean
  /** True if the key is handled. */
  readonly key: (event: KeyboardEvent) => boolean
}

/** The most pixels between press and release of a click. */
const CLICK_REACH = 4

/** Fraction of a canvas for one line of the wheel. */
const LINE = 16

/** Returns a function that removes the listeners. */
export function listen(canvas: HTMLCanvasElement, events: GestureEvents): () => void {
  const pointers = new Map<number, Spot>()
  let mode: 'idle' | 'press' | 'taken' | 'drag' | 'pinch' = 'idle'
  let pressed: Spot = { x: 0, y: 0 }
  const abort = new AbortController()
  const { signal } = abort

  const spotOf = ({ clientX, clientY }: MouseEvent): Spot => {
    const { left, top, width, height } = canvas.getBoundingClientRect()
    return { x: (clientX - left) / width, y: (clientY - top) / height }
  }
  const difference = (a: Spot, b: Spot): Spot => ({ x: a.x - b.x, y: a.y - b.y })
  const hold = (event: PointerEvent): void => canvas.setPointerCapture(event.pointerId)
  const pixels = ({ x, y }: Spot): number => Math.hypot(x * canvas.clientWidth, y * canvas.clientHeight)
  const on = <K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
  ): void => canvas.addEventListener(type, listener, { signal })

  on('pointerdown', (event) => {
    pointers.set(event.pointerId, spotOf(event))
    if (pointers.size === 2) {
      if (mode === 'taken') events.hand('up', event)
      mode = 'pinch'
      hold(event)
    } else if (pointers.size === 1) {
      pressed = spotOf(event)
      if (event.button === 1) {
        event.preventDefault()
        mode = 'drag'
      } else mode = events.hand('down', event) ? 'taken' : 'press'
      // Strokes continue outside the picture.
      if (mode !== 'press') hold(event)
    }
  })
  on('pointermove', (event) => {
    const before = pointers.get(event.pointerId)
    const now = spotOf(event)
    if (mode === 'pinch' && before !== undefined) {
      const [other] = [...pointers].flatMap(([id, spot]) => (id === event.pointerId ? [] : [spot]))
      pointers.set(event.pointerId, now)
      if (other === undefined) return
      const spread = pixels(difference(before, other))
      if (spread > 0) {
        const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }
        events.zoom(pixels(difference(now, other)) / spread, middle)
      }
      const moved = difference(now, before)
      events.drag({ x: moved.x / 2, y: moved.y / 2 })
      return
    }
    if (before !== undefined) pointers.set(event.pointerId, now)
    if (mode === 'press' && pixels(difference(now, pressed)) > CLICK_REACH) {
      mode = 'idle'
      if (events.drag(difference(now, pressed))) {
        mode = 'drag'
        hold(event)
      }
    } else if (mode === 'drag' && before !== undefined) events.drag(difference(now, before))
    if (mode !== 'drag') events.hand('move', event)
  })
  const release = (event: PointerEvent, isCancelled: boolean): void => {
    pointers.delete(event.pointerId)
    const was = mode
    if (pointers.size > 0) return
    mode = 'idle'
    if (was === 'pinch' || was === 'drag') return
    events.hand('up', event)
    if (was !== 'press' || isCancelled || event.button !== 0) return
    if (!events.hand('click', event)) events.clicked()
  }
  on('pointerup', (event) => release(event, false))
  on('pointercancel', (event) => release(event, true))
  on('pointerleave', (event) => {
    if (mode === 'press') pointers.delete(event.pointerId)
    if (mode === 'press') mode = 'idle'
    events.hand('leave', event)
  })

  canvas.addEventListener(
    'wheel',
    (event) => {
      // Browsers report a pinch on a trackpad as wheel with ctrl.
      if (!event.ctrlKey && !events.takesWheel()) return
      event.preventDefault()
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : LINE
      const [x, y] = [event.deltaX * unit, event.deltaY * unit]
      if (event.shiftKey) {
        // Some browsers swap the axes of the wheel.
        events.drag({ x: 0, y: -(x + y) / canvas.clientHeight })
      } else {
        if (x !== 0) events.drag({ x: -x / canvas.clientWidth, y: 0 })
        if (y !== 0) events.zoom(Math.exp(-y * (event.ctrlKey ? 0.01 : 0.002)), spotOf(event))
      }
    },
    { signal, passive: false },
  )
  on('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !events.key(event)) return
    event.preventDefault()
    event.stopPropagation()
  })
  return () => abort.abort()
}
