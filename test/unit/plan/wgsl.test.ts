import { describe, expect, test } from 'vitest'
import { ModelError } from '../../../src/core/errors.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { operationsOf, planNetwork } from '../../../src/core/plan/plan.ts'
import { wgslText } from '../../../src/core/plan/wgsl.ts'
import { buildModel, signRows } from '../../build.ts'
import { LAGRANGIANS } from '../../lagrangians.ts'

/** At most ten rows of forty columns in a binding, so that 25 rows take four blocks of eight, the last of one. */
const limits = {
  maxStorageBufferBindingSize: 1600,
  maxBufferSize: 2 ** 28,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 10,
}

const model = buildModel({
  layers: [
    { name: 'v', size: 40, lagrangian: LAGRANGIANS.tanh! },
    { name: 'h', size: 25, lagrangian: LAGRANGIANS.linear! },
  ],
  memories: [{ name: 'xi', from: 'v', to: 'h', init: signRows(new RandomStream(1, 'wgsl'), 25, 40) }],
})
const plan = planNetwork(model, limits)

/** The code of each module in a text, and the numbers before its lines. */
function modulesIn(text: string): { numbers: number[]; code: string }[] {
  const modules: { numbers: number[]; code: string }[] = []
  for (const [, number, line = ''] of text.matchAll(/^ *(\d+)(?: {2}(.*))?$/gm)) {
    const module = Number(number) === 1 ? undefined : modules.at(-1)
    if (module === undefined) modules.push({ numbers: [1], code: line })
    else {
      module.numbers.push(Number(number))
      module.code += `\n${line}`
    }
  }
  return modules
}

describe('wgslText', () => {
  test('numbers the lines of the source that the pipeline is compiled from', () => {
    for (const { label, kernel } of operationsOf(plan)) {
      const modules = modulesIn(wgslText(plan, model, label))
      expect(modules.map(({ code }) => code)).toContain(kernel.source)
      for (const { numbers } of modules) expect(numbers).toEqual(numbers.map((_, index) => index + 1))
    }
  })

  test('heads a module with the overrides of its pipeline, and with the buffers and parameters of each block', () => {
    const text = wgslText(plan, model, 'h/matvec xi')
    const blocks = plan.tick.filter(({ label }) => label === 'h/matvec xi')
    expect(blocks).toHaveLength(4)
    const heads = text.split('\n').filter((line) => line.startsWith('//'))
    expect(heads[0]).toMatch(/^\/\/ h\/matvec xi: kernel product\/matvec\+\S+, entry point matvec$/)
    expect(heads[1]).toMatch(/^\/\/ overrides: WORKGROUP = \d+, .*HALF_NORM = 0/)
    for (const [block, rows] of [8, 8, 8, 1].entries()) {
      const head = heads.findIndex((line) => line.includes(` matrix = xi/matrix#${block}`))
      expect(heads[head]).toMatch(
        /^\/\/ dispatch: stage integrate, \d+x1x1 workgroups of buffers 1 vector = v\/activations, /,
      )
      expect(heads[head + 1]).toContain(`// params: row0 = ${8 * block}, rows = ${rows}, columns = 40`)
    }
  })

  test('prints one module once, however many blocks it is dispatched for, and different ones one after another', () => {
    const count = (label: string): number => modulesIn(wgslText(plan, model, label)).length
    const modulesOf = (label: string): number =>
      new Set(
        operationsOf(plan)
          .filter((operation) => operation.label === label)
          .map(({ kernel, constants }) => kernel.source + JSON.stringify(constants)),
      ).size
    const labels = [...new Set(operationsOf(plan).map(({ label }) => label))]
    expect(labels.map(count)).toEqual(labels.map(modulesOf))
    expect(Math.max(...labels.map(modulesOf))).toBeGreaterThan(1)
  })

  test('a label of no dispatch is an error that names the nearest', () => {
    const attempt = (): string => wgslText(plan, model, 'h/matvek xi')
    expect(attempt).toThrow(ModelError)
    expect(attempt).toThrow(
      '--wgsl: no dispatch has the label `h/matvek xi`; engram plan without --wgsl lists all labels; did you mean `h/matvec xi`?',
    )
  })
})
