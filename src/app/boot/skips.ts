/** The buttons that skip parts of the page, seen while one has the focus. The hash of the address is that of a shared scenario. */

export function bindSkips(place: HTMLElement): void {
  place.addEventListener('click', ({ target }) => {
    const { to } = (target as HTMLElement).dataset
    const part = to === undefined ? null : document.getElementById(to)
    if (part === null) return
    part.tabIndex = -1
    part.scrollIntoView({ block: 'nearest' })
    part.focus()
  })
}
