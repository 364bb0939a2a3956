/** A sample that is not finite ends the run, because later values would be invalid. */
import { RunError } from '../errors.ts'
import type { Sample } from './series.ts'

/** @throws RunError with the probe, the tick and the value */
export function checkFinite({ probe, tick, value, terms }: Sample): void {
  const wrong = first(value) ?? (terms === undefined ? undefined : first(terms))
  if (wrong === undefined) return
  throw new RunError(
    `probe \`${probe}\` is ${wrong} at tick ${tick}, which is not finite; use smaller values (couplings, gains, patterns) or a ` +
      'smaller time.dt',
  )
}

function first(values: Float32Array | Float64Array): number | undefined {
  return values.find((value) => !Number.isFinite(value))
}
