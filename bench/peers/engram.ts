/** engram: the scenario that is the work, on the library as users have it. */
import { createSimulation, loadModel } from '../../src/core/index.ts'
import { fileOf, residentFor, scenarioOf } from './scenario.ts'
import type { Peer } from './work.ts'

export async function engramPeer(): Promise<Peer> {
  const adapter = await navigator.gpu.requestAdapter()
  if (adapter === null) throw new Error('no adapter')
  const requiredLimits: Record<string, number> = {}
  for (const name in adapter.limits) {
    const value = adapter.limits[name as keyof GPUSupportedLimits]
    if (typeof value === 'number') requiredLimits[name] = value
  }
  const wanted = ['subgroups', 'shader-f16', 'timestamp-query'] as GPUFeatureName[]
  const requiredFeatures = wanted.filter((name) => adapter.features.has(name))
  const device = await adapter.requestDevice({ requiredLimits, requiredFeatures })
  return {
    id: 'engram',
    title: 'engram',
    on: 'GPU',
    async prepare(work, inputs) {
      const text = JSON.stringify(scenarioOf(work))
      const model = await loadModel(text, { read: (path) => fileOf(path, inputs, work) })
      const simulation = await createSimulation(device, model, { resident: residentFor(work) })
      if (work.kind === 'learning') simulation.write('xi', inputs.matrix)
      return {
        async run(ticks) {
          await simulation.step(ticks)
          await simulation.flush()
        },
        async result() {
          const { data } = await simulation.read(work.kind === 'learning' ? 'xi' : 'visible')
          return data
        },
        destroy: () => simulation.destroy(),
      }
    },
  }
}
