/** The runs of a visit as a text to store. Pure. */
import { parseScenario } from '../../core/model/parse.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { Chart } from '../plots/history.ts'
import type { Run } from './ledger.ts'

/** The source of the network of a run, as it can be stored. */
export interface Made {
  /** The shipped scenario. */
  readonly origin?: { readonly id: string; readonly scenario: Scenario }
  /** Entry of the browser's history that has the files of the reader. */
  readonly entry?: string
}

export interface KeptRun extends Run<Made> {
  /** Curves of a pinned run. */
  readonly charts?: ReadonlyMap<string, Chart>
}

/** Scenarios are stored once: many runs have the same. */
interface Stored {
  readonly scenarios: readonly unknown[]
  readonly runs: readonly {
    readonly number: number
    /** Places in the list of scenarios. */
    readonly scenario: number
    readonly home: number
    readonly origin?: readonly [string, number]
    readonly entry?: string
    readonly from: number
    readonly to: number
    readonly finals: readonly (readonly [string, number])[]
    readonly charts?: readonly (readonly [string, Chart])[]
    readonly isOver: boolean
  }[]
}

/**
 * The text to store; undefined if there is none. Where there is no room for all, the pinned runs come first, then the last ones.
 * @param most - number of characters
 */
export function runsText(runs: readonly KeptRun[], most: number): string | undefined {
  const places = new Map<string, number>()
  const texts = new Map<Scenario, string>()
  const textOf = (scenario: Scenario): string => {
    const text = texts.get(scenario) ?? JSON.stringify(scenario)
    texts.set(scenario, text)
    return text
  }
  const kept = new Map<number, string>()
  let length = 0
  for (const run of [...runs].sort((a, b) => isPinned(b) - isPinned(a) || b.number - a.number)) {
    const fresh = new Map<string, number>()
    const placeOf = (scenario: Scenario): number => {
      const text = textOf(scenario)
      const place = places.get(text) ?? fresh.get(text) ?? places.size + fresh.size
      if (!places.has(text)) fresh.set(text, place)
      return place
    }
    const { scenario, home, source, finals, charts, number, from, to, isOver } = run
    const { origin, entry } = source
    const stored: Stored['runs'][number] = {
      number,
      scenario: placeOf(scenario),
      home: placeOf(home),
      ...(origin && { origin: [origin.id, placeOf(origin.scenario)] }),
      ...(entry !== undefined && { entry }),
      from,
      to,
      finals: [...finals],
      ...(charts && { charts: [...charts] }),
      isOver,
    }
    const text = JSON.stringify(stored)
    const more = [text, ...fresh.keys()].reduce((sum, one) => sum + one.length, 0)
    if (length + more > most) continue
    length += more
    for (const [scenarioText, place] of fresh) places.set(scenarioText, place)
    kept.set(number, text)
  }
  if (kept.size === 0) return undefined
  const inOrder = [...kept].sort(([a], [b]) => a - b).map(([, text]) => text)
  return `{"scenarios":[${[...places.keys()].join()}],"runs":[${inOrder.join()}]}`
}

const isPinned = ({ charts }: KeptRun): number => Number(charts !== undefined)

/**
 * The inverse of `runsText`.
 * @throws Error if the text is damaged
 */
export function readRuns(text: string): KeptRun[] {
  const { scenarios, runs } = JSON.parse(text) as Stored
  const parsed = scenarios.map((one) => parseScenario(one))
  const at = (place: number): Scenario => {
    const scenario = parsed[place]
    if (scenario === undefined) throw new Error('a run without its scenario')
    return scenario
  }
  return runs.map(({ scenario, home, origin, entry, finals, charts, ...run }) => ({
    ...run,
    scenario: at(scenario),
    home: at(home),
    source: {
      ...(origin && { origin: { id: origin[0], scenario: at(origin[1]) } }),
      ...(entry !== undefined && { entry }),
    },
    finals: new Map(finals),
    ...(charts && { charts: new Map(charts) }),
  }))
}
