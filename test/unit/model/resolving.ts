import { ModelError } from '../../../src/core/errors.ts'
import type { Model } from '../../../src/core/model/model.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { resolveModel } from '../../../src/core/model/resolve.ts'

/** Parts of a scenario as a person writes them; tests make wrong ones on purpose. */
export type Raw = Record<string, unknown>

/** Two layers of 6 and 3 neurons joined by one memory, and whatever else is given. */
export function scenario(parts: Raw = {}): Raw {
  return {
    version: 1,
    time: { dt: 0.1, ticks: 10 },
    neurons: { visible: visible(), hidden: hidden() },
    memories: { xi: memory() },
    ...parts,
  }
}

export const visible = (parts: Raw = {}): Raw => ({ size: 6, lagrangian: { kind: 'tanh' }, ...parts })
export const hidden = (parts: Raw = {}): Raw => ({
  size: 3,
  lagrangian: { kind: 'softmax' },
  tau: 0,
  ...parts,
})
export const memory = (parts: Raw = {}): Raw => ({
  from: 'visible',
  to: 'hidden',
  init: { kind: 'random', distribution: 'binary' },
  ...parts,
})

/** Reads from a record of files, and counts. */
export function reader(files: Readonly<Record<string, Uint8Array>> = {}) {
  const counts: Record<string, number> = {}
  const read = (path: string): Promise<Uint8Array> => {
    counts[path] = (counts[path] ?? 0) + 1
    const bytes = files[path]
    return bytes === undefined
      ? Promise.reject(new ModelError(`${path} does not exist; check the name`))
      : Promise.resolve(bytes)
  }
  return { read, counts }
}

export async function resolve(
  raw: unknown,
  files: Readonly<Record<string, Uint8Array>> = {},
  options: { allowOutside?: boolean } = {},
): Promise<Model> {
  return resolveModel(parseScenario(raw, 's.json'), { file: 's.json', read: reader(files).read, ...options })
}

/** The model's first-stimulus patterns when `patterns` are shown to a visible layer of that size. */
export async function patternsOf(
  patterns: Raw,
  size: number | readonly number[],
  files: Readonly<Record<string, Uint8Array>> = {},
  seed = 1,
) {
  const raw = scenario({
    seed,
    neurons: { visible: visible({ size }), hidden: hidden() },
    stimulus: [{ kind: 'clamp', layer: 'visible', patterns }],
  })
  const { stimulus } = await resolve(raw, files)
  if (stimulus[0] === undefined) throw new Error('the scenario has a stimulus')
  return stimulus[0].patterns
}

export function row(rows: { columns: number; data: Float32Array }, index: number): number[] {
  return [...rows.data.subarray(index * rows.columns, (index + 1) * rows.columns)]
}
