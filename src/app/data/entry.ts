/** Opens the sheet of one's own data, which is loaded at the first use. */
import type { Workplace } from '../session/workplace.ts'
import { type Messages, textOf } from '../messages.ts'
import type { DataSheet } from './panel.ts'

export interface Data {
  /** Shows what some files contain. */
  take(files: readonly File[]): void
}

export function createData(workplace: Workplace, messages: Messages): Data {
  let sheet: Promise<DataSheet> | undefined
  return {
    take(files) {
      sheet ??= import('./panel.ts').then(({ createDataSheet }) => createDataSheet(workplace, messages))
      sheet.then(
        (ready) => void ready.open(files),
        (error: unknown) => {
          sheet = undefined
          messages.notice(`The sheet of the data could not be loaded: ${textOf(error)}`)
        },
      )
    },
  }
}
