/** A link to copy by hand, where the browser refuses the clipboard, as in a frame of another page. */
import './link-dialog.css'

/** Opens a dialog with the link selected; at its end the focus returns to where it was. */
export function showLink(link: string): void {
  const dialog = document.createElement('dialog')
  dialog.className = 'link-dialog'
  dialog.setAttribute('aria-labelledby', 'link-title')
  dialog.innerHTML =
    '<h2 id="link-title">Link to this network</h2>' +
    '<p>The browser does not let this page write to the clipboard. Copy the selected text.</p>' +
    '<form method="dialog"><input readonly aria-label="Link" /><button>Close</button></form>'
  const field = dialog.querySelector('input') as HTMLInputElement
  field.value = link
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
  field.focus()
  field.select()
}
