/** `?embed=picture|plots|full`: the network of the address alone, for frames of other pages. */
import type { Scenario } from '../../core/model/schema.ts'
import { SCENARIO_FOLDER, scenarioUrl } from '../session/scenarios.ts'
import { refuseFiles } from '../sharing/drop.ts'
import { isShort, scenarioOf } from '../sharing/link.ts'
import { EngramNetwork } from './element.ts'

/** Parameters of the address that become attributes of the element. */
const ATTRIBUTES = ['controls', 'speed', 'scheme'] as const

/**
 * Puts an element in place of everything else.
 * @param params - of the address
 * @param id - of a shipped scenario
 * @param hash - of a link with a scenario; absent = the shipped one
 */
export function openEmbedded(params: URLSearchParams, id: string, hash: string | undefined): void {
  const element = new EngramNetwork()
  element.setAttribute('view', params.get('embed') ?? '')
  for (const name of ATTRIBUTES) {
    const value = params.get(name)
    if (value !== null) element.setAttribute(name, value)
  }
  element.autoplay = params.get('autoplay') !== 'off'
  if (hash === undefined) element.src = scenarioUrl(id)
  else element.open(scenarioIn(hash), SCENARIO_FOLDER)
  const { dataset } = document.body
  const main = document.createElement('main')
  main.dataset.alone = ''
  const heading = document.createElement('h1')
  heading.textContent = 'engram'
  main.append(heading, element)
  element.addEventListener('load', () => {
    const name = element.simulation?.model.scenario.name ?? ''
    document.title = name === '' ? 'engram' : `${name} · engram`
    heading.textContent = document.title
    dataset.state = 'ready'
  })
  element.addEventListener('error', () => (dataset.state = 'failed'))
  // The page itself is not loaded.
  dataset.arranged = ''
  document.body.replaceChildren(main)
  refuseFiles()
}

async function scenarioIn(hash: string): Promise<Scenario> {
  if (!isShort(hash)) return scenarioOf(hash)
  const { shippedSource } = await import('../session/source.ts')
  const { scenarioOfShort } = await import('../sharing/short.ts')
  return scenarioOfShort(hash, (id) => shippedSource(id).scenario)
}
