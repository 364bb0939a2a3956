import { describe, expect, test } from 'vitest'
import type { Lagrangian } from '../../../src/core/model/model.ts'
import { noise, RandomStream } from '../../../src/core/model/random.ts'
import { kernelOf, lagrangianFields } from '../../../src/core/plan/kernels.ts'
import { vectorStride } from '../../../src/core/plan/layout.ts'
import { NO_FAULT } from '../../../src/core/plan/plan.ts'
import { activation, isPerNeuron, lagrangian } from '../../../src/core/kinds/lagrangians/table.ts'
import { LAGRANGIANS, activationBound, single, valueBound } from '../../lagrangians.ts'
import { expectWithin, ULP } from '../helpers/within.ts'
import { runKernel, SENTINEL, sentinels } from './harness.ts'

const WG = 8
const SIZES = [1, WG - 1, WG, WG + 1, 3 * WG + 2]
const shapes = SIZES.flatMap((size) => [1, 5].map((replicas) => ({ size, replicas, workgroup: WG })))
// The sizes that plans use.
shapes.push(...[63, 64, 65, 200].map((size) => ({ size, replicas: 2, workgroup: 64 })))

/** [replicas, stride] from a value each; the padding holds the sentinel, which no kernel may read or change. */
function padded(
  size: number,
  replicas: number,
  value: (r: number, i: number) => number,
  padding: number = SENTINEL,
): Float32Array<ArrayBuffer> {
  const stride = vectorStride(size)
  const result = new Float32Array(replicas * stride).fill(padding)
  for (let r = 0; r < replicas; r++) for (let i = 0; i < size; i++) result[r * stride + i] = value(r, i)
  return result
}

/** Row r without its padding, in float64. */
function rowOf(array: Float32Array, size: number, r: number): Float64Array {
  const start = r * vectorStride(size)
  return Float64Array.from(array.subarray(start, start + size))
}

function expectPaddingUntouched(array: Float32Array, size: number): void {
  const stride = vectorStride(size)
  array.forEach((value, k) => {
    if (k % stride >= size) expect([k, value]).toEqual([k, SENTINEL])
  })
}

/** Numbers of all sizes that a state takes: far out, near 0, both signs. */
const EXTREMES = [0, 1e-4, -1e-4, 1e-7, -3e-3, 0.3, -0.31, 0.9, -2, 5, -17, 44, 88, -90, 100, -100, 1e4, -1e4]

const grid: Readonly<Record<string, Lagrangian>> = {
  ...LAGRANGIANS,
  'power 2': { kind: 'power', degree: 2, rectified: true },
  'power 2.5': { kind: 'power', degree: 2.5, rectified: true },
  'power 3 unrectified': { kind: 'power', degree: 3, rectified: false },
  'tanh of gain 10': { kind: 'tanh', gain: 10 },
  'softmax of beta 40': { kind: 'softmax', beta: 40 },
  'softmax of beta 0.05': { kind: 'softmax', beta: 0.05 },
}
const entries = Object.entries(grid).map(([name, l]) => ({ name, l: single(l) }))

/** g and, where L is no sum over neurons, L of each replica. */
async function activate(l: Lagrangian, state: Float32Array, size: number, replicas: number, workgroup = 64) {
  const perNeuron = isPerNeuron(l)
  const { activations, whole } = await runKernel(
    perNeuron
      ? kernelOf('neuron/activate', { lagrangian: l })
      : kernelOf('neuron/normalize', { lagrangian: l, reduce: 'tree' }),
    {
      params: {
        size,
        stride: vectorStride(size),
        ...(perNeuron ? {} : { rows: 1 }),
        ...lagrangianFields(l),
      },
      buffers: {
        state,
        activations: sentinels(state.length),
        ...(perNeuron ? {} : { whole: sentinels(replicas + 1) }),
      },
      workgroups: perNeuron ? [Math.ceil(size / workgroup), replicas] : [replicas],
      constants: { WORKGROUP: workgroup },
    },
  )
  return { activations: activations!.floats, whole: whole?.floats }
}

describe.each(entries)('the activation of $name', ({ l }) => {
  test.each(shapes)(
    'is dL/dx for $size neurons, $replicas replicas, workgroups of $workgroup',
    async ({ size, replicas, workgroup }) => {
      const stream = new RandomStream(size, l.kind)
      const state = padded(size, replicas, () => 2 * stream.normal())
      const { activations, whole } = await activate(l, state, size, replicas, workgroup)
      for (let r = 0; r < replicas; r++) {
        const x = rowOf(state, size, r)
        const g = activation(l, x)
        expectWithin(rowOf(activations, size, r), g, activationBound(l, x, g), `replica ${r}: neuron`)
        if (whole !== undefined) {
          const L = lagrangian(l, x)
          expectWithin([whole[r]!], [L], valueBound(l, x, L), `replica ${r}: L`)
        }
      }
      expectPaddingUntouched(activations, size)
      expect(whole?.at(replicas) ?? SENTINEL).toBe(SENTINEL)
    },
  )

  test('keeps its relative accuracy near 0, far out and at both signs', async () => {
    // Once all in one layer, once each in a layer of its own.
    for (const [size, replicas] of [
      [EXTREMES.length, 1],
      [1, EXTREMES.length],
    ] as const) {
      const state = padded(size, replicas, (r, i) => EXTREMES[r + i]!)
      const { activations } = await activate(l, state, size, replicas)
      for (let r = 0; r < replicas; r++) {
        const x = rowOf(state, size, r)
        const g = activation(l, x)
        expectWithin(rowOf(activations, size, r), g, activationBound(l, x, g), `replica ${r}: neuron`)
      }
    }
  })
})

test.each([0.7, 3.3, 41.3])('softmax of beta %d tells near winners apart far from 0', async (beta) => {
  const l = single({ kind: 'softmax', beta })
  for (const offset of [1e4, -1e4]) {
    const state = padded(5, 1, (_, i) => offset + i / 64)
    const { activations, whole } = await activate(l, state, 5, 1)
    const x = rowOf(state, 5, 0)
    const g = activation(l, x)
    expectWithin(rowOf(activations, 5, 0), g, activationBound(l, x, g))
    const L = lagrangian(l, x)
    expectWithin([whole![0]!], [L], valueBound(l, x, L))
  }
})

describe('stimulate', () => {
  const INITIAL = 0
  const CLAMP = 1
  const CURRENT = 2

  /** Items with rows of cues each; clock word 1 + k holds the row that item k shows. */
  async function stimulate(
    size: number,
    replicas: number,
    items: readonly { kind: number; rows: number; shown: number }[],
    masked: boolean,
  ) {
    const stream = new RandomStream(size, 'cues')
    const rows = items.reduce((sum, item) => sum + item.rows, 0)
    const firstRows = items.map((_, k) => items.slice(0, k).reduce((sum, item) => sum + item.rows, 0))
    const cues = padded(size, rows, () => stream.normal())
    const free = Uint32Array.from(cues, () => (masked && stream.word() & 1 ? 1 : 0))
    const before = padded(size, replicas, () => stream.normal())
    const { state, current, hold } = await runKernel(kernelOf('neuron/stimulate'), {
      params: {
        size,
        stride: vectorStride(size),
        itemCount: items.length,
        itemStep: 0,
        repetitions: replicas,
      },
      buffers: {
        items: Uint32Array.from(items.flatMap(({ kind, rows }, k) => [kind, firstRows[k]!, rows, 1 + k])),
        cues,
        ...(masked ? { free } : {}),
        state: before,
        current: sentinels(before.length),
        hold: sentinels(before.length),
      },
      workgroups: [Math.ceil(size / WG), replicas],
      constants: { WORKGROUP: WG, MASKED: masked ? 1 : 0 },
      clock: [0, ...items.map(({ shown }) => shown)],
    })
    const stride = vectorStride(size)
    for (let r = 0; r < replicas; r++) {
      for (let i = 0; i < size; i++) {
        let x = before[r * stride + i]!
        let added = 0
        let held = 0
        items.forEach(({ kind, rows, shown }, k) => {
          const from = (firstRows[k]! + (kind === INITIAL ? r % rows : shown)) * stride + i
          if (shown < 0 || free[from]) return
          if (kind === CURRENT) added = Math.fround(added + cues[from]!)
          else x = cues[from]!
          if (kind === CLAMP) held = 1
        })
        const at = r * stride + i
        expect([r, i, state!.floats[at], current!.floats[at], hold!.words[at]]).toEqual([
          r,
          i,
          x,
          added,
          held,
        ])
      }
    }
    expectPaddingUntouched(state!.floats, size)
    expectPaddingUntouched(current!.floats, size)
    expectPaddingUntouched(hold!.floats, size)
  }

  const cases = SIZES.flatMap((size) => [1, 5].map((replicas) => ({ size, replicas })))

  test.each(cases)(
    'lets later items win, currents add up and what is off alone: $size, $replicas',
    async ({ size, replicas }) => {
      const items = [
        { kind: INITIAL, rows: 3, shown: 0 },
        { kind: CLAMP, rows: 2, shown: -1 },
        { kind: CURRENT, rows: 2, shown: 1 },
        { kind: CURRENT, rows: 1, shown: 0 },
      ]
      await stimulate(size, replicas, items, false)
      await stimulate(size, replicas, items, true)
      await stimulate(size, replicas, [...items, { kind: CLAMP, rows: 4, shown: 3 }], true)
      await stimulate(size, replicas, [{ kind: CLAMP, rows: 1, shown: 0 }, ...items], true)
    },
  )

  test('with no item takes currents and clamps away and leaves the state', async () => {
    await stimulate(WG + 1, 5, [], false)
  })
})

describe('integrate', () => {
  interface Step {
    readonly size: number
    readonly replicas: number
    readonly biasRows?: number
    readonly rate?: number
    readonly sigma?: number
    readonly adiabatic?: boolean
    readonly stimulated?: boolean
    readonly poison?: { readonly index: number; readonly value: number }
    readonly seenBefore?: number
  }

  const TICK = 17
  const LAYER = 2
  const FAULT = 1

  async function integrate(step: Step) {
    const { size, replicas, biasRows = 1, rate = 0.3, sigma = 0, adiabatic, stimulated, poison } = step
    const stream = new RandomStream(size, 'integrate')
    const stride = vectorStride(size)
    const bias = padded(size, biasRows, () => stream.normal())
    const current = padded(size, replicas, () => stream.normal())
    const hold = Uint32Array.from(current, () => stream.word() & 1)
    const input = padded(size, replicas, () => stream.normal())
    const before = padded(size, replicas, () => stream.normal())
    if (poison !== undefined) input[poison.index] = poison.value
    const { state, faults } = await runKernel(kernelOf('neuron/integrate', { ending: 'step' }), {
      params: {
        size,
        layerStride: stride,
        biasRows,
        rate,
        sigma,
        seed: 9,
        layer: LAYER,
        fault: FAULT,
        repetitions: replicas,
      },
      buffers: {
        bias,
        ...(stimulated ? { current, hold } : {}),
        input,
        state: before,
        faults: new Uint32Array(4).fill(step.seenBefore ?? NO_FAULT),
      },
      workgroups: [Math.ceil(size / WG), replicas],
      constants: { WORKGROUP: WG, ADDS: 1, ADIABATIC: adiabatic ? 1 : 0, STIMULATED: stimulated ? 1 : 0 },
      clock: [TICK],
    })
    const single = Math.fround(rate)
    for (let r = 0; r < replicas; r++) {
      for (let i = 0; i < size; i++) {
        const at = r * stride + i
        const x = before[at]!
        const parts = [bias[(r % biasRows) * stride + i]!, stimulated ? current[at]! : 0, input[at]!]
        const target = parts.reduce((a, b) => a + b)
        let expected = adiabatic ? target : x + single * (target - x)
        if (!adiabatic && sigma > 0) expected += Math.fround(sigma) * noise(9, TICK, LAYER, r, i)
        if (stimulated && hold[at]) expected = x
        const size = [x, ...parts].reduce((a, b) => a + Math.abs(b), 0)
        // Six roundings; the noise is good to 1e-6.
        if (Number.isFinite(expected))
          expectWithin([state!.floats[at]!], [expected], 6 * ULP * size + 1e-6 * sigma, `${r}, neuron ${i}:`)
      }
    }
    expectPaddingUntouched(state!.floats, size)
    return faults!.words
  }

  const cases = SIZES.flatMap((size) => [1, 5].map((replicas) => ({ size, replicas })))

  test.each(cases)(
    'steps towards b + current + I, held entries aside: $size, $replicas',
    async ({ size, replicas }) => {
      for (const stimulated of [false, true]) {
        for (const adiabatic of [false, true]) {
          const faults = await integrate({ size, replicas, biasRows: 3, stimulated, adiabatic })
          expect([...faults]).toEqual(new Array(4).fill(NO_FAULT))
        }
        await integrate({ size, replicas, sigma: 0.4, stimulated })
      }
    },
  )

  test.each([NaN, Infinity, -Infinity])(
    'writes the tick at which %d came to its word of faults',
    async (value) => {
      for (const adiabatic of [false, true]) {
        const faults = await integrate({ size: WG + 1, replicas: 5, adiabatic, poison: { index: 14, value } })
        expect([...faults]).toEqual([NO_FAULT, TICK, NO_FAULT, NO_FAULT])
      }
    },
  )

  test('keeps the first tick at which a value was not finite', async () => {
    const faults = await integrate({
      size: 3,
      replicas: 1,
      poison: { index: 0, value: NaN },
      seenBefore: TICK - 5,
    })
    expect(faults[FAULT]).toBe(TICK - 5)
  })
})
