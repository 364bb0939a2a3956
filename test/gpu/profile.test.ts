import { describe, expect, test } from 'vitest'
import { createSimulation } from '../../src/core/run/simulation.ts'
import { ModelError } from '../../src/core/errors.ts'
import { isDue, samplesBetween } from '../../src/core/plan/clock.ts'
import type { Profile } from '../../src/core/run/profile.ts'
import { testDevice } from './device.ts'
import { namesOf, readAll, withSimulation } from './helpers/compare.ts'
import { NETWORKS, recallNetwork } from './helpers/networks.ts'

const dispatchesOf = ({ groups }: Profile, kind: string, name = ''): number =>
  groups.find((group) => group.kind === kind && group.name === name)!.dispatches

describe.each(NETWORKS)('a profile of the $name network', ({ model }) => {
  const TICKS = 13

  test('leaves the same states and samples as a step, bit by bit', async () => {
    const run = (timed: boolean) =>
      withSimulation(model, async (simulation) => {
        await simulation.step(3)
        if (timed) await simulation.profile(TICKS)
        else await simulation.step(TICKS)
        await simulation.step(2)
        await simulation.flush()
        const { tick, counts, series } = simulation
        return {
          states: await readAll(simulation),
          tick,
          dispatches: counts.dispatches,
          samples: series.map(({ name, tick, value, terms }) => ({ name, tick, value, terms })),
        }
      })
    expect(await run(true)).toEqual(await run(false))
  })

  test('counts every dispatch once, in the group whose work it is, and times no other', async () => {
    await withSimulation(model, async (simulation) => {
      await simulation.step(0)
      const before = simulation.counts.dispatches
      const profile = await simulation.profile(TICKS)
      expect(profile.ticks).toBe(TICKS)
      expect(profile.groups.map(({ name }) => name)).toEqual(['', ...namesOf(model), ''])
      const total = profile.groups.reduce((sum, { dispatches }) => sum + dispatches, 0)
      expect(total).toBe(simulation.counts.dispatches - before)

      const ticks = Array.from({ length: TICKS }, (_, tick) => tick)
      for (const { kind, name, microseconds, dispatches } of profile.groups) {
        // Timestamps are rounded: a short dispatch may take no time.
        if (dispatches > 0) expect(microseconds, `${kind} ${name}`).toBeGreaterThanOrEqual(0)
        else expect(microseconds).toBe(0)
        if (name === '') continue
        const due = simulation.plan.tick
          .filter(({ owner }) => owner === name)
          .map((operation) => ticks.filter((tick) => isDue(tick, operation.every(model))).length)
        const least = due.reduce((sum, count) => sum + count, 0)
        // Activations are prepared before a tick whose stimulus changes.
        const prepared = simulation.plan.prepare.filter(({ owner }) => owner === name).length
        expect(dispatches, name).toBeGreaterThanOrEqual(least)
        expect(dispatches, name).toBeLessThanOrEqual(least + TICKS * prepared)
      }
      const sampled = model.probes.some(
        ({ kind, every }) => kind !== 'snapshot' && samplesBetween(0, TICKS, every) > 0,
      )
      expect(dispatchesOf(profile, 'probes') > 0).toBe(sampled)
    })
  })
})

test('of more ticks than fit, the first are timed and all are run', async () => {
  const model = recallNetwork()
  await withSimulation(model, async (simulation) => {
    const profile = await simulation.profile(600)
    expect(simulation.tick).toBe(600)
    expect(profile.ticks).toBeGreaterThan(50)
    for (const { name, microseconds, dispatches } of profile.groups)
      if (dispatches > 0) expect(microseconds, name).toBeGreaterThan(0)
    expect(profile.ticks).toBeLessThan(600)
    // The next one begins anew.
    expect((await simulation.profile(5)).ticks).toBe(5)
  })
})

test('profiles that are asked for at once come one after the other', async () => {
  await withSimulation(recallNetwork(), async (simulation) => {
    const profiles = await Promise.all([simulation.profile(2), simulation.profile(3), simulation.profile(4)])
    expect(profiles.map(({ ticks }) => ticks)).toEqual([2, 3, 4])
    expect(simulation.tick).toBe(9)
  })
})

test('a device without timestamp-query is named with the remedy, and no tick is done', async () => {
  const { device } = await testDevice()
  const features = new Set([...device.features].filter((feature) => feature !== 'timestamp-query'))
  const blind = new Proxy(device, {
    get(target, key) {
      if (key === 'features') return features
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  const simulation = await createSimulation(blind, recallNetwork())
  expect(simulation.canProfile).toBe(false)
  await expect(simulation.profile(3)).rejects.toThrow(ModelError)
  await expect(simulation.profile(3)).rejects.toThrow(/timestamp-query/)
  expect(simulation.tick).toBe(0)
  simulation.destroy()
})
