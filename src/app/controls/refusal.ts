/** A message below a field that says why its text is refused. */
import { topOf } from '../top.ts'
import './refusal.css'

/** Milliseconds for which a message stays. */
const TOLD_FOR = 8000

let bubble: HTMLElement | undefined
let timer: ReturnType<typeof setTimeout> | undefined
/** The field of the message, while there is one. */
let refused: HTMLElement | undefined

/** Shows below a field why its text is refused, until the text changes, for Escape, and at most as long as the field is seen. */
export function refuse(field: HTMLElement, fault: string): void {
  // The field may have gone while this was loaded.
  if (!field.checkVisibility()) return
  if (bubble === undefined) {
    bubble = document.createElement('div')
    bubble.className = 'number-fault'
    bubble.role = 'alert'
    bubble.popover = 'manual'
    addEventListener('keydown', ({ key }) => key === 'Escape' && unrefuse(), true)
  }
  const shown = bubble
  // Next to a field in an open panel, which lies above the page.
  ;(field.closest('dialog, [popover]') ?? topOf(field)).append(shown)
  shown.textContent = fault
  shown.showPopover()
  const { left, bottom, top } = field.getBoundingClientRect()
  const { clientWidth, clientHeight } = document.documentElement
  const below = bottom + 4
  const fits = below + shown.offsetHeight < clientHeight
  shown.style.left = `${Math.max(8, Math.min(clientWidth - 8 - shown.offsetWidth, left))}px`
  shown.style.top = `${fits ? below : top - 4 - shown.offsetHeight}px`
  field.addEventListener('input', unrefuse, { once: true })
  clearTimeout(timer)
  timer = setTimeout(unrefuse, TOLD_FOR)
  const isFirst = refused === undefined
  refused = field
  if (isFirst) watch()
}

function unrefuse(): void {
  clearTimeout(timer)
  bubble?.remove()
  refused = undefined
}

/** Its panel may close, and another network has other fields. */
function watch(): void {
  if (refused === undefined) return
  if (refused.checkVisibility()) requestAnimationFrame(watch)
  else unrefuse()
}
