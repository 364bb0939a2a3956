/** Plots, controls and lanes: loaded in parallel with the device and the scenario, so that the first script is shorter. */
import { followHeader } from '../controls/screens.ts'

export { createControls } from '../controls/controls.ts'
export { createPlots } from '../plots/plots.ts'
export { createLanes } from '../timeline/lanes.ts'

followHeader(document.querySelector('.bar') as HTMLElement)
