import { expect, test, vi } from 'vitest'
import { createEngine } from '../../src/core/gpu/engine.ts'
import { pipelineCount } from '../../src/core/gpu/pipelines.ts'
import { planNetwork } from '../../src/core/plan/plan.ts'
import { planRows } from '../../src/core/plan/print.ts'
import { createSimulation } from '../../src/core/run/simulation.ts'
import { testDevice } from './device.ts'
import { recallNetwork } from './helpers/networks.ts'

/** A device that counts what it is asked for, by the name of the method; those of its queue too. */
async function countingDevice() {
  const { device } = await testDevice()
  const calls = new Map<string, number>()
  const uploads: number[] = []
  const counting = <T extends object>(object: T): T =>
    new Proxy(object, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target)
        if (name === 'queue') return counting(value as object)
        if (typeof value !== 'function') return value
        return (...args: unknown[]): unknown => {
          calls.set(String(name), (calls.get(String(name)) ?? 0) + 1)
          // Of an array of words so many of them, else all bytes.
          const [, , data, , count] = args as [unknown, unknown, ArrayBufferView, unknown, number | undefined]
          if (name === 'writeBuffer') uploads.push(count === undefined ? data.byteLength : 4 * count)
          return Reflect.apply(value, target, args)
        }
      },
    })
  return { device: counting(device), calls, uploads }
}

test('a tick waits for none before it: three submits may be on their way, nothing is allocated or compiled, and what is painted does not wait', async () => {
  const { device, calls } = await countingDevice()
  const simulation = await createSimulation(device, recallNetwork(), { resident: 'off' })
  await simulation.step(4)
  await simulation.flush()
  calls.clear()
  const pending: number[] = []
  for (let count = 0; count < 3; count++) {
    // The promise is kept before the GPU could have told of an end.
    await simulation.step(1)
    pending.push(simulation.counts.pending)
  }
  expect(pending).toEqual([1, 2, 3])
  simulation.writePart('v', 0, [0.5])
  expect(simulation.counts.pending).toBe(3)
  for (let count = 0; count < 40; count++) {
    await simulation.step(2)
    expect(simulation.counts.pending).toBeLessThanOrEqual(3)
  }
  await simulation.flush()
  expect([...calls.keys()].sort()).toEqual(['createCommandEncoder', 'submit', 'writeBuffer'])
  simulation.destroy()
})

test('ticks dispatch what the plan says, in few submits, and upload one record each and one that ends them', async () => {
  const { device, uploads } = await countingDevice()
  const network = recallNetwork()
  // A snapshot ends a submit.
  const probes = network.probes.filter(({ kind }) => kind !== 'snapshot')
  const model = { ...network, stimulus: [], probes }
  // Submits get longer whatever the machine does besides.
  const simulation = await createSimulation(device, model, { resident: 'off', submitTime: Infinity })
  // A multiple of all rates; then the ticks that are counted.
  await simulation.step(6)
  await simulation.flush()
  const before = simulation.counts
  uploads.length = 0
  const ticks = 60
  await simulation.step(ticks)
  await simulation.flush()
  const { plan } = simulation
  const planned = planRows(plan, model).map(({ every }) => (typeof every === 'string' ? 0 : ticks / every))
  const submits = simulation.counts.submits - before.submits
  // Each tick is sampled: what follows from the new state is computed once for all probes.
  const dispatches = planned.reduce((a, b) => a + b, ticks * plan.refresh.length)
  expect(simulation.counts.dispatches - before.dispatches).toBe(dispatches)
  // Three of a length may be on their way before the first tells that there is time for twice as many ticks.
  expect(submits).toBeLessThanOrEqual(3 * Math.log2(ticks))
  expect(uploads).toHaveLength(submits)
  const records = ticks * plan.clock.perTick + submits
  expect(uploads.reduce((a, b) => a + b, 0)).toBe(records * plan.clock.recordBytes)
  simulation.destroy()
})

test('another network with the same kernels compiles nothing, and no pipeline is made while someone waits', async () => {
  const { device, calls } = await countingDevice()
  const first = await createSimulation(device, recallNetwork(), { resident: 'off' })
  const count = pipelineCount(device)
  expect(calls.get('createComputePipelineAsync')).toBe(count)
  const second = await createSimulation(device, recallNetwork({ seed: 12, noise: 0.1 }), { resident: 'off' })
  await second.step(9)
  await second.flush()
  expect(pipelineCount(device)).toBe(count)
  expect(calls.get('createComputePipelineAsync')).toBe(count)
  expect(calls.get('createComputePipeline')).toBeUndefined()
  first.destroy()
  second.destroy()
})

test('a network of which a kernel does not compile is refused when nothing compiles any more', async () => {
  const { device } = await testDevice()
  const running = new Set<string>()
  let failed!: () => void
  const afterFailure = new Promise<void>((resolve) => (failed = resolve))
  const compile = async (descriptor: GPUComputePipelineDescriptor): Promise<GPUComputePipeline> => {
    const label = descriptor.label as string
    running.add(label)
    try {
      const pipeline = await device.createComputePipelineAsync(descriptor)
      await afterFailure
      return pipeline
    } finally {
      running.delete(label)
    }
  }
  const slow = new Proxy(device, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (name === 'createComputePipelineAsync') return compile
      if (name === 'createShaderModule')
        return (descriptor: GPUShaderModuleDescriptor) => {
          const module = target.createShaderModule(descriptor)
          // Its message is asked for and told before any of the others ends.
          const told = async (): Promise<GPUCompilationInfo> => {
            const info = await GPUShaderModule.prototype.getCompilationInfo.call(module)
            setImmediate(failed)
            return info
          }
          return Object.assign(module, { getCompilationInfo: told })
        }
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value
    },
  })
  const model = recallNetwork()
  const plan = planNetwork(model, device.limits)
  const [first, ...others] = plan.tick
  const source = first!.kernel.source.replace('@compute', '@compute\n!')
  const broken = { ...first!, kernel: { ...first!.kernel, key: 'broken', source } }
  await expect(createEngine(slow, { ...plan, tick: [broken, ...others] }, model)).rejects.toThrow(
    /^kernel broken, line \d+:\d+: /,
  )
  expect([...running]).toEqual([])
  // Those beside it were compiled.
  expect(pipelineCount(slow)).toBeGreaterThan(2)
})

test('samples are kept in the order of their ticks, in whatever order their buffers are mapped', async () => {
  const { device } = await testDevice()
  const simulation = await createSimulation(device, recallNetwork(), { resident: 'off' })
  const prototype = GPUBuffer.prototype as unknown as Record<'mapAsync', (mode: number) => Promise<void>>
  const { mapAsync } = prototype
  const mapped: number[] = []
  let calls = 0
  vi.spyOn(prototype, 'mapAsync').mockImplementation(async function (this: unknown, mode: number) {
    const call = calls++
    await mapAsync.call(this, mode)
    // The first comes last.
    if (call === 0) await vi.waitUntil(() => mapped.length === 2, { timeout: 60_000 })
    mapped.push(call)
  })
  try {
    for (let tick = 0; tick < 3; tick++) await simulation.step(1)
    await simulation.flush()
    expect(mapped.slice(0, 3)).toEqual([1, 2, 0])
    const [series] = simulation.series
    expect(series!.tick).toEqual([...series!.tick].sort((a, b) => a - b))
    expect(series!.tick.length).toBeGreaterThan(2)
  } finally {
    vi.restoreAllMocks()
    simulation.destroy()
  }
})
