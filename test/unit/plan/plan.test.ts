import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ModelError } from '../../../src/core/errors.ts'
import type { Model, Probe } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import type { Operation } from '../../../src/core/plan/operation.ts'
import { type Plan, planNetwork } from '../../../src/core/plan/plan.ts'
import { aligned, bytesText, planRows, planText } from '../../../src/core/plan/print.ts'
import { buildModel, rowsOf, signRows, symmetricRows, zeroRows } from '../../build.ts'
import { LAGRANGIANS } from '../../lagrangians.ts'

const portable = {
  maxStorageBufferBindingSize: 2 ** 27,
  maxBufferSize: 2 ** 28,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 10,
}

const size = fc.integer({ min: 1, max: 90 })
const every = fc.integer({ min: 1, max: 7 })
const lagrangian = fc.constantFrom(...Object.values(LAGRANGIANS))
const oneOf = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values)

/** Networks with everything that a plan has to deal with: two layers, both kinds of couplings, stimulus, all probes. */
const network: fc.Arbitrary<Model> = fc
  .record({
    sizes: fc.tuple(size, size),
    kinds: fc.tuple(lagrangian, lagrangian),
    replicas: fc.integer({ min: 1, max: 4 }),
    tau: oneOf(0, 1),
    every: fc.array(every, { minLength: 9, maxLength: 9 }),
    rule: oneOf('fixed' as const, 'hebbian' as const, 'gated' as const),
    format: oneOf('f32' as const, 'f16' as const, 'binary' as const),
    halfNorm: fc.boolean(),
    plastic: fc.boolean(),
    base: oneOf('zero' as const, 'hebbian' as const, 'matrix' as const),
    masked: fc.boolean(),
    sampled: fc.boolean(),
  })
  .map((parts) => {
    const [n, m] = parts.sizes
    const stream = new RandomStream(1, 'plan')
    const rate = (index: number): number => parts.every[index] as number
    const patterns = signRows(stream, 3, n)
    const bases = {
      zero: { kind: 'zero' as const },
      hebbian: { kind: 'hebbian' as const, patterns, zeroDiagonal: true },
      matrix: { kind: 'matrix' as const, matrix: symmetricRows(stream, n) },
    }
    const snapshots: Probe[] = [
      { kind: 'snapshot', name: 'p', every: rate(4), of: 'w' },
      { kind: 'snapshot', name: 'q', every: rate(5), of: 'h' },
    ]
    const probes: Probe[] = [
      { kind: 'energy', name: 'e', every: rate(0) },
      { kind: 'overlap', name: 'm', every: rate(1), layer: 'v', patterns },
      { kind: 'similarity', name: 'c', every: rate(2), memory: 'xi', patterns: zeroRows(m, n) },
      { kind: 'speed', name: 's', every: rate(3), layer: 'v' },
      ...snapshots,
    ]
    return buildModel({
      replicas: parts.replicas,
      layers: [
        { name: 'v', size: n, lagrangian: parts.kinds[0], every: rate(6) },
        { name: 'h', size: m, lagrangian: parts.kinds[1], tau: parts.tau },
      ],
      synapses: [
        {
          name: 'w',
          layer: 'v',
          base: bases[parts.base],
          ...(parts.plastic ? { tau: 2, every: rate(7), strength: 1 } : {}),
        },
      ],
      memories: [
        {
          name: 'xi',
          from: 'v',
          to: 'h',
          init: signRows(stream, m, n),
          rule: parts.rule,
          format: parts.rule === 'fixed' ? parts.format : 'f32',
          inputOffset: parts.halfNorm ? 'half-norm' : 'none',
          ...(parts.rule === 'fixed' ? {} : { tau: 10, every: rate(8) }),
        },
      ],
      stimulus: [
        {
          kind: 'clamp',
          layer: 'v',
          patterns: parts.masked ? rowsOf([new Float32Array(n)], [new Uint8Array(n).fill(1)]) : patterns,
        },
        { kind: 'current', layer: 'v', patterns },
      ],
      probes: parts.sampled ? probes : snapshots,
    })
  })

/** Limits down to those at which a row of every matrix just fits, and large dispatches just do. */
const limits = fc.record({
  maxStorageBufferBindingSize: fc.integer({ min: 4000, max: 100_000 }),
  maxBufferSize: fc.constant(2 ** 28),
  maxComputeWorkgroupsPerDimension: fc.integer({ min: 100, max: 1000 }),
  maxStorageBuffersPerShaderStage: fc.integer({ min: 8, max: 11 }),
})

const workgroup = oneOf(4, 64)

/** Undefined where the samples of the probes do not fit: what is to be tested here are the splits of the matrices. */
function planned(model: Model, some: typeof portable, group: number): Plan | undefined {
  try {
    return planNetwork(model, some, { workgroup: group })
  } catch (error) {
    if (error instanceof ModelError && error.message.includes('`ring`')) return undefined
    throw error
  }
}

function operationsOf(plan: Plan): Operation[] {
  return [
    ...plan.setup,
    ...plan.stimulate,
    ...plan.tick,
    ...plan.refresh,
    ...plan.probes.flatMap((p) => p.operations),
  ]
}

/** Asserts a claim about plans of random networks. */
function forPlans(claim: (plan: Plan, model: Model, some: typeof portable, group: number) => void): void {
  fc.assert(
    fc.property(network, fc.oneof(fc.constant(portable), limits), workgroup, (model, some, group) => {
      const plan = planned(model, some, group)
      if (plan !== undefined) claim(plan, model, some, group)
    }),
  )
}

describe('a plan', () => {
  test('binds every binding of every kernel to a buffer that it allocates', () => {
    forPlans((plan) => {
      const names = new Set(plan.buffers.map(({ name }) => name))
      for (const { label, kernel, buffers } of operationsOf(plan))
        for (const { name } of kernel.bindings)
          expect([label, name, names.has(buffers[name] as string)]).toEqual([label, name, true])
    })
  })

  test('gives every field of every kernel a number', () => {
    forPlans((plan, model) => {
      for (const { label, kernel, params } of operationsOf(plan)) {
        const values = params(model)
        for (const { name, type } of kernel.fields) {
          const isValue = type === 'u32' ? Number.isInteger(values[name]) : Number.isFinite(values[name])
          expect([label, name, isValue]).toEqual([label, name, true])
        }
      }
    })
  })

  test('dispatches within the limits, binds within the limits', () => {
    forPlans((plan, _, { maxStorageBuffersPerShaderStage, ...some }) => {
      for (const { label, kernel } of operationsOf(plan)) {
        const bound = kernel.bindings.length + (kernel.clocked ? 1 : 0) + (kernel.varied ? 1 : 0)
        expect([label, bound <= maxStorageBuffersPerShaderStage]).toEqual([label, true])
      }
      const { maxComputeWorkgroupsPerDimension, maxStorageBufferBindingSize } = some
      for (const { label, workgroups } of operationsOf(plan))
        for (const count of workgroups) {
          expect([label, count >= 1 && count <= maxComputeWorkgroupsPerDimension]).toEqual([label, true])
        }
      for (const { name, bytes } of plan.buffers)
        expect([name, bytes <= maxStorageBufferBindingSize]).toEqual([name, true])
    })
  })

  test('never writes a buffer that the same dispatch binds twice', () => {
    forPlans((plan) => {
      for (const { label, kernel, buffers } of operationsOf(plan)) {
        const bound = kernel.bindings.map(({ name }) => buffers[name] as string)
        for (const { name, writes } of kernel.bindings) {
          const uses = bound.filter((other) => other === buffers[name]).length
          if (writes) expect([label, name, uses]).toEqual([label, name, 1])
        }
      }
    })
  })

  test('has as many bytes as its buffers, whose names differ', () => {
    forPlans((plan) => {
      expect(plan.bytes).toBe(plan.buffers.reduce((sum, { bytes }) => sum + bytes, 0))
      expect(new Set(plan.buffers.map(({ name }) => name)).size).toBe(plan.buffers.length)
    })
  })

  test('is the same for the same network', () => {
    forPlans((plan, model, some, group) => {
      const again = planNetwork(model, some, { workgroup: group })
      expect(planText(again, model)).toBe(planText(plan, model))
      const paramsOf = (one: Plan) =>
        operationsOf(one).map(({ label, constants, params }) => [label, constants, params(model)])
      expect(paramsOf(again)).toEqual(paramsOf(plan))
    })
  })

  test('updates all groups from the same activations: no update reads what one before it has written', () => {
    forPlans((plan, model) => {
      const updates = planRows(plan, model).filter(({ stage }) =>
        ['integrate', 'plasticity', 'learn'].includes(stage),
      )
      const written = new Map<string, string>()
      for (const { label, reads, writes } of updates) {
        for (const buffer of reads) expect([label, written.get(buffer) ?? label]).toEqual([label, label])
        for (const buffer of writes) written.set(buffer, label)
      }
    })
  })

  test('runs its stages in the order of a tick', () => {
    const order = ['activate', 'settle', 'input', 'integrate', 'plasticity', 'learn']
    forPlans((plan) => {
      const stages = plan.tick.map(({ stage }) => order.indexOf(stage))
      expect(stages).not.toContain(-1)
      expect(stages).toEqual([...stages].sort((a, b) => a - b))
    })
  })

  test('keeps the user and its own buffers apart, whatever they are called', () => {
    for (const name of ['ring', 'faults', 'none', 'scratch']) {
      const plan = planNetwork(
        buildModel({
          layers: [
            { name: 'v', size: 20, lagrangian: { kind: 'relu' } },
            { name: 'h', size: 30, lagrangian: { kind: 'relu' } },
          ],
          memories: [{ name, from: 'v', to: 'h', init: zeroRows(30, 20) }],
          synapses: [
            {
              name: 'w',
              layer: 'v',
              base: { kind: 'hebbian', patterns: zeroRows(2, 20), zeroDiagonal: true },
            },
          ],
          probes: [{ kind: 'overlap', name: 'w', every: 1, layer: 'v', patterns: zeroRows(3, 20) }],
        }),
        portable,
      )
      const bytesOf = (buffer: string | undefined) => plan.buffers.find((one) => one.name === buffer)?.bytes
      expect(bytesOf(plan.matrices.get(name)?.blocks[0]?.buffer)).toBe(30 * 20 * 4)
      expect(bytesOf(plan.setup[0]?.buffers.patterns)).toBe(2 * 20 * 4)
      expect(bytesOf(plan.matrices.get('w/patterns')?.blocks[0]?.buffer)).toBe(3 * 20 * 4)
    }
  })

  test('that does not fit is refused with the bytes needed and those there are', () => {
    const large = buildModel({
      layers: [{ name: 'v', size: 1000, lagrangian: { kind: 'relu' } }],
      synapses: [{ name: 'w', layer: 'v', tau: 1, strength: 1 }],
      replicas: 3,
    })
    const { bytes } = planNetwork(large, portable)
    expect(planNetwork(large, { ...portable, totalBytes: bytes }).bytes).toBe(bytes)
    expect(() => planNetwork(large, { ...portable, totalBytes: bytes - 1 })).toThrow(
      `the network needs ${bytes} bytes (\`w/excess/matrix\` alone 12000000), but only ${bytes - 1} are available; use fewer`,
    )
    expect(() => planNetwork(large, { ...portable, maxBufferSize: 3999 })).toThrow(
      /row of `w` needs 4000 bytes, but this adapter binds at most 3999|`v\/state` needs 12000 bytes, but this adapter binds at most 3999/,
    )
    expect(() => planNetwork(large, { ...portable, maxComputeWorkgroupsPerDimension: 15 })).toThrow(
      /needs 125 workgroups in one dimension, but this adapter allows 15; use fewer/,
    )
    const watched = { ...large, probes: [{ kind: 'snapshot', name: 'p', every: 1, of: 'w' }] as const }
    expect(() => planNetwork(watched, { ...portable, maxBufferSize: 6_000_000 })).toThrow(
      /^probes.p: the snapshots need 12000000 bytes in one tick, but this adapter allows 59999\d\d; leave this one out/,
    )
  })
})

describe('the table of a plan', () => {
  test('has a row for each dispatch, with the bytes of the buffers it touches', () => {
    forPlans((plan, model) => {
      const rows = planRows(plan, model)
      const snapshots = model.probes.filter(({ kind }) => kind === 'snapshot').length
      expect(rows).toHaveLength(operationsOf(plan).length - plan.refresh.length + snapshots)
      for (const { reads, writes, bytes } of rows) {
        const touched = plan.buffers.filter(({ name }) => reads.includes(name) || writes.includes(name))
        expect(bytes).toBe(touched.reduce((sum, buffer) => sum + buffer.bytes, 0))
        expect(reads.filter((name) => writes.includes(name))).toEqual([])
      }
    })
  })

  test('says every how many ticks a dispatch runs', () => {
    forPlans((plan, model) => {
      const everyOf = (label: string) => planRows(plan, model).find((row) => row.label === label)?.every
      const move = planRows(plan, model).find(
        ({ stage, writes }) => stage === 'integrate' && writes.includes('v/state'),
      )
      expect(move?.every).toBe(model.layers[0]?.every)
      expect(everyOf('xi/plasticity-step')).toBe(
        model.memories[0]?.rule === 'fixed' ? undefined : model.memories[0]?.every,
      )
      expect(everyOf('m/store')).toBe(model.probes.find(({ name }) => name === 'm')?.every)
      expect(everyOf('p/copy')).toBe(model.probes.find(({ name }) => name === 'p')?.every)
      expect(everyOf('v/stimulate')).toBe('change')
      expect(plan.setup.length === 0 ? 'once' : everyOf('w/hebbian-init')).toBe('once')
    })
  })

  test('is aligned, and bytes have a unit to read', () => {
    expect(
      aligned(
        [
          ['a', 'bb', 'c'],
          ['dd', '1', ''],
        ],
        [1],
      ),
    ).toEqual(['a   bb  c', 'dd   1'])
    expect([0, 1023, 1024, 1254400, 2 ** 31].map(bytesText)).toEqual([
      '0 bytes',
      '1023 bytes',
      '1024 bytes (1 KiB)',
      '1254400 bytes (1.2 MiB)',
      '2147483648 bytes (2 GiB)',
    ])
  })
})
