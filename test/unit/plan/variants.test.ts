import { describe, expect, test } from 'vitest'
import type { Geometry } from '../../../src/core/kinds/couplings/convolution.ts'
import type { Memory } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { TILES } from '../../../src/core/plan/kernels.ts'
import { type Plan, type PlanOptions, planNetwork } from '../../../src/core/plan/plan.ts'
import {
  type Variants,
  WORKGROUPS,
  formText,
  parseVariants,
  readVariants,
  readForm,
  shapeKey,
  variantsText,
} from '../../../src/core/plan/variants.ts'
import { DEFAULT_LIMITS } from '../../../src/node/limits.ts'
import { buildModel, signRows, symmetricRows } from '../../build.ts'
import { convolved, GEOMETRIES } from '../../couplings.ts'

const stream = new RandomStream(1, 'variants')

/** Two memories on one layer; 8 replicas. */
function plan(options: PlanOptions = {}, memory: Partial<Memory> = {}): Plan {
  const model = buildModel({
    replicas: 8,
    layers: [
      { name: 'v', size: 40, lagrangian: { kind: 'tanh', gain: 1 } },
      { name: 'h', size: 20, lagrangian: { kind: 'softmax', beta: 1 }, tau: 0 },
      { name: 'k', size: 12, lagrangian: { kind: 'softmax', beta: 1 }, tau: 0 },
    ],
    memories: [
      { name: 'xi', from: 'v', to: 'h', init: signRows(stream, 20, 40), ...memory },
      { name: 'zeta', from: 'v', to: 'k', init: signRows(stream, 12, 40) },
    ],
    probes: [{ kind: 'energy', name: 'energy', every: 1 }],
  })
  return planNetwork(model, { ...DEFAULT_LIMITS, maxStorageBuffersPerShaderStage: 10 }, options)
}

const formsOf = (planned: Plan): Record<string, string> =>
  Object.fromEntries(planned.products.map(({ name, form, why }) => [name, `${formText(form)} ${why}`]))

test('every form that there is reads as it is written, and nothing else does', () => {
  for (const product of ['matvec', 'matvec-transposed'] as const) {
    for (const tile of TILES[product]) {
      expect(readForm(product, formText(tile), 16)).toEqual({
        ...tile,
        workgroup: Math.max(16, tile.lanes),
      })
      for (const workgroup of WORKGROUPS.filter((one) => one >= tile.lanes))
        expect(readForm(product, formText({ ...tile, workgroup }), 16)).toEqual({ ...tile, workgroup })
    }
    for (const text of [
      '',
      '3x1',
      '1x1x1',
      '1x1x16/8',
      '1x1/',
      '1x1/7',
      '1x1/064',
      '1x1/64/64',
      ' 1x1',
      '/64',
    ])
      expect(readForm(product, text, 64)).toBeUndefined()
  }
})

describe('what is said', () => {
  test('of one product goes before what is said of all of its kind, and that before what is tuned', () => {
    const standard = plan()
    expect(formsOf(standard)).toEqual({
      'matvec:xi': '4x4/64 default',
      'matvec:zeta': '4x4/64 default',
      'matvec-transposed:xi': '1x4x4/64 default',
      'matvec-transposed:zeta': '1x8/64 default',
    })
    const tuned = Object.fromEntries(standard.products.map((one) => [shapeKey(one), '1x4/32']))
    const variants: Variants = { matvec: '2x1', 'matvec:zeta': '8x1/128' }
    expect(formsOf(plan({ variants, tuned }))).toEqual({
      'matvec:xi': '2x1/64 forced',
      'matvec:zeta': '8x1/128 forced',
      'matvec-transposed:xi': '1x4/32 tuned',
      'matvec-transposed:zeta': '1x4/32 tuned',
    })
  })

  test('of products reaches the dispatches, and covers every row and replica', () => {
    const { tick } = plan({ variants: { 'matvec:xi': '4x1/8', 'matvec-transposed:xi': '2x1/16' } })
    const recall = tick.find(({ label }) => label === 'h/matvec xi')!
    expect([recall.kernel.key, recall.constants.WORKGROUP, recall.workgroups]).toEqual([
      'product/matvec+step+f32+4x1',
      8,
      [1, 8, 1],
    ])
    const project = tick.find(({ label }) => label === 'v/matvec-transposed xi')!
    expect([project.constants.WORKGROUP, project.workgroups]).toEqual([16, [1, 8, 1]])
  })

  test('a tile of many states is cut for products with few', () => {
    const one = plan({ variants: { matvec: '8x8' } }, { rule: 'gated', tau: 3 })
    expect(formsOf(one)['matvec:xi']).toBe('8x1/64 forced')
    expect(formsOf(one)['matvec:zeta']).toBe('8x8/64 forced')
  })

  test('by a cache is ignored where it is no form, or one of more states than there are', () => {
    const { products } = plan()
    for (const text of ['9x9', '', 'constructor', '4x4/3'])
      expect(formsOf(plan({ tuned: { [shapeKey(products[0]!)]: text } }))['matvec:xi']).toBe('4x4/64 default')
  })
})

test('a plan with the variants of another is the same plan, whatever is tuned', () => {
  const first = plan({ variants: { 'matvec-transposed': '1x4', reduce: 'tree', 'matvec:xi': '2x1/32' } })
  const tuned = Object.fromEntries(first.products.map((one) => [shapeKey(one), '1x1/8']))
  const again = plan({ variants: first.variants, tuned })
  const shown = ({ tick, probes }: Plan): unknown =>
    [...tick, ...probes.flatMap(({ operations }) => operations)].map(
      ({ label, kernel, constants, workgroups }) => ({ label, key: kernel.key, constants, workgroups }),
    )
  expect(shown(again)).toEqual(shown(first))
  expect(again.variants).toEqual(first.variants)
  const pinned = plan({ pinned: first.variants, tuned })
  expect(shown(pinned)).toEqual(shown(first))
  expect(pinned.variants).toEqual(first.variants)
  expect(parseVariants(variantsText(first.variants).split(' '), '')).toEqual(first.variants)
})

test('couplings that a replica has for itself are folded where they are large, or where that is forced', () => {
  const coupled = (size: number, variants: Variants = {}): (string | undefined)[] => {
    const model = buildModel({
      layers: [{ name: 'v', size, lagrangian: { kind: 'tanh', gain: 1 } }],
      synapses: [{ name: 'w', layer: 'v', base: { kind: 'matrix', matrix: symmetricRows(stream, size) } }],
    })
    const { tick } = planNetwork(model, DEFAULT_LIMITS, { variants })
    const product = tick.find(({ buffers }) => Object.values(buffers).includes('w/matrix'))
    return [product?.kernel.entryPoint, product?.variant?.form, product?.variant?.why]
  }
  expect(coupled(255)).toEqual(['matvecTransposed', '1x1x16/64', 'default'])
  expect(coupled(256)).toEqual(['symv', 'symv/64', 'default'])
  expect(coupled(256, { symv: 'off' })).toEqual(['matvecTransposed', '1x1x16/64', 'default'])
  expect(coupled(20, { symv: 'on' })).toEqual(['symv', 'symv/64', 'forced'])
})

test('convolutions are in tiles on a software adapter, and where that is forced, but for windows that no step of one moves', () => {
  const forms = (form: Geometry, options: PlanOptions): (string | undefined)[] =>
    planNetwork(convolved(form), DEFAULT_LIMITS, options).tick.flatMap(({ kernel, variant }) =>
      kernel.key.includes('convolution') ? [`${variant?.form} ${variant?.why}`] : [],
    )
  const [one, several, periodic] = GEOMETRIES as [Geometry, Geometry, Geometry]
  expect(forms(one, { software: true }).sort()).toEqual(['1x8/16 default', '2x8/16 default'])
  expect(forms(several, { variants: { convolution: 'tiled' } }).sort()).toEqual([
    '2x8/64 forced',
    '2x8/64 forced',
  ])
  const plain = ['plain/64 default', 'plain/64 default']
  expect(forms(several, {})).toEqual(plain)
  expect(forms(periodic, { software: true })).toEqual(plain)
})

test('of the variants of another plan those are left out that are not possible, unless someone asks for them', () => {
  const pinned: Variants = {
    'matvec:eta': '1x1',
    'matvec:xi': '8x8',
    'matvec-transposed:zeta': '1x4',
    reduce: 'subgroup',
  }
  const taken = plan({ pinned, lanes: 1 }, { rule: 'gated', tau: 3 })
  expect(formsOf(taken)).toMatchObject({
    'matvec:xi': '1x1/64 default',
    'matvec-transposed:zeta': '1x4/64 forced',
  })
  expect(taken.variants.reduce).toBeUndefined()
  const { variants } = plan({ pinned, variants: { 'matvec-transposed:zeta': '2x1' }, lanes: 4 })
  expect(variants).toMatchObject({
    'matvec-transposed:zeta': '2x1/64',
    'matvec:xi': '8x8/64',
    reduce: 'subgroup',
  })
})

test('tiles whose loads a quad shares are the default on software adapters with subgroups, and are not where there are none', () => {
  const forms = (options: PlanOptions): string[] => Object.values(formsOf(plan(options))).slice(1, 3)
  const software = { software: true, lanes: 4 }
  expect(forms(software)).toEqual(['4x8q/64 default', '1x8q/64 default'])
  const without = ['4x4/64 default', '1x8/64 default']
  expect(forms({ ...software, lanes: 1 })).toEqual(without)
  const { variants, products } = plan(software)
  expect(forms({ ...software, lanes: 1, pinned: { ...variants, matvec: '4x8q' } })).toEqual(without)
  const tuned = Object.fromEntries(products.map((one) => [shapeKey(one), '1x16q']))
  expect(forms({ ...software, lanes: 1, tuned })).toEqual(without)
  for (const name of ['matvec', 'matvec:xi'] as const)
    expect(() => plan({ variants: { [name]: '4x8q/32' }, lanes: 1 })).toThrow(
      `variants: ${name}=4x8q/32: this adapter has no subgroups; use a tile without q`,
    )
})

test.each([
  ['matvec', '--variant: must be NAME=VALUE, such as matvec=4x4 or fuse=off, not "matvec"'],
  [
    'tile=4x4',
    '--variant: there is no tile=4x4; there are matvec, matvec-transposed (of one matrix alone as in matvec:xi), fuse, symv, attention, convolution, reduce, synapses and resident',
  ],
  [
    'matvec=3x3',
    '--variant: there is no matvec=3x3; matvec has the tiles 1x1, 2x1, 4x1, 8x1, 1x4, 4x4, 1x8, 8x8, ' +
      '1x1x64, 4x1x16, 4x4x16, 4x8q, 8x16q, and workgroups of 8, 16, 32, 64, 128, 256, as in 1x1/32; a workgroup holds all lanes of a tile',
  ],
  [
    'matvec-transposed:=1x1',
    '--variant: there is no matvec-transposed:=1x1; name a memory or a synapse, as in matvec-transposed:xi, or leave the colon out',
  ],
  ['fuse=yes', '--variant: there is no fuse=yes; fuse is on or off'],
  ['reduce=', '--variant: there is no reduce=; reduce is tree or subgroup'],
])('%s is refused by what there is', (assignment, message) => {
  expect(() => parseVariants([assignment], '--variant')).toThrow(message)
})

describe('a name of an earlier version', () => {
  /** Each with the name of today. */
  const FORMER = [
    ['recall=8x1', { matvec: '8x1' }],
    ['project=2x1/32', { 'matvec-transposed': '2x1/32' }],
    ['recall:project=8x1', { 'matvec:project': '8x1' }],
    ['project:recall=2x1', { 'matvec-transposed:recall': '2x1' }],
    ['fold=off', { symv: 'off' }],
    ['attend=on', { attention: 'on' }],
    ['resident=shared', { resident: 'subgroup' }],
    ['resident=lone', { resident: 'invocation' }],
  ] as const

  test.each(FORMER)('%s is read as that of today', (assignment, today) => {
    expect(parseVariants([assignment], '--variant')).toEqual(today)
    const [name, value] = assignment.split('=') as [string, string]
    expect(readVariants({ [name]: value })).toEqual(today)
  })

  test('of two names for the same the last counts', () => {
    expect(parseVariants(['recall=8x1', 'matvec=2x1'], '--variant')).toEqual({ matvec: '2x1' })
    expect(parseVariants(['matvec=2x1', 'recall=8x1'], '--variant')).toEqual({ matvec: '8x1' })
  })

  test('is refused as it was typed, by what there is today', () => {
    expect(() => parseVariants(['fold=yes'], '--variant')).toThrow('there is no fold=yes; symv is on or off')
    expect(() => parseVariants(['resident=alone'], '--variant')).toThrow(
      'there is no resident=alone; resident is subgroup or invocation',
    )
    // What was never a name.
    for (const name of ['toString', 'recalls', 'constructor:xi'])
      expect(() => parseVariants([`${name}=8x1`], '--variant')).toThrow(
        `there is no ${name}=8x1; there are matvec,`,
      )
  })

  test('gives the plan that the name of today gives, forced, pinned or tuned', () => {
    const said = ({ tick, variants, choices }: Plan): unknown => [
      tick.map(({ kernel, constants, workgroups }) => [kernel.key, constants, workgroups]),
      variants,
      choices,
    ]
    const today: Variants = { 'matvec:xi': '2x1/32', 'matvec-transposed': '1x4', symv: 'off' }
    const before = { 'recall:xi': '2x1/32', project: '1x4', fold: 'off' } as Variants
    expect(said(plan({ variants: before }))).toEqual(said(plan({ variants: today })))
    expect(said(plan({ pinned: before }))).toEqual(said(plan({ pinned: today })))
    expect(said(plan({ variants: today }))).not.toEqual(said(plan()))
    const { products } = plan()
    const tuned = Object.fromEntries(products.map((one) => [shapeKey(one), '1x4/32']))
    const former = Object.entries(tuned).map(([key, form]): [string, string] => [
      key.replace(/^matvec-transposed/, 'project').replace(/^matvec/, 'recall'),
      form,
    ])
    expect(said(plan({ tuned: Object.fromEntries(former) }))).toEqual(said(plan({ tuned })))
    expect(said(plan({ tuned }))).not.toEqual(said(plan()))
  })
})

test('what the network does not have is refused by what it has', () => {
  expect(() => plan({ variants: { 'matvec:eta': '1x1' } })).toThrow(
    'variants: there is no product matvec:eta; choose one of matvec:xi, matvec:zeta, matvec-transposed:zeta, matvec-transposed:xi',
  )
  expect(() => plan({ variants: { 'matvec:xi': '4x4' } }, { rule: 'gated', tau: 3 })).toThrow(
    'variants: matvec:xi=4x4 computes 4 states at once, but only 1 share the matrix; take 1x1, 2x1, 4x1, 8x1',
  )
  expect(() => plan({ variants: { reduce: 'subgroup' }, lanes: 1 })).toThrow(
    'variants: reduce=subgroup: this adapter has no subgroups; use tree',
  )
})
