/** Warnings of shipped scenarios; loaded for a model that has warnings. */
import type { Scenario } from '../../core/model/schema.ts'
import { type Source, changedSource } from './source.ts'

const known = new WeakMap<Scenario, Promise<readonly string[]>>()

/** The warnings of a model that its shipped scenario has as well: what the lesson does on purpose, not the reader. */
export async function shippedWarnings({ model, origin }: Source): Promise<string[]> {
  if (origin === undefined) return []
  const { scenario } = origin
  const shipped =
    known.get(scenario) ??
    changedSource(scenario, {}).then(
      (source) => source.model.warnings,
      () => [],
    )
  known.set(scenario, shipped)
  const all = await shipped
  return model.warnings.filter((one) => all.includes(one))
}
