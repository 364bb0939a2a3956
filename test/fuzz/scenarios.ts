/** Mutants of scenarios: whatever a scenario holds, it is a model, or refused in one line. */
import { readdirSync, readFileSync } from 'node:fs'
import { ModelError } from '../../src/core/errors.ts'
import { loadModel } from '../../src/core/model/load.ts'
import type { RandomStream } from '../../src/core/model/random.ts'
import { planNetwork } from '../../src/core/plan/plan.ts'
import { filterScenario, smallScenario } from '../cli/scenarios.ts'
import { readShipped } from '../scenario.ts'
import type { Part } from './campaign.ts'
import { hasControls, pick } from './random.ts'

const LIMITS = {
  maxStorageBufferBindingSize: 2 ** 27,
  maxBufferSize: 2 ** 28,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 8,
  totalBytes: 2 ** 32,
}

/** Texts that were once a fault: none may be a model, all are refused in one line. */
const SEEDS: readonly string[] = [
  '['.repeat(9000) + ']'.repeat(9000),
  '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000),
  JSON.stringify({ ...smallScenario(), probes: { p: { kind: 'x'.repeat(1_000_000) } } }),
  JSON.stringify(smallScenario()).replace(
    '"replicas":3',
    '"replicas":{"count":1,"vary":{"__proto__":[1,2]}}',
  ),
  JSON.stringify(smallScenario()).replace('"energy"', '"__proto__"').replace('"overlap"', '"constructor"'),
  JSON.stringify({ ...smallScenario(), replicas: 2 ** 31 }),
  // As many dispatches as a call has no room for.
  JSON.stringify({
    version: 1,
    time: { dt: 0.1, ticks: 1 },
    neurons: { v: { size: 2e6, lagrangian: { kind: 'tanh', gain: 1 } } },
    synapses: {
      w: {
        layer: 'v',
        tau: 2,
        strength: 0.2,
        base: { kind: 'hebbian', patterns: { kind: 'random', distribution: 'binary', count: 17 } },
      },
    },
  }),
]

const VALUES: readonly unknown[] = [
  ...[0, -0, 1, -1, 0.5, 1e-8, 1e-300, 1e300, 2 ** 31, 2 ** 53, 1e9, -1e9, 784, 3],
  ...[
    '',
    'visible',
    'xi',
    'w',
    'zeros',
    'random',
    'a\nb',
    '\u001b[31m',
    '__proto__',
    'constructor',
    '../x',
    '\0',
  ],
  ...[null, true, false, [], {}, [[]], [[1, 2], [3]], { kind: 'zeros' }, { kind: 'rows', of: 'xi' }],
  ...[
    { kind: 'random', count: 1e9 },
    { kind: 'npy', path: 'no.npy' },
    { kind: 'values', values: [[1e39]] },
  ],
]

export const mutatedScenarios: Part = {
  short: 300,
  long: 4000,
  seeds: SEEDS.length,
  start() {
    const shipped = readdirSync('scenarios').filter((name) => name.endsWith('.json'))
    const texts = shipped.map((name) => readFileSync(`scenarios/${name}`, 'utf8'))
    const all = [...texts, JSON.stringify(smallScenario()), JSON.stringify(filterScenario())]
    return Promise.resolve({
      async run(trial, random) {
        const seed = SEEDS[trial]
        const text = seed ?? mutant(pick(random, all), random)
        const outcome = await attempt(text)
        if (seed !== undefined && outcome !== 'refused') throw new Error('is accepted, though it was a fault')
        return outcome
      },
      end: () => undefined,
    })
  },
}

async function attempt(text: string): Promise<string> {
  try {
    const model = await loadModel(text, { file: 's.json', read: readShipped })
    planNetwork(model, LIMITS, { resident: true, lanes: 4, software: true })
    return 'planned'
  } catch (error) {
    const { message } = error as Error
    if (message.includes('ENOENT')) return 'refused'
    if (!(error instanceof ModelError)) throw error
    if (hasControls(message))
      throw new Error(`control characters in: ${JSON.stringify(message)}`, { cause: error })
    if (message.length > 2000)
      throw new Error(`a line of ${message.length} characters: ${message.slice(0, 200)}`, { cause: error })
    return 'refused'
  }
}

/** One to three changes of a scenario, or of its text. */
function mutant(text: string, random: RandomStream): string {
  if (random.integer(20) === 0) {
    const at = random.integer(text.length)
    return (
      text.slice(0, at) +
      pick(random, ['', '{', '"', '\\', '\u0000', '1e999', text.slice(at + 1)]) +
      text.slice(at + 1)
    )
  }
  const scenario: unknown = JSON.parse(text)
  const changes = 1 + random.integer(3)
  for (let change = 0; change < changes; change++) mutate(scenario, random)
  return JSON.stringify(scenario)
}

/** Changes one value somewhere below. */
function mutate(root: unknown, random: RandomStream): void {
  const places: { readonly of: Record<string, unknown>; readonly key: string }[] = []
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, child] of Object.entries(value)) {
      places.push({ of: value as Record<string, unknown>, key })
      walk(child)
    }
  }
  walk(root)
  if (places.length === 0) return
  const { of, key } = pick(random, places)
  switch (random.integer(5)) {
    case 0:
      if (Array.isArray(of)) of.splice(Number(key), 1)
      else Reflect.deleteProperty(of, key)
      break
    case 1: {
      // A value from elsewhere in the scenario.
      const other = pick(random, places)
      of[key] = structuredClone(other.of[other.key])
      break
    }
    case 2:
      if (!Array.isArray(of))
        of[pick(random, ['extra', 'kind', 'toString', 'size', 'a.b', ' '])] = structuredClone(of[key])
      break
    case 3:
      of[key] =
        typeof of[key] === 'number'
          ? of[key] * pick(random, [-1, 10, 1e3, 1e-3, 0, 1e9])
          : pick(random, VALUES)
      break
    default:
      of[key] = structuredClone(pick(random, VALUES))
  }
}
