import { afterAll, beforeAll, expect, test } from 'vitest'
import { create } from 'webgpu'
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js'
import { pipelineOf } from '../../../src/core/gpu/pipelines.ts'
import { allKernels, type Kernel, parseKernel } from '../../../src/core/plan/kernels.ts'
import { LAGRANGIANS } from '../../lagrangians.ts'
import { testDevice } from '../device.ts'

const kernels = allKernels(Object.values(LAGRANGIANS)).map((kernel) => ({ key: kernel.key, kernel }))

type Choice = Readonly<Record<string, number>>

/** Every choice of the overrides of a kernel. */
function choicesOf({ key, source }: Kernel): Choice[] {
  const switches = [...source.matchAll(/override (\w+): bool/g)].map((match) => match[1] as string)
  // Products are compiled in many tiles: the size of the workgroup is nothing to each of them.
  const workgroups = /\+\d+x\d+/.test(key) ? [8] : [1, 8, 64]
  return workgroups.flatMap((WORKGROUP) =>
    Array.from({ length: 2 ** switches.length }, (_, choice) => ({
      WORKGROUP,
      ...Object.fromEntries(switches.map((name, bit) => [name, (choice >> bit) & 1])),
    })),
  )
}

/** Few of the choices: every override has each of its values in one of them. */
function fewOf(choices: readonly Choice[]): Choice[] {
  const valuesOf = (choice: Choice): string[] =>
    Object.entries(choice).map(([name, value]) => `${name}=${value}`)
  const open = new Set(choices.flatMap(valuesOf))
  const taken: Choice[] = []
  while (open.size > 0) {
    const gains = choices.map((choice) => valuesOf(choice).filter((value) => open.has(value)).length)
    const best = choices[gains.indexOf(Math.max(...gains))] as Choice
    taken.push(best)
    for (const value of valuesOf(best)) open.delete(value)
  }
  return taken
}

/**
 * Dawn's device without a driver: it puts the overrides into a kernel, checks the result and writes no machine code, which is
 * nine tenths of the time. It has the default limits, and carried sums bind more buffers: nothing but the kernels is checked.
 */
async function driverlessDevice(): Promise<GPUDevice> {
  await testDevice()
  const instance = create(['backend=null', 'enable-dawn-features=skip_validation'])
  // Dawn must not lose the instance of a device.
  Object.assign(globalThis, { driverless: instance })
  const adapter = await instance.requestAdapter()
  if (adapter === null) throw new Error('Dawn has no adapter `null`; take a version of `webgpu` that has it')
  return adapter.requestDevice({ requiredFeatures: ['shader-f16', 'subgroups'] })
}

let driverless: GPUDevice

beforeAll(async () => {
  driverless = await driverlessDevice()
})

afterAll(() => {
  driverless.destroy()
})

test('a kernel that is wrong under one choice of its overrides is refused', async () => {
  const source = `
    override WORKGROUP: u32;
    override A: bool;
    override B: bool;
    var<workgroup> parts: array<u32, select(1, 0, A && B)>;
    @compute @workgroup_size(WORKGROUP) fn wrong() { parts[0] = 1u; }`
  const kernel = parseKernel('wrong', 'wrong', source)
  const choices = choicesOf(kernel).filter(({ WORKGROUP }) => WORKGROUP === 8)
  const compiled = choices.map((choice) => pipelineOf(driverless, kernel, choice))
  const outcomes = (await Promise.allSettled(compiled)).map(({ status }) => status)
  expect(outcomes).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected'])
  await expect(pipelineOf(driverless, kernel, { WORKGROUP: 257, A: 0, B: 0 })).rejects.toThrow(
    /workgroup_size/,
  )
})

test.each(kernels)('$key compiles under every choice of its overrides', async ({ kernel }) => {
  const choices = choicesOf(kernel)
  const { device } = await testDevice()
  for (const choice of fewOf(choices.filter(({ WORKGROUP }) => WORKGROUP === 8)))
    await expect(pipelineOf(device, kernel, choice), JSON.stringify(choice)).resolves.toBeDefined()
  // After the driver, which refuses wrong WGSL: without validation Dawn ends the process there.
  for (const choice of choices)
    await expect(pipelineOf(driverless, kernel, choice), JSON.stringify(choice)).resolves.toBeDefined()
})

test.each(kernels)(
  '$key has the fields, bindings and clock that another parser finds in it',
  ({ kernel }) => {
    const { uniforms, storage: allStorage, entry } = new WgslReflect(kernel.source)
    interface Struct {
      readonly members: { name: string; type: { name: string }; offset: number }[]
    }
    const tables = allStorage.filter(({ group, binding }) => group === 0 && binding === 0)
    const storage = allStorage.filter((one) => !tables.includes(one))
    expect([uniforms.length, tables.length]).toEqual(kernel.varied ? [0, 1] : [1, 0])
    const type = kernel.varied
      ? (tables[0]?.type as unknown as { format: Struct }).format
      : (uniforms[0]?.type as unknown as Struct)
    expect(type.members.map(({ name, type, offset }) => ({ name, type: type.name, offset }))).toEqual(
      kernel.fields.map(({ name, type }, index) => ({ name, type, offset: 4 * index })),
    )
    const found = storage.map(({ name, group, binding, access }) => ({ name, group, binding, access }))
    expect(found.filter(({ group }) => group === 0).sort((a, b) => a.binding - b.binding)).toEqual(
      kernel.bindings.map(({ name, index, writes }) => ({
        name,
        group: 0,
        binding: index,
        access: writes ? 'read_write' : 'read',
      })),
    )
    expect(found.filter(({ group }) => group === 1).map(({ name }) => name)).toEqual(
      kernel.clocked ? ['clock'] : [],
    )
    expect(entry.compute.map(({ name }) => name)).toEqual([kernel.entryPoint])
  },
)
