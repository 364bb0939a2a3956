/** Every learning rule by every integrator in every form, beside the solution of its equation written out here. */
import { describe, expect, test } from 'vitest'
import {
  INTEGRATOR_KINDS,
  type IntegratorKind,
  integratorOf,
} from '../../src/core/kinds/integrators/table.ts'
import { movingRule, type Rule, type RuleKind } from '../../src/core/kinds/rules/table.ts'
import type { TracedRule } from '../../src/core/kinds/rules/traced.ts'
import type { DenseMemory, Model } from '../../src/core/model/model.ts'
import { withViews } from '../../src/core/model/couplings.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { createReference } from '../../src/core/reference/network.ts'
import type { SimulationOptions } from '../../src/core/run/simulation.ts'
import { buildModel, normalRows, rowsOf } from '../build.ts'
import { LEFT } from '../integrators.ts'
import { learnerOf, WRITTEN } from '../rules.ts'
import { expectLikeReference, withSimulation } from './helpers/compare.ts'
import { expectWithin } from './helpers/within.ts'

type TracedKind = TracedRule['kind']
type MovingKind = Exclude<RuleKind, 'fixed' | TracedKind>

/** Where an entry goes while the activations stay, and how fast: tau dXi/dt = speed (goal - Xi). */
interface Witness {
  readonly goal: (to: number, from: number, lambda: number) => number
  readonly speed: (to: number, from: number) => number
  /** Whether Lambda is Xi(0) where none is given. */
  readonly startsAtLambda: boolean
}

const WITNESSES: Readonly<Record<MovingKind, Witness>> = {
  hebbian: { goal: (to, from, lambda) => lambda + to * from, speed: () => 1, startsAtLambda: true },
  'anti-hebbian': {
    goal: (to, from, lambda) => lambda - to * from,
    speed: () => 1,
    startsAtLambda: true,
  },
  gated: { goal: (_, from, lambda) => from + lambda, speed: (to) => to, startsAtLambda: false },
  oja: { goal: (to, from) => from / to, speed: (to) => to ** 2, startsAtLambda: false },
  custom: {
    goal: (to, from, lambda) => (WRITTEN.parameters.k * to * from + lambda) / (1 + (to * from) ** 2),
    speed: (to, from) => 1 + (to * from) ** 2,
    startsAtLambda: true,
  },
}

const ONE_STAGE = INTEGRATOR_KINDS.filter((kind) => integratorOf(kind).stages.length === 1)

const FORMS: readonly (readonly [string, SimulationOptions, readonly IntegratorKind[]])[] = [
  ['in a kernel of its own', { resident: 'off' }, INTEGRATOR_KINDS],
  ['in the resident kernel', { resident: 'on' }, ONE_STAGE],
  ['in the resident kernel of one lane', { resident: 'on', lanes: 1 }, ONE_STAGE],
]

const FROM = [0.7, -1.2, 0.4, 2, -0.3]
/** A closed row, a nearly closed one, and open ones; of rules that may, also negative. */
const TO = [0, 1e-6, 0.3, 1, 1.5]
const STEPS = 12

/** Two layers that clamps hold, and the memory between them. */
function held(
  rule: MovingKind | TracedKind,
  integrator: IntegratorKind,
  h: number,
  learner: { readonly rule: Rule } = learnerOf(rule),
  replicas = 2,
): Model {
  const clamp = (layer: string, row: readonly number[]) =>
    ({ kind: 'clamp', layer, patterns: rowsOf([row]) }) as const
  const stream = new RandomStream(4, 'rules')
  const layer = (name: string, size: number) =>
    ({ name, size, lagrangian: { kind: 'linear', gain: 1 }, tau: 1 }) as const
  const to = movingRule(rule)?.needsNonNegative ? TO : [...TO, -0.8]
  return buildModel({
    replicas,
    time: { dt: 0.25, integrator },
    layers: [layer('v', FROM.length), layer('h', to.length)],
    memories: [
      {
        name: 'xi',
        from: 'v',
        to: 'h',
        ...learner,
        tau: 0.25 / h,
        init: normalRows(stream, to.length, FROM.length),
      },
    ],
    stimulus: [clamp('v', FROM), clamp('h', to)],
  })
}

const cases = (Object.keys(WITNESSES) as MovingKind[]).flatMap((rule) =>
  INTEGRATOR_KINDS.flatMap((integrator) => [0.1, 0.004, 1e-5].map((h) => ({ rule, integrator, h }))),
)

describe.each(FORMS)('a memory %s', (_, options, kinds) => {
  const own = cases.filter(({ integrator }) => kinds.includes(integrator))

  test.each(own)('follows $rule by $integrator with step/tau $h', async ({ rule, integrator, h }) => {
    const model = held(rule, integrator, h)
    const { init } = model.memories[0]!
    const to = model.stimulus[1]!.patterns.data
    const { goal, speed, startsAtLambda } = WITNESSES[rule]
    const expected = init.data.map((start, k) => {
      const [row, column] = [Math.floor(k / FROM.length), k % FROM.length]
      const g = to[row]!
      const lambda = startsAtLambda ? start : 0
      const fast = speed(g, FROM[column]!)
      const left = Math.exp(STEPS * LEFT[integrator](h * fast))
      // A closed row stays, wherever its goal is.
      if (fast === 0) return start
      const away = goal(g, FROM[column]!, lambda)
      // Near 0 the goal of Oja's rule is far away, and the way to it is speed times goal.
      return left > 1 - 1e-9 ? start + h * STEPS * fast * (away - start) : away + (start - away) * left
    })
    await withSimulation(
      model,
      async (simulation) => {
        expect(simulation.plan.batched !== undefined).toBe(options.resident === 'on')
        await simulation.step(STEPS)
        const { data } = await simulation.read('xi')
        expectWithin(data, [...expected, ...expected], 3e-6)
      },
      options,
    )
    const reference = createReference(model)
    reference.step(STEPS)
    expectWithin(reference.read('xi'), [...expected, ...expected], 1e-6)
  })

  test.each(own.filter(({ h }) => h === 0.1))(
    'that moves its layers follows $rule by $integrator as in float64',
    async ({ rule, integrator, h }) => {
      const model = held(rule, integrator, h)
      const stream = new RandomStream(5, 'states')
      const free: Model = {
        ...model,
        stimulus: [],
        layers: model.layers.map((layer) => ({
          ...layer,
          lagrangian: { kind: 'sigmoid', gain: 1 },
          init: normalRows(stream, 2, layer.size),
        })),
      }
      await expectLikeReference(free, 30, options)
    },
  )
})

test.each(FORMS)('what fills up the rows of a memory %s stays 0 by any rule', async (_, options) => {
  const model = held('oja', 'exponential-euler', 0.1)
  const [xi] = model.memories as unknown as [DenseMemory]
  const rule = { kind: 'custom', drive: '1 + w', decay: 'abs(w)', parameters: {} } as const
  // The squares of a whole row are summed up for this offset.
  const memories = [{ ...xi, rule, inputOffset: 'half-norm' as const }]
  await expectLikeReference({ ...model, ...withViews(memories), stimulus: [] }, 20, options)
})

test("Oja's rule finds the first principal component of what is shown, at length 1", async () => {
  const N = 6
  const stream = new RandomStream(6, 'principal')
  const axis = Float64Array.from({ length: N }, () => stream.normal())
  const length = Math.hypot(...axis)
  const rows = Array.from({ length: 400 }, () => {
    const along = 2 * stream.normal()
    return axis.map((value) => (value / length) * along + 0.4 * stream.normal())
  })
  const model = buildModel({
    time: { dt: 1 },
    layers: [
      { name: 'v', size: N, lagrangian: { kind: 'linear', gain: 1 }, tau: 1 },
      { name: 'h', size: 1, lagrangian: { kind: 'linear', gain: 1 }, tau: 0 },
    ],
    memories: [
      { name: 'xi', from: 'v', to: 'h', rule: 'oja', tau: 200, init: normalRows(stream, 1, N, 0.3) },
    ],
    stimulus: [{ kind: 'clamp', layer: 'v', patterns: rowsOf(rows) }],
  })
  // The direction of the largest variance of these rows, not the axis that they were drawn around.
  let principal = axis
  for (let round = 0; round < 200; round++) {
    const next = new Float64Array(N)
    for (const row of rows) {
      const along = row.reduce((sum, value, i) => sum + value * principal[i]!, 0)
      row.forEach((value, i) => (next[i]! += along * value))
    }
    principal = next.map((value) => value / Math.hypot(...next))
  }
  await withSimulation(model, async (simulation) => {
    await simulation.step(4000)
    const xi = [...(await simulation.read('xi')).data]
    const along = xi.reduce((sum, value, i) => sum + value * principal[i]!, 0)
    expect(Math.hypot(...xi)).toBeGreaterThan(0.97)
    expect(Math.hypot(...xi)).toBeLessThan(1.03)
    expect(Math.abs(along)).toBeGreaterThan(0.995 * Math.hypot(...xi))
  })
})

/**
 * What drives an entry while the activations stay and the traces come to rest: steady + fading times the part of their way that
 * the traces still have before them, to the power of `fades`. Traces begin at 0 and go to their goals.
 */
interface TracedWitness {
  readonly steady: (to: number, from: number, lambda: number) => number
  readonly fading: (to: number, from: number) => number
  readonly fades: 1 | 2
  /** Goals by the second half of the name of a trace. */
  readonly goals: Readonly<Record<string, (to: readonly number[], from: readonly number[]) => number[]>>
  /** A rule with this time constant of its traces, and what an entry is multiplied with. */
  readonly ruleOf: (time: number) => { readonly rule: TracedRule; readonly decay: number }
}

const squares = (g: readonly number[]): number[] => g.map((value) => value ** 2)

const TRACED_WITNESSES: Readonly<Record<TracedKind, TracedWitness>> = {
  // theta = g^2 (1 - q): g (g - theta) = g^2 (1 - g) + g^3 q.
  bcm: {
    steady: (to, from) => to ** 2 * (1 - to) * from,
    fading: (to, from) => to ** 3 * from,
    fades: 1,
    goals: { theta: squares },
    ruleOf: (time) => ({ rule: { kind: 'bcm', tauThreshold: time, decay: 0.3 }, decay: 0.3 }),
  },
  // g - m = g q on both sides.
  covariance: {
    steady: (_, __, lambda) => lambda,
    fading: (to, from) => to * from,
    fades: 2,
    goals: { meanTo: (to) => [...to], meanFrom: (_, from) => [...from] },
    ruleOf: (time) => ({ rule: { kind: 'covariance', tauMean: time }, decay: 1 }),
  },
}

/** The sum of n terms. */
const sumOf = (n: number, term: (k: number) => number): number =>
  Array.from({ length: n }, (_, k) => term(k)).reduce((sum, value) => sum + value, 0)

describe.each(Object.keys(TRACED_WITNESSES) as TracedKind[])('traces of %s', (kind) => {
  const { steady, fading, fades, goals, ruleOf } = TRACED_WITNESSES[kind]
  const speeds = INTEGRATOR_KINDS.flatMap((integrator) =>
    [
      [0.1, 0.15],
      [0.004, 0.2],
      [1e-5, 1e-5],
      [0.1, 1e-5],
    ].flatMap(([h = 0, s = 0]) => [1, 5].map((replicas) => ({ integrator, h, s, replicas }))),
  )

  test.each(speeds)(
    'by $integrator with step/tau $h and $s are those of the solution, replicas $replicas',
    async ({ integrator, h, s, replicas }) => {
      const { rule, decay } = ruleOf(0.25 / s)
      const model = held(kind, integrator, h, { rule }, replicas)
      const { init } = model.memories[0]!
      const [from, to] = model.stimulus.map(({ patterns }) => [...patterns.data]) as [number[], number[]]
      const stages = integratorOf(integrator).stages.length
      const q = Math.exp(LEFT[integrator](s))
      const p = Math.exp(LEFT[integrator](decay * h))
      const rate = (1 - p) / decay
      const expected = init.data.map((start, k) => {
        const [g, f] = [to[Math.floor(k / from.length)]!, from[k % from.length]!]
        const [constant, falling] = [steady(g, f, start), fading(g, f)]
        // Of one stage: the sum of what each step adds, and loses afterwards. Of several: the flow that they stand for.
        if (stages === 1)
          return (
            p ** STEPS * start +
            sumOf(STEPS, (n) => p ** (STEPS - 1 - n) * rate * (constant + falling * q ** (fades * n)))
          )
        const [slow, fast] = [decay * h, fades * s]
        const left = Math.exp(-slow * STEPS)
        return (
          left * start +
          (constant * (1 - left)) / decay +
          (falling * h * (left - Math.exp(-fast * STEPS))) / (fast - slow)
        )
      })
      // What an order of 2 or 4 leaves over.
      const bound = 3e-6 + (stages === 1 ? 0 : 0.6 * Math.max(h, s) ** stages)
      const copies = <T>(values: ArrayLike<T>): T[] =>
        Array.from({ length: replicas }, () => Array.from(values)).flat()
      const reference = createReference(model)
      reference.step(STEPS)
      await withSimulation(model, async (simulation) => {
        expect(
          (await simulation.read(`xi.${Object.keys(goals)[0]}`)).data.every((value) => value === 0),
        ).toBe(true)
        await simulation.step(STEPS)
        expectWithin((await simulation.read('xi')).data, copies(expected), bound)
        for (const [part, goalOf] of Object.entries(goals)) {
          const goal = goalOf(to, from)
          const { shape, data } = await simulation.read(`xi.${part}`)
          expect(shape).toEqual(replicas > 1 ? [replicas, goal.length] : [goal.length])
          const there = copies(goal.map((value) => value * (1 - q ** STEPS)))
          expectWithin(data, there, 3e-6)
          expectWithin(reference.read(`xi.${part}`), there, 1e-6)
        }
      })
      expectWithin(reference.read('xi'), copies(expected), bound)
    },
  )
})
