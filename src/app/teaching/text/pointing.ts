/** Words that point: the picture, the plot, the control or the lane of a name stands out while they are hovered or focused. */

/** Where a name may stand, the most telling first. */
const PLACES: readonly ((name: string) => string)[] = [
  (name) => `.figure[data-name="${name}"]`,
  (name) => `.plot[data-probe="${name}"]`,
  (name) => `.controls [data-path="${name}"]`,
  (name) => `.controls [data-path^="${name}."]`,
  (name) => `.lane[data-lane="${name}"]`,
]

/** Makes words point at what a name of the scenario is shown by. */
export function bindPointer(words: HTMLElement, name: string): void {
  words.className = 'points'
  words.tabIndex = 0
  words.role = 'button'
  words.title = `Shows where ${name} is`
  let shown: readonly HTMLElement[] = []
  const show = (): void => {
    hide()
    shown = placesOf(name)
    for (const one of shown) one.classList.add('pointed')
  }
  const hide = (): void => {
    for (const one of shown) one.classList.remove('pointed')
    shown = []
  }
  const go = (): void => {
    for (const one of foundBy(name)) openAround(one)
    show()
    shown[0]?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }
  words.addEventListener('pointerenter', show)
  words.addEventListener('pointerleave', hide)
  words.addEventListener('focus', show)
  words.addEventListener('blur', hide)
  words.addEventListener('click', go)
  words.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    go()
  })
}

function foundBy(name: string): HTMLElement[] {
  const quoted = CSS.escape(name)
  for (const selector of PLACES) {
    const found = [...document.querySelectorAll<HTMLElement>(selector(quoted))]
    if (found.length > 0) return found.slice(0, 1)
  }
  return []
}

/** The element that stands out: the place itself, or the nearest visible one around it. */
function placesOf(name: string): HTMLElement[] {
  return foundBy(name).flatMap((found) => {
    for (let one: HTMLElement | null = found; one !== null; one = one.parentElement)
      if (one.offsetHeight > 0 && one.checkVisibility()) return one === document.body ? [] : [one]
    return []
  })
}

/** Opens the folders of the controls around a place. */
function openAround(place: HTMLElement): void {
  for (let one = place.parentElement; one !== null; one = one.parentElement)
    if (one.matches('.lil-gui.lil-closed')) one.querySelector<HTMLElement>(':scope > .lil-title')?.click()
}
