/** The views and controls of the page for its networks. */
import { createLanes } from '../timeline/lanes.ts'
import { pageStorage } from '../views/preferences.ts'
import type { Outfit } from './bench.ts'
import { createTuning } from './tuning.ts'

/** Plots and controls load in parallel with the device and the scenario, so that the first script is shorter. */
const panels = Promise.all([import('../plots/plots.ts'), import('../controls/controls.ts')]).then(
  ([{ createPlots }, { createControls }]) => ({ createPlots, createControls, createLanes }),
)
// A failure is reported where the promise is awaited.
panels.catch(() => undefined)

export const outfit: Outfit = {
  panels,
  createTuning: (device) => createTuning(device, pageStorage(), document),
}
