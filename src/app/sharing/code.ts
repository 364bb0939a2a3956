/** A link as a QR code, for a class that opens it with telephones. */
import './code.css'
import { createPanel } from '../dialog.ts'
import type { Opened } from '../session/opened.ts'
import { shortestLink } from './short.ts'
import { codeOf, squareOf } from './squares.ts'

/**
 * Shows the code of a network until it is closed.
 * @param search - the query of the link
 * @throws ModelError if the link is too long
 */
export function showCode({ simulation, source }: Opened, search: string, isLecture: boolean): void {
  const link = shortestLink(location.href, simulation.model.scenario, source.origin, search)
  const { path, size } = codeOf(link)
  const side = size * squareOf(size, window, isLecture)
  const { element, body, find, open } = createPanel('code', 'This network on a telephone', () =>
    element.remove(),
  )
  body.innerHTML = `<svg class="squares" width="${side}" height="${side}" viewBox="0 0 ${size} ${size}" role="img" aria-label="QR code of the link" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000"/></svg><p class="code-link"></p>`
  find('p').textContent = link.length > 200 ? `${link.slice(0, 200)}…` : link
  open()
}
