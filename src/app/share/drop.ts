/** Files that are dropped on the page or chosen with a button. */

/**
 * @param sign - shown while a file is above the page
 * @param input - of type file; it may stay hidden
 * @param take - gets the one file, or the first of several
 */
export function acceptFiles(sign: HTMLElement, input: HTMLInputElement, take: (file: File) => void): void {
  const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') === true
  document.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    sign.hidden = false
  })
  document.addEventListener('dragleave', ({ relatedTarget }) => {
    // Between two elements of the page there is a related one.
    if (relatedTarget === null) sign.hidden = true
  })
  document.addEventListener('drop', (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    sign.hidden = true
    const file = event.dataTransfer?.files[0]
    if (file !== undefined) take(file)
  })
  input.addEventListener('change', () => {
    const file = input.files?.[0]
    // The same file may be chosen again, after it was edited.
    input.value = ''
    if (file !== undefined) take(file)
  })
}
