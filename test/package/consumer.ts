/** What a project that depends on engram writes: its types are checked as TypeScript finds them in the tarball. */
import { type Model, type Sample, createSimulation, loadScenario } from 'engram'
import type { EngramNetworkEvents } from 'engram/element'
import 'engram/element'

export async function finalState(device: GPUDevice): Promise<Float32Array> {
  const model: Model = await loadScenario('hopfield', { set: ['time.dt=0.5'] })
  const simulation = await createSimulation(device, model)
  simulation.onSample(({ probe, tick }: Sample) => console.log(probe.toUpperCase(), tick.toFixed()))
  await simulation.step(40)
  // @ts-expect-error: a state has a name
  await simulation.read(40)
  return (await simulation.read('visible')).data
}

export type Ready = EngramNetworkEvents
