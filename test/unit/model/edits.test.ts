import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fitsPatterns } from '../../../src/core/model/fitting.ts'
import { product } from '../../couplings.ts'
import { hidden, memory, patternsOf, resolve, row, scenario, visible, type Raw } from './resolving.ts'

const digit = (name: string) => readFileSync(new URL(`../../../scenarios/data/${name}`, import.meta.url))
const digits = {
  'images.gz': digit('digits-images-idx3-ubyte.gz'),
  'labels.gz': digit('digits-labels-idx1-ubyte.gz'),
}
const values = [
  [1, 2, 3],
  [4, 5, 6],
]

describe('edits', () => {
  it('come last and in order: a row, then entries of it; the other rows stay', async () => {
    const patterns = await patternsOf(
      {
        kind: 'values',
        values,
        transform: [{ op: 'scale', factor: 2 }],
        corrupt: { op: 'occlude', fraction: 1 / 3 },
        edits: [
          { op: 'row', row: 1, values: [7, 8, 9] },
          { op: 'paint', row: 1, columns: [0, 2], value: -1 },
        ],
      },
      3,
    )
    expect(row(patterns, 0)).toEqual([2, 4, 0])
    expect(row(patterns, 1)).toEqual([-1, 8, -1])
  })

  it('a row behind the last is added, a cleared one is 0', async () => {
    const edits = [
      { op: 'row', row: 2, values: [7, 8, 9] },
      { op: 'clear', row: 0 },
    ]
    const patterns = await patternsOf({ kind: 'values', values, edits }, 3)
    expect([...patterns.data]).toEqual([0, 0, 0, 4, 5, 6, 7, 8, 9])
  })

  it('free no entry: what is set is masked no longer', async () => {
    const edits = [{ op: 'paint', row: 1, columns: [1], value: 5 }]
    const corrupt = { op: 'mask', fraction: 1 }
    const { free, data } = await patternsOf({ kind: 'values', values, corrupt, edits }, 3)
    expect([...(free ?? [])]).toEqual([1, 1, 1, 1, 0, 1])
    expect([...data]).toEqual([0, 0, 0, 0, 5, 0])
  })

  it('of a memory stand before its scale, and who copies its rows gets them', async () => {
    const { memories, stimulus } = await resolve(
      scenario({
        neurons: { visible: visible({ size: 3 }), hidden: hidden({ size: 2 }) },
        memories: {
          xi: memory({
            scale: 3,
            init: { kind: 'values', values, edits: [{ op: 'row', row: 0, values: [1, 0, -1] }] },
          }),
        },
        stimulus: [{ kind: 'clamp', layer: 'visible', patterns: { kind: 'rows', of: 'xi', select: [0] } }],
      }),
    )
    expect(row(memories[0]!.init, 0)).toEqual([3, 0, -3])
    expect([...stimulus[0]!.patterns.data]).toEqual([3, 0, -3])
  })

  it.each([
    [{ op: 'row', row: 3, values: [1, 2, 3] }, 'stimulus.0.patterns.edits.0.row: is 3, but there are 2 rows'],
    [{ op: 'clear', row: 2 }, 'stimulus.0.patterns.edits.0.row: is 2, but there are 2 rows'],
    [
      { op: 'row', row: 0, values: [1] },
      'stimulus.0.patterns.edits.0.values: has 1 values, but the rows have 3',
    ],
    [
      { op: 'paint', row: 0, columns: [3], value: 1 },
      'stimulus.0.patterns.edits.0.columns: has 3, but the rows have 3 columns',
    ],
  ])('%j is refused at its place', async (edit, message) => {
    await expect(patternsOf({ kind: 'values', values, edits: [edit] }, 3)).rejects.toThrow(message)
  })

  it('that add a row to a memory are refused: its rows are the neurons of a layer', async () => {
    const init = { kind: 'zeros', edits: [{ op: 'row', row: 3, values: [1, 2, 3, 4, 5, 6] }] }
    await expect(resolve(scenario({ memories: { xi: memory({ init }) } }))).rejects.toThrow(
      'memories.xi.init: has 4 rows, layer `hidden` has 3 neurons',
    )
  })
})

describe('classes', () => {
  const images: Raw = { kind: 'idx', path: 'images.gz', labels: 'labels.gz' }

  it('choose the images of these labels, alone and with perLabel', async () => {
    const some = await patternsOf({ ...images, classes: [3, 8] }, 784, digits)
    expect(some.rows).toBe(200)
    expect(new Set(some.labels)).toEqual(new Set([3, 8]))
    const few = await patternsOf({ ...images, classes: [3, 8], perLabel: 2 }, 784, digits)
    expect(few.labels).toEqual([3, 3, 8, 8])
    const all = await patternsOf({ ...images, perLabel: 2 }, 784, digits)
    expect(row(few, 0)).toEqual(row(all, 6))
  })

  it('labels follow the rows that are copied, and leave a row that is replaced', async () => {
    const labelled = { ...images, perLabel: 1, edits: [{ op: 'clear', row: 4 }] }
    const { memories, stimulus } = await resolve(
      scenario({
        neurons: { visible: visible({ size: 784 }), hidden: hidden({ size: 10 }) },
        memories: { xi: memory({ init: labelled }) },
        stimulus: [
          { kind: 'clamp', layer: 'visible', patterns: { kind: 'rows', of: 'xi', select: [9, 4, 2] } },
        ],
      }),
      digits,
    )
    expect(memories[0]!.init.labels).toEqual([0, 1, 2, 3, -1, 5, 6, 7, 8, 9])
    expect(stimulus[0]!.patterns.labels).toEqual([9, -1, 2])
  })

  it('without labels, or of which the file has too few, are refused', async () => {
    await expect(patternsOf({ kind: 'idx', path: 'images.gz', classes: [3] }, 784, digits)).rejects.toThrow(
      'stimulus.0.patterns.classes: needs the labels',
    )
    const unknown = patternsOf({ ...images, classes: [3, 200], perLabel: 1 }, 784, digits)
    await expect(unknown).rejects.toThrow('label 200 has 0 images')
    await expect(patternsOf({ ...images, classes: [200] }, 784, digits)).rejects.toThrow(
      'has 1000 images, 0 after skip 0 and classes 200; lower skip or choose other classes',
    )
  })
})

describe('two models fit each other', () => {
  const cue = (patterns: Raw, parts: Raw = {}) =>
    scenario({ stimulus: [{ kind: 'clamp', layer: 'visible', patterns }], ...parts })
  const zeros = { kind: 'values', values: [[0, 0, 0, 0, 0, 0]] }
  const edits = [{ op: 'paint', row: 0, columns: [1], value: 1 }]

  it('when only values of patterns differ, and not when numbers of rows, masks or parameters do', async () => {
    const model = await resolve(cue(zeros))
    const fits = async (other: Raw) => fitsPatterns(model, await resolve(other))
    expect(await fits(cue({ ...zeros, edits }))).toBe(true)
    expect(await fits(cue({ kind: 'rows', of: 'xi', select: [2] }))).toBe(true)
    expect(await fits(cue({ kind: 'rows', of: 'xi' }))).toBe(false)
    expect(await fits(cue({ ...zeros, corrupt: { op: 'mask', fraction: 0.5 } }))).toBe(false)
    expect(await fits(cue(zeros, { time: { dt: 0.2, ticks: 10 } }))).toBe(false)
    expect(await fits(cue(zeros, { seed: 2 }))).toBe(false)
  })
  it('not when a hyperedge has another number of patterns or another scale', () => {
    const joined = product([3, 4, 5], 2)
    expect(fitsPatterns(joined, product([3, 4, 5], 2))).toBe(true)
    expect(fitsPatterns(joined, product([3, 4, 5], 3))).toBe(false)
    expect(fitsPatterns(joined, product([3, 4, 5], 2, { scale: 0.5 }))).toBe(false)
  })
})
