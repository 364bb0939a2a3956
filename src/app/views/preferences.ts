/** The picture settings of this page. */
import { createSettings } from './settings.ts'

/** Undefined if the browser forbids it. */
export function pageStorage(): Storage | undefined {
  try {
    return window.localStorage
  } catch {
    return undefined
  }
}

export const pictureSettings = createSettings(pageStorage())
