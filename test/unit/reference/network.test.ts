import { describe, expect, it } from 'vitest'
import type { Layer } from '../../../src/core/model/model.ts'
import { noise, RandomStream } from '../../../src/core/model/random.ts'
import { roundToHalf } from '../../../src/core/math/algebra.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { errors, overlap, signOverlap, similarity, speed } from '../../../src/core/kinds/probes/values.ts'
import { buildModel, normalRows, rowsOf, signRows, zeroRows } from '../../build.ts'

const linear = { kind: 'linear', gain: 1 } as const
const relu = { kind: 'relu' } as const

/** One linear layer of three neurons that nothing touches: dx/dt = -x. */
const lone = (layer: Partial<Layer> = {}) => ({ name: 'v', size: 3, lagrangian: linear, ...layer })

/** v (2) and h (3) joined by Xi. */
const pair = (v: Partial<Layer> = {}, h: Partial<Layer> = {}) => [
  { name: 'v', size: 2, lagrangian: linear, ...v },
  { name: 'h', size: 3, lagrangian: relu, ...h },
]
const XI = rowsOf([
  [1, 2],
  [3, 4],
  [5, -6],
])

describe('one step', () => {
  const start = rowsOf([[1, 2, 3]])

  it.each([
    ['euler', 0.25],
    ['exponential-euler', 1 - Math.exp(-0.25)],
  ] as const)('%s goes the fraction %d of the way to b at step/tau = 1/4', (integrator, fraction) => {
    const bias = rowsOf([[5, 0, -1]])
    const model = buildModel({
      layers: [lone({ tau: 2, init: start, bias })],
      time: { dt: 0.5, integrator },
    })
    const reference = createReference(model)
    reference.step()
    const expected = [1, 2, 3].map((x, i) => x + fraction * (bias.data[i]! - x))
    reference.read('v').forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 15))
  })

  it('brings Xi^T g_to to the `from` layer and Xi g_from to the `to` layer', () => {
    const layers = pair({ init: rowsOf([[1, -1]]) }, { init: rowsOf([[1, -1, 2]]) })
    const reference = createReference(
      buildModel({ layers, memories: [{ name: 'xi', from: 'v', to: 'h', init: XI }] }),
    )
    expect(reference.inputs('v')).toEqual([Float64Array.of(11, -10)])
    expect(reference.inputs('h')).toEqual([Float64Array.of(-1, -1, 11)])
  })

  it('takes |Xi_mu|^2 / 2 from the input of the `to` layer with the half-norm offset', () => {
    const layers = pair({ init: rowsOf([[1, -1]]) })
    const memories = [{ name: 'xi', from: 'v', to: 'h', init: XI, inputOffset: 'half-norm' as const }]
    const reference = createReference(buildModel({ layers, memories }))
    expect(reference.inputs('h')).toEqual([Float64Array.of(-1 - 2.5, -1 - 12.5, 11 - 30.5)])
  })

  it('evaluates adiabatic layers from the dynamic ones: x = b + current + I', () => {
    const layers = pair({ init: rowsOf([[1, -1]]) }, { tau: 0, bias: rowsOf([[1, 2, 3]]) })
    const reference = createReference(
      buildModel({
        layers,
        memories: [{ name: 'xi', from: 'v', to: 'h', init: XI }],
        stimulus: [{ kind: 'current', layer: 'h', patterns: rowsOf([[0.5, 0, 0]]) }],
      }),
    )
    expect([...reference.read('h')]).toEqual([0.5, 1, 14])
    expect(reference.velocity('h')).toEqual([new Float64Array(3)])
  })

  it('moves all groups from the same activations', () => {
    const layers = pair({ init: rowsOf([[1, -1]]) }, { init: rowsOf([[1, -1, 2]]) })
    const memories = [{ name: 'xi', from: 'v', to: 'h', init: XI, rule: 'hebbian' as const, tau: 1 }]
    const reference = createReference(
      buildModel({ layers, memories, time: { dt: 0.5, integrator: 'euler' } }),
    )
    reference.step()
    expect([...reference.read('v')]).toEqual([6, -5.5])
    expect([...reference.read('h')]).toEqual([0, -1, 6.5])
    expect([...reference.read('xi')]).toEqual([1.5, 1.5, 3, 4, 6, -7])
  })

  it('lets the gates of the gated rule scale both decay and drive of a row, with Lambda 0 by default', () => {
    const layers = pair({ init: rowsOf([[1, -1]]) }, { init: rowsOf([[0.5, -1, 2]]) })
    const memory = { name: 'xi', from: 'v', to: 'h', init: XI, rule: 'gated' as const, tau: 4 }
    for (const integrator of ['euler', 'exponential-euler'] as const) {
      for (const bias of [
        undefined,
        rowsOf([
          [1, 1],
          [1, 1],
          [2, 2],
        ]),
      ]) {
        const memories = [bias === undefined ? memory : { ...memory, bias }]
        const reference = createReference(buildModel({ layers, memories, time: { dt: 0.5, integrator } }))
        reference.step()
        const xi = reference.read('xi')
        ;[0.5, 0, 2].forEach((gate, mu) => {
          const ratio = (0.5 * gate) / 4
          const fraction = integrator === 'euler' ? ratio : 1 - Math.exp(-ratio)
          ;[1, -1].forEach((v, i) => {
            const k = mu * 2 + i
            const old = XI.data[k]!
            expect(xi[k]).toBeCloseTo(old + fraction * (v + (bias?.data[k] ?? 0) - old), 14)
          })
        })
      }
    }
  })

  it('moves synapses by -(W - J) + (strength / N) g g^T', () => {
    const base = {
      kind: 'matrix' as const,
      matrix: rowsOf([
        [1, 2, 0],
        [2, 1, 0],
        [0, 0, 1],
      ]),
    }
    const reference = createReference(
      buildModel({
        layers: [lone({ init: rowsOf([[1, 2, 3]]) })],
        synapses: [{ name: 'w', layer: 'v', tau: 2, strength: 1.5, base }],
        time: { dt: 1, integrator: 'euler' },
      }),
    )
    reference.step()
    const moved = [1, 2, 3, 2, 4, 6, 3, 6, 9].map((product, k) => base.matrix.data[k]! + (0.5 * product) / 2)
    expect([...reference.read('w')]).toEqual(moved)
  })

  it('builds the hebbian base coupling P^T P / N, without or with its diagonal', () => {
    const patterns = rowsOf([
      [1, 1, -1],
      [1, -1, -1],
    ])
    const W = (zeroDiagonal: boolean) => {
      const base = { kind: 'hebbian' as const, patterns, zeroDiagonal }
      const model = buildModel({ layers: [lone()], synapses: [{ name: 'w', layer: 'v', base }] })
      return [...createReference(model).read('w')].map((w) => w * 3)
    }
    expect(W(true)).toEqual([0, 0, -2, 0, 0, 0, -2, 0, 0])
    expect(W(false)).toEqual([2, 0, -2, 0, 2, 0, -2, 0, 2])
  })

  it('rounds memories of format f16 to half precision', () => {
    const init = rowsOf([
      [0.1, 1 / 3],
      [1e-6, 70],
      [1, -2.7],
    ])
    const memories = [{ name: 'xi', from: 'v', to: 'h', init, format: 'f16' as const }]
    const reference = createReference(buildModel({ layers: pair(), memories }))
    expect([...reference.read('xi')]).toEqual(Array.from(init.data, roundToHalf))
  })
})

describe('rates', () => {
  it('a group with every = k moves on ticks k - 1, 2k - 1, ... by k dt', () => {
    const model = buildModel({ layers: [lone({ every: 3, init: rowsOf([[8, 8, 8]]) })], time: { dt: 0.25 } })
    const reference = createReference(model)
    const seen = Array.from({ length: 7 }, () => {
      reference.step()
      return Math.log(8 / reference.read('v')[0]!)
    })
    seen.forEach((decay, tick) => expect(decay).toBeCloseTo(0.75 * Math.floor((tick + 1) / 3), 14))
  })

  it('2k ticks at once are k and k', () => {
    const stream = new RandomStream(1, 'split')
    const model = buildModel({
      layers: pair({ temperature: 0.1, init: normalRows(stream, 1, 2) }, { every: 2 }),
      memories: [{ name: 'xi', from: 'v', to: 'h', init: XI, rule: 'hebbian', tau: 9, every: 3 }],
      stimulus: [
        { kind: 'clamp', layer: 'h', patterns: normalRows(stream, 4, 3), dwell: 2, gap: 1, order: 'shuffle' },
      ],
    })
    const whole = createReference(model)
    const halves = createReference(model)
    whole.step(20)
    halves.step(10)
    halves.step(10)
    expect(halves.tick).toBe(20)
    for (const name of ['v', 'h', 'xi']) expect(halves.read(name)).toEqual(whole.read(name))
  })
})

describe('stimulus', () => {
  const init = rowsOf([[1, 1, 1]])
  const free = [[0, 0, 1]]
  const still = { tau: 1e9, init }
  const run = (stimulus: Parameters<typeof buildModel>[0]['stimulus'], replicas = 1) => {
    const layers = [lone(still)]
    return createReference(
      buildModel({ layers, replicas, time: { integrator: 'euler' }, ...(stimulus && { stimulus }) }),
    )
  }
  const near = (actual: Float64Array, expected: readonly number[]) => {
    expect(Array.from(actual, (value) => Math.round(value * 1e6) / 1e6)).toEqual(expected)
  }

  it('`initial` deals its rows to the replicas, leaves masked entries, and shows before the first tick', () => {
    const patterns = rowsOf(
      [
        [2, 3, 4],
        [5, 6, 7],
      ],
      [...free, [0, 0, 0]],
    )
    const reference = run([{ kind: 'initial', layer: 'v', patterns }], 3)
    near(reference.read('v'), [2, 3, 1, 5, 6, 7, 2, 3, 1])
  })

  it('`initial` sets the state at its start only', () => {
    const reference = run([{ kind: 'initial', layer: 'v', patterns: rowsOf([[2, 3, 4]]), start: 2 }])
    reference.step(2)
    near(reference.read('v'), [1, 1, 1])
    reference.step()
    near(reference.read('v'), [2, 3, 4])
    reference.write('v', [7, 7, 7])
    reference.step()
    near(reference.read('v'), [7, 7, 7])
  })

  it('`clamp` holds the unmasked entries on [start, stop) and then lets go', () => {
    const layers = [lone({ init })]
    const patterns = rowsOf([[2, 3, 4]], free)
    const stimulus = [{ kind: 'clamp' as const, layer: 'v', patterns, start: 1, stop: 3 }]
    const reference = createReference(buildModel({ layers, stimulus, time: { dt: Math.LN2 } }))
    const seen = Array.from({ length: 5 }, () => {
      reference.step()
      return Array.from(reference.read('v'), (value) => Math.round(value * 1e6) / 1e6)
    })
    expect(seen).toEqual([
      [0.5, 0.5, 0.5],
      [2, 3, 0.25],
      [2, 3, 0.125],
      [1, 1.5, 0.0625],
      [0.5, 0.75, 0.03125],
    ])
  })

  it('a clamped entry has no velocity and gets no noise', () => {
    const layers = [lone({ init, temperature: 1 })]
    const stimulus = [{ kind: 'clamp' as const, layer: 'v', patterns: rowsOf([[2, 3, 4]], free) }]
    const reference = createReference(buildModel({ layers, stimulus }))
    reference.step(5)
    expect([...reference.read('v').subarray(0, 2)]).toEqual([2, 3])
    const velocity = reference.velocity('v')[0]!
    expect([...velocity.subarray(0, 2).map(Math.abs)]).toEqual([0, 0])
    expect(velocity[2]).not.toBe(0)
  })

  it('of two clamps on one entry the later in the list wins', () => {
    const reference = run([
      { kind: 'clamp', layer: 'v', patterns: rowsOf([[2, 2, 2]]) },
      { kind: 'clamp', layer: 'v', patterns: rowsOf([[5, 6, 7]], free) },
    ])
    reference.step()
    near(reference.read('v'), [5, 6, 2])
  })

  it('`clamp` shows its rows in turn, `dwell` ticks each with `gap` free ticks between', () => {
    const patterns = rowsOf([
      [2, 2, 2],
      [5, 5, 5],
    ])
    const reference = run([{ kind: 'clamp', layer: 'v', patterns, dwell: 2, gap: 1 }])
    const seen = Array.from({ length: 7 }, () => {
      reference.write('v', [0, 0, 0])
      reference.step()
      return Math.round(reference.read('v')[0]!)
    })
    expect(seen).toEqual([2, 2, 0, 5, 5, 0, 2])
  })

  it('`clamp` holds an adiabatic layer too, in part', () => {
    const patterns = rowsOf([[9, 9, 9]], free)
    const model = buildModel({
      layers: pair({ init: rowsOf([[1, -1]]) }, { tau: 0 }),
      memories: [{ name: 'xi', from: 'v', to: 'h', init: XI }],
      stimulus: [{ kind: 'clamp', layer: 'h', patterns, stop: 2 }],
    })
    const reference = createReference(model)
    expect([...reference.read('h')]).toEqual([9, 9, 11])
    expect(reference.inputs('v')).toEqual([Float64Array.of(9 + 27 + 55, 18 + 36 - 66)])
    reference.step(3)
    const [v0, v1] = reference.read('v')
    expect([...reference.read('h')]).toEqual([v0! + 2 * v1!, 3 * v0! + 4 * v1!, 5 * v0! - 6 * v1!])
  })

  it('currents on one layer add up and masked entries add nothing', () => {
    const reference = run([
      { kind: 'current', layer: 'v', patterns: rowsOf([[1, 2, 3]]) },
      { kind: 'current', layer: 'v', patterns: rowsOf([[10, 20, 30]], free) },
    ])
    const drives = reference.velocity('v')[0]!.map((velocity) => velocity * 1e9 + 1)
    near(drives, [11, 22, 3])
  })

  it('a current adds the same at each tick it is on and nothing afterwards', () => {
    const stimulus = [{ kind: 'current' as const, layer: 'v', patterns: rowsOf([[1, 2, 3]]), stop: 2 }]
    const reference = createReference(
      buildModel({ layers: [lone()], stimulus, time: { dt: 0.5, integrator: 'euler' } }),
    )
    const seen = Array.from({ length: 3 }, () => {
      reference.step()
      return reference.read('v')[0]
    })
    expect(seen).toEqual([0.5, 0.75, 0.375])
  })
})

describe('noise', () => {
  it('adds sqrt(T (1 - exp(-2 step / tau))) times the number of its seed, tick, layer, replica and index', () => {
    const quiet = { tau: 0.5, every: 2, init: rowsOf([[1, 2, 3]]) }
    const build = (temperature: number) =>
      createReference(
        buildModel({
          layers: [{ ...lone(), name: 'first' }, lone({ ...quiet, temperature })],
          replicas: 2,
          seed: 77,
          time: { dt: 0.01 },
        }),
      )
    const [cold, warm] = [build(0), build(0.3)]
    cold.step(2)
    warm.step(2)
    const x = cold.read('v')
    const sigma = Math.sqrt(0.3 * (1 - Math.exp((-2 * 0.02) / 0.5)))
    warm.read('v').forEach((value, k) => {
      const expected = x[k]! + sigma * noise(77, 1, 1, Math.floor(k / 3), k % 3)
      expect(value).toBeCloseTo(expected, 14)
    })
  })

  it('a linear layer settles at the variance T', () => {
    const N = 400
    const layer = { name: 'v', size: N, lagrangian: linear, temperature: 0.5, init: zeroRows(1, N) }
    const reference = createReference(buildModel({ layers: [layer], time: { dt: 0.05 } }))
    reference.step(100)
    let sum = 0
    for (let sample = 0; sample < 10; sample++) {
      reference.step(40)
      sum += reference.read('v').reduce((total, x) => total + x * x, 0) / N
    }
    // 4000 values almost without correlation leave 2.2 % of spread.
    expect(Math.abs(sum / 10 / 0.5 - 1)).toBeLessThan(0.09)
  })
})

describe('replicas', () => {
  const stream = new RandomStream(1, 'replicas')
  const init = normalRows(stream, 2, 2)
  const bias = normalRows(stream, 3, 2)
  const build = (replicas: number, own: Partial<Layer>) =>
    createReference(
      buildModel({
        layers: pair({ init, bias, ...own }),
        synapses: [{ name: 'w', layer: 'v', tau: 3, strength: 1 }],
        memories: [{ name: 'xi', from: 'v', to: 'h', init: XI, rule: 'hebbian', tau: 5 }],
        replicas,
      }),
    )
  const one = (rows: typeof init, r: number) =>
    rowsOf([rows.data.subarray((r % rows.rows) * 2, (r % rows.rows) * 2 + 2)])

  it('each is the run of a single network with its share of the rows', () => {
    const all = build(5, {})
    all.step(10)
    for (let r = 0; r < 5; r++) {
      const single = build(1, { init: one(init, r), bias: one(bias, r) })
      single.step(10)
      for (const name of ['v', 'h', 'w', 'xi']) {
        const values = single.read(name)
        expect(all.read(name).subarray(r * values.length, (r + 1) * values.length)).toEqual(values)
      }
      expect(all.energy()[r]).toEqual(single.energy()[0])
    }
  })
})

describe('probes', () => {
  it('overlap is xi . g / N for each pattern', () => {
    expect(
      overlap(
        Float64Array.of(1, 0.5, -1),
        rowsOf([
          [1, 1, -1],
          [1, -1, 1],
        ]),
      ),
    ).toEqual([2.5 / 3, -0.5 / 3])
  })

  it('a pattern has overlap 1 with itself', () => {
    const pattern = signRows(new RandomStream(1, 'self'), 1, 20)
    expect(overlap(Float64Array.from(pattern.data), pattern)).toEqual([1])
  })

  it('errors are the neurons of another sign, half of one at 0, none where the pattern is 0', () => {
    const g = Float64Array.of(0.2, -3, 0, 5, -1)
    const patterns = rowsOf([
      [1, -1, 1, 0, 1],
      [-2, 3, 0, -1, 1],
    ])
    expect(errors(g, patterns)).toEqual([1.5, 4])
    expect(signOverlap(g, patterns)).toEqual([1 / 5, -4 / 5])
  })

  it('where no sign is 0, the overlap of signs is 1 - 2 errors / N', () => {
    const stream = new RandomStream(1, 'errors')
    const patterns = signRows(stream, 6, 40)
    const g = Float64Array.from(normalRows(stream, 1, 40).data)
    const counts = errors(g, patterns)
    expect(signOverlap(g, patterns)).toEqual(counts.map((count) => (40 - 2 * count) / 40))
    expect(signOverlap(Float64Array.from(patterns.data.slice(0, 40)), patterns)[0]).toBe(1)
  })

  it('similarity is the cosine of equal rows, and 0 for a row of zeros', () => {
    const xi = Float64Array.of(3, 4, 1, 0, 0, 0)
    const cosines = similarity(
      xi,
      rowsOf([
        [6, 8],
        [0, 2],
        [1, 1],
      ]),
    )
    expect(cosines).toEqual([1, 0, 0])
  })

  it('speed is the largest |dx/dt|', () => {
    expect(speed(Float64Array.of(0.5, -2, 1))).toBe(2)
  })
})

it('a name the model does not have is refused with those that it has', () => {
  const reference = createReference(buildModel({ layers: [lone()] }))
  expect(() => reference.read('u')).toThrow(/no `u`.*it has v/)
  expect(() => reference.inputs('u')).toThrow(/no `u`.*it has v/)
})
