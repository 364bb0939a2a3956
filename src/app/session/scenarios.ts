/** The shipped scenarios of the menu. */

export interface ShippedScenario {
  /** File name without its ending; the value of `?scenario=`. */
  readonly id: string
  readonly name: string
}

const names = import.meta.glob<string>('/scenarios/*.json', { eager: true, import: 'name' })

export const shippedScenarios: readonly ShippedScenario[] = Object.entries(names)
  .map(([path, name]) => ({ id: path.replace(/^.*\/(.*)\.json$/, '$1'), name }))
  // The first comparison by a locale takes several milliseconds of the start.
  .sort((a, b) => (a.name < b.name ? -1 : 1))

/** Folder of the scenarios and of the data they name, relative to the page. */
export const SCENARIO_FOLDER = `${import.meta.env.BASE_URL}scenarios/`

export function isShipped(id: string): boolean {
  return shippedScenarios.some((one) => one.id === id)
}

export function scenarioUrl(id: string): string {
  return `${SCENARIO_FOLDER}${encodeURIComponent(id)}.json`
}
