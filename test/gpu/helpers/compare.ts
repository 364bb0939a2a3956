/** A run on the GPU next to the same run in float64. */
import { arrayNames } from '../../../src/core/model/couplings.ts'
import { expect } from 'vitest'
import type { Model } from '../../../src/core/model/model.ts'
import { isSampled } from '../../../src/core/plan/clock.ts'
import { createReference, type Reference } from '../../../src/core/reference/network.ts'
import { probed } from '../../../src/core/reference/probes.ts'
import {
  createSimulation,
  type Simulation,
  type SimulationOptions,
} from '../../../src/core/run/simulation.ts'
import { testDevice } from '../device.ts'
import { drift, expectWithin, largest } from './within.ts'

export { drift }

/** Names of everything that `read` gives. */
export function namesOf(model: Model): string[] {
  return arrayNames(model)
}

/** One simulation, destroyed afterwards whatever happens. */
export async function withSimulation<T>(
  model: Model,
  body: (simulation: Simulation) => Promise<T>,
  options: SimulationOptions = {},
): Promise<T> {
  const { device } = await testDevice()
  const simulation = await createSimulation(device, model, { resident: 'off', ...options })
  try {
    return await body(simulation)
  } finally {
    simulation.destroy()
  }
}

/** Values of all names, by name. */
export async function readAll(simulation: Simulation): Promise<Record<string, Float32Array>> {
  const result: Record<string, Float32Array> = {}
  for (const name of namesOf(simulation.model)) result[name] = (await simulation.read(name)).data
  return result
}

/** Compares all that a simulation holds and has sampled with a reference that did the same. */
export async function expectSame(simulation: Simulation, reference: Reference, bound: number): Promise<void> {
  for (const name of namesOf(simulation.model)) {
    const { data } = await simulation.read(name)
    const expected = reference.read(name)
    // What does not change is held once for all replicas.
    const once = expected.subarray(0, data.length)
    expectWithin(data, once, bound * (1 + largest(once)), `tick ${reference.tick}, ${name}`)
  }
}

/**
 * Runs a model both ways, tick 0 included, and compares states, couplings and every sample of every probe.
 */
export async function expectLikeReference(
  model: Model,
  ticks: number,
  options: SimulationOptions = {},
): Promise<void> {
  await withSimulation(
    model,
    async (simulation) => {
      const reference = createReference(model)
      const bound = drift(model, ticks)
      const expected = model.probes.map((): { tick: number[]; value: number[][] } => ({
        tick: [],
        value: [],
      }))
      const sample = (): void => {
        model.probes.forEach((probe, index) => {
          if (!isSampled(reference.tick, probe.every)) return
          expected[index]!.tick.push(reference.tick)
          expected[index]!.value.push(probed(reference, probe))
        })
      }
      await simulation.step(0)
      await expectSame(simulation, reference, bound)
      sample()
      for (let tick = 0; tick < ticks; tick++) {
        reference.step()
        sample()
      }
      await simulation.step(ticks)
      await simulation.flush()
      await expectSame(simulation, reference, bound)
      simulation.series.forEach((series, index) => {
        const { tick, value } = expected[index]!
        expect([series.name, ...series.tick]).toEqual([series.name, ...tick])
        value.forEach((should, k) => {
          const is = (series.terms ?? series.value)[k]!
          const once = should.slice(0, is.length)
          // The terms of an energy are sums over whole matrices.
          const size = series.kind === 'energy' ? Math.max(...model.layers.map((layer) => layer.size)) : 1
          expectWithin(is, once, bound * size * (1 + largest(once)), `${series.name}, tick ${tick[k]}:`)
          if (series.terms !== undefined) {
            const count = is.length / model.replicas
            const totals = Array.from({ length: model.replicas }, (_, r) =>
              Array.from(is.subarray(r * count, (r + 1) * count)).reduce((a, b) => a + b, 0),
            )
            expectWithin(series.value[k]!, totals, 1e-6 * (1 + largest(is)), `${series.name}, total:`)
          }
        })
      })
    },
    options,
  )
}
