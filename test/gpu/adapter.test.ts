import { expect, test, vi } from 'vitest'
import { limitsOf, OPTIONAL_FEATURES, requestDevice } from '../../src/node/device.ts'
import { listAdapters } from '../../src/node/devices.ts'
import { testDevice } from './device.ts'

const { device, adapter, info } = await testDevice()

test('the device has all the limits of its adapter, and the useful features', () => {
  for (const [name, limit] of Object.entries(limitsOf(adapter))) {
    expect([name, device.limits[name as keyof GPUSupportedLimits]]).toEqual([name, limit])
  }
  for (const feature of OPTIONAL_FEATURES) {
    expect([feature, device.features.has(feature)]).toEqual([feature, adapter.features.has(feature)])
  }
})

test('an adapter is chosen by a part of its name in any case', async () => {
  const chosen = await requestDevice({ adapter: info.name.slice(0, 5).toUpperCase() })
  expect(chosen.info).toEqual(info)
  chosen.release()
})

test('an unknown name is an error that lists the names there are', async () => {
  await expect(requestDevice({ adapter: 'no such adapter' })).rejects.toThrow(
    new RegExp(`no adapter is called \`no such adapter\`; this machine has .*${info.name}`),
  )
})

test('a device outlives the release of another', async () => {
  const other = await requestDevice({ adapter: info.name })
  other.release()
  await other.device.lost
  const buffer = device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
  device.queue.writeBuffer(buffer, 0, Float32Array.of(42))
  await buffer.mapAsync(GPUMapMode.READ)
  expect([...new Float32Array(buffer.getMappedRange())]).toEqual([42])
  buffer.destroy()
})

test('the list of adapters has this one, and one default', async () => {
  const adapters = await listAdapters()
  expect(adapters.map((listed) => listed.name)).toContain(info.name)
  expect(adapters.filter((listed) => listed.default)).toHaveLength(1)
})

test('Dawn rests between its polls of a long wait where the adapter needs the cores', async () => {
  const timers = vi.spyOn(globalThis, 'setTimeout')
  const buffer = device.createBuffer({ size: 2 ** 24, usage: GPUBufferUsage.COPY_DST })
  // However fast the machine, copies enough take longer than a wait without a rest.
  for (let copies = 1; timers.mock.calls.length === 0 && copies < 2 ** 12; copies *= 2) {
    const encoder = device.createCommandEncoder()
    for (let copy = 0; copy < copies; copy++) encoder.clearBuffer(buffer)
    device.queue.submit([encoder.finish()])
    await device.queue.onSubmittedWorkDone()
  }
  expect(timers.mock.calls.length > 0).toBe(info.type === 'software')
  timers.mockRestore()
  buffer.destroy()
})

test('Dawn has subgroups here, so that the kernels that need them are tested', () => {
  expect(device.features.has('subgroups')).toBe(true)
})
