/** Finds entries by the names of a scenario. */
import { ModelError } from '../errors.ts'
import { suggestion } from '../suggestion.ts'
import type { LayerSpec, Scenario } from './schema.ts'

/** [N], [height, width] or [channels, height, width] of a layer. */
export function shapeOf({ size }: Pick<LayerSpec, 'size'>): readonly number[] {
  return typeof size === 'number' ? [size] : size
}

/** N of a layer. */
export function sizeOf(layer: Pick<LayerSpec, 'size'>): number {
  return shapeOf(layer).reduce((product, length) => product * length, 1)
}

/**
 * The entry of that name.
 * @param what - the noun for an entry in the error, such as `layer`
 * @param path - path of the name
 * @throws ModelError if there is none, naming the nearest
 */
export function find<T>(entries: Readonly<Record<string, T>>, name: string, what: string, path: string): T {
  if (!Object.hasOwn(entries, name)) {
    throw new ModelError(`no ${what} is called \`${name}\`${suggestion(name, Object.keys(entries))}`, {
      path,
    })
  }
  return entries[name] as T
}

export function findLayer(scenario: Scenario, name: string, path: string): LayerSpec {
  return find(scenario.neurons, name, 'layer', path)
}

/**
 * A coupling may join at most one adiabatic layer.
 * @throws ModelError naming the first two that are
 */
export function checkOrder(path: string, joined: readonly (readonly [string, LayerSpec])[]): void {
  const [first, second] = joined.flatMap(([name, { tau }]) => (tau === 0 ? [name] : []))
  if (second === undefined) return
  throw new ModelError(
    `joins \`${first}\` and \`${second}\`, both adiabatic (tau 0), so neither can be evaluated first; set ` +
      `neurons.${first}.tau or neurons.${second}.tau above 0`,
    { path },
  )
}
