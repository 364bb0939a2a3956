/** Files dropped on the page or chosen with a button. */

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') === true

/**
 * @param sign - shown while a file is above the page
 * @param input - of type file; it may stay hidden
 * @param take - gets all files
 */
export function acceptFiles(
  sign: HTMLElement,
  input: HTMLInputElement,
  take: (files: readonly File[]) => void,
): void {
  document.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    sign.hidden = false
  })
  document.addEventListener('dragleave', ({ relatedTarget }) => {
    // Moves between two elements of the page have a related target.
    if (relatedTarget === null) sign.hidden = true
  })
  document.addEventListener('drop', (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    sign.hidden = true
    take([...(event.dataTransfer?.files ?? [])])
  })
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])]
    // The same file may be chosen again after an edit.
    input.value = ''
    take(files)
  })
}

/** Drops of files do nothing. Without this the browser opens the file in place of the page. */
export function refuseFiles(): void {
  const refuse = (event: DragEvent): void => {
    if (event.dataTransfer === null || !hasFiles(event)) return
    event.preventDefault()
    event.dataTransfer.dropEffect = 'none'
  }
  document.addEventListener('dragover', refuse)
  document.addEventListener('drop', refuse)
}
