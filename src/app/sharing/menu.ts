/** The exports of the page. */
import { type Make, scenarioFile } from './exports.ts'

export interface Export {
  /** `data-export` of its menu item. */
  readonly id: string
  readonly label: string
  readonly note: string
  readonly make: Make
}

/** How a file is made is loaded with the first one. */
const later =
  (id: string): Make =>
  async (opened) => {
    const { MAKERS } = await import('./making.ts')
    return (MAKERS[id] as Make)(opened)
  }

export const EXPORTS: readonly Export[] = [
  {
    id: 'scenario',
    label: 'Scenario',
    note: 'JSON, parameters as they are',
    make: (opened) => Promise.resolve(scenarioFile(opened)),
  },
  { id: 'engram', label: 'Network with its data', note: '.engram, one file', make: later('engram') },
  { id: 'results', label: 'Results', note: 'npz, samples and states', make: later('results') },
  { id: 'checkpoint', label: 'Checkpoint', note: 'npz, for engram run --resume', make: later('checkpoint') },
  { id: 'csv', label: 'Plotted series', note: 'CSV, several in a zip', make: later('csv') },
  { id: 'picture', label: 'Large picture', note: 'PNG with its legend', make: later('picture') },
  { id: 'plots', label: 'Plots', note: 'PNG, as they are zoomed', make: later('plots') },
]
