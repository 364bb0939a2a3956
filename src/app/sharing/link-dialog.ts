/** A link to copy by hand, where the browser refuses the clipboard, as in a frame of another page. */
import { createPanel } from '../dialog.ts'

/** Opens a panel with the link selected; at its end the focus returns to where it was. */
export function showLink(link: string): void {
  const { element, body, find, open } = createPanel('link', 'Link to this network', () => element.remove())
  body.innerHTML =
    '<p>The browser does not let this page write to the clipboard. Copy the selected text.</p>' +
    '<input readonly aria-label="Link" />'
  const field = find<HTMLInputElement>('input')
  field.value = link
  open()
  field.focus()
  field.select()
}
