import { describe, expect, it } from 'vitest'
import { encodeNpy } from '../../../src/core/data/npy.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { resolveModel } from '../../../src/core/model/resolve.ts'
import { hidden, memory, reader, resolve, scenario, visible, type Raw } from './resolving.ts'

const values = (...rows: number[][]): Raw => ({ kind: 'values', values: rows })
const floats = (data: number[]) => encodeNpy({ shape: [1, data.length], data: Float32Array.from(data) })

describe('a model', () => {
  it('has its layers, synapses, memories, stimuli and probes in the order of the scenario', async () => {
    const model = await resolve(
      scenario({
        neurons: {
          visible: visible({ size: [2, 3], bias: 0.5 }),
          hidden: hidden({ bias: values([1, 2, 3]) }),
        },
        synapses: { w: { layer: 'visible', tau: 2, every: 4, strength: 0.3 } },
        memories: {
          second: memory({ rule: 'gated', tau: 250, bias: { kind: 'zeros' } }),
          first: memory({ from: 'hidden', to: 'visible' }),
        },
        stimulus: [
          { kind: 'initial', layer: 'visible', patterns: { kind: 'zeros' } },
          { kind: 'current', layer: 'hidden', patterns: { kind: 'zeros' }, stop: 7, gap: 2 },
        ],
        probes: { z: { kind: 'energy' }, a: { kind: 'speed', layer: 'visible', every: 5 } },
      }),
    )
    expect(model.layers.map(({ name, size, shape }) => ({ name, size, shape }))).toEqual([
      { name: 'visible', size: 6, shape: [2, 3] },
      { name: 'hidden', size: 3, shape: [3] },
    ])
    expect([...(model.layers[0]?.bias.data ?? [])]).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
    expect([...(model.layers[1]?.bias.data ?? [])]).toEqual([1, 2, 3])
    expect(model.synapses).toEqual([
      {
        kind: 'lateral',
        name: 'w',
        layer: 'visible',
        tau: 2,
        every: 4,
        strength: 0.3,
        base: { kind: 'zero' },
        zeroDiagonal: false,
        symmetric: true,
      },
    ])
    expect(model.memories.map(({ name }) => name)).toEqual(['second', 'first'])
    expect(model.memories[0]).toMatchObject({ rule: 'gated', tau: 250, bias: { rows: 3, columns: 6 } })
    expect(model.memories[1]).toMatchObject({ init: { rows: 6, columns: 3 } })
    expect(model.memories[1]).not.toHaveProperty('tau')
    expect(model.stimulus).toMatchObject([
      { kind: 'initial', start: 0, stop: 1 },
      { kind: 'current', start: 0, stop: 7, dwell: 1, gap: 2, order: 'cycle' },
    ])
    expect(model.probes).toEqual([
      { kind: 'energy', name: 'z', every: 1 },
      { kind: 'speed', name: 'a', every: 5, layer: 'visible' },
    ])
    expect(model.warnings).toEqual([])
  })

  it('keeps a stimulus without stop on for ever', async () => {
    const { stimulus } = await resolve(
      scenario({ stimulus: [{ kind: 'clamp', layer: 'visible', patterns: { kind: 'zeros' } }] }),
    )
    expect(stimulus[0]?.stop).toBe(Infinity)
  })

  it('scales init but not bias', async () => {
    const xi = memory({
      from: 'hidden',
      to: 'one',
      init: values([1, 2, 3]),
      bias: values([1, 2, 3]),
      scale: -2,
      rule: 'hebbian',
      tau: 1,
    })
    const one = visible({ size: 1 })
    const { memories } = await resolve(scenario({ neurons: { hidden: hidden(), one }, memories: { xi } }))
    expect([...(memories[0]?.init.data ?? [])]).toEqual([-2, -4, -6])
    expect([...(memories[0]?.bias?.data ?? [])]).toEqual([1, 2, 3])
  })

  it('takes a symmetric matrix as the base of a synapse', async () => {
    const base = values([1, 2], [2, 3])
    const { synapses } = await resolve(
      scenario({
        neurons: { v: visible({ size: 2 }) },
        memories: {},
        synapses: { w: { layer: 'v', base } },
      }),
    )
    expect(synapses[0]?.base).toEqual({
      kind: 'matrix',
      matrix: { rows: 2, columns: 2, data: Float32Array.of(1, 2, 2, 3) },
    })
  })

  it.each(['toString', 'valueOf', 'hasOwnProperty'])(
    'may have synapses and memories called %s',
    async (name) => {
      const base = { kind: 'hebbian', patterns: values([1, 1, -1, 1, -1, 1]) }
      const parts = { neurons: { visible: visible({ size: 6 }), hidden: hidden() } }
      const initial = (of: string): Raw => ({
        stimulus: [{ kind: 'initial', layer: 'visible', patterns: { kind: 'rows', of } }],
      })
      const lateral = { synapses: { [name]: { layer: 'visible', base } }, memories: {} }
      const model = await resolve(scenario({ ...parts, ...lateral, ...initial(name) }))
      expect([...model.stimulus[0]!.patterns.data]).toEqual([1, 1, -1, 1, -1, 1])
      const other = await resolve(scenario({ ...parts, memories: { [name]: memory() }, ...initial(name) }))
      expect(other.stimulus[0]!.patterns.rows).toBe(other.memories[0]!.init.rows)
    },
  )

  it('is the same each time, and another with another seed', async () => {
    const raw = scenario({ memories: { xi: memory({ init: { kind: 'random', distribution: 'normal' } }) } })
    expect(await resolve(raw)).toEqual(await resolve(raw))
    const other = await resolve({ ...raw, seed: 2 })
    expect(other.memories[0]?.init.data).not.toEqual((await resolve(raw)).memories[0]?.init.data)
  })

  it('accepts an odd power, not rectified, on an adiabatic layer', async () => {
    const lagrangian = { kind: 'power', degree: 3, rectified: false }
    const { layers } = await resolve(
      scenario({ neurons: { visible: visible(), hidden: hidden({ lagrangian }) } }),
    )
    expect(layers[1]?.lagrangian).toEqual(lagrangian)
  })

  it('accepts euler with a step of exactly the time constant, however dt * every rounds', async () => {
    const neurons = { visible: visible({ tau: 0.3, every: 3 }), hidden: hidden() }
    const time = { dt: 0.1, ticks: 1, integrator: 'euler' }
    await expect(resolve(scenario({ time, neurons }))).resolves.toBeDefined()
  })
})

describe('files', () => {
  const npy = (path: string): Raw => ({ kind: 'npy', path })

  it('are read once, however often they are named', async () => {
    const { read, counts } = reader({ 'a.npy': floats([1, 2, 3, 4, 5, 6]) })
    const raw = scenario({
      neurons: { visible: visible({ init: npy('a.npy'), bias: npy('a.npy') }), hidden: hidden() },
      stimulus: [{ kind: 'clamp', layer: 'visible', patterns: npy('a.npy') }],
    })
    await resolveModel(parseScenario(raw), { read })
    expect(counts).toEqual({ 'a.npy': 1 })
  })

  it('may lie in folders below, and outside only when that is allowed', async () => {
    const files = { 'data/../data/a.npy': floats([1]), '../a.npy': floats([2]), '/a.npy': floats([3]) }
    const load = async (path: string, options = {}) => {
      const neurons = { visible: visible({ size: 1, init: npy(path) }), hidden: hidden() }
      const { layers } = await resolve(scenario({ neurons }), files, options)
      return layers[0]?.init.data[0]
    }
    expect(await load('data/../data/a.npy')).toBe(1)
    await expect(load('../a.npy')).rejects.toThrow(/outside/)
    expect(await load('../a.npy', { allowOutside: true })).toBe(2)
    expect(await load('/a.npy', { allowOutside: true })).toBe(3)
  })
})

describe('warnings', () => {
  const warningsOf = async (parts: Raw) => (await resolve(scenario(parts))).warnings

  it.each<[string, Raw, string]>([
    [
      'a layer that nothing touches',
      { neurons: { visible: visible(), hidden: hidden(), lone: visible() } },
      'neurons.lone: no memory, synapse or stimulus uses this layer',
    ],
    [
      'a synapse that couples nothing',
      { synapses: { w: { layer: 'visible' } } },
      'synapses.w: has neither a base nor a strength and couples nothing',
    ],
    [
      'more rows than replicas',
      {
        replicas: 2,
        stimulus: [
          {
            kind: 'initial',
            layer: 'visible',
            patterns: { kind: 'random', count: 5, distribution: 'binary' },
          },
        ],
      },
      'stimulus.0.patterns: 5 rows for 2 replicas, so the last 3 are not used; set replicas to 5',
    ],
    [
      'the initial state of an adiabatic layer',
      { neurons: { visible: visible(), hidden: hidden({ init: { kind: 'zeros' } }) } },
      'neurons.hidden.init: has no effect, because an adiabatic layer (tau 0) follows its input in every tick',
    ],
  ])('%s', async (_, parts, warning) => {
    expect(await warningsOf(parts)).toEqual([warning])
  })

  it('has none for a network of one layer, which is the beginning of another', async () => {
    const alone = { neurons: { visible: visible() }, memories: {}, stimulus: [], probes: {} }
    expect(await warningsOf(alone)).toEqual([])
  })
})
