/** The parent for parts that float above an element: the root with the styles of the element. */
export function topOf(element: Element): ShadowRoot | HTMLElement {
  const root = element.getRootNode()
  return root instanceof ShadowRoot ? root : document.body
}
