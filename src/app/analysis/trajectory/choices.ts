/** The reader's choices for the trajectory: they stay while the panel is closed, and follow names. Pure. */
import { type Renames, renamed } from '../../session/rebuild.ts'

export type View = 'plane' | 'components' | 'correlation' | 'visits'

export interface Choices {
  /** Undefined = the plane where there is one. */
  readonly view: View | undefined
  readonly layer: string
  /** The place of the patterns, such as `memories.xi`. */
  readonly source: string
  readonly a: number
  readonly b: number
  /** The probe of the autocorrelation; empty = the state. */
  readonly of: string
  readonly energy: boolean
}

export const FIRST: Choices = {
  view: undefined,
  layer: '',
  source: '',
  a: 0,
  b: 1,
  of: '',
  energy: true,
}

/** The same choices under the new names. */
export function followed(choices: Choices, { parts, probes }: Renames): Choices {
  const [group = '', ...rest] = choices.source.split('.')
  const name = rest.join('.')
  const now = group === 'probes' ? (probes.get(name) ?? name) : renamed(name, parts)
  return {
    ...choices,
    layer: renamed(choices.layer, parts),
    source: choices.source === '' ? '' : `${group}.${now}`,
    of: probes.get(choices.of) ?? choices.of,
  }
}

/** Why principal components take the place of the plane; undefined where the plane is drawn, or another view is chosen. */
export function noPlane(
  { view }: Choices,
  sources: number,
  isParallel: boolean,
): 'no patterns' | 'parallel' | undefined {
  if (view !== undefined && view !== 'plane') return undefined
  if (sources === 0) return 'no patterns'
  // A reader who chooses the plane chooses other patterns next.
  return isParallel && view === undefined ? 'parallel' : undefined
}
