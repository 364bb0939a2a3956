/** The network from which the values of the open one differ: the opened one, or one that was built from it. Pure. */
import type { Scenario } from '../../core/model/schema.ts'

export interface Bases {
  /** Another scenario is opened. */
  open(home: Scenario): void
  /**
   * The first scenario with the same network. With the parts of the opened scenario, all that differs are values. With other parts, the
   * network was built here: its numbers are values, and all else is the network.
   */
  readonly of: (scenario: Scenario) => Scenario
}

export function createBases(): Bases {
  let parts = ''
  let known = new Map<string, Scenario>()
  return {
    open(home) {
      parts = partsOf(home)
      known = new Map([[parts, home]])
    },
    of(scenario) {
      const own = partsOf(scenario)
      const key = own === parts ? own : networkOf(scenario)
      const found = known.get(key) ?? scenario
      known.set(key, found)
      return found
    },
  }
}

function groupsOf({ neurons, synapses, memories, stimulus, probes }: Scenario): object[] {
  return [neurons, synapses, memories, stimulus, probes]
}

/** The names of the parts. */
function partsOf(scenario: Scenario): string {
  return JSON.stringify(groupsOf(scenario).map((group) => Object.keys(group).sort()))
}

/** The parts without their numbers; a shape is no number. */
function networkOf(scenario: Scenario): string {
  return JSON.stringify(groupsOf(scenario), (key, value: unknown) =>
    key === 'size' ? String(value) : typeof value === 'number' ? 0 : value,
  )
}
