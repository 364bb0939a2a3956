/** A button that opens a menu: arrow keys, Home, End, Escape and a click elsewhere work as in other menus. */

export interface MenuItem {
  readonly id: string
  readonly label: string
  readonly note: string
  readonly act: () => void
}

/** @param place - an empty element, hidden until the button is pressed; it becomes the menu */
export function createMenu(button: HTMLButtonElement, place: HTMLElement, items: readonly MenuItem[]): void {
  const buttons = items.map(({ id, label, note, act }) => {
    const item = document.createElement('button')
    item.type = 'button'
    item.role = 'menuitem'
    item.tabIndex = -1
    item.dataset.export = id
    const name = document.createElement('span')
    name.textContent = label
    const small = document.createElement('small')
    small.textContent = note
    item.append(name, small)
    item.addEventListener('click', () => {
      show(false)
      act()
    })
    return item
  })
  place.role = 'menu'
  place.append(...buttons)
  button.setAttribute('aria-haspopup', 'menu')
  button.setAttribute('aria-controls', place.id)

  const show = (open: boolean, focused = 0): void => {
    const isInside = place.contains(document.activeElement)
    place.hidden = !open
    button.setAttribute('aria-expanded', String(open))
    if (open) buttons.at(focused)?.focus()
    else if (isInside) button.focus()
  }
  show(false)

  button.addEventListener('click', () => show(place.hidden))
  button.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
    event.preventDefault()
    show(true, event.key === 'ArrowDown' ? 0 : -1)
  })
  place.addEventListener('keydown', (event) => {
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    const next: Readonly<Record<string, number>> = {
      ArrowDown: (at + 1) % buttons.length,
      ArrowUp: at - 1,
      Home: 0,
      End: -1,
    }
    const to = next[event.key]
    // The keys of the page do nothing while the menu has the focus.
    event.stopPropagation()
    if (event.key === 'Escape' || event.key === 'Tab') show(false)
    if (to === undefined) return
    event.preventDefault()
    buttons.at(to)?.focus()
  })
  document.addEventListener('pointerdown', ({ target }) => {
    if (place.hidden || (target instanceof Node && (place.contains(target) || button.contains(target))))
      return
    show(false)
  })
}
