/** The experiments of theory.md, section 4, that a correct build reproduces, at sizes that suit a software adapter. */
import { describe, expect, it } from 'vitest'
import { gatedSimilarity } from '../../src/core/analysis/closed-forms.ts'
import type { Model, Rows } from '../../src/core/model/model.ts'
import { type Simulation, createSimulation } from '../../src/core/run/simulation.ts'
import { loadShipped } from '../scenario.ts'
import { testDevice } from './device.ts'

async function runToEnd(model: Model): Promise<Simulation> {
  const { device } = await testDevice()
  const simulation = await createSimulation(device, model)
  await simulation.step(model.time.ticks)
  await simulation.flush()
  return simulation
}

function seriesOf(simulation: Simulation, name: string): Simulation['series'][number] {
  const found = simulation.series.find((series) => series.name === name)
  if (found === undefined) throw new Error(`the scenario has no probe ${name}`)
  return found
}

/** Mean over networks, one a seed, of the final overlap with the pattern that the state started on. */
async function meanFinalOverlap(name: string, networks: number, ...set: string[]): Promise<number> {
  let sum = 0
  for (let seed = 1; seed <= networks; seed++) {
    const simulation = await runToEnd(await loadShipped(name, { set, seed }))
    sum += seriesOf(simulation, 'overlap').value.at(-1)?.[0] ?? NaN
    simulation.destroy()
  }
  return sum / networks
}

describe('V1: gated memories follow what they see (Lotito 2025, appendix B)', () => {
  /** Largest distance from the closed form over all rows and ticks. */
  function worst(model: Model, simulation: Simulation): number {
    const { tick, value } = seriesOf(simulation, 'similarity')
    const rows = (model.memories[0] as Model['memories'][number]).init
    const targets = (model.stimulus[0] as Model['stimulus'][number]).patterns
    let distance = 0
    for (let row = 0; row < 4; row++) {
      const length = norm(targets, row) / norm(rows, row)
      const start = value[0]?.[row] ?? NaN
      tick.forEach((at, sample) => {
        const expected = gatedSimilarity(at, { start, share: 1 / 4, tau: 250, length })
        distance = Math.max(distance, Math.abs((value[sample]?.[row] ?? NaN) - expected))
      })
    }
    return distance
  }

  function norm({ data, columns }: Rows, row: number): number {
    return Math.hypot(...data.subarray(row * columns, (row + 1) * columns))
  }

  it('the cosine follows the closed form within 2e-3 at every one of 2,000 ticks, whatever the noise', async () => {
    for (const seed of [1, 2, 3]) {
      const model = await loadShipped('softmax-synapses', { seed })
      const simulation = await runToEnd(model)
      expect(seriesOf(simulation, 'similarity').tick).toHaveLength(2001)
      expect(worst(model, simulation)).toBeLessThan(2e-3)
      simulation.destroy()
    }
  })

  it('it starts near 1/sqrt(1.16) and ends near 1', async () => {
    const simulation = await runToEnd(await loadShipped('softmax-synapses'))
    const { value } = seriesOf(simulation, 'similarity')
    const mean = (row: ArrayLike<number> | undefined): number =>
      Array.from(row ?? []).reduce((sum, x) => sum + x, 0) / 4
    // Four rows of 50 entries: the standard error of the mean cosine is about 0.01.
    expect(Math.abs(mean(value[0]) - 1 / Math.sqrt(1.16))).toBeLessThan(0.03)
    expect(mean(value.at(-1))).toBeGreaterThan(0.99)
    simulation.destroy()
  })

  it('a time constant off by a tenth is told apart', async () => {
    const model = await loadShipped('softmax-synapses', { set: ['memories.xi.tau=275'] })
    const simulation = await runToEnd(model)
    expect(worst(model, simulation)).toBeGreaterThan(2e-3)
    simulation.destroy()
  })
})

describe('V6: a classical Hopfield network keeps its patterns up to capacity', () => {
  // 60 tau in steps of half a tau: the fixed points do not depend on the step.
  const mean = (count: number): Promise<number> =>
    meanFinalOverlap(
      'hopfield',
      5,
      `synapses.recurrent.base.patterns.count=${count}`,
      'time.dt=0.5',
      'time.ticks=120',
      'probes={"overlap":{"kind":"overlap","layer":"visible","every":120,"patterns":{"kind":"rows","of":"recurrent","select":[0]}}}',
    )

  it('at load 0.10 the mean final overlap is 0.997', async () => {
    expect(Math.abs((await mean(150)) - 0.997)).toBeLessThan(0.003)
  })

  it('at load 0.12 it is 0.987', async () => {
    expect(Math.abs((await mean(180)) - 0.987)).toBeLessThan(0.01)
  })

  it('at load 0.18 the pattern is lost: 0.35', async () => {
    expect(Math.abs((await mean(270)) - 0.35)).toBeLessThan(0.12)
  })
})

describe('V7: fast synapses hold a pattern above capacity (load 0.20, N 500)', () => {
  const mean = (strength: number): Promise<number> =>
    meanFinalOverlap(
      'fast-synapses',
      8,
      `synapses.recurrent.strength=${strength}`,
      'neurons.visible.size=500',
      'synapses.recurrent.base.patterns.count=100',
      'time.dt=0.2',
      'time.ticks=200',
      'probes={"overlap":{"kind":"overlap","layer":"visible","every":200,"patterns":{"kind":"rows","of":"recurrent","select":[0]}}}',
    )

  it('without plasticity the mean overlap falls to about 0.50', async () => {
    // The overlaps of single networks scatter by about 0.2: a standard error of 0.07.
    expect(Math.abs((await mean(0)) - 0.5)).toBeLessThan(0.2)
  })

  it('with kappa = 0.3/N it stays at 0.95', async () => {
    expect(Math.abs((await mean(0.3)) - 0.95)).toBeLessThan(0.04)
  })

  it('with kappa = 0.5/N it stays at 0.99', async () => {
    expect(Math.abs((await mean(0.5)) - 0.99)).toBeLessThan(0.01)
  })
})
