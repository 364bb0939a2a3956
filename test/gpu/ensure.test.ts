/** What follows from the state stands in its buffers once it is asked for, and only what is asked for is made. */
import { describe, expect, test } from 'vitest'
import type { Model } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { createReference } from '../../src/core/reference/network.ts'
import type { Simulation, SimulationOptions } from '../../src/core/run/simulation.ts'
import { buildModel, normalRows } from '../build.ts'
import { drift, withSimulation } from './helpers/compare.ts'
import { expectWithin } from './helpers/within.ts'

const TICKS = 3
const SIZES = { v: 12, u: 8, h: 20, k: 16 }

/** Two layers that move, each with an adiabatic one of softmax above it. */
function network(): Model {
  const stream = new RandomStream(5, 'ensure')
  const softmax = { kind: 'softmax', beta: 1 } as const
  return buildModel({
    layers: [
      {
        name: 'v',
        size: SIZES.v,
        lagrangian: { kind: 'tanh', gain: 1 },
        init: normalRows(stream, 1, SIZES.v),
      },
      { name: 'h', size: SIZES.h, lagrangian: softmax, tau: 0 },
      {
        name: 'u',
        size: SIZES.u,
        lagrangian: { kind: 'tanh', gain: 1 },
        init: normalRows(stream, 1, SIZES.u),
      },
      { name: 'k', size: SIZES.k, lagrangian: softmax, tau: 0 },
    ],
    memories: [
      { name: 'xi', from: 'v', to: 'h', init: normalRows(stream, SIZES.h, SIZES.v) },
      { name: 'zeta', from: 'u', to: 'k', init: normalRows(stream, SIZES.k, SIZES.u) },
    ],
  })
}

/** The first values of a buffer as it stands, with nothing made first. */
async function peek({ engine }: Simulation, buffer: string, count: number): Promise<Float32Array> {
  const { device } = engine
  const staging = device.createBuffer({
    size: count * 4,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  })
  const encoder = device.createCommandEncoder()
  encoder.copyBufferToBuffer(engine.buffer(buffer), 0, staging, 0, count * 4)
  device.queue.submit([encoder.finish()])
  await staging.mapAsync(GPUMapMode.READ)
  const values = new Float32Array(staging.getMappedRange().slice(0))
  staging.destroy()
  return values
}

/** Dispatches of a call. */
function cost(simulation: Simulation, act: () => void): number {
  const before = simulation.counts.dispatches
  act()
  return simulation.counts.dispatches - before
}

const after = (model: Model) => {
  const reference = createReference(model)
  for (let tick = 0; tick < TICKS; tick++) reference.step()
  return reference
}

const stepped = (
  options: SimulationOptions,
  body: (simulation: Simulation) => Promise<void>,
): Promise<void> =>
  withSimulation(
    network(),
    async (simulation) => {
      await simulation.step(TICKS)
      await body(simulation)
    },
    options,
  )

describe.each<readonly [string, SimulationOptions]>([
  ['in ticks', {}],
  ['in no tick, since what sends to it reads its memory once', { variants: { attention: 'on' } }],
  ['inside one kernel', { resident: 'on' }],
])('an adiabatic layer that is made %s', (_, options) => {
  test('belongs to the state as it stands once it is asked for, and no other layer is made', async () => {
    const model = network()
    await stepped(options, async (simulation) => {
      const before = await peek(simulation, 'k/state', SIZES.k)
      simulation.ensure(['h'])
      const expected = after(model).read('h')
      expectWithin(await peek(simulation, 'h/state', SIZES.h), expected, drift(model, TICKS) * 10, 'h')
      expect(await peek(simulation, 'k/state', SIZES.k)).toEqual(before)
      expect(cost(simulation, () => simulation.ensure(['h', 'k']))).toBeGreaterThan(
        cost(simulation, () => simulation.ensure(['h'])),
      )
    })
  })

  test('costs a view that may be a tick behind nothing where ticks make it', async () => {
    await stepped(options, (simulation) => {
      const isInTicks = Object.keys(options).length === 0
      expect(cost(simulation, () => simulation.ensure(['h'], 1)) === 0).toBe(isInTicks)
      return Promise.resolve()
    })
  })
})

test('a state is in its buffer anyway, and what there is not costs nothing', async () => {
  await stepped({}, (simulation) => {
    expect(cost(simulation, () => simulation.ensure(['v', 'xi', 'nothing']))).toBe(0)
    return Promise.resolve()
  })
})

test('names are a list', async () => {
  await stepped({}, (simulation) => {
    expect(() => simulation.ensure('h' as never)).toThrow('ensure takes a list, not "h"')
    expect(() => simulation.ensure([1] as never)).toThrow('ensure takes a list of strings, not [1]')
    return Promise.resolve()
  })
})
