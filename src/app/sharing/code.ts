/** A link as a QR code, for a class that opens it with telephones. */
import './code.css'
import { correction, generate } from 'lean-qr'

/** The most bytes of a QR code, at its lowest correction. */
const MOST_BYTES = 2953

/** Light squares around the code, which readers need. */
const QUIET = 4

/**
 * The squares of a link, as the path of an SVG and its size.
 * @throws RangeError if the link is too long
 */
export function codeOf(link: string): { readonly path: string; readonly size: number } {
  const { length } = new TextEncoder().encode(link)
  if (length > MOST_BYTES)
    throw new RangeError(
      `the link has ${length} characters, and a QR code holds ${MOST_BYTES}; share the link, or the scenario as a file`,
    )
  const code = generate(link, { minCorrectionLevel: correction.L })
  const { size } = code
  let path = ''
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) if (code.get(x, y)) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`
  return { path, size: size + 2 * QUIET }
}

/**
 * Shows the code of a link until it is closed.
 * @throws RangeError if the link is too long
 */
export function showCode(link: string): void {
  const { path, size } = codeOf(link)
  const dialog = document.createElement('dialog')
  dialog.className = 'code'
  dialog.setAttribute('aria-labelledby', 'code-title')
  dialog.innerHTML = `<header><h2 id="code-title">This network on a telephone</h2><button type="button" aria-label="Close"><svg viewBox="0 0 12 12" aria-hidden="true"><path d="M2 2l8 8M10 2l-8 8" /></svg></button></header>
    <svg class="squares" viewBox="0 0 ${size} ${size}" role="img" aria-label="QR code of the link" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000"/></svg><p></p>`
  const words = dialog.querySelector('p') as HTMLElement
  words.textContent = link.length > 200 ? `${link.slice(0, 200)}…` : link
  dialog.querySelector('button')?.addEventListener('click', () => dialog.close())
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog) dialog.close()
  })
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}
