/** Fingers on a plot: one moves the cursor, two zoom, a double tap shows everything; vertical moves scroll the page. */

/** Milliseconds between two taps that are one double tap. */
const DOUBLE_TAP = 300

/** Places are pixels from the left of the plot. */
export interface TouchActs {
  readonly point: (at: number) => void
  readonly zoom: (factor: number, around: number) => void
  readonly showAll: () => void
}

export function listenToTouch(over: HTMLElement, { point, zoom, showAll }: TouchActs): void {
  const fingers = new Map<number, number>()
  let tappedAt = -Infinity
  const place = ({ clientX }: PointerEvent): number => clientX - over.getBoundingClientRect().left
  const spread = (): number => {
    const at = [...fingers.values()]
    return Math.max(10, Math.max(...at) - Math.min(...at))
  }
  over.addEventListener('pointerdown', (event) => {
    if (event.pointerType !== 'touch') return
    fingers.set(event.pointerId, place(event))
    if (fingers.size === 1) {
      point(place(event))
      if (event.timeStamp - tappedAt < DOUBLE_TAP) showAll()
      tappedAt = event.timeStamp
    }
  })
  over.addEventListener('pointermove', (event) => {
    if (!fingers.has(event.pointerId)) return
    const before = spread()
    fingers.set(event.pointerId, place(event))
    if (fingers.size === 1) point(place(event))
    else {
      const middle = [...fingers.values()].reduce((a, b) => a + b, 0) / fingers.size
      zoom(before / spread(), middle)
    }
  })
  for (const type of ['pointerup', 'pointercancel'] as const)
    over.addEventListener(type, ({ pointerId }) => fingers.delete(pointerId))
}
