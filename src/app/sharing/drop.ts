/** Files dropped on the page or chosen with a button. */

const folders = new WeakMap<File, string>()

/** The folder of a file that was dropped or chosen with its folder, such as `faces/anna`; '' = none. */
export function folderOf(file: File): string {
  return folders.get(file) ?? file.webkitRelativePath.split('/').slice(0, -1).join('/')
}

/** The files of a drop, with those of dropped folders. Entries must be asked for before the event ends. */
async function filesOf(transfer: DataTransfer | null): Promise<readonly File[]> {
  const given = [...(transfer?.files ?? [])]
  const entries = [...(transfer?.items ?? [])].map((item) => item.webkitGetAsEntry())
  if (!entries.some((entry) => entry?.isDirectory === true)) return given
  const found = await Promise.all(entries.flatMap((entry) => (entry === null ? [] : [filesBelow(entry)])))
  return found.flat()
}

/** All files below an entry; hidden ones are left out. */
async function filesBelow(entry: FileSystemEntry): Promise<File[]> {
  if (entry.name.startsWith('.')) return []
  if (entry.isFile) {
    const file = await new Promise<File>((settle, fail) => {
      ;(entry as FileSystemFileEntry).file(settle, fail)
    })
    folders.set(file, entry.fullPath.split('/').slice(1, -1).join('/'))
    return [file]
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const found: File[] = []
  // Each call gives a part of the entries, the last none.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((settle, fail) => {
      reader.readEntries(settle, fail)
    })
    if (part.length === 0) return found
    for (const one of part) found.push(...(await filesBelow(one)))
  }
}

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
    void filesOf(event.dataTransfer).then(take)
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
