/** What the page makes of the networks that it opens: all that there is. */
import { createLanes } from '../timeline/lanes.ts'
import { pageStorage } from '../views/preferences.ts'
import type { Outfit } from './bench.ts'
import { createTuning } from './tuning.ts'

/** Plots and controls come while the device and the scenario are on their way: the first script is shorter without them. */
const panels = Promise.all([import('../plots/plots.ts'), import('../controls/controls.ts')]).then(
  ([{ createPlots }, { createControls }]) => ({ createPlots, createControls, createLanes }),
)
// Where they do not come, who waits for them hears of it.
panels.catch(() => undefined)

export const outfit: Outfit = {
  panels,
  createTuning: (device) => createTuning(device, pageStorage(), document),
}
