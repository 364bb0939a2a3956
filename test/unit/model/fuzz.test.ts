import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ModelError } from '../../../src/core/errors.ts'
import { setValue } from '../../../src/core/model/path.ts'
import { memory, resolve, scenario } from './resolving.ts'

const whole = {
  ...scenario({
    synapses: { w: { layer: 'visible', tau: 1, base: { kind: 'hebbian', patterns: { kind: 'zeros' } } } },
    memories: { xi: memory({ rule: 'gated', tau: 5, bias: { kind: 'zeros' } }) },
    stimulus: [
      {
        kind: 'clamp',
        layer: 'visible',
        patterns: {
          kind: 'values',
          values: [[1, 2, 3, 4, 5, 6]],
          transform: [{ op: 'center' }],
          corrupt: { op: 'mask', fraction: 0.5 },
        },
      },
    ],
    probes: {
      m: { kind: 'similarity', memory: 'xi', patterns: { kind: 'rows', of: 'xi', select: [2, 1, 0] } },
    },
  }),
}

/** The paths of all values in a scenario. */
function pathsOf(value: unknown, path: string[] = []): string[][] {
  const below = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return [
    ...(path.length > 0 ? [path] : []),
    ...below.flatMap(([key, child]) => pathsOf(child, [...path, key])),
  ]
}

/** A copy with the value at a path replaced, or removed when it is undefined. */
function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by
  if (Array.isArray(value)) {
    const entries: unknown[] = [...(value as unknown[])]
    entries[Number(key)] = replaced(entries[Number(key)], rest, by)
    return entries
  }
  const { [key]: old, ...others } = value as Record<string, unknown>
  const child = replaced(old, rest, by)
  return child === undefined ? others : { ...others, [key]: child }
}

const likely = fc.constantFrom<unknown>(
  ...[
    0,
    1,
    -1,
    2,
    0.5,
    1e9,
    2 ** 31,
    'visible',
    'hidden',
    'xi',
    'w',
    'zeros',
    'rows',
    'linear',
    'power',
    'a\nb',
  ],
  ...[
    [],
    {},
    null,
    true,
    [1],
    [[1]],
    { kind: 'zeros' },
    { kind: 'rows', of: 'xi' },
    { op: 'occlude' },
    undefined,
  ],
)

describe('whatever a scenario holds', () => {
  it('it is either a model or refused in one line that names the file', async () => {
    const paths = pathsOf(whole)
    const change = fc.tuple(fc.constantFrom(...paths), fc.oneof(likely, fc.jsonValue({ maxDepth: 2 })))
    let refused = 0
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 2 }), async (changes) => {
        const raw = changes.reduce<unknown>(
          (value, [path, by]) => (reaches(value, path) ? replaced(value, path, by) : value),
          whole,
        )
        const error = await resolve(raw).then(
          () => undefined,
          (reason: unknown) => reason,
        )
        if (error === undefined) return
        refused++
        expect(error).toBeInstanceOf(ModelError)
        expect((error as ModelError).message).toMatch(/^s\.json: \S[^\n]*$/)
      }),
      { numRuns: 300 },
    )
    expect(refused).toBeGreaterThan(60)
    // Hundreds of whole models take seconds on a busy machine.
  }, 60_000)

  it('every value can be reached by --set', () => {
    for (const path of pathsOf(whole)) {
      expect(setValue(whole, path.join('.'), 'x')).toEqual(replaced(whole, path, 'x'))
    }
  })
})

function reaches(value: unknown, path: readonly string[]): boolean {
  return path.slice(0, -1).reduce<unknown>((at, key) => step(at, key), value) instanceof Object
}

function step(value: unknown, key: string): unknown {
  // Own keys only: every array has a method `values`.
  return value instanceof Object && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined
}
