/** The values of a scenario with controls in an embedded network. Pure. */
import type { Scenario } from '../../core/model/schema.ts'
import { suggestion } from '../../core/suggestion.ts'
import { type ControlField, controlFields } from '../controls/fields.ts'

export interface Chosen {
  readonly fields: readonly ControlField[]
  /** One line for each invalid name: the name, the error, the remedy. */
  readonly faults: readonly string[]
}

/** Number of default controls. */
const MOST = 4

/**
 * @param running - paths that act without a rebuild; a short name prefers one of them
 * @param names - such as `beta, neurons.visible.tau`; undefined = a few that act at once
 */
export function chosenFields(
  scenario: Scenario,
  running: readonly string[],
  names: string | undefined,
): Chosen {
  const all = controlFields(scenario)
  if (names === undefined) {
    const usual = all
      .filter(({ path, control }) => control !== undefined && running.includes(path))
      .map((field) => ({ field, rank: RANKS.findIndex((one) => one.test(field.path)) }))
      .filter(({ rank }) => rank !== -1)
      .sort((a, b) => a.rank - b.rank)
    return { fields: titled(usual.slice(0, MOST).map(({ field }) => field)), faults: [] }
  }
  const fields: ControlField[] = []
  const faults: string[] = []
  for (const name of names.split(',').map((part) => part.trim())) {
    if (name === '') continue
    const meant = meantBy(name, all, running)
    const [field] = meant
    if (field === undefined) {
      const known = [...new Set(all.flatMap(({ path }) => [path, keyOf(path)]))]
      faults.push(`controls: there is no value "${name}"${suggestion(name, known)}`)
    } else if (meant.length > 1) {
      const paths = meant.map(({ path }) => path).join(' or ')
      faults.push(`controls: "${name}" may be ${meant.length} values; write ${paths}`)
    } else if (!fields.includes(field)) fields.push(field)
  }
  return { fields: titled(fields), faults }
}

/** Order of default controls: Lagrangians, then couplings, then noise. */
const RANKS = [/\.lagrangian\./, /^(memories|synapses)\..*\.(tau|beta|strength)$/, /\.temperature$/]

const keyOf = (path: string): string => path.split('.').at(-1) as string

/** A path, or the end of one. */
function meantBy(
  name: string,
  all: readonly ControlField[],
  running: readonly string[],
): readonly ControlField[] {
  const exact = all.filter(({ path }) => path === name)
  if (exact.length > 0) return exact
  const ending = all.filter(({ path }) => path.endsWith(`.${name}`))
  const acting = ending.filter(({ path }) => running.includes(path))
  return acting.length > 0 ? acting : ending
}

/** In a list without folders a title alone may be that of several. */
function titled(fields: readonly ControlField[]): ControlField[] {
  return fields.map((field) => {
    const isShared = fields.some((other) => other !== field && other.title === field.title)
    return isShared && field.item !== undefined ? { ...field, title: `${field.item} ${field.title}` } : field
  })
}
