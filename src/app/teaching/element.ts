/** Elements of a lesson. */

export function element(tag: 'h2' | 'div' | 'p' | 'dt' | 'dd' | 'span' | 'i', className = ''): HTMLElement {
  const made = document.createElement(tag)
  made.className = className
  return made
}
