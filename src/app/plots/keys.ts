/** Keys on a plot: arrows move the cursor, + and − zoom, Escape shows everything. */

export interface KeyActs {
  /** False if the plot is empty: the keys then have their usual effect. */
  readonly isReady: () => boolean
  /** Moves the cursor by samples; infinite = to the first or the last one. */
  readonly move: (samples: number) => void
  readonly zoom: (factor: number) => void
  readonly showAll: () => void
}

/** Samples that an arrow key moves the cursor by with Shift. */
const LEAP = 10

export function listenToKeys(area: HTMLElement, { isReady, move, zoom, showAll }: KeyActs): void {
  area.addEventListener('keydown', (event) => {
    if (!isReady() || event.ctrlKey || event.metaKey || event.altKey) return
    const step = event.shiftKey ? LEAP : 1
    const act: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => move(-step),
      ArrowRight: () => move(step),
      Home: () => move(-Infinity),
      End: () => move(Infinity),
      '+': () => zoom(0.5),
      '=': () => zoom(0.5),
      '-': () => zoom(2),
      Escape: showAll,
    }
    const chosen = act[event.key]
    if (chosen === undefined) return
    event.preventDefault()
    event.stopPropagation()
    chosen()
  })
}
