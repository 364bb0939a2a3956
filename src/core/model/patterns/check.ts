/** Checks of patterns before they are loaded. */
import { ModelError } from '../../errors.ts'
import { find } from '../find.ts'
import type { Patterns } from './schema.ts'
import type { Scenario } from '../schema.ts'
import { isSparseInit, memorySpecs, partsOf } from '../specs.ts'

/** @throws ModelError if keys contradict each other or a name is unknown */
export function checkPatterns(
  scenario: Scenario,
  patterns: Patterns,
  path: string,
  masks: 'masks' | 'no masks' = 'no masks',
): void {
  if (patterns.kind === 'random' && patterns.distribution === 'orthogonal' && patterns.sparsity) {
    throw new ModelError('zeros would break the orthogonality; leave sparsity out or use "sphere"', {
      path: `${path}.sparsity`,
    })
  }
  if (patterns.kind === 'random' && patterns.distribution !== 'binary' && patterns.correlation) {
    throw new ModelError(
      `is ${patterns.correlation}, but only binary rows can be correlated, not "${patterns.distribution}"; leave correlation out or use "binary"`,
      { path: `${path}.correlation` },
    )
  }
  if (patterns.kind === 'idx' && patterns.perLabel !== undefined && patterns.labels === undefined) {
    throw new ModelError('needs the labels; give their IDX file as `labels`', { path: `${path}.perLabel` })
  }
  if (patterns.kind === 'idx' && patterns.classes !== undefined && patterns.labels === undefined) {
    throw new ModelError('needs the labels; give their IDX file as `labels`', { path: `${path}.classes` })
  }
  if (patterns.kind === 'rows') checkOrigin(scenario, patterns.of, `${path}.of`)
  const { corrupt } = patterns
  if (corrupt?.op === 'mask' && masks === 'no masks') {
    throw new ModelError(
      'mask is possible only in the patterns of a stimulus; use occlude, which sets entries to 0',
      {
        path: `${path}.corrupt.op`,
      },
    )
  }
  if (corrupt?.op === 'occlude') {
    const { fraction, side, rectangle } = corrupt
    if (
      (fraction === undefined) === (rectangle === undefined) ||
      (side !== undefined && rectangle !== undefined)
    ) {
      throw new ModelError('occlude needs either fraction (and side) or rectangle; give one of them', {
        path: `${path}.corrupt`,
      })
    }
  }
}

/** `rows` must copy from an entry with rows, and must not lead back to itself. */
function checkOrigin(scenario: Scenario, of: string, path: string): void {
  const chain: string[] = []
  let name: string | undefined = of
  while (name !== undefined) {
    if (chain.includes(name)) {
      const circle = [...chain.slice(chain.indexOf(name)), name].join(' -> ')
      throw new ModelError(
        `the rows copy each other in a circle: ${circle}; give one of them its own source`,
        {
          path,
        },
      )
    }
    chain.push(name)
    const origin = originOf(scenario, name, path)
    name = origin.kind === 'rows' ? origin.of : undefined
  }
}

/** The patterns that `rows` with this name copies. */
function originOf(scenario: Scenario, name: string, path: string): Patterns {
  const origins: Record<string, Patterns> = {}
  for (const [memory, { init }] of Object.entries(memorySpecs(scenario))) {
    if (!isSparseInit(init)) origins[memory] = init
    else if (memory === name)
      throw new ModelError(`memories.${name} is sparse and has no rows to copy; name another memory`, {
        path,
      })
  }
  Object.assign(origins, partsOf(scenario))
  for (const [synapse, { base }] of Object.entries(scenario.synapses)) {
    if (base !== 0 && 'patterns' in base) origins[synapse] = base.patterns
    else if (synapse === name) {
      throw new ModelError(`synapses.${name} has no base of patterns and no rows; name a memory`, { path })
    }
  }
  scenario.stimulus.forEach(({ patterns }, index) => (origins[`stimulus.${index}`] = patterns))
  const origin = find(origins, name, 'memory, synapse or stimulus', path)
  if (origin.corrupt?.op === 'mask') {
    throw new ModelError(`the patterns of ${name} are masked and cannot be copied; copy their source`, {
      path,
    })
  }
  return origin
}
