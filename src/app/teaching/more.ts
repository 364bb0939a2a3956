/** Shows that a text goes on below its lower edge, with a button that scrolls on. */

/** Pixels that browsers round away. */
const SLACK = 2

/** Pixels of the last screen that are shown again. */
const OVERLAP = 30

/** @param text - scrolls; its first child is the text */
export function showMore(text: HTMLElement): void {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'more-text'
  button.textContent = 'More ↓'
  button.title = 'Scroll the text'
  text.after(button)
  const update = (): void => {
    const hidden = text.scrollHeight - text.clientHeight
    const goesOn = hidden - text.scrollTop > SLACK
    text.classList.toggle('goes-on', goesOn)
    // The keyboard scrolls it.
    if (hidden > SLACK) Object.assign(text, { tabIndex: 0, role: 'group', ariaLabel: 'Text of the lesson' })
    else for (const name of ['tabindex', 'role', 'aria-label']) text.removeAttribute(name)
    if (!goesOn && document.activeElement === button) text.focus()
    button.hidden = !goesOn
  }
  button.addEventListener('click', () => text.scrollBy({ top: text.clientHeight - OVERLAP }))
  text.addEventListener('scroll', update, { passive: true })
  const sizes = new ResizeObserver(update)
  for (const one of [text, ...text.children]) sizes.observe(one)
}
