/** A link as a QR code, for a class that opens it with telephones. */
import './code.css'
import { ModelError } from '../../core/errors.ts'
import { filesNamed } from '../../core/model/files.ts'
import { isLecture, linkSearch } from '../controls/levels.ts'
import { hasOwn } from '../data/own.ts'
import { buttonOf, createPanel } from '../dialog.ts'
import type { Opened } from '../session/opened.ts'
import { shortestLink } from './short.ts'
import { codeOf, squareOf } from './squares.ts'

/**
 * Shows the code of a network until it is closed.
 * @throws ModelError if a link cannot hold the network
 */
export function showCode(opened: Opened | undefined): void {
  if (opened === undefined) return
  const { scenario } = opened.simulation.model
  if (hasOwn(filesNamed(scenario)))
    throw new ModelError('a link cannot hold your data; export the network with its data as a file')
  const link = shortestLink(location.href, scenario, opened.source.origin, linkSearch())
  const { path, size } = codeOf(link)
  const side = size * squareOf(size, window, isLecture())
  const { element, body, find, open } = createPanel('code', 'This network on a telephone', () =>
    element.remove(),
  )
  body.innerHTML = `<svg class="squares" width="${side}" height="${side}" viewBox="0 0 ${size} ${size}" role="img" aria-label="QR code of the link" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000"/></svg><div class="code-row"><p class="code-link" tabindex="0" role="group" aria-label="Link"></p></div>`
  const text = find('.code-link')
  text.textContent = link
  const copy = buttonOf('Copy link', () => {
    navigator.clipboard.writeText(link).then(
      () => (copy.textContent = 'Copied'),
      () => {
        getSelection()?.selectAllChildren(text)
        copy.textContent = 'Press Ctrl+C'
      },
    )
  })
  find('.code-row').append(copy)
  open()
}
