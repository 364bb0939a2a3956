/** A tour of the page in five stops, each next to the element that it describes. */
import './tour.css'

/** The run of the open network. */
export interface Run {
  readonly playing: boolean
  play(): void
  pause(): void
  /** Starts again from tick 0. */
  reset(): Promise<void>
}

interface Stop {
  /** Selectors of the element; the first visible one counts. */
  readonly at: readonly string[]
  readonly title: string
  readonly text: string
  /** True if the run plays from this stop on. */
  readonly plays?: true
}

const STOPS: readonly Stop[] = [
  {
    at: ['#large'],
    title: 'The network, live',
    text: 'The state of the neurons, drawn directly from the GPU. The smaller pictures show hidden layers and memories. Click a picture to enlarge it. The run is paused.',
  },
  {
    at: ['.buttons:has(#play)'],
    title: 'Run it',
    text: 'Play, take one tick, or go back to the start. The menu has more networks.',
  },
  {
    at: ['#plots'],
    title: 'Watch it settle',
    text: 'The run plays now. The plots show energy, overlaps with the memories and speed. Without a stimulus and noise, the energy never rises.',
    plays: true,
  },
  {
    at: ['.controls'],
    title: 'Change anything',
    text: 'Every value of the scenario. Most changes act on the next tick. Other changes build a new network and keep the states that fit.',
  },
  {
    at: ['#about'],
    title: 'Learn from it',
    text: 'The purpose of this network, its equations, and three things to try. “Copy link” shares the network with all your changes.',
  },
]

/** Pixels between what is told of and the box. */
const GAP = 12

/** Where the header ends that lies over an element when the page is scrolled. */
function headerOver(element: HTMLElement | undefined): number {
  const header = document.querySelector('.bar')
  if (header === null || element === undefined || header.contains(element)) return 8
  return Math.max(8, header.getBoundingClientRect().bottom)
}

/**
 * Opens the tour. The run plays from the stop that shows it. At the end the focus returns to where it was.
 * @param run - paused
 * @param played - whether it played before, and so plays after the tour
 */
export function startTour(run: Run, played: boolean): void {
  if (document.querySelector('.tour') !== null) return
  const before = document.activeElement
  const dialog = document.createElement('dialog')
  dialog.className = 'tour'
  dialog.setAttribute('aria-labelledby', 'tour-title')
  dialog.setAttribute('aria-describedby', 'tour-text')
  dialog.innerHTML =
    '<h2 id="tour-title"></h2><p id="tour-text"></p>' +
    '<footer><span class="tour-count"></span><button type="button" data-act="again" hidden>Replay</button>' +
    '<button type="button" data-act="end">Skip</button>' +
    '<button type="button" data-act="back">Back</button><button type="button" data-act="next" class="primary"></button></footer>'
  const find = (selector: string): HTMLElement => dialog.querySelector(selector) as HTMLElement
  const [back, next] = [find('[data-act=back]') as HTMLButtonElement, find('[data-act=next]')]
  const ring = document.createElement('div')
  ring.className = 'tour-ring'
  let at = 0
  const elementOf = (stop: Stop | undefined): HTMLElement | undefined =>
    stop?.at
      .map((selector) => document.querySelector<HTMLElement>(selector))
      .find((one) => one !== null && one.getClientRects().length > 0) ?? undefined
  // A level hides parts of the page.
  const stops = STOPS.filter(elementOf)
  let plays = played || !stops.some((stop) => stop.plays === true)

  const target = (): HTMLElement | undefined => elementOf(stops[at])

  const put = (): void => {
    const box = target()?.getBoundingClientRect()
    if (box === undefined) return
    const { innerWidth: width, innerHeight: height } = window
    const clip = (value: number, most: number): number => Math.max(8, Math.min(value, most - 8))
    const [left, right] = [clip(box.left - 4, width), clip(box.right + 4, width)]
    const least = headerOver(target())
    const top = Math.max(least, clip(box.top - 4, height))
    let bottom = Math.max(top, clip(box.bottom + 4, height))
    const { offsetWidth: w, offsetHeight: h } = dialog
    // Beside it where there is room, else above or below, else at the foot of the window: the frame ends above it.
    const x =
      right + GAP + w < width ? right + GAP : left - GAP - w > 0 ? left - GAP - w : (left + right - w) / 2
    const isBeside = x >= right || x + w <= left
    let y = top + Math.min(24, (bottom - top - h) / 2)
    if (!isBeside) {
      const isAbove = bottom + GAP + h >= height && top - GAP - h > least
      y = isAbove ? top - GAP - h : Math.min(bottom + GAP, height - h - 8)
      if (!isAbove) bottom = Math.min(bottom, y - GAP)
    }
    ring.style.cssText = `left:${left}px;top:${top}px;width:${right - left}px;height:${bottom - top}px`
    dialog.style.left = `${Math.max(8, Math.min(x, width - w - 8))}px`
    dialog.style.top = `${Math.max(8, Math.min(y, height - h - 8))}px`
  }
  /** Scrolls to what is told of: where the box has no room beside it, as far up as it goes. */
  const reach = (): void => {
    const element = target()
    element?.scrollIntoView({ block: 'nearest' })
    const box = element?.getBoundingClientRect()
    if (box === undefined || box.width + dialog.offsetWidth + 2 * GAP < window.innerWidth) return
    const room = window.innerHeight - box.height - dialog.offsetHeight - 2 * GAP
    if (room < headerOver(element)) element?.scrollIntoView({ block: 'start' })
  }
  const show = (): void => {
    const stop = stops[at] as Stop
    find('h2').textContent = stop.title
    find('p').textContent = stop.text
    find('.tour-count').textContent = `${at + 1} of ${stops.length}`
    back.disabled = at === 0
    const isLast = at === stops.length - 1
    next.textContent = isLast ? 'Done' : 'Next'
    find('[data-act=end]').hidden = isLast
    find('[data-act=again]').hidden = !isLast
    if (stop.plays === true) {
      plays = true
      run.play()
    }
    reach()
    put()
  }
  const end = (): void => dialog.close()
  const go = (step: number): void => {
    if (at + step >= stops.length) {
      end()
      return
    }
    at = Math.max(0, at + step)
    show()
    if (at === 0 || step > 0) next.focus()
  }
  next.addEventListener('click', () => go(1))
  back.addEventListener('click', () => go(-1))
  find('[data-act=end]').addEventListener('click', end)
  find('[data-act=again]').addEventListener('click', () => {
    plays = true
    void run.reset().then(() => run.play())
    end()
  })
  dialog.addEventListener('keydown', ({ key }) => {
    if (key === 'ArrowRight') go(1)
    if (key === 'ArrowLeft') go(-1)
  })
  const listening = new AbortController()
  addEventListener('resize', put, { signal: listening.signal })
  addEventListener('scroll', put, { capture: true, signal: listening.signal })
  // Escape closes a modal dialog by itself.
  dialog.addEventListener('close', () => {
    listening.abort()
    if (plays) run.play()
    ring.remove()
    dialog.remove()
    if (before instanceof HTMLElement) before.focus()
  })
  document.body.append(ring, dialog)
  dialog.showModal()
  show()
  next.focus()
}
