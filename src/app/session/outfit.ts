/** The views and controls of the page for its networks. */
import { pageStorage } from '../views/preferences.ts'
import type { Outfit } from './bench.ts'
import { createTuning } from './tuning.ts'

const panels = import('./panels.ts')
// A failure is reported where the promise is awaited.
panels.catch(() => undefined)

export const outfit: Outfit = {
  panels,
  createTuning: (device) => createTuning(device, pageStorage(), document),
}
