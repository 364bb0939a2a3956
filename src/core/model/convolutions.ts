/** Memories of kind "convolution": the shapes of layers that a filter bank fits between. */
import { ModelError } from '../errors.ts'
import { columnsOf, type Geometry, placesAlong } from '../kinds/couplings/convolution.ts'
import { findLayer, shapeOf } from './find.ts'
import type { MemorySpec, Scenario } from './schema.ts'

export type ConvolutionSpec = Extract<MemorySpec, { readonly kind: 'convolution' }>

/**
 * The shapes of a convolution.
 * @throws ModelError where its layers are not images, or not of the shapes that it makes
 */
export function geometryOf(scenario: Scenario, name: string, spec: ConvolutionSpec): Geometry {
  const { kernel, stride, boundary } = spec
  const image = imageOf(scenario, spec.from, `memories.${name}.from`)
  const features = imageOf(scenario, spec.to, `memories.${name}.to`)
  const [, height, width] = image
  const places = [
    placesAlong(height, kernel[0], stride, boundary),
    placesAlong(width, kernel[1], stride, boundary),
  ] as const
  if (places.some((count) => count < 1))
    throw new ModelError(
      `[${kernel.join(', ')}] is larger than the [${height}, ${width}] of layer \`${spec.from}\`; use a smaller one, or boundary "zero"`,
      { path: `memories.${name}.kernel` },
    )
  const [count, down, across] = features
  if (down !== places[0] || across !== places[1])
    throw new ModelError(
      `is [${shapeOf(findLayer(scenario, spec.to, '')).join(', ')}], but filters of [${kernel.join(', ')}], stride ${stride}, boundary "${boundary}" have ` +
        `${places.join(' x ')} places in the [${height}, ${width}] of layer \`${spec.from}\`; set it to [${count}, ${places.join(', ')}]`,
      { path: `neurons.${spec.to}.size` },
    )
  return { image, features, kernel, stride, boundary }
}

/** [channels, height, width] of a layer. */
function imageOf(scenario: Scenario, layer: string, path: string): readonly [number, number, number] {
  const shape = shapeOf(findLayer(scenario, layer, path))
  const [first = 1, second, third] = shape
  if (second === undefined)
    throw new ModelError(
      `names \`${layer}\`, a layer of ${first} neurons, but a convolution joins images; set neurons.${layer}.size to [height, width] or ` +
        '[channels, height, width]',
      { path },
    )
  return third === undefined ? [1, first, second] : [first, second, third]
}

/** What the rows of a filter bank must be like. */
export function filterRows(
  scenario: Scenario,
  name: string,
  spec: ConvolutionSpec,
): {
  readonly count: number
  readonly columns: number
  readonly shape: readonly [number, number]
  readonly text: string
} {
  const geometry = geometryOf(scenario, name, spec)
  const [channels] = geometry.image
  const [height, width] = geometry.kernel
  return {
    count: geometry.features[0],
    columns: columnsOf(geometry),
    shape: [channels * height, width],
    text: `a filter has ${channels} x ${height} x ${width} weights`,
  }
}
