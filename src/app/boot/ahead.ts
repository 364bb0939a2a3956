/** What the start of the page needs is asked for at once, and not one thing after the other. */
import { compilePlan } from '../../core/gpu/engine.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { sketchOf } from '../../core/model/sketch.ts'
import { planOn } from '../../core/run/options.ts'
import type { PageDevice } from './device.ts'

/**
 * Compiles the kernels of a scenario while its files are still on their way: they depend on the shapes of a network and
 * not on its numbers. Where a shape is known from a file alone, some may be guessed wrong; what fails here is told when
 * the network is built.
 */
export function compileAhead({ device, limits }: PageDevice, scenario: Scenario): void {
  try {
    compilePlan(device, planOn(device, sketchOf(undefined, scenario), { limits }).plan).catch(() => undefined)
  } catch {
    // So it cannot be planned; the reader hears of it from the model itself.
  }
}
