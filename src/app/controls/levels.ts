/** How much of the page is shown: the picture, with plots, everything, or a lecture. The level is in the address. */
import './levels.css'
import { createMenu } from './menu.ts'

/** public/scheme.js has the names too, and sets the level before the first paint. */
const LEVELS = [
  { id: 'picture', label: 'Picture', note: 'the network and its lesson' },
  { id: 'plots', label: 'Plots', note: 'and what is recorded' },
  { id: 'everything', label: 'Everything', note: 'and every value' },
  { id: 'lecture', label: 'Lecture', note: 'large type; PageDown: next try' },
] as const

type Level = (typeof LEVELS)[number]['id']

function currentLevel(): Level {
  const { level } = document.documentElement.dataset
  return LEVELS.find(({ id }) => id === level)?.id ?? 'everything'
}

export function isLecture(): boolean {
  return currentLevel() === 'lecture'
}

/** The address with the present level, and no other parameter. */
export function levelSearch(): string {
  const level = currentLevel()
  return level === 'everything' ? '' : `?level=${level}`
}

/** The same for a link to share: a lecture is for the screen in front, and its link opens the whole page. */
export function linkSearch(): string {
  return isLecture() ? '' : levelSearch()
}

/** @param place - becomes the menu of the levels */
export function bindLevels(button: HTMLButtonElement, place: HTMLElement): void {
  const show = (): void => {
    const { label } = LEVELS.find(({ id }) => id === currentLevel()) as (typeof LEVELS)[number]
    button.ariaLabel = `Shown: ${label.toLowerCase()}`
    for (const item of place.querySelectorAll<HTMLElement>('[data-export]'))
      item.ariaCurrent = String(item.dataset.export === currentLevel())
  }
  const choose = (level: Level): void => {
    document.documentElement.dataset.level = level
    const url = new URL(location.href)
    if (level === 'everything') url.searchParams.delete('level')
    else url.searchParams.set('level', level)
    history.replaceState(history.state, '', url)
    show()
    // Elements that are placed by hand follow.
    dispatchEvent(new Event('resize'))
  }
  createMenu(
    button,
    place,
    LEVELS.map((one) => ({ ...one, act: () => choose(one.id) })),
  )
  show()
}
