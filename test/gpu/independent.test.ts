/** Independent networks side by side: each seed draws its own patterns, and is what a separate run of that seed is. */
import { describe, expect, test } from 'vitest'
import type { Model } from '../../src/core/model/model.ts'
import { parseScenario } from '../../src/core/model/parse.ts'
import { resolveModel } from '../../src/core/model/resolve.ts'
import type { ScenarioInput } from '../../src/core/model/schema.ts'
import { planNetwork } from '../../src/core/plan/plan.ts'
import { expectLikeReference, readAll, withSimulation } from './helpers/compare.ts'

const SEEDS = [3, 7, 8]

const read = (path: string) => Promise.reject(new Error(`${path} is not there`))
const resolved = (raw: unknown): Promise<Model> => resolveModel(parseScenario(raw), { read })

/** Plastic synapses around J of random patterns; 30 neurons, so that copies begin between multiples of four rows. */
const HOPFIELD: ScenarioInput = {
  version: 1,
  time: { dt: 0.2, ticks: 12 },
  neurons: {
    v: { size: 30, lagrangian: { kind: 'tanh', gain: 3 }, temperature: 0.05 },
  },
  synapses: {
    w: {
      layer: 'v',
      tau: 2,
      strength: 0.5,
      base: { kind: 'hebbian', patterns: { kind: 'random', count: 4, distribution: 'binary' } },
    },
    fixed: {
      layer: 'v',
      base: {
        kind: 'hebbian',
        patterns: { kind: 'random', count: 3, distribution: 'normal' },
        zeroDiagonal: false,
      },
    },
  },
  stimulus: [
    {
      kind: 'initial',
      layer: 'v',
      patterns: { kind: 'rows', of: 'w', corrupt: { op: 'flip', fraction: 0.2 } },
    },
  ],
  probes: {
    overlap: { kind: 'overlap', layer: 'v', patterns: { kind: 'rows', of: 'w' }, every: 3 },
    errors: { kind: 'errors', layer: 'v', patterns: { kind: 'rows', of: 'w' }, every: 3 },
    kept: { kind: 'kept', layer: 'v', patterns: { kind: 'rows', of: 'w' }, every: 3 },
    energy: { kind: 'energy', every: 3 },
    W: { kind: 'snapshot', of: 'w', every: 6 },
  },
  replicas: 2,
}

/** A memory that learns around its start, one that is packed in bits, and a bias of each network. */
const MEMORIES: ScenarioInput = {
  version: 1,
  time: { dt: 0.2, ticks: 12 },
  neurons: {
    v: {
      size: 9,
      lagrangian: { kind: 'tanh' },
      init: { kind: 'random', distribution: 'normal' },
      bias: { kind: 'random', distribution: 'normal' },
    },
    h: { size: 5, lagrangian: { kind: 'softmax', beta: 1 }, tau: 0 },
    u: { size: 6, lagrangian: { kind: 'sigmoid' } },
  },
  memories: {
    learnt: { from: 'v', to: 'h', rule: 'hebbian', tau: 4, init: { kind: 'random', distribution: 'normal' } },
    packed: {
      from: 'v',
      to: 'u',
      format: 'binary',
      scale: 0.2,
      init: { kind: 'random', distribution: 'binary' },
    },
  },
  probes: { energy: { kind: 'energy', every: 3 }, x: { kind: 'snapshot', of: 'v', every: 3 } },
}

/** All arrays and samples of a run. Seeds that differ exclude fused kernels, so a run alone does without them. */
async function resultsOf(model: Model) {
  return withSimulation(
    model,
    async (simulation) => {
      await simulation.step(model.time.ticks)
      await simulation.flush()
      const samples = simulation.series.map(
        ({ name, value }) => [name, value.map((one) => [...one])] as const,
      )
      const arrays = Object.entries(await readAll(simulation)).map(
        ([name, data]) => [name, [...data]] as const,
      )
      return { samples: Object.fromEntries(samples), arrays: Object.fromEntries(arrays) }
    },
    { variants: { fuse: 'off' } },
  )
}

const independent = (scenario: ScenarioInput): ScenarioInput => ({
  ...scenario,
  replicas: {
    count: SEEDS.length * (typeof scenario.replicas === 'number' ? scenario.replicas : 1),
    vary: { seed: { values: SEEDS } },
    independent: true,
  },
})

describe.each([
  { name: 'plastic synapses around random patterns', scenario: HOPFIELD },
  { name: 'memories of every format', scenario: MEMORIES },
])('independent networks: $name', ({ scenario }) => {
  test('have the bytes of separate runs of their seeds', async () => {
    const together = await resultsOf(await resolved(independent(scenario)))
    const replicas = Number(scenario.replicas ?? 1)
    for (const [index, seed] of SEEDS.entries()) {
      const alone = await resultsOf(await resolved({ ...scenario, seed }))
      for (const [name, rows] of Object.entries(alone.samples))
        rows.forEach((row, sample) => {
          const all = together.samples[name]![sample]!
          const own = all.length / SEEDS.length
          // Arrays that the replicas of a network share are there once for each replica.
          const part = all.slice(index * own, (index + 1) * own)
          expect(part, `${name} of seed ${seed}`).toEqual(row.length === own ? row : [...row, ...row])
        })
      for (const [name, data] of Object.entries(alone.arrays)) {
        const all = together.arrays[name]!
        const own = all.length / SEEDS.length
        const part = all.slice(index * own, (index + 1) * own)
        expect(part, `${name} of seed ${seed}`).toEqual(
          data.length === own ? data : Array.from({ length: replicas }, () => data).flat(),
        )
      }
    }
  })

  test('are what their equations say in float64', async () => {
    const model = await resolved(
      independent({ ...scenario, probes: { energy: { kind: 'energy', every: 3 } } }),
    )
    await expectLikeReference(model, 12)
  })
})

test('a part that is the same in all replicas is refused with one line', async () => {
  const plan = async (scenario: ScenarioInput) =>
    planNetwork(await resolved(independent(scenario)), {
      maxStorageBufferBindingSize: 2 ** 27,
      maxBufferSize: 2 ** 27,
      maxComputeWorkgroupsPerDimension: 65535,
      maxStorageBuffersPerShaderStage: 8,
      totalBytes: 2 ** 20,
    })
  const probe = {
    kind: 'similarity',
    memory: 'learnt',
    patterns: { kind: 'rows', of: 'learnt' },
    every: 1,
  } as const
  await expect(plan({ ...MEMORIES, probes: { near: probe } })).rejects.toThrow(
    'replicas.independent: is not possible with `near` (similarity), which is the same in all replicas',
  )
  await expect(
    plan({ ...HOPFIELD, neurons: { v: { size: 300, lagrangian: { kind: 'tanh' } } } }),
  ).rejects.toThrow(
    /^the network needs (at least )?\d+ bytes .* use fewer neurons, replicas or plastic synapses$/,
  )
  const { replicas } = independent(HOPFIELD) as { replicas: object }
  await expect(
    resolved({
      ...HOPFIELD,
      replicas: { ...replicas, count: 2, vary: { 'neurons.v.tau': { values: [1, 2] } } },
    }),
  ).rejects.toThrow('replicas.independent: needs seeds, one for each network; add "seed" to replicas.vary')
})
