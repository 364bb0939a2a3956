import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SCHEMA_FILE, schemaText } from '../../../scripts/schema-text.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { fieldAt, setPath, setValue } from '../../../src/core/model/path.ts'
import { hidden, memory, scenario, visible } from './resolving.ts'

describe('the schema', () => {
  it('is published up to date; otherwise run `npm run schema`', async () => {
    const published = readFileSync(new URL(`../../../${SCHEMA_FILE}`, import.meta.url), 'utf8')
    expect(published).toBe(await schemaText())
  })

  it('describes every key it publishes', () => {
    const bare: string[] = []
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return
      const { properties } = node as { properties?: Record<string, Record<string, unknown>> }
      for (const [key, value] of Object.entries(properties ?? {})) {
        const documented =
          'description' in value || '$ref' in value || ('const' in value && /kind|op/.test(key))
        if (!documented) bare.push(`${path}.${key}`)
      }
      for (const [key, value] of Object.entries(node)) visit(value, `${path}.${key}`)
    }
    visit(JSON.parse(readFileSync(new URL(`../../../${SCHEMA_FILE}`, import.meta.url), 'utf8')), '')
    expect(bare).toEqual([])
  })

  it('fills in every default', () => {
    const filled = parseScenario({
      version: 1,
      time: { dt: 0.5, ticks: 3 },
      neurons: {
        v: { size: 2, lagrangian: { kind: 'power' } },
        h: { size: 1, lagrangian: { kind: 'layernorm' } },
      },
      synapses: { w: { layer: 'v' } },
      memories: { xi: { from: 'v', to: 'h', init: { kind: 'idx', path: 'a' } } },
      stimulus: [{ kind: 'clamp', layer: 'v', patterns: { kind: 'zeros' } }],
      probes: { e: { kind: 'energy' } },
    })
    expect(filled).toEqual({
      version: 1,
      name: '',
      description: '',
      seed: 1,
      time: { dt: 0.5, ticks: 3, integrator: 'exponential-euler' },
      neurons: {
        v: {
          size: 2,
          lagrangian: { kind: 'power', degree: 2, rectified: true },
          tau: 1,
          every: 1,
          bias: 0,
          temperature: 0,
          update: 'all',
          leak: 'input',
          noise: 'normal',
        },
        h: {
          size: 1,
          lagrangian: { kind: 'layernorm', gamma: 1, delta: 0, eps: 1e-5 },
          tau: 1,
          every: 1,
          bias: 0,
          temperature: 0,
          update: 'all',
          leak: 'input',
          noise: 'normal',
        },
      },
      synapses: {
        w: {
          kind: 'dense',
          layer: 'v',
          every: 1,
          strength: 0,
          base: 0,
          zeroDiagonal: false,
          symmetric: true,
        },
      },
      memories: {
        xi: {
          kind: 'dense',
          from: 'v',
          to: 'h',
          init: { kind: 'idx', path: 'a', skip: 0 },
          scale: 1,
          direction: 'both',
          rule: 'fixed',
          every: 1,
          inputOffset: 'none',
          format: 'f32',
        },
      },
      stimulus: [
        {
          kind: 'clamp',
          layer: 'v',
          patterns: { kind: 'zeros' },
          start: 0,
          dwell: 1,
          gap: 0,
          order: 'cycle',
        },
      ],
      probes: { e: { kind: 'energy', every: 1 } },
      replicas: 1,
    })
  })

  it('reads back what it has filled in unchanged', () => {
    const filled = parseScenario(scenario())
    expect(parseScenario(JSON.parse(JSON.stringify(filled)))).toEqual(filled)
  })
})

describe('--set', () => {
  it('sets numbers, texts, list entries and whole parts, and leaves the original alone', () => {
    const raw = scenario({ stimulus: [{ kind: 'clamp', layer: 'visible', patterns: { kind: 'zeros' } }] })
    const before = JSON.stringify(raw)
    const set = (assignment: string) => setPath(raw, assignment) as Record<string, unknown>
    expect(set('time.dt=0.05')).toMatchObject({ time: { dt: 0.05, ticks: 10 } })
    expect(set('time.integrator=euler')).toMatchObject({ time: { integrator: 'euler' } })
    expect(set('stimulus.0.stop=50')).toMatchObject({ stimulus: [{ kind: 'clamp', stop: 50 }] })
    expect(set('memories.xi.init.count=3')).toMatchObject({ memories: { xi: { init: { count: 3 } } } })
    expect(set('neurons.visible.size=[2, 3]')).toMatchObject({ neurons: { visible: { size: [2, 3] } } })
    expect(set('neurons.hidden.lagrangian={"kind":"relu"}')).toMatchObject({
      neurons: { hidden: { lagrangian: { kind: 'relu' } } },
    })
    expect(set('probes.e={"kind": "energy"}')).toMatchObject({ probes: { e: { kind: 'energy' } } })
    expect(set('name=42')).toMatchObject({ name: '42' })
    expect(set('name=a=b')).toMatchObject({ name: 'a=b' })
    expect(JSON.stringify(raw)).toBe(before)
  })

  it('a memory that is taken out leaves no name behind', () => {
    const raw = setValue(scenario(), 'memories.xi', undefined) as { memories: object }
    expect(Object.keys(raw.memories)).not.toContain('xi')
    expect(() => parseScenario(raw)).not.toThrow()
  })

  it('reaches keys that the scenario leaves at their defaults', () => {
    const raw = setPath(scenario(), 'neurons.hidden.lagrangian.beta=8')
    expect(parseScenario(raw).neurons.hidden?.lagrangian).toEqual({ kind: 'softmax', beta: 8 })
  })
})

describe('controls', () => {
  const raw = scenario({
    neurons: { visible: visible({ lagrangian: { kind: 'tanh', gain: 2 } }), hidden: hidden() },
    memories: { xi: memory() },
  })

  it('know range, step and scale of a number', () => {
    expect(fieldAt(raw, 'neurons.visible.lagrangian.gain')).toMatchObject({
      kind: 'number',
      title: 'gain',
      control: { min: 0.1, max: 50, log: true },
    })
    expect(fieldAt(raw, 'neurons.visible.tau')?.description).toMatch(/adiabatic/)
    expect(fieldAt(raw, 'memories.xi.every')).toMatchObject({ kind: 'number', integer: true })
  })

  it('know the options of a choice', () => {
    expect(fieldAt(raw, 'time.integrator')).toMatchObject({
      kind: 'choice',
      options: ['exponential-euler', 'euler', 'heun', 'rk4'],
    })
  })

  it('know no parameter of another kind', () => {
    expect(fieldAt(raw, 'neurons.visible.lagrangian.beta')).toBeUndefined()
    expect(fieldAt(raw, 'neurons.visible.bias')).toMatchObject({ kind: 'number' })
  })
})
