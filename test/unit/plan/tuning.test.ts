import { describe, expect, test } from 'vitest'
import { ALONE } from '../../../src/core/plan/kernels.ts'
import {
  TUNING_PAYS,
  candidatesOf,
  fastestOf,
  medianOf,
  readTunings,
  secondsOf,
  sliceOf,
  untuned,
  writeTunings,
} from '../../../src/core/plan/tuning.ts'
import {
  type SwitchPlan,
  type Choice,
  type ProductPlan,
  type ProductShape,
  type Tuned,
  formText,
  readForm,
  shapeKey,
} from '../../../src/core/plan/variants.ts'

const recall: ProductPlan = {
  name: 'matvec:xi',
  product: 'matvec',
  format: 'f32',
  rows: 1000,
  columns: 784,
  states: 1,
  copies: 1,
  form: { ...ALONE, across: 8, workgroup: 64 },
  why: 'default',
  every: 1,
}

describe('the fastest form', () => {
  const standard = [10, 10.2, 9.9, 10.1, 10]

  test.each([
    ['one that needs less than 90 % of the time in every round', [8, 8.2, 7.9, 8.1, 8], 1],
    ['not one that needs 95 %', [9.5, 9.7, 9.4, 9.6, 9.5], 0],
    ['not one that was lucky in half of the rounds', [5, 5, 9.9, 10.1, 5], 0],
    ['one that was unlucky once', [8, 8, 30, 8, 8], 1],
    ['not one that did not compile in time', [], 0],
  ])('is %s', (_, other, index) => {
    expect(fastestOf([standard, other])).toBe(index)
  })

  test('is the same on a machine that is slowed down for some rounds', () => {
    const slow = [1, 1, 4, 4, 1]
    const slowed = (times: number[]): number[] => times.map((time, round) => time * slow[round]!)
    expect(fastestOf([standard, [8, 8.2, 7.9, 8.1, 8]].map(slowed))).toBe(1)
    expect(fastestOf([standard, [9.5, 9.7, 9.4, 9.6, 9.5]].map(slowed))).toBe(0)
  })

  test('is the best of several', () => {
    expect(fastestOf([standard, standard.map((t) => t * 0.7), standard.map((t) => t * 0.5), []])).toBe(2)
  })

  test('is the standard one where that has no times', () => {
    expect(fastestOf([[], [1, 1, 1, 1, 1]])).toBe(0)
  })
})

test('the median of an even count is the lower one of two', () => {
  expect([medianOf([3]), medianOf([4, 1, 3]), medianOf([4, 1, 3, 2])]).toEqual([3, 3, 2])
})

test('candidates begin with the standard form, are forms, none twice, and take no more states than there are', () => {
  for (const product of ['matvec', 'matvec-transposed'] as const) {
    for (const states of [1, 3, 4, 8, 100]) {
      for (const software of [true, false]) {
        const shape: ProductShape = { ...recall, product, states }
        const forms = candidatesOf(shape, recall.form, { software, lanes: 4 })
        expect(forms[0]).toEqual(recall.form)
        const texts = forms.map(formText)
        expect(new Set(texts).size).toBe(texts.length)
        for (const form of forms) {
          expect(readForm(product, formText(form), 1)).toEqual(form)
          expect(form.states).toBeLessThanOrEqual(states)
        }
        expect(forms.length).toBeGreaterThan(3)
        expect(forms.length).toBeLessThan(12)
      }
    }
  }
})

test('no form is timed of which a workgroup cannot hold the lanes', () => {
  const shared = { ...ALONE, lanes: 64, workgroup: 64 }
  const forms = candidatesOf(recall, shared, { software: false, lanes: 32 })
  expect(forms[0]).toEqual(shared)
  for (const form of forms) expect(readForm('matvec', formText(form), 64)).toEqual(form)
})

describe('a slice', () => {
  test('of a small product is the product', () => {
    const small = { ...recall, rows: 100, columns: 700 }
    expect(sliceOf(small, true)).toEqual(small)
  })

  test('of a large one has few multiply-adds, and as many invocations where a shorter sum is enough', () => {
    const work = ({ rows, columns, states, copies }: ProductShape): number => rows * columns * states * copies
    for (const [shape, most] of [
      [{ ...recall, rows: 4096, columns: 4096 }, 2 ** 19],
      [{ ...recall, rows: 65536, columns: 65536, format: 'binary' }, 2 ** 19],
      [{ ...recall, states: 64 }, 2 ** 21],
      [{ ...recall, rows: 50, columns: 40, copies: 4096 }, 2 ** 19],
    ] as const) {
      for (const product of ['matvec', 'matvec-transposed'] as const)
        expect(work(sliceOf({ ...shape, product }, true))).toBeLessThanOrEqual(most)
    }
    expect(sliceOf({ ...recall, rows: 2048, columns: 2048 }, true)).toMatchObject({
      rows: 2048,
      columns: 256,
    })
    expect(
      sliceOf({ ...recall, product: 'matvec-transposed', rows: 2048, columns: 2048 }, true),
    ).toMatchObject({
      rows: 256,
      columns: 2048,
    })
  })
})

test('a run is worth tuning from some seconds in its products on', () => {
  const seconds = secondsOf([recall], 1000, true)
  expect(seconds).toBeCloseTo(0.784, 3)
  expect(secondsOf([recall, { ...recall, every: 4 }], 1000, true)).toBeCloseTo(1.25 * seconds, 6)
  expect(secondsOf([{ ...recall, rows: 1 }], 1e6, true)).toBeGreaterThan(TUNING_PAYS)
  expect(secondsOf([recall], 1000, false)).toBeLessThan(seconds)
})

describe('a cache', () => {
  const tuned = { [shapeKey(recall)]: '4x1/64' }

  test('gives back what was written, adapter by adapter', () => {
    const one = writeTunings({}, 'a', tuned)
    expect(readTunings(one)).toEqual({ a: tuned })
    const two = writeTunings(readTunings(one), 'b', { other: '1x1' })
    expect(readTunings(two)).toEqual({ a: tuned, b: { other: '1x1' } })
    expect(readTunings(writeTunings(readTunings(two), 'a', { more: '2x1' }))).toEqual({
      a: { ...tuned, more: '2x1' },
      b: { other: '1x1' },
    })
  })

  test('with names of earlier versions has those of today', () => {
    const text = writeTunings({}, 'a', {
      'recall f32 3x4 states 1 copies 1': '4x1/64',
      'project f32 3x4 states 1 copies 1': '1x1/64',
      'attend f32 3x4 states 1 copies 1': 'off',
    })
    expect(readTunings(text)).toEqual({
      a: {
        'matvec f32 3x4 states 1 copies 1': '4x1/64',
        'matvec-transposed f32 3x4 states 1 copies 1': '1x1/64',
        'attention f32 3x4 states 1 copies 1': 'off',
      },
    })
  })

  test('that is damaged, foreign, or of other kernels is empty', () => {
    const text = writeTunings({}, 'a', tuned)
    for (const wrong of [
      undefined,
      null,
      '',
      'null',
      '[]',
      '7',
      text.slice(0, -4),
      text.replace(/"kernels": "[^"]*"/, '"kernels": "0"'),
      text.replace('"adapters"', '"others"'),
      JSON.stringify({ ...(JSON.parse(text) as object), adapters: [] }),
      JSON.stringify({ ...(JSON.parse(text) as object), adapters: { a: 'x', b: { c: 3 } } }),
    ])
      expect(readTunings(wrong)).toEqual({})
  })

  test('leaves to be tuned what it does not know, once a shape, and nothing that is forced', () => {
    const names = (choices: readonly Choice[]): string[] => choices.map(({ name }) => name)
    const other: ProductPlan = { ...recall, name: 'matvec:eta', rows: 3 }
    const same: ProductPlan = { ...recall, name: 'matvec:zeta' }
    const forced: ProductPlan = { ...recall, name: 'matvec:nu', rows: 4, why: 'forced' }
    const plan = { choices: [recall, other, same, forced] }
    expect(names(untuned(plan, {}))).toEqual(['matvec:xi', 'matvec:eta'])
    expect(names(untuned(plan, tuned))).toEqual(['matvec:eta'])
    expect(names(untuned(plan, { [shapeKey(recall)]: 'wrong' }))).toEqual(['matvec:xi', 'matvec:eta'])
    const attention: SwitchPlan = {
      product: 'attention',
      name: 'attention',
      format: 'f32',
      rows: 1000,
      columns: 784,
      states: 1,
      copies: 1,
      form: 'on',
      why: 'default',
      every: 1,
      isOpen: true,
    }
    const left = (changes: Partial<SwitchPlan>, known: Tuned = {}): string[] =>
      names(untuned({ choices: [{ ...attention, ...changes }] }, known))
    expect(left({})).toEqual(['attention'])
    expect(left({ isOpen: false })).toEqual([])
    expect(left({ why: 'forced' })).toEqual([])
    expect(left({}, { [shapeKey(attention)]: 'off' })).toEqual([])
    expect(left({}, { [shapeKey(attention)]: '4x4' })).toEqual(['attention'])
  })
})
