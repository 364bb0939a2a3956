/** A row for each integrator: logarithm of what one step of z = h speed leaves of the way to a goal that stands still. */
import type { IntegratorKind } from '../src/core/kinds/integrators/table.ts'

export const LEFT: Readonly<Record<IntegratorKind, (z: number) => number>> = {
  'exponential-euler': (z) => -z,
  euler: (z) => Math.log1p(-z),
  heun: (z) => Math.log1p(-z + z ** 2 / 2),
  rk4: (z) => Math.log1p(-z + z ** 2 / 2 - z ** 3 / 6 + z ** 4 / 24),
}
