/** Learning rules that users write: what they say, what is refused, and that a built-in one written out is that rule. */
import { describe, expect, test } from 'vitest'
import { checkScenario } from '../../../src/core/model/check.ts'
import { restOf } from '../../../src/core/kinds/rules/custom.ts'
import { compiledRule, movingRule, NAMED_RULES, type Rule } from '../../../src/core/kinds/rules/table.ts'
import { varyingPaths } from '../../../src/core/model/running.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { memorySpecs } from '../../../src/core/model/specs.ts'
import { buildModel, normalRows } from '../../build.ts'

const row = (count: number) => ({ kind: 'random', distribution: 'normal', count })

function scenarioOf(memory: object, change: object = {}) {
  return parseScenario({
    version: 1,
    time: { dt: 0.1, ticks: 10, ...change },
    neurons: {
      v: { size: 4, lagrangian: { kind: 'linear', gain: 1 } },
      h: { size: 3, lagrangian: { kind: 'tanh', gain: 1 } },
    },
    memories: { xi: { from: 'v', to: 'h', init: row(3), tau: 10, ...memory } },
  })
}

const custom = (parts: object) => ({ kind: 'custom', drive: 'to * from', ...parts })

describe('a rule that is written out', () => {
  test('has a decay of 0 unless it is given', () => {
    const { rule } = memorySpecs(scenarioOf({ rule: custom({}) })).xi!
    expect(rule).toEqual({ kind: 'custom', drive: 'to * from', decay: '0', parameters: {} })
    const { decay } = compiledRule(rule)!
    expect(decay({ to: 2, from: 3, w: 5, base: 7 })).toBe(0)
  })

  test('is computed of the activations, the entry, Lambda and the parameters', () => {
    const rule = custom({
      drive: 'to + 10 * from + 100 * w + 1000 * base + 10000 * k',
      decay: 'abs(w)',
      parameters: { k: 2 },
    })
    const { drive, decay } = compiledRule(memorySpecs(scenarioOf({ rule })).xi!.rule)!
    const entry = { to: 1, from: 2, w: -3, base: 4 }
    expect([drive(entry), decay(entry)]).toEqual([1 + 20 - 300 + 4000 + 20000, 3])
  })

  test('has parameters that may change and differ by replica', () => {
    const scenario = scenarioOf({ rule: custom({ drive: 'k * to * from', parameters: { k: 1 } }) })
    expect(varyingPaths(scenario)).toContain('memories.xi.rule.parameters.k')
  })

  test.each([
    [
      { drive: 'to * form' },
      {},
      'memories.xi.rule.drive',
      /^column 6: unknown name "form"; define it in parameters, or use one of to, from, w, base, pi, e$/,
    ],
    [
      { drive: 'x' },
      {},
      'memories.xi.rule.drive',
      /^column 1: unknown name "x"; define it in parameters, or use one of to, /,
    ],
    [
      { drive: '' },
      {},
      'memories.xi.rule.drive',
      /is empty; write an expression of to, from, w and base, such as to \* from$/,
    ],
    [
      { drive: 'log(from)' },
      {},
      'memories.xi.rule.drive',
      /^is NaN at to = .*, from = -.*; write an expression that is finite/,
    ],
    [
      { decay: 'to' },
      {},
      'memories.xi.rule.decay',
      /^is -0.\d+ at to = -0.\d+.*; this integrator needs a decay >= 0, such as to \* to .*"euler" or "heun" or "rk4"$/,
    ],
    [
      { drive: 'w * to', parameters: { to: 1 } },
      {},
      'memories.xi.rule.parameters.to',
      /^the name `to` already has a meaning/,
    ],
    [
      { parameters: { k: 'x' } },
      {},
      'memories.xi.rule.parameters.k',
      /^must be a number, not "x"; give a number such as 1$/,
    ],
    [
      { parameters: { k: 1e39 } },
      {},
      'memories.xi.rule.parameters.k',
      /^must be 0 or between .*, not 1e\+39; choose other units$/,
    ],
    [
      { parameters: { '1k': 1 } },
      {},
      'memories.xi.rule.parameters.1k',
      /^must start with a letter .*, not "1k"; choose another name, such as a1$/,
    ],
    [{ parameters: 3 }, {}, 'memories.xi.rule.parameters', /^must be an object \{"NAME": ...\}, not 3$/],
    [
      { parameters: { a: 1, b: 1, c: 1, d: 1, e1: 1 } },
      {},
      'memories.xi.rule.parameters',
      /^has 5 entries; keep at most 4/,
    ],
    [
      {},
      { bias: row(3) },
      'memories.xi.bias',
      /^rule "custom" has no bias; leave it out or use `base` in its drive$/,
    ],
  ])('that is wrong is refused in one line: %j', (parts, memory, path, says) => {
    try {
      checkScenario(scenarioOf({ rule: custom(parts), ...memory }))
      expect.fail('nothing was refused')
    } catch (error) {
      const { place, reason } = error as { place: object; reason: string }
      expect([place, reason]).toEqual([{ path }, expect.stringMatching(says)])
    }
  })

  test('may decay by less than 0 where the integrator takes it', () => {
    const rule = custom({ decay: 'to' })
    expect(checkScenario(scenarioOf({ rule }, { integrator: 'euler' }))).toEqual([])
  })

  test('warns of a parameter without use', () => {
    expect(checkScenario(scenarioOf({ rule: custom({ parameters: { k: 1 } }) }))).toEqual([
      'memories.xi.rule.parameters.k: neither expression uses it; leave it out',
    ])
  })
})

const WRITABLE = NAMED_RULES.flatMap((kind) => {
  const facts = movingRule(kind)
  return facts && 'expressions' in facts ? [{ kind, expressions: facts.expressions }] : []
})

test.each(WRITABLE)('the expressions of $kind are that rule', ({ kind, expressions }) => {
  const end = (rule: Rule, bias: boolean): Float64Array => {
    const reference = createReference(
      buildModel({
        layers: [
          {
            name: 'v',
            size: 4,
            lagrangian: { kind: 'tanh', gain: 1 },
            init: normalRows(new RandomStream(1, 'v'), 1, 4),
          },
          {
            name: 'h',
            size: 3,
            lagrangian: { kind: 'sigmoid', gain: 1 },
            init: normalRows(new RandomStream(2, 'h'), 1, 3),
          },
        ],
        memories: [
          {
            ...{ name: 'xi', from: 'v', to: 'h', tau: 3, rule },
            init: normalRows(new RandomStream(3, 'xi'), 3, 4),
            ...(bias && { bias: normalRows(new RandomStream(4, 'bias'), 3, 4) }),
          },
        ],
      }),
    )
    reference.step(40)
    return reference.read('xi')
  }
  const written: Rule = { kind: 'custom', ...expressions, parameters: {} }
  // A rule with Lambda = 0 unless it is given is written without base.
  const bias = expressions.drive.includes('base')
  const built = end(kind, bias)
  end(written, bias).forEach((value, k) => {
    expect(Math.abs(value - built[k]!)).toBeLessThan(1e-12)
  })
})

describe('where an entry comes to rest while its activations are held', () => {
  const rest = (drive: string, decay: string, held: Partial<Parameters<typeof restOf>[1]> = {}): number =>
    restOf({ kind: 'custom', drive, decay, parameters: {} }, { to: 0.5, from: -0.8, base: 0, ...held })

  test.each([
    ['to * from + base', '1', { base: 0.3 }, -0.4 + 0.3],
    // Oja: from / to.
    ['to * from', 'to * to', {}, -0.8 / 0.5],
    // w^3 = to from
    ['to * from', 'w * w', {}, -Math.cbrt(0.4)],
    // Of two places of rest the one that is on its way: w = w^3 from 0.5 goes up to 1, not down to 0.
    ['w', 'w * w', { base: 0.5 }, 1],
    ['w', 'w * w', { base: 0 }, 0],
    ['to * to', '0', {}, Infinity],
    ['-w', '-2.0', { base: -1 }, -Infinity],
  ])('by the drive %s and the decay %s, %j: %d', (drive, decay, held, expected) => {
    const found = rest(drive, decay, held)
    if (Number.isFinite(expected)) expect(found).toBeCloseTo(expected, 9)
    else expect(found).toBe(expected)
  })
})
