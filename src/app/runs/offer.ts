/** A scenario without probes: probes that fit it, as buttons that add them. */
import { PROBES, PROBE_KINDS } from '../../core/kinds/probes/table.ts'
import { checkScenario } from '../../core/model/check.ts'
import { setValue } from '../../core/model/path.ts'
import { parseScenario } from '../../core/model/parse.ts'
import { memorySpecs } from '../../core/model/specs.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { Messages } from '../messages.ts'
import type { Workplace } from '../session/workplace.ts'

export interface Offer {
  readonly name: string
  readonly spec: Readonly<Record<string, unknown>>
  readonly description: string
}

/** One probe of each measured kind that the scenario can have. Pure. */
export function fittingProbes(scenario: Scenario): Offer[] {
  const layers = Object.keys(scenario.neurons)
  const moving = layers.filter((name) => scenario.neurons[name]?.tau !== 0)
  const memories = Object.entries(memorySpecs(scenario))
  const synapses = Object.keys(scenario.synapses)
  const named: Readonly<Record<string, readonly string[]>> = {
    layer: layers,
    'moving-layer': moving,
    memory: memories.map(([name]) => name),
    matrix: [...memories.map(([name]) => name), ...synapses],
    any: layers,
  }
  const every = Math.max(1, Math.round(scenario.time.ticks / 100))
  return PROBE_KINDS.flatMap((kind): Offer[] => {
    const facts = PROBES[kind]
    if (!facts.isMeasured) return []
    // Patterns of a memory are those of the layer that it reads from.
    const owners = memories.length > 0 ? memories : [['', { from: layers[0] }] as const]
    for (const [memory, { from }] of owners) {
      const spec: Record<string, unknown> = { kind, every }
      let isWhole = true
      for (const [key, what] of Object.entries(facts.keys)) {
        if ('names' in what) {
          const names = named[what.names] ?? []
          spec[key] = [from, memory].find((one) => one !== undefined && names.includes(one)) ?? names[0]
        } else if ('patternsFor' in what) spec[key] = { kind: 'rows', of: memory }
        else if ('targetFor' in what) isWhole = false
      }
      const name = kind in scenario.probes ? `${kind}-2` : kind
      if (!isWhole || Object.values(spec).includes(undefined)) continue
      if (isAccepted(setValue(scenario, `probes.${name}`, spec)))
        return [{ name, spec, description: facts.description }]
    }
    return []
  })
}

function isAccepted(raw: unknown): boolean {
  try {
    checkScenario(parseScenario(raw))
    return true
  } catch {
    return false
  }
}

/** Shows the offer in the place of the plots, where there are none. */
export function offerProbes(place: HTMLElement, workplace: Workplace, messages: Messages): void {
  const scenario = workplace.opened?.simulation.model.scenario
  if (scenario === undefined || !place.hidden) return
  const offers = fittingProbes(scenario)
  if (offers.length === 0) return
  const element = document.createElement('section')
  element.className = 'plot offer'
  element.innerHTML =
    '<header><h3>No probes</h3></header><p>This scenario samples nothing. Add a probe:</p><div></div>'
  const list = element.querySelector('div') as HTMLElement
  list.append(
    ...offers.map(({ name, spec, description }) => {
      const button = document.createElement('button')
      button.type = 'button'
      button.textContent = name
      button.title = description
      button.addEventListener('click', () => {
        void workplace.set(`probes.${name}`, spec).then((done) => {
          if (done) messages.notice(`The probe ${name} is added. Ctrl+Z takes it back.`)
        })
      })
      return button
    }),
  )
  place.replaceChildren(element)
  place.hidden = false
}
