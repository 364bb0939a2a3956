import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { createEnergyGuard } from '../../../src/core/run/guard.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { loadShipped } from '../../scenario.ts'
import { resolve } from './resolving.ts'

type Raw = Record<string, unknown>

const values = (rows: number[][]) => ({ kind: 'values', values: rows })
const tanh = { kind: 'tanh', gain: 5 }
const inhibition = values([
  [0, -1],
  [-1, 0],
])

async function warningsOf(time: Raw, parts: Raw): Promise<readonly string[]> {
  return (await resolve({ version: 1, time: { ticks: 50, ...time }, ...parts })).warnings
}

/** Two neurons that inhibit each other. */
const rivals = (base: unknown = inhibition, layer: Raw = {}): Raw => ({
  neurons: { v: { size: 2, lagrangian: tanh, ...layer } },
  synapses: { w: { layer: 'v', base } },
})

/** A clamp at all times. */
const held = (layer: string) => ({
  kind: 'clamp',
  layer,
  patterns: { kind: 'random', count: 1, distribution: 'binary' },
})

const pair = (parts: Raw = {}, layer: Raw = {}): Raw => ({
  neurons: { v: { size: 2, lagrangian: tanh, ...layer }, h: { size: 2, lagrangian: tanh, ...layer } },
  memories: {
    xi: {
      from: 'v',
      to: 'h',
      init: values([
        [0.1, 0],
        [0, 0.1],
      ]),
      ...parts,
    },
  },
})

const SHIPPED = ['dense-memory', 'digits', 'fast-synapses', 'hebbian-learning', 'hierarchical', 'hopfield', 'phase-diagram', 'softmax-synapses'] // prettier-ignore

describe('a step that is too long', () => {
  test.each([
    ['scenario.json', 10],
    ['no-energy.json', 1],
  ])('is told before the run, with the largest that is safe: %s', async (file, dt) => {
    const text = await readFile(new URL(`../../cases/step-too-long/${file}`, import.meta.url), 'utf8')
    const raw = JSON.parse(text) as Raw
    const model = await resolve(raw)
    expect(model.warnings).toHaveLength(1)
    // r (1 + 5) = 2 of the eigenvalue -1 and the gain 5: dt = -ln(2/3) = 0.405.
    expect(model.warnings[0]).toMatch(
      new RegExp(`^neurons.v: dt ${dt} \\* every 1 / tau 1 = ${dt}, .* set time.dt to 0\\.40[0-9]* at most$`),
    )
    const slow = await resolve({ ...raw, time: { dt: 0.1, ticks: 51 } })
    expect(slow.warnings).toEqual([])
  })

  test.each([
    [0.4, 0],
    [0.41, 1],
  ])('is judged by the slope of its couplings: dt %f', async (dt, count) => {
    expect(await warningsOf({ dt }, rivals())).toHaveLength(count)
  })

  test.each(['euler', 'exponential-euler'])(
    'is found below half of a time constant: %s',
    async (integrator) => {
      const strong = values([[0, -10], [-10, 0]]) // prettier-ignore
      const [warning = ''] = await warningsOf({ dt: 0.3, integrator }, rivals(strong))
      expect(warning).toMatch(/^neurons.v: .* more than its couplings allow/)
      const safe = Number(/set time.dt to (\S+) at most/.exec(warning)![1])
      expect(await warningsOf({ dt: safe, integrator }, rivals(strong))).toEqual([])
      expect(await warningsOf({ dt: 1.05 * safe, integrator }, rivals(strong))).toHaveLength(1)
    },
  )

  test('counts the rate divider, and names the group', async () => {
    const [warning] = await warningsOf({ dt: 0.1 }, rivals(inhibition, { every: 20, tau: 2 }))
    expect(warning).toMatch(/^neurons.v: dt 0.1 \* every 20 \/ tau 2 = 1, .* set time.dt to 0.04/)
  })

  test('is told of synapses and memories', async () => {
    const synapse = { neurons: { v: { size: 2, lagrangian: tanh } }, synapses: { w: { layer: 'v', tau: 0.1, strength: 1, base: 0 } } } // prettier-ignore
    expect(await warningsOf({ dt: 0.1 }, synapse)).toEqual([expect.stringMatching(/^synapses.w: .* = 1, .* 0.05 at most/)]) // prettier-ignore
    const memory = pair({ rule: 'hebbian', tau: 0.1 })
    expect(await warningsOf({ dt: 0.1 }, memory)).toEqual([expect.stringMatching(/^memories.xi: .* = 1, .* 0.05 at most/)]) // prettier-ignore
  })

  test('is told of two layers that drive each other', async () => {
    const strong = pair({ init: values([[20, 0], [0, 1]]) }) // prettier-ignore
    expect(await warningsOf({ dt: 0.1 }, strong)).toEqual([
      expect.stringMatching(/^neurons.[vh]: .* more than its couplings allow/),
    ])
    expect(await warningsOf({ dt: 0.1 }, pair())).toEqual([])
  })

  test('is told where the diagonal of a Hebbian coupling is taken away, and the network does flip', async () => {
    const ones = values([[1, 1, 1, 1]])
    const network = (dt: number): Raw => ({
      time: { dt, integrator: 'euler', ticks: 50 },
      neurons: {
        v: { size: 4, lagrangian: { kind: 'tanh', gain: 40 }, init: values([[0.001, -0.001, 0, 0]]) },
      },
      synapses: { w: { layer: 'v', base: { kind: 'hebbian', patterns: ones, zeroDiagonal: true } } },
    })
    // The lowest eigenvalue is -1/4: r (1 + 40/4) = 2.
    const states = await Promise.all(
      [0.2, 0.17].map(async (dt) => {
        const model = await resolve({ version: 1, ...network(dt) })
        expect(model.warnings.join()).toMatch(dt > 2 / 11 ? /set time.dt to 0.181 at most$/ : /^$/)
        const reference = createReference(model)
        reference.step(49)
        const before = reference.read('v')[0]!
        reference.step()
        return [before, reference.read('v')[0]!] as const
      }),
    )
    expect(states[0]![0] * states[0]![1]).toBeLessThan(-1e-4)
    expect(Math.abs(states[1]![1])).toBeLessThan(1e-5)
  })

  test('is told of powers as far as their states are known to go, and of expressions', async () => {
    const power = { kind: 'power', degree: 3 }
    const network = (lagrangian: Raw, layer: Raw): Raw => rivals(inhibition, { lagrangian, ...layer })
    // The slope of x^2 is 2 x: r (1 + 2 * 10) = 2.
    const [warning] = await warningsOf({ dt: 0.3, integrator: 'euler' }, network(power, { bias: 10 }))
    expect(warning).toMatch(/set time.dt to 0.0952 at most$/)
    expect(await warningsOf({ dt: 0.3, integrator: 'euler' }, network(power, { bias: 1 }))).toEqual([])
    const custom = (a: number) => ({
      kind: 'custom',
      activation: 'tanh(a * x)',
      lagrangian: 'logCosh(a * x) / a',
      parameters: { a },
    })
    const [own] = await warningsOf({ dt: 0.3 }, network(custom(50), {}))
    const [builtIn] = await warningsOf({ dt: 0.3 }, network({ kind: 'tanh', gain: 50 }, {}))
    const largest = (text = ''): number => Number(/to (\S+) at most$/.exec(text)?.[1])
    expect(largest(builtIn)).toBeGreaterThan(0)
    expect(largest(own)).toBe(largest(builtIn))
    expect(await warningsOf({ dt: 0.3 }, network(custom(1), {}))).toEqual([])
  })

  test('is told of the worst point of a grid', async () => {
    const vary = { 'neurons.v.tau': { values: [0.05, 1, 0.5] } }
    const warnings = await warningsOf({ dt: 0.1 }, { ...rivals(), replicas: { vary } })
    expect(warnings).toEqual([expect.stringMatching(/^neurons.v: dt 0.1 \* every 1 \/ tau 0.05 = 2/)])
  })
})

describe('a warning while the network runs', () => {
  /** What is said before, and what of an energy that rises once and then rests while a layer moves. */
  async function runWarnings(
    time: Raw,
    parts: Raw,
  ): Promise<{ before: readonly string[]; during: readonly string[] }> {
    const probes = { e: { kind: 'energy' }, s: { kind: 'speed', layer: 'v' } }
    const model = await resolve({ version: 1, time: { ticks: 50, ...time }, probes, ...parts })
    const guard = createEnergyGuard(model, () => model)
    for (let tick = 0; tick <= 60; tick++) {
      const energy = tick === 0 ? -1 : 1
      const sample = { tick, time: tick, value: Float64Array.of(energy), terms: Float32Array.of(energy) }
      guard.observe({ probe: 'e', ...sample }, 0)
      guard.observe({ probe: 's', tick, time: tick, value: Float32Array.of(5) }, 0)
    }
    return { before: model.warnings, during: guard.warnings() }
  }

  test.each([
    [10, rivals()],
    [0.3, rivals(values([[0, -10], [-10, 0]]))], // prettier-ignore
    [0.1, pair({ rule: 'hebbian', tau: 0.1 })],
  ])('gives the largest step of the one before the run: dt %f', async (dt, parts) => {
    const { before, during } = await runWarnings({ dt }, parts)
    const [, largest] = /set time.dt to (\S+) at most$/.exec(before.at(-1)!)!
    expect(during).toEqual([
      expect.stringMatching(/^the energy rose by 2.00 at tick 1, /),
      expect.stringMatching(/^the energy neither falls nor rests at tick \d+: neurons.v oscillates/),
    ])
    for (const line of during)
      expect(line.endsWith(`; use a smaller time.dt than ${dt}: ${largest} at most`)).toBe(true)
  })

  test('gives a smaller step to try, and promises nothing, where there was none', async () => {
    for (const [dt, smaller] of [
      [0.2, 0.1],
      [0.1, 0.05],
    ]) {
      const { before, during } = await runWarnings({ dt }, rivals())
      expect(before).toEqual([])
      expect(during[0]).toMatch(new RegExp(`; use a smaller time.dt than ${dt}, such as ${smaller}$`))
    }
  })
})

describe('nothing is said', () => {
  test.each(SHIPPED)('of the shipped scenario %s', async (name) => {
    expect((await loadShipped(name)).warnings).toEqual([])
  })

  test('of layers without couplings, or that are held: any step of theirs is exact', async () => {
    const alone = {
      neurons: { v: { size: 2, lagrangian: tanh } },
      stimulus: [{ ...held('v'), kind: 'current' }],
    }
    expect(await warningsOf({ dt: 10 }, alone)).toEqual([])
    expect(await warningsOf({ dt: 10 }, { ...rivals(), stimulus: [held('v')] })).toEqual([])
    expect(await warningsOf({ dt: 10 }, { ...pair({ rule: 'hebbian', tau: 1 }), stimulus: [held('v'), held('h')] })).toEqual([]) // prettier-ignore
    expect(await warningsOf({ dt: 10 }, { ...pair(), stimulus: [held('v')] })).toEqual([])
  })

  test('of one update, which is no flow', async () => {
    expect(await warningsOf({ dt: 1, ticks: 1, integrator: 'euler' }, pair())).toEqual([])
  })
})
