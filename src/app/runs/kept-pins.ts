/** Pinned runs in the storage of the tab, so that a reload has them; nothing leaves the browser. */
import { parseScenario } from '../../core/model/parse.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { Chart } from '../plots/history.ts'
import type { Run } from './ledger.ts'

const KEY = 'engram.pins'

/** The most characters: the storage of a tab holds about five million, and the networks need most of them. */
const MOST_CHARACTERS = 2 ** 20

/** A pinned run without what its network was made from. */
export interface KeptPin extends Pick<Run, 'scenario' | 'from' | 'to' | 'finals'> {
  readonly charts: ReadonlyMap<string, Chart>
}

/** The text to store; the oldest pins are left out if there is no room. */
function pinsText(home: Scenario, pins: readonly KeptPin[]): string | undefined {
  const one = (pin: KeptPin): string =>
    JSON.stringify({ ...pin, finals: [...pin.finals], charts: [...pin.charts] })
  const start = JSON.stringify(home)
  const texts: string[] = []
  let length = start.length
  for (const text of pins.map(one).toReversed()) {
    length += text.length
    if (length > MOST_CHARACTERS) break
    texts.unshift(text)
  }
  return texts.length === 0 ? undefined : `{"home":${start},"pins":[${texts.join()}]}`
}

/** The pins of a text that belong to a scenario as it was opened. */
function readPins(text: string, home: Scenario): readonly KeptPin[] {
  interface Stored extends Omit<KeptPin, 'finals' | 'charts'> {
    readonly finals: readonly (readonly [string, number])[]
    readonly charts: readonly (readonly [string, Chart])[]
  }
  const stored = JSON.parse(text) as { readonly home: unknown; readonly pins: readonly Stored[] }
  if (JSON.stringify(stored.home) !== JSON.stringify(home)) return []
  return stored.pins.map((pin) => ({
    ...pin,
    scenario: parseScenario(pin.scenario),
    finals: new Map(pin.finals),
    charts: new Map(pin.charts),
  }))
}

export function keepPins(home: Scenario, pins: readonly KeptPin[]): void {
  try {
    const text = pinsText(home, pins)
    if (text === undefined) sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, text)
  } catch {
    // Without room, or where storage is forbidden, a reload has no pins.
  }
}

export function recallPins(home: Scenario): readonly KeptPin[] {
  try {
    return readPins(sessionStorage.getItem(KEY) ?? '{"pins":[]}', home)
  } catch {
    // Of another version of the page, or damaged.
    return []
  }
}
