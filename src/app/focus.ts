/** The focus, over a time in which the focused element is replaced, moved or covered. */

/** Elements that can have the focus. */
const FOCUSABLE = 'input, select, textarea, button, summary, canvas, [tabindex]'

/** Attributes that an element shares with the one that replaces it. */
const MARKS = ['data-name', 'data-pane', 'data-path', 'data-part', 'data-id']

/**
 * Notes the focused element.
 * @returns a function that focuses that element, or the one in its place; false if neither is there. Unless told otherwise, a focus
 * that the reader has moved meanwhile stays.
 */
export function keepFocus(): (isForced?: boolean) => boolean {
  const { element, root } = focused()
  const marks = element && marksOf(element)
  const kind = element && kindOf(element)
  const at = element === undefined ? -1 : alike(root, marks, kind).indexOf(element)
  return (isForced = false) => {
    if (element === undefined || (!isForced && focused(root).element !== undefined)) return true
    const same = alike(root, marks, kind)
    // A value may have another control now, in the same place.
    const instead = /\w/.test(marks ?? '') ? alike(root, marks)[0] : undefined
    const found = element.isConnected ? element : (same[at] ?? instead)
    if (found?.checkVisibility() !== true) return false
    found.focus({ preventScroll: true })
    if (found !== element && found instanceof HTMLInputElement) found.select()
    return true
  }
}

type Root = Document | ShadowRoot

/** The focused element of the innermost tree; undefined for none. */
function focused(root: Root = document): { readonly element: HTMLElement | undefined; readonly root: Root } {
  const active = root.activeElement
  if (active?.shadowRoot?.activeElement) return focused(active.shadowRoot)
  return { element: active instanceof HTMLElement && active !== document.body ? active : undefined, root }
}

function marksOf(element: Element): string {
  return MARKS.map((mark) => element.closest(`[${mark}]`)?.getAttribute(mark) ?? '').join('/')
}

function kindOf(element: Element): string {
  return `${element.localName} ${element.getAttribute('type')}`
}

function alike(root: Root, marks = '', kind?: string): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (one) =>
      marksOf(one) === marks &&
      (kind === undefined || kindOf(one) === kind) &&
      one.closest('[inert]') === null,
  )
}
