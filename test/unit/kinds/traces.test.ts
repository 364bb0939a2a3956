/** Rules with traces in a scenario: what is refused, what the page shows and offers, and what goes on when a network is rebuilt. */
import katex from 'katex'
import { describe, expect, test } from 'vitest'
import { controlFields, withField } from '../../../src/app/controls/fields.ts'
import { carriedOver } from '../../../src/app/session/rebuild.ts'
import { equationsOf } from '../../../src/app/teaching/equations.ts'
import { checkScenario } from '../../../src/core/model/check.ts'
import { TRACED_RULES, tracesOf } from '../../../src/core/kinds/rules/table.ts'
import type { Model } from '../../../src/core/model/model.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { resolveModel } from '../../../src/core/model/resolve.ts'
import type { Scenario } from '../../../src/core/model/schema.ts'
import { memorySpecs } from '../../../src/core/model/specs.ts'
import { varyingPaths } from '../../../src/core/model/running.ts'

const rows = { kind: 'random', distribution: 'normal', count: 3 }

const rawOf = (memory: object, time: object = {}, rest: object = {}) => ({
  version: 1,
  time: { dt: 0.1, ticks: 10, ...time },
  neurons: {
    v: { size: 4, lagrangian: { kind: 'linear', gain: 1 } },
    h: { size: 3, lagrangian: { kind: 'tanh', gain: 1 } },
  },
  memories: { xi: { from: 'v', to: 'h', init: rows, tau: 10, ...memory } },
  ...rest,
})

const scenarioOf = (...args: Parameters<typeof rawOf>): Scenario => parseScenario(rawOf(...args))

const read = () => Promise.reject(new Error('there are no files'))
const modelOf = (...args: Parameters<typeof rawOf>): Promise<Model> =>
  resolveModel(scenarioOf(...args), { read })

const bcm = (parts: object = {}) => ({ rule: 'bcm', tauThreshold: 2, ...parts })
const covariance = (parts: object = {}) => ({ rule: 'covariance', tauMean: 2, ...parts })

describe('a rule with traces', () => {
  test('of BCM forgets nothing unless it says so', () => {
    expect(memorySpecs(scenarioOf(bcm())).xi).toMatchObject({ rule: 'bcm', tauThreshold: 2, decay: 0 })
    expect(memorySpecs(scenarioOf(covariance())).xi).not.toHaveProperty('decay')
  })

  test.each<[string, object, string, string]>([
    ['bcm', { rule: 'bcm' }, 'tauThreshold', 'is missing; rule "bcm" needs a number > 0'],
    ['bcm', bcm({ tauThreshold: 0 }), 'tauThreshold', 'must be a number > 0, not 0'],
    ['bcm', bcm({ decay: -1 }), 'decay', 'must be a number >= 0, not -1'],
    [
      'bcm',
      bcm({ tauMean: 1 }),
      'tauMean',
      'is 1, but rule "bcm" has no tauMean; leave it out or choose rule "covariance"',
    ],
    ['covariance', { rule: 'covariance' }, 'tauMean', 'is missing; rule "covariance" needs a number > 0'],
    [
      'hebbian',
      { rule: 'hebbian', decay: 0.5 },
      'decay',
      'is 0.5, but rule "hebbian" has no decay; leave it out or choose rule "bcm"',
    ],
    [
      'covariance',
      covariance({ decay: 1 }),
      'decay',
      'is 1, but rule "covariance" has no decay; leave it out or choose rule "bcm"',
    ],
    [
      'covariance',
      { ...covariance(), tau: undefined },
      'tau',
      'is missing; rule "covariance" needs a time constant > 0',
    ],
    [
      'bcm',
      { ...bcm(), bias: rows },
      'bias',
      'rule "bcm" has no bias; leave it out or choose rule "hebbian" or "anti-hebbian" or "gated" or "custom" or "covariance"',
    ],
    [
      'bcm',
      { ...bcm(), format: 'f16' },
      'format',
      '"f16" cannot learn by rule "bcm"; use "f32" or rule "fixed"',
    ],
  ])('%s is refused in one line where it is wrong: %j', (_, memory, path, says) => {
    const raw: unknown = JSON.parse(JSON.stringify(rawOf(memory)))
    expect(() => checkScenario(parseScenario(raw))).toThrow(`memories.xi.${path}: ${says}`)
  })

  test.each([
    ['tauThreshold', bcm({ tauThreshold: 0.05 }), 'dt 0.1 * every 1 / tau 0.05 = 2'],
    ['tauMean', covariance({ tauMean: 0.05 }), 'dt 0.1 * every 1 / tau 0.05 = 2'],
    ['decay', bcm({ decay: 200 }), 'dt 0.1 * every 1 / tau 0.05 = 2'],
  ])('has a step no longer than its %s allows', (path, memory, says) => {
    expect(() => checkScenario(scenarioOf(memory, { integrator: 'euler' }))).toThrow(
      `time.dt: euler is unstable for memories.xi.${path}: ${says}, more than 1; set dt to 0.05 at most`,
    )
    expect(checkScenario(scenarioOf(memory))).toEqual([])
  })

  test.each([
    [{ kind: 'bcm' }, 'rule.kind', '"bcm"; write "rule": "bcm"'],
    ['custom', 'rule', '"custom"; write "rule": {"kind": "custom", ...}'],
    ['covarience', 'rule', '"covarience"; did you mean `covariance`?'],
  ])('is a word or an object, and the error says which: %j', (rule, path, says) => {
    const escaped = `${says}$`.replaceAll(/[?{}.]/g, '\\$&')
    expect(() => scenarioOf({ rule })).toThrow(
      new RegExp(`^memories\\.xi\\.${path.replace('.', '\\.')}: must be .*, not ${escaped}`),
    )
  })

  test('has traces for snapshots, named by the memory', () => {
    const of = (name: string) => ({ probes: { p: { kind: 'snapshot', of: name, every: 1 } } })
    expect(checkScenario(scenarioOf(bcm(), {}, of('xi.theta')))).toEqual([])
    expect(checkScenario(scenarioOf(covariance(), {}, of('xi.meanFrom')))).toEqual([])
    expect(() => checkScenario(scenarioOf(covariance(), {}, of('xi.theta')))).toThrow(
      'probes.p.of: no layer, memory or synapse is called `xi.theta`; known here: `',
    )
  })

  test('has numbers that may change and differ by replica', () => {
    const of = (memory: object) =>
      varyingPaths(scenarioOf(memory)).filter((path) => /\.(tau.+|decay)$/.test(path))
    expect(of(bcm())).toEqual(['memories.xi.tauThreshold', 'memories.xi.decay'])
    expect(of(covariance())).toEqual(['memories.xi.tauMean'])
  })
})

describe('the equations', () => {
  const learning = (model: Model): readonly string[] =>
    equationsOf(model).find(({ title }) => title === 'Synapses and memories')?.lines ?? []

  test('of BCM have the threshold, and the decay where there is one', async () => {
    expect(learning(await modelOf(bcm()))).toEqual([
      '\\tau_{\\Xi}\\, \\dot \\Xi = g_{h} \\odot (g_{h} - \\theta)\\, g_{v}^\\top, \\qquad \\tau_{\\Xi} = 10',
      '\\tau_{\\theta}\\, \\dot \\theta = g_{h}^2 - \\theta, \\qquad \\tau_{\\theta} = 2',
    ])
    expect(learning(await modelOf(bcm({ decay: 0.5 })))[0]).toContain('g_{v}^\\top - 0.5\\, \\Xi,')
  })

  test('of covariance have both means', async () => {
    expect(learning(await modelOf(covariance()))).toEqual([
      '\\tau_{\\Xi}\\, \\dot \\Xi = -(\\Xi - \\Lambda) + (g_{h} - m_{\\text{to}}) (g_{v} - m_{\\text{from}})^\\top, \\qquad \\tau_{\\Xi} = 10',
      '\\tau_{m_{\\text{to}}}\\, \\dot m_{\\text{to}} = g_{h} - m_{\\text{to}}, \\qquad \\tau_{m_{\\text{to}}} = 2',
      '\\tau_{m_{\\text{from}}}\\, \\dot m_{\\text{from}} = g_{v} - m_{\\text{from}}, \\qquad \\tau_{m_{\\text{from}}} = 2',
    ])
  })

  test.each([bcm({ decay: 1 }), covariance()])(
    'are TeX that KaTeX knows, of two memories too: %j',
    async (memory) => {
      const one = await modelOf(memory)
      const { xi } = rawOf(memory).memories
      const two = await modelOf(memory, {}, { memories: { a_1: xi, b: xi } })
      expect(new Set(learning(two)).size).toBe(2 * learning(one).length)
      for (const tex of [one, two].flatMap(equationsOf).flatMap(({ lines }) => lines))
        expect(() => katex.renderToString(tex, { strict: 'error', throwOnError: true })).not.toThrow()
    },
  )
})

describe('the controls', () => {
  const path = 'memories.xi.rule'
  const changed = (scenario: Scenario, value: unknown): Scenario =>
    parseScenario(JSON.parse(JSON.stringify(withField(scenario, path, value))))

  test.each(TRACED_RULES)('choose $kind with all its numbers, and another rule after it', (start) => {
    const before = scenarioOf({ rule: 'hebbian', bias: rows })
    const after = changed(before, start.kind)
    const { kind, ...numbers } = start
    expect(memorySpecs(after).xi).toMatchObject({ rule: kind, ...numbers })
    expect(checkScenario(after)).toEqual([])
    const fields = controlFields(after)
    expect(fields.find((field) => field.path === path)).toMatchObject({ kind: 'choice', value: start.kind })
    for (const [key, value] of Object.entries(numbers))
      expect(fields.find((field) => field.path === `memories.xi.${key}`)).toMatchObject({
        kind: 'number',
        value,
      })
    const back = changed(after, 'gated')
    expect(memorySpecs(back).xi).toMatchObject({ rule: 'gated' })
    for (const key of Object.keys(numbers)) expect(memorySpecs(back).xi).not.toHaveProperty(key)
  })
})

describe('a network that is built anew', () => {
  test('goes on with its traces, whatever their time constants', async () => {
    const [old, next] = await Promise.all([modelOf(covariance()), modelOf(covariance({ tauMean: 5 }))])
    expect(carriedOver(old, next, 5)).toMatchObject({
      kept: ['v', 'h', 'xi', 'xi.meanTo', 'xi.meanFrom'],
      anew: [],
    })
  })

  test('starts its traces anew where its memory starts anew', async () => {
    const [old, next] = await Promise.all([modelOf(bcm()), modelOf({ ...bcm(), scale: 2 })])
    expect(carriedOver(old, next, 5)).toMatchObject({ kept: ['v', 'h'], anew: ['xi', 'xi.theta'] })
  })

  test('has no traces to keep of another rule', async () => {
    const [old, next] = await Promise.all([modelOf(bcm()), modelOf(covariance())])
    expect(tracesOf(next.memories[0]!)).toHaveLength(2)
    expect(carriedOver(old, next, 5)).toMatchObject({ kept: ['v', 'h', 'xi'], anew: [] })
  })
})
