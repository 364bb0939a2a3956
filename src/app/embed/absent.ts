/** Replacements for parts of the page that an embedded network does not have. */
import type { Controls } from '../controls/controls.ts'
import type { Plots } from '../plots/plots.ts'
import type { Lanes } from '../timeline/lanes.ts'

const nothing = (): undefined => undefined

export const NO_PLOTS: Plots = {
  push: nothing,
  mark: nothing,
  update: nothing,
  picture: () => Promise.resolve(undefined),
  charts: () => new Map(),
  behind: nothing,
  data: () => [],
  view: () => ({ range: undefined, logTime: false, replica: undefined, markers: [], plots: new Map() }),
  show: nothing,
  clear: nothing,
  recolour: nothing,
  destroy: nothing,
}

export const NO_LANES: Lanes = {
  update: nothing,
  changed: nothing,
  view: () => ({ ticks: 0, eras: new Map() }),
  show: nothing,
  restart: nothing,
  recolour: nothing,
  destroy: nothing,
}

export const NO_CONTROLS: Controls = {
  update: nothing,
  updatePace: nothing,
  view: () => ({ closed: {}, scroll: 0, focused: undefined }),
  show: nothing,
  destroy: nothing,
}
