/** The shipped scenarios: what the menu lists. */

export interface ShippedScenario {
  /** File name without its ending; the value of `?scenario=`. */
  readonly id: string
  readonly name: string
}

const names = import.meta.glob<string>('../../scenarios/*.json', { eager: true, import: 'name' })

export const shippedScenarios: readonly ShippedScenario[] = Object.entries(names)
  .map(([path, name]) => ({ id: path.replace(/^.*\/(.*)\.json$/, '$1'), name }))
  .sort((a, b) => a.name.localeCompare(b.name))

/** Where the file of a scenario is; the data it names lies beside it. */
export function scenarioUrl(id: string): string {
  return `${import.meta.env.BASE_URL}scenarios/${encodeURIComponent(id)}.json`
}
