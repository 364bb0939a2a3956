import { describe, expect, test } from 'vitest'
import { sparseOf } from '../../../src/app/plots/sampling.ts'
import { loadModel } from '../../../src/core/model/load.ts'
import { loadShipped, readShipped } from '../../scenario.ts'

async function sparse(values: object, stimulus: object, kept = 1) {
  const { visible = 1, xi = 100, every = 50 } = values as Readonly<Record<string, number>>
  const lagrangian = { kind: 'linear' }
  const ones = {
    kind: 'values',
    values: [
      [1, 0],
      [0, 1],
    ],
  }
  const model = await loadModel(
    JSON.stringify({
      version: 1,
      time: { dt: 1, ticks: 10, integrator: 'exponential-euler' },
      neurons: { v: { size: 2, lagrangian, tau: visible }, h: { size: 2, lagrangian, tau: 0 } },
      memories: { xi: { from: 'v', to: 'h', init: ones, rule: 'hebbian', tau: xi } },
      stimulus: [{ kind: 'clamp', layer: 'v', patterns: ones, ...stimulus }],
      probes: {
        v: { kind: 'overlap', layer: 'v', patterns: ones, every },
        h: { kind: 'speed', layer: 'v', every },
        e: { kind: 'energy', every },
        s: { kind: 'similarity', memory: 'xi', patterns: ones, every },
      },
    }),
    { read: readShipped },
  )
  return ['v', 'h', 'e', 's'].filter((name) => sparseOf(model, name, kept) !== undefined).join('')
}

describe('samples are points where the network follows a stimulus that changes between them', () => {
  test.each([
    ['shown anew each tick', {}, {}, 'vhe'],
    ['sampled as often as it changes', { every: 50 }, { dwell: 50 }, ''],
    ['sampled one tick more seldom', { every: 51 }, { dwell: 50 }, 'vhe'],
    ['shown between gaps', { every: 20 }, { dwell: 40, gap: 10 }, 'vhe'],
    ['shown one pattern alone', {}, { patterns: { kind: 'values', values: [[1, 1]] } }, ''],
    ['shown one pattern between gaps', {}, { patterns: { kind: 'values', values: [[1, 1]] }, gap: 3 }, 'vhe'],
    ['shown for one dwell', {}, { dwell: 10, stop: 10 }, ''],
    ['shown at the start alone', {}, { kind: 'initial' }, ''],
    ['a memory as fast as the stimulus', { xi: 10 }, { dwell: 10 }, 'vhes'],
    ['a slow layer that is driven', { visible: 60 }, { kind: 'current', dwell: 10 }, 'e'],
    ['a fast layer that is driven', { visible: 5 }, { kind: 'current', dwell: 10 }, 'vhe'],
  ] as const)('%s', async (_, values, stimulus, expected) => {
    expect(await sparse(values, stimulus)).toBe(expected)
  })

  test('of which a long run keeps one in several', async () => {
    expect(await sparse({ every: 10 }, { dwell: 20 }, 1)).toBe('')
    expect(await sparse({ every: 10 }, { dwell: 20 }, 4)).toBe('vhe')
  })

  test('in softmax-synapses: the overlap, and not the similarity of what is slow', async () => {
    const model = await loadShipped('softmax-synapses')
    expect(sparseOf(model, 'overlap', 1)).toEqual({ interval: 50, change: 1 })
    expect(sparseOf(model, 'similarity', 2)).toBeUndefined()
  })
})
