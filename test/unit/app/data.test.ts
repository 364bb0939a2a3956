import { describe, expect, test } from 'vitest'
import { encodeNpy } from '../../../src/core/data/npy.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { resolveModel } from '../../../src/core/model/resolve.ts'
import {
  arrayData,
  chosenRows,
  classCounts,
  imageData,
  imagesName,
  usedText,
} from '../../../src/app/data/dataset.ts'
import { crosstalkOf } from '../../../src/app/data/crosstalk.ts'
import {
  doubtsAbout,
  fittedRows,
  fittedRow,
  joined,
  stepsLike,
  transformed,
  transformsOf,
} from '../../../src/app/data/fit.ts'
import { lost, outdated, withoutLost } from '../../../src/app/data/lost.ts'
import { isUnsaved, keepOwn, noteSaved, ownFile } from '../../../src/app/data/own.ts'
import { scenarioAmong } from '../../../src/app/data/kinds.ts'
import { layerFor, placed } from '../../../src/app/data/place.ts'
import { storesOf } from '../../../src/app/editing/places.ts'

test('an array is rows: images where a row has two sides, scaled, with the classes of its labels', () => {
  const data = arrayData(
    'a.idx',
    'a.idx',
    { shape: [3, 2, 2], data: Uint8Array.of(0, 255, 51, 0, 1, 2, 3, 4, 5, 6, 7, 8) },
    {
      scale: 1 / 255,
      labels: [7, 10, 7],
    },
  )
  expect(data.rows).toHaveLength(3)
  expect(data.shape).toBe('2 x 2 pixels')
  expect(data.range).toEqual([0, 1])
  expect([...(data.rows[0]?.image?.data ?? [])]).toEqual([0, 1, Math.fround(0.2), 0])
  expect([...classCounts(data)]).toEqual([
    ['7', 2],
    ['10', 1],
  ])
  // One of each class in turn.
  expect(chosenRows(data, 2, new Set(['7', '10']))).toEqual([data.rows[0], data.rows[1]])
  expect(chosenRows(data, 9, new Set(['7']))).toEqual([data.rows[0], data.rows[2]])
  expect(arrayData('v.csv', 'v.csv', { shape: [4], data: new Float32Array(4) }).rows).toHaveLength(1)
  expect(() => arrayData('v.npy', 'v.npy', { shape: [2, 2], data: Float32Array.of(1, 2, NaN, 4) })).toThrow(
    /^has NaN in row 1; give finite numbers/,
  )
  expect(() =>
    arrayData('v.npy', 'v.npy', { shape: [2, 1], data: new Float32Array(2) }, { labels: [1] }),
  ).toThrow('has 2 rows, and there are 1 labels')
})

test('folders of images are their classes', () => {
  const image = { width: 1, height: 1, data: Float32Array.of(1) }
  expect(imageData('x', '2 images', [image, image], ['x/a', 'x/b']).classes).toEqual(['a', 'b'])
  expect(imageData('x', '2 images', [image, image], ['x', 'x/b']).classes).toEqual(['x', 'x/b'])
  expect(imageData('x', '2 images', [image, image], ['x', 'x']).classes).toBeUndefined()
})

test('images are named by their folder, or by the first and their number', () => {
  expect(imagesName(['a.png'], 'x')).toBe('a.png')
  expect(imagesName(['a.png', 'b.png'], 'x')).toBe('x')
  expect(imagesName(['a.png', 'b.png', 'c.png'], '')).toBe('a.png and 2 more')
  const image = { width: 1, height: 1, data: Float32Array.of(1) }
  const { rows } = imageData('x', '2 images', [image, image], ['x', 'x'])
  expect(usedText({ name: 'x', rows }, 2)).toBe('x: 2 images')
  expect(usedText({ name: 'v.csv', rows: [{ name: 'row 0', values: Float32Array.of(1) }] }, 1)).toBe(
    'v.csv: 1 row',
  )
})

test('own data has a path from which its name is told when a reload has lost it', () => {
  const path = keepOwn('img0.png and 5 more', Uint8Array.of(1))
  expect(path).toMatch(/^own\/img0-and-5-more-[0-9a-f]{8}\.npy$/)
  expect([ownFile(path), isUnsaved(path)]).toEqual([Uint8Array.of(1), true])
  expect(lost(path).message).toMatch(/^your data "img0 and 5 more" was in this browser only.* \.engram/)
  noteSaved([path])
  expect([isUnsaved(path), isUnsaved('data/own.npy')]).toEqual([false, false])
})

test('the browser keeps files of the reader for a week, and at most 512 MiB of them', () => {
  const day = 24 * 60 * 60 * 1000
  const now = 100 * day
  const file = (key: string, age: number, mebibytes: number) => ({
    key,
    at: now - age * day,
    bytes: mebibytes * 2 ** 20,
  })
  expect(outdated([file('old', 8, 1), file('new', 6, 1)], now)).toEqual(['old'])
  expect(outdated([file('first', 3, 200), file('last', 1, 200), file('second', 2, 200)], now)).toEqual([
    'first',
  ])
})

test('an image is cropped, stretched or shown whole, and light and dark change places', () => {
  // 2 high, 4 wide: dark, light | light, dark columns.
  const image = { width: 4, height: 2, data: Float32Array.of(0, 1, 1, 0, 0, 1, 1, 0) }
  const row = { image, values: image.data }
  expect([...fittedRow(row, [2, 2], 'fill', false)]).toEqual([1, 1, 1, 1])
  expect([...fittedRow(row, [2, 2], 'stretch', false)]).toEqual([0.5, 0.5, 0.5, 0.5])
  expect([...fittedRow(row, [4, 4], 'whole', false)]).toEqual([
    // The border is the median of the border of the image.
    1, 1, 1, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 1, 1, 1,
  ])
  expect([...fittedRow(row, [2, 4], 'whole', true)]).toEqual([1, 0, 0, 1, 1, 0, 0, 1])
  // A layer without sides that is a square shows the image, too.
  expect(fittedRow(row, [9], 'stretch', false)).toHaveLength(9)
  expect(() => fittedRow({ values: new Float32Array(3) }, [4], 'whole', false)).toThrow('rows have 3 values')
})

test('the steps are those of patterns, and make rows like those of the network', () => {
  const steps = { center: true, norm: 2, factor: 3 }
  const rows = joined([Float32Array.of(0, 4), Float32Array.of(1, 3)])
  const root = Math.fround(Math.fround(Math.SQRT2) * 3)
  transformed(rows, steps).data.forEach((value, at) =>
    expect(value).toBeCloseTo(at % 2 === 0 ? -root : root, 5),
  )
  expect(transformsOf(steps).map(({ op }) => op)).toEqual(['center', 'normalize', 'scale'])
  expect([...rows.data]).toEqual([0, 4, 1, 3])
  const signs = { rows: 3, columns: 2, data: Float32Array.of(2, -2, -2, -2, 2, 2) }
  expect(stepsLike(signs, false, 2)).toEqual({ center: true, binarize: 0, factor: 2 })
  const centred = joined([Float32Array.of(-1, 0, 1), Float32Array.of(1, -1, 0)])
  // Twelve neurons in place of three: twice the norm.
  const like = stepsLike(centred, false, 12)
  expect(like.center).toBe(true)
  expect(like.norm).toBeCloseTo(2 * Math.SQRT2, 4)
})

const scenario = parseScenario({
  version: 1,
  name: 'own',
  time: { dt: 0.1, ticks: 10 },
  neurons: {
    a: { size: [2, 2], lagrangian: { kind: 'linear' }, tau: 1 },
    b: { size: 3, lagrangian: { kind: 'softmax', beta: 1 }, tau: 0 },
  },
  memories: { xi: { from: 'a', to: 'b', init: { kind: 'random', distribution: 'normal' } } },
  stimulus: [
    {
      kind: 'initial',
      layer: 'a',
      patterns: {
        kind: 'rows',
        of: 'xi',
        select: [2],
        transform: [{ op: 'binarize' }],
        corrupt: { op: 'flip', fraction: 0.5 },
      },
    },
  ],
  probes: { overlap: { kind: 'overlap', layer: 'a', patterns: { kind: 'random', distribution: 'binary' } } },
})

test('data takes the place of all memories, with the cues and targets made of them, or of one of these', async () => {
  const rows = Float32Array.from({ length: 20 }, (_, at) => Math.cos(at))
  const read = () => Promise.resolve(encodeNpy({ shape: [5, 2, 2], data: rows }))
  const model = await resolveModel(scenario, { read })
  const [store] = storesOf(model, 'a')
  const own = { layer: 'a', store, patterns: { kind: 'array', path: 'own/x.npy' }, rows: 5 } as const
  const become = async (destination: Parameters<typeof placed>[1]['destination']) =>
    resolveModel(placed(model, { ...own, destination }), { read })

  const recall = await become('recall')
  expect(recall.layers[1]?.size).toBe(5)
  expect([...(recall.memories[0]?.init.data ?? [])]).toEqual([...rows])
  const { stimulus, probes } = recall.scenario
  const cue = {
    kind: 'rows',
    of: 'xi',
    transform: [{ op: 'binarize', threshold: 0 }],
    corrupt: { op: 'flip', fraction: 0.5 },
  }
  expect(stimulus[0]?.patterns).toEqual(cue)
  expect(recall.stimulus[0]?.patterns.rows).toBe(5)
  expect(probes.overlap).toMatchObject({ patterns: { kind: 'rows', of: 'xi' } })

  const memories = await become('memories')
  expect(memories.scenario.stimulus).toEqual(scenario.stimulus)
  expect(memories.memories[0]?.init.rows).toBe(5)
  const cues = await become('cues')
  expect(cues.scenario.memories).toEqual(scenario.memories)
  expect(cues.scenario.stimulus[0]?.patterns).toEqual({ ...own.patterns, corrupt: cue.corrupt })
  expect((await become('targets')).scenario.probes.overlap).toMatchObject({ patterns: own.patterns })
  expect((await become('bias')).scenario.neurons.a?.bias).toEqual(own.patterns)
  const resized = placed(model, { ...own, destination: 'cues', size: [3, 3] })
  expect(resized.neurons.a?.size).toEqual([3, 3])
  expect(() => placed(model, { ...own, store: undefined, destination: 'recall' })).toThrow(
    'layer `a` has no memory',
  )
})

test('rows are for the layer that is an image or has their size, whichever way its memory was connected', async () => {
  const { a, b } = scenario.neurons
  const [image] = imageData('x', 'x', [{ width: 32, height: 32, data: new Float32Array(1024) }], []).rows
  const [numbers] = arrayData('v.csv', 'v.csv', { shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) }).rows
  for (const [from, to] of [
    ['a', 'b'],
    ['b', 'a'],
  ])
    for (const neurons of [
      { a, b },
      { b, a },
    ]) {
      const memories = { xi: { from, to, init: { kind: 'random', distribution: 'normal' } } }
      const raw = { ...scenario, neurons, memories, stimulus: [], probes: {} }
      const model = await resolveModel(parseScenario(JSON.parse(JSON.stringify(raw))), {
        read: () => Promise.reject(new Error('no files')),
      })
      for (const row of [image, numbers]) expect(layerFor(model, row)?.name, from).toBe('a')
    }
})

test('a network whose data is gone has random patterns in its place', async () => {
  const path = keepOwn('a.csv', encodeNpy({ shape: [1, 2], data: Float32Array.of(1, 2) }))
  const raw = { ...scenario, memories: { xi: { ...scenario.memories.xi, init: { kind: 'array', path } } } }
  const told = parseScenario(JSON.parse(JSON.stringify(raw)))
  const gone = () => Promise.reject(new Error('gone'))
  expect(await withoutLost(told, gone)).toEqual({
    ...told,
    memories: { xi: { ...told.memories.xi, init: { kind: 'random', distribution: 'binary' } } },
  })
  expect(await withoutLost(told, () => Promise.resolve(new Uint8Array()))).toEqual(told)
})

test('rows that are no patterns are told: of one value, or equal to others', () => {
  const about = (...rows: number[][]) => doubtsAbout(joined(rows.map((row) => Float32Array.from(row))))
  expect(about([1, -1], [-1, 1])).toBe('')
  expect(about([1, 1], [-1, 1])).toBe('1 row has one value throughout.')
  expect(about([1, -1], [-1, 1], [1, -1])).toBe('1 row repeats an earlier one.')
  expect(about([1, 1], [1, 1], [1, 1])).toBe('All 3 rows have one value throughout. All 3 rows are equal.')
  expect(about([0, 0])).toBe('The row has one value throughout.')
})

describe('rows that a Hopfield network mixes', () => {
  const signs = (count: number, columns: number) => {
    const stream = new RandomStream(7, 'rows')
    return Float32Array.from({ length: count * columns }, () => (stream.word() < 2 ** 31 ? -1 : 1))
  }
  /** Two rows of 100 signs that differ in some. */
  const pair = (differing: number) => {
    const data = new Float32Array(200).fill(1)
    for (let at = 0; at < 50; at++) data[at] = data[100 + at] = -1
    for (let at = 0; at < differing; at++) data[100 + at] = 1
    return { rows: 2, columns: 100, data }
  }
  /** tanh recalls the first of two rows, by the mean-field equations; 0 = a mixture. */
  const apart = (rows: ReturnType<typeof pair>, gain: number): number => {
    let m = [
      1,
      rows.data.reduce((sum, value, at) => (at < 100 ? sum + value * rows.data[100 + at]! : sum), 0) / 100,
    ]
    for (let step = 0; step < 2000; step++)
      m = [0, 1].map((row) => {
        let sum = 0
        for (let i = 0; i < 100; i++)
          sum +=
            rows.data[row * 100 + i]! *
            Math.tanh(gain * (m[0]! * rows.data[i]! + m[1]! * rows.data[100 + i]!))
        return sum / 100
      })
    return m[0]! - m[1]!
  }

  test('a pair is mixed where the network of tanh mixes it', () => {
    for (const [differing, gain] of [
      [5, 4],
      [10, 4],
      [15, 4],
      [3, 10],
      [8, 10],
    ] as const) {
      const rows = pair(differing)
      const found = crosstalkOf(rows, gain)
      expect(found.overlap).toBeCloseTo(1 - (2 * differing) / 100, 6)
      expect(found.isMixed, `${differing} of 100, gain ${gain}`).toBe(apart(rows, gain) < 1e-3)
    }
  })

  test('independent rows are mixed above the capacity 0.138 N, not below', () => {
    const [columns, slope] = [400, 10]
    const rows = (count: number) => ({ rows: count, columns, data: signs(count, columns) })
    const [below, above] = [crosstalkOf(rows(40), slope), crosstalkOf(rows(80), slope)]
    expect([below.isMixed, above.isMixed]).toEqual([false, true])
    // erfc(1 / sqrt(2 P / N)) / 2 for P / N = 0.2: 1.27 %.
    expect(Math.abs(above.turned - 0.0127)).toBeLessThan(0.004)
  })
})

test('images of several sizes are offered with their median height and width, others with their size', () => {
  const sizes = [
    [10, 7],
    [60, 5],
    [20, 9],
    [30, 9],
  ] as const
  const images = sizes.map(([height, width]) => ({ width, height, data: new Float32Array(height * width) }))
  const folders = sizes.map(() => '')
  const several = imageData('x', '4 images', images, folders)
  expect(several).toMatchObject({ shape: 'images of 4 sizes', sizes: 4, size: [25, 8] })
  const one = imageData('x', '1 image', images.slice(0, 1), [''])
  expect(one).toMatchObject({ shape: '10 x 7 pixels', sizes: 1, size: [10, 7] })
})

test('files that the page cannot open are named, a few and then a count, unless others are data', async () => {
  const file = (name: string) => new File([], name)
  const wrong = ['a.pdf', 'b.doc', 'c.zip', 'd.exe', 'e.md'].map(file)
  await expect(scenarioAmong(wrong)).rejects.toThrow(
    'a.pdf, b.doc, c.zip and 2 more: no scenario, checkpoint or data; give',
  )
  expect(await scenarioAmong([...wrong, file('f.csv')])).toBeUndefined()
})

test('a blank image is left out by name, and the others go on', () => {
  const of = (name: string, ...values: number[]) => ({
    name,
    image: { width: 2, height: 2, data: Float32Array.from(values) },
    values: Float32Array.from(values),
  })
  const given = [of('a.png', 0, 1, 0, 1), of('blank.png', 1, 1, 1, 1), of('b.png', 1, 0, 0, 1)]
  const fit = (row: (typeof given)[number]) => fittedRow(row, [2, 2], 'stretch', false)
  const { rows, fitted, refused } = fittedRows(given, fit, { center: true, norm: 1 })
  expect(rows.map(({ name }) => name)).toEqual(['a.png', 'b.png'])
  expect([...fitted.data]).toEqual([0, 1, 0, 1, 1, 0, 0, 1])
  expect(refused).toEqual(['blank.png has one value throughout; give a pattern of several values'])
  expect(() => fittedRows([given[1]!], fit, { center: false })).toThrow('blank.png has one value')
  // Numbers of one value are a bias; only a norm needs more.
  const numbers = [{ name: 'row 0', values: Float32Array.of(2, 2) }]
  const whole = (row: { values: Float32Array }) => row.values
  expect(fittedRows(numbers, whole, { center: false, norm: 1 }).refused).toEqual([])
  expect(() => fittedRows(numbers, whole, { center: true, norm: 1 })).toThrow('row 0 has the norm 0')
})
