/** Starts all requests of the page in parallel. */
import { compilePlan } from '../../core/gpu/engine.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { sketchOf } from '../../core/model/sketch.ts'
import { planOn } from '../../core/run/options.ts'
import type { PageDevice } from './device.ts'

/**
 * Compiles the kernels of a scenario while its files load: kernels depend on the shapes of a network, not on its
 * numbers. A shape that only a file determines may be guessed wrong. Errors are reported later, when the network
 * is built.
 */
export function compileAhead({ device, limits }: PageDevice, scenario: Scenario): void {
  try {
    compilePlan(device, planOn(device, sketchOf(undefined, scenario), { limits }).plan).catch(() => undefined)
  } catch {
    // The network cannot be planned; loading the model reports the error.
  }
}
