/** Where what floats above an element belongs: where the styles of the element hold. */
export function topOf(element: Element): ShadowRoot | HTMLElement {
  const root = element.getRootNode()
  return root instanceof ShadowRoot ? root : document.body
}
