/** The controls of a scenario, from the schema and in its order. Pure. */
import { STORING_KINDS } from '../../core/kinds/bases/table.ts'
import {
  isBiased,
  isMoving,
  RULE_KINDS,
  type RuleKind,
  ruleKindOf,
  startingNumbers,
  startingRule,
  type WrittenRule,
} from '../../core/kinds/rules/table.ts'
import {
  type Field,
  type SchemaNode,
  fieldAt,
  keysOf,
  kindOf,
  nodeAt,
  setValue,
  valueAt,
} from '../../core/model/path.ts'
import {
  type Update,
  UPDATE_KINDS,
  type UpdateKind,
  updateKind,
  updateOf,
  USUAL_UPDATE,
} from '../../core/kinds/updates/table.ts'
import { asCustom, CUSTOM } from '../../core/kinds/lagrangians/table.ts'
import type { Lagrangian } from '../../core/model/model.ts'
import { isHyperedgeSpec } from '../../core/model/specs.ts'
import { valuesIn } from '../../core/model/neuron-values.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { memorySpecs } from '../../core/model/specs.ts'

export interface ControlField extends Field {
  readonly path: string
  /** Folder: `time`, `neurons`, `synapses`, `memories` or `stimulus`. */
  readonly group: string
  /** Subfolder: the name of the layer, synapse or memory, or the kind of the stimulus. */
  readonly item?: string
  /** The present value; undefined = none. */
  readonly value: unknown
  /** Meaning of a missing value, if allowed. */
  readonly absent?: string
}

const GROUPS = ['neurons', 'synapses', 'memories', 'stimulus'] as const

/** Lists, and values that make sense only as a whole. */
const LEFT_OUT = ['transform', 'select', 'values', 'probabilities', 'paths', 'rectangle', 'scale']

/** Both ends of a range. */
const ENDS = ['min', 'max']

/** The numbers of a list that is a shape. */
const SIDES = ['channels', 'height', 'width']

/** Meaning of a missing value. */
const ABSENT: Readonly<Record<string, string>> = {
  stop: 'never',
  tau: 'fixed',
  count: 'all',
  perLabel: 'all',
  norm: 'as drawn',
  sparsity: '0',
  correlation: '0',
  side: 'bottom',
  corrupt: 'none',
}

function stimulusName({ stimulus }: Scenario, index: string): string {
  const item = stimulus[Number(index)]
  return `${item?.kind} ${item?.layer}`
}

/** Every value of a scenario that has a control. */
export function controlFields(scenario: Scenario): ControlField[] {
  const fields: ControlField[] = []
  const add = (path: string, group: string, item?: string): void => {
    const keys = path.split('.')
    const key = keys.at(-1) as string
    const isNamedByUser = /\.(lagrangian|rule)\.parameters\.[^.]+$/.test(path)
    // Values for each neuron have one control, their common scale.
    const isScale = group === 'neurons' && key === 'scale'
    if (group === 'neurons' && !isScale && isOfValues(scenario, item, path)) return
    const isFactor = group === 'memories' && path === `memories.${item}.scale` && isHyperedge(scenario, item)
    const isShown = isNamedByUser || isScale || isFactor
    if ((LEFT_OUT.includes(key) && !isShown) || isMeaningless(scenario, path)) return
    const field = fieldAt(scenario, path)
    const node = nodeAt(scenario, keys)
    if (field === undefined || node === undefined) return
    const value = valueAt(scenario, path)
    const base = { path, group, ...(item === undefined ? {} : { item }), value }
    const slot = nodeAt(scenario, keys.slice(0, -1))?.entries?.[key]
    const isNeeded = group === 'memories' && key === 'tau'
    const absent =
      path === 'replicas.count'
        ? 'one a point'
        : slot?.type === 'exact_optional' && !isNeeded
          ? ABSENT[key]
          : undefined
    const choice = switchOf(scenario, path)
    const rule = isMemoryRule(scenario, path) ? ruleKindOf(value as WrittenRule) : undefined
    if (choice !== undefined) {
      const { options, chosen } = choice
      fields.push({
        ...field,
        ...base,
        kind: 'choice',
        options,
        value: chosen,
        ...(absent === undefined ? {} : { absent }),
      })
    } else if (rule !== undefined) {
      fields.push({ ...field, ...base, kind: 'choice', options: RULE_KINDS, value: rule })
    } else if (field.kind === 'number' || field.kind === 'choice' || field.kind === 'flag') {
      // A missing value without alternatives has no control.
      if (value === undefined && absent === undefined) return
      const list = valueAt(scenario, keys.slice(0, -1).join('.'))
      const side = Array.isArray(list) ? SIDES.slice(-list.length)[Number(key)] : undefined
      const isOwn = (isScale && !isNamedByUser) || ENDS.includes(key)
      const own = isOwn ? `${keys.at(-2)} ${key}` : undefined
      const title = path === 'replicas.count' ? 'replicas' : (side ?? own ?? field.title)
      fields.push({ ...field, ...base, title, ...(absent === undefined ? {} : { absent }) })
      return
    }
    if (typeof value !== 'object' || value === null) return
    const isList = Array.isArray(value) || node.type === 'record'
    const inner = isList ? Object.keys(value) : keysOf(node)
    for (const one of inner) if (one !== choice?.key) add(`${path}.${one}`, group, item)
  }

  for (const path of ['time.dt', 'time.ticks', 'time.integrator', 'seed', 'replicas']) add(path, 'time')
  fields.push(...untilField(scenario))
  for (const key of ['below', 'every']) add(`${UNTIL}.${key}`, 'time', UNTIL_REST)
  for (const group of GROUPS) {
    Object.keys(scenario[group]).forEach((name) => {
      const item = group === 'stimulus' ? stimulusName(scenario, name) : name
      for (const key of keysOf(nodeAt(scenario, [group, name]) as SchemaNode)) {
        if (key !== 'kind') add(`${group}.${name}.${key}`, group, item)
      }
    })
  }
  return fields.map((field) => {
    const keys = field.path.split('.')
    const around = keys.slice(0, 2).join('.')
    // Such as `base zeroDiagonal`, next to that of the synapses.
    const isTwice = fields.some(
      (other) => other !== field && other.title === field.title && other.path.startsWith(`${around}.`),
    )
    const owner = keys.slice(2, -1).findLast((key) => !/^\d+$/.test(key))
    return isTwice && owner !== undefined ? { ...field, title: `${owner} ${field.title}` } : field
  })
}

const UNTIL = 'time.until'
const UNTIL_REST = 'until at rest'

/** The layer that ends the run once it is at rest, or none. */
function untilField(scenario: Scenario): ControlField[] {
  const moving = Object.entries(scenario.neurons).flatMap(([name, { tau }]) => (tau === 0 ? [] : [name]))
  const field = fieldAt(scenario, UNTIL)
  if (field === undefined || moving.length === 0) return []
  const base = { path: UNTIL, group: 'time', item: UNTIL_REST, absent: 'none' } as const
  return [
    { ...field, ...base, title: 'layer', kind: 'choice', options: moving, value: scenario.time.until?.layer },
  ]
}

/** Initial value of `time.until`. */
const STARTING_UNTIL = { below: 1e-5, every: 10 } as const

/** True for values that are allowed but have no effect in this scenario. */
function isMeaningless(scenario: Scenario, path: string): boolean {
  const [group, name = '', key = ''] = path.split('.')
  if (group === 'neurons')
    return scenario.neurons[name]?.tau === 0 && ['every', 'temperature', 'noise', 'update'].includes(key)
  if (group === 'synapses')
    return scenario.synapses[name]?.tau === undefined && (key === 'every' || key === 'strength')
  if (group === 'memories') {
    const memory = scenario.memories[name]
    const rule = memory !== undefined && 'rule' in memory ? memory.rule : 'fixed'
    return !isMoving(rule) ? ['every', 'tau', 'bias'].includes(key) : key === 'bias' && !isBiased(rule)
  }
  return false
}

/** The rule of a memory between two layers: a word or an object. */
function isMemoryRule({ memories }: Scenario, path: string): boolean {
  const [, name = ''] = /^memories\.([^.]+)\.rule$/.exec(path) ?? []
  const spec = memories[name]
  return spec !== undefined && !isHyperedgeSpec(spec)
}

interface Switch {
  /** The key that distinguishes the kinds; absent = the value itself is the kind. */
  readonly key?: string
  readonly options: string[]
  readonly chosen: unknown
}

/** The possible kinds of an entry and its present kind, if the kind can be changed. */
function switchOf(scenario: Scenario, path: string): Switch | undefined {
  if (isUpdate(path))
    return { options: [...UPDATE_KINDS], chosen: updateKind(valueAt(scenario, path) as Update) }
  if (isStoringBase(scenario, path))
    return { key: 'kind', options: [...STORING_KINDS], chosen: valueAt(scenario, `${path}.kind`) }
  const key = /^neurons\.[^.]+\.lagrangian$/.test(path)
    ? 'kind'
    : path.endsWith('.corrupt')
      ? 'op'
      : undefined
  if (key === undefined) return undefined
  // As for a missing value: all options.
  const all = nodeAt(setValue(scenario, path, undefined), path.split('.'))
  const options = (all?.options ?? []) as readonly SchemaNode[]
  const kinds = options.map((option) => String(kindOf(option, key)))
  return {
    key,
    options: path.startsWith('stimulus.') ? kinds : kinds.filter((kind) => kind !== 'mask'),
    chosen: valueAt(scenario, `${path}.${key}`),
  }
}

/** A base of synapses from patterns, which other kinds can use too. */
function isStoringBase({ synapses }: Scenario, path: string): boolean {
  const [, name = ''] = /^synapses\.([^.]+)\.base$/.exec(path) ?? []
  const base = synapses[name]?.base
  return base !== undefined && base !== 0 && 'patterns' in base
}

function isUpdate(path: string): boolean {
  return /^neurons\.[^.]+\.update$/.test(path)
}

/** Initial values of a kind without a default in the schema. */
const START: Readonly<Record<string, object>> = {
  flip: { fraction: 0.1 },
  gaussian: { sigma: 0.3 },
  occlude: { fraction: 0.5, side: 'bottom' },
  mask: { fraction: 0.5 },
}

/** The scenario with one value changed, and all other changes that this needs; not yet parsed. */
export function withField(scenario: Scenario, path: string, value: unknown): unknown {
  const [group, name = '', key = ''] = path.split('.')
  const set = (next: unknown, at: string, to: unknown): unknown => setValue(next, at, to)
  if (isUpdate(path) && typeof value === 'string') return set(scenario, path, updateOf(value as UpdateKind))
  if (path === UNTIL && typeof value === 'string')
    return set(scenario, path, { ...STARTING_UNTIL, ...scenario.time.until, layer: value })
  const switched = switchOf(scenario, path)
  // A whole Lagrangian needs no other change.
  if (switched?.key !== undefined && typeof value !== 'object') {
    if (value === undefined) return set(scenario, path, undefined)
    const old = valueAt(scenario, path) as Readonly<Record<string, unknown>> | undefined
    if (old?.[switched.key] === value) return scenario
    if (value === CUSTOM) return set(scenario, path, asCustom(old as unknown as Lagrangian))
    const bare = set(scenario, path, { [switched.key]: value })
    const known = keysOf(nodeAt(bare, path.split('.')) as SchemaNode)
    const same = Object.entries(old ?? {}).filter(([one]) => one !== switched.key && known.includes(one))
    const start = START[value as string]
    return set(scenario, path, { [switched.key]: value, ...start, ...Object.fromEntries(same) })
  }
  const memory = group === 'memories' ? scenario.memories[name] : undefined
  const chosen = memory !== undefined && key === 'rule' ? (value as RuleKind) : undefined
  const rule =
    memory && 'rule' in memory && chosen && isMemoryRule(scenario, path)
      ? startingRule(chosen, memory.rule)
      : chosen
  let next = set(scenario, path, rule ?? value)
  if (rule !== undefined) {
    const isNew = isMemoryRule(scenario, path) && rule !== valueAt(scenario, path)
    const numbers = isNew ? startingNumbers(ruleKindOf(rule)) : {}
    for (const [key, number] of Object.entries(numbers)) next = set(next, `memories.${name}.${key}`, number)
    if (!isBiased(rule)) next = set(next, `memories.${name}.bias`, undefined)
    if (!isMoving(rule)) next = set(next, `memories.${name}.tau`, undefined)
    else {
      next = set(
        next,
        `memories.${name}.tau`,
        (memory !== undefined && 'tau' in memory ? memory.tau : undefined) ?? 100,
      )
      if (memory !== undefined && 'format' in memory) next = set(next, `memories.${name}.format`, 'f32')
    }
  }
  if (group === 'stimulus' && key === 'order' && value !== 'random')
    next = set(next, `stimulus.${name}.probabilities`, undefined)
  if (group === 'synapses' && key === 'tau' && value === undefined)
    next = set(next, `synapses.${name}.strength`, 0)
  if (group === 'neurons' && key === 'tau' && value === 0) {
    next = set(next, `neurons.${name}.temperature`, 0)
    next = set(next, `neurons.${name}.update`, USUAL_UPDATE)
  }
  // A memory has one row for each neuron of its layer: the number of random rows is adapted.
  for (const [memory, { to, init }] of Object.entries(memorySpecs(scenario))) {
    if (init.kind !== 'random' || init.count === undefined) continue
    if (path === `neurons.${to}.size`) next = set(next, `memories.${memory}.init.count`, value)
    if (path === `memories.${memory}.init.count`) next = set(next, `neurons.${to}.size`, value)
  }
  return next
}

/** True for paths in the patterns of a value for each neuron. */
function isOfValues({ neurons }: Scenario, name = '', path: string): boolean {
  const layer = neurons[name]
  return layer !== undefined && valuesIn(layer).some(([key]) => path.startsWith(`neurons.${name}.${key}.`))
}

/** True for a memory whose scale is a factor of its energy, not of its initial patterns. */
function isHyperedge({ memories }: Scenario, name = ''): boolean {
  const spec = memories[name]
  return spec !== undefined && isHyperedgeSpec(spec)
}
