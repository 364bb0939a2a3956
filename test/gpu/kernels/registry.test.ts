import { expect, test } from 'vitest'
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js'
import { pipelineOf } from '../../../src/core/gpu/pipelines.ts'
import { allKernels } from '../../../src/core/plan/kernels.ts'
import { LAGRANGIANS } from '../../lagrangians.ts'
import { testDevice } from '../device.ts'

const kernels = allKernels(Object.values(LAGRANGIANS)).map((kernel) => ({ key: kernel.key, kernel }))

test.each(kernels)('$key compiles under every choice of its overrides', async ({ kernel }) => {
  const { device } = await testDevice()
  const switches = [...kernel.source.matchAll(/override (\w+): bool/g)].map((match) => match[1] as string)
  // Products are compiled in many tiles: the size of the workgroup is nothing to each of them.
  const workgroups = /\+\d+x\d+/.test(kernel.key) ? [8] : [1, 8, 64]
  for (const WORKGROUP of workgroups) {
    for (let choice = 0; choice < 2 ** switches.length; choice++) {
      const constants = Object.fromEntries(switches.map((name, bit) => [name, (choice >> bit) & 1]))
      await expect(pipelineOf(device, kernel, { WORKGROUP, ...constants })).resolves.toBeDefined()
    }
  }
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
