/** A word of the glossary: its meaning in a card beside it, on hover, focus and tap. */

let card: HTMLElement | undefined
let owner: HTMLElement | undefined

/** @param meaning - called when the card is shown */
export function bindTerm(words: HTMLElement, term: string, meaning: () => DocumentFragment): void {
  words.tabIndex = 0
  words.role = 'button'
  if (words.querySelector('.formula') !== null) words.ariaLabel = term
  const show = (): void => {
    hide()
    owner = words
    card = document.createElement('div')
    card.className = 'meaning'
    card.role = 'tooltip'
    card.id = 'meaning'
    const name = document.createElement('b')
    name.textContent = term
    const text = document.createElement('p')
    text.append(meaning())
    card.append(name, text)
    ;(words.closest('dialog, main') ?? document.body).append(card)
    words.setAttribute('aria-describedby', card.id)
    place(card, words)
  }
  const leave = (): void => {
    if (owner === words) hide()
  }
  words.addEventListener('pointerenter', ({ pointerType }) => {
    if (pointerType === 'mouse') show()
  })
  words.addEventListener('pointerleave', ({ pointerType }) => {
    if (pointerType === 'mouse' && document.activeElement !== words) leave()
  })
  words.addEventListener('focus', show)
  words.addEventListener('blur', leave)
  words.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || owner !== words) return
    event.stopPropagation()
    event.preventDefault()
    leave()
  })
}

function hide(): void {
  card?.remove()
  owner?.removeAttribute('aria-describedby')
  card = owner = undefined
}

/** Below the word, or above it where there is no room; below the header of the page. */
function place(card: HTMLElement, words: HTMLElement): void {
  const { left, top, bottom } = words.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = card
  const gap = 6
  const least = 8 + Math.max(0, document.querySelector('.bar')?.getBoundingClientRect().bottom ?? 0)
  const x = Math.max(8, Math.min(left, innerWidth - width - 8))
  const y = bottom + gap + height < innerHeight ? bottom + gap : Math.max(least, top - gap - height)
  card.style.left = `${x}px`
  card.style.top = `${y}px`
}

// A word that is scrolled away has no card.
addEventListener('scroll', hide, { capture: true, passive: true })
