/** The steps to undo and to redo as a text to store. Pure. */
import { parseScenario } from '../../core/model/parse.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { Step } from '../editing/undo.ts'

/** A step without the states of networks. */
type KeptStep = Omit<Step, 'states'>

/** Of each list the next step is the last. */
export interface KeptSteps {
  /** Entry of the browser's history. */
  readonly entry: string
  /** The scenario between both lists. */
  readonly present: Scenario
  readonly done: readonly KeptStep[]
  readonly undone: readonly KeptStep[]
}

/** Places in the list of scenarios, and a draft. */
type StoredStep = readonly [number, number, string?]

interface Stored {
  readonly entry: string
  readonly scenarios: readonly unknown[]
  readonly done: readonly StoredStep[]
  readonly undone: readonly StoredStep[]
}

/**
 * The text to store, without the states of networks. Where there is no room for all, the steps next to the present are kept.
 * @param most - number of characters
 */
export function stepsText({ entry, present, done, undone }: KeptSteps, most: number): string {
  // The present scenario is the first.
  const scenarios = [JSON.stringify(present)]
  let length = 0
  const placeOf = (scenario: Scenario): number => {
    const text = JSON.stringify(scenario)
    const place = scenarios.indexOf(text)
    if (place >= 0) return place
    length += text.length
    return scenarios.push(text) - 1
  }
  const lists: [StoredStep[], StoredStep[]] = [[], []]
  for (let back = 1; back <= Math.max(done.length, undone.length); back++)
    for (const [index, step] of [done.at(-back), undone.at(-back)].entries()) {
      if (step === undefined || length > most) continue
      const { from, to, draft } = step
      length += draft?.length ?? 0
      const places = [placeOf(from), placeOf(to)] as const
      lists[index]?.unshift(draft === undefined ? places : [...places, draft])
    }
  return `{"entry":${JSON.stringify(entry)},"scenarios":[${scenarios.join()}],"done":${JSON.stringify(lists[0])},"undone":${JSON.stringify(lists[1])}}`
}

/**
 * The inverse of `stepsText`.
 * @throws Error if the text is damaged
 */
export function readSteps(text: string): KeptSteps {
  const { entry, scenarios, done, undone } = JSON.parse(text) as Stored
  const parsed = scenarios.map((one) => parseScenario(one))
  const at = (place: number): Scenario => {
    const scenario = parsed[place]
    if (scenario === undefined) throw new Error('a step without its scenario')
    return scenario
  }
  const stepOf = ([from, to, draft]: StoredStep): KeptStep => ({
    from: at(from),
    to: at(to),
    ...(draft !== undefined && { draft }),
  })
  return { entry, present: at(0), done: done.map(stepOf), undone: undone.map(stepOf) }
}
