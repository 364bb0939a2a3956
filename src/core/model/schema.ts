/**
 * The scenario, schema version 1: the one source of the TypeScript types, the validation, the published JSON Schema
 * (`schema/scenario.schema.json`, written by `npm run schema`) and the controls of the page.
 */
import * as v from 'valibot'
import { choice, flag, keysName, named, number, positiveInteger, text } from '../kinds/fields.ts'
import {
  type KeysOf,
  MEMORY_KINDS,
  type MemoryKind,
  memoryFacts,
  type OtherKind,
  SYNAPSE_FORMS,
  SYNAPSES,
  USUAL_MEMORY,
  USUAL_SYNAPSE,
} from '../kinds/couplings/table.ts'
import { FEWEST_FACTORS, MOST_FACTORS } from '../kinds/couplings/product.ts'
import { DIRECTIONS } from '../kinds/couplings/definition.ts'
import { INTEGRATOR_KINDS } from '../kinds/integrators/table.ts'
import { LAGRANGIAN_KINDS, LAGRANGIANS, type SharedLagrangian } from '../kinds/lagrangians/table.ts'
import { LEAK_KINDS, LEAKS, USUAL_LEAK } from '../kinds/leaks/table.ts'
import { NOISE_KINDS, NOISES, USUAL_NOISE } from '../kinds/noises/table.ts'
import { customRule, restingAt, RULE_KEYS, RULE_KINDS, RULE_WORDS, RULES } from '../kinds/rules/table.ts'
import { UPDATE_KINDS, updateOptions, UPDATES, USUAL_UPDATE } from '../kinds/updates/table.ts'
import { baseSchema } from './base-schema.ts'
import { claimSchema } from './claims-schema.ts'
import { lessonSchema } from './lesson-schema.ts'
import { patternsAs, patternsSchema, type Values, valuesSchema } from './patterns/schema.ts'
import { probeSchema } from './probe-schema.ts'
import { replicasSchema } from './replicas-schema.ts'
import { stimulusSchema, tick } from './stimulus-schema.ts'

export type { Control } from '../kinds/fields.ts'

/** Letters of a name: `NAME.csv.PID.part`, which a run writes, fits the 255 bytes of a file's name. */
const MOST_LETTERS = 200

/** Names of layers, synapses, memories and probes; they become names of arrays and files in results. */
const name = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z][A-Za-z0-9_-]*$/,
    'a name starts with a letter and goes on with letters, digits, _ and -',
  ),
  v.maxLength(
    MOST_LETTERS,
    ({ input }) => `a name has at most ${MOST_LETTERS} letters, not ${input.length}; shorten it`,
  ),
)

const every = v.optional(
  number(
    'every',
    'Rate divider: updates on every k-th tick, by a step of k dt, with its inputs at their current values.',
    { integer: true, min: 1, max: 2 ** 31, control: { min: 1, max: 100, step: 1 } },
  ),
  1,
)

// ------------------------------------------------------------------------------------------------ Lagrangians

/** A number of a layer, or a value for each neuron. */
function orValues(shared: v.GenericSchema<number>) {
  const { pipe = [] } = shared as unknown as Part
  const texts = pipe.filter(({ type }) => type === 'title' || type === 'description')
  return v.pipe(v.union([shared, valuesSchema]), ...(texts as never[]))
}

/** Numbers that may be rows, V. */
export type OrValues<L, V> = L extends unknown
  ? {
      readonly [K in keyof L]: NonNullable<L[K]> extends number
        ? L[K] | V
        : NonNullable<L[K]> extends Readonly<Record<string, number>>
          ? Readonly<Record<string, number | V>> | Exclude<L[K], object>
          : L[K]
    }
  : never

/** The schema of a Lagrangian in a scenario. */
export type LagrangianSpec = OrValues<SharedLagrangian, Values>

/** The input type: defaults may be missing. */
type LagrangianInput = OrValues<
  v.InferInput<(typeof LAGRANGIANS)[keyof typeof LAGRANGIANS]['schema']>,
  v.InferInput<typeof valuesSchema>
>

/** The fields of a schema that are read here. */
interface Part {
  readonly type: string
  readonly pipe?: readonly { readonly type: string }[]
  readonly default?: unknown
  readonly wrapped?: Part
  readonly key?: Part
  readonly value?: Part
  readonly entries?: Readonly<Record<string, Part>>
}

/** The schema of a Lagrangian with numbers that may be rows. TypeScript cannot follow the keys through the table. */
function withValues(part: Part): Part {
  const piped = (schema: v.GenericSchema): Part => {
    const [, ...actions] = part.pipe ?? []
    return actions.length === 0 ? schema : v.pipe(schema, ...(actions as never[]))
  }
  const schemaOf = (inner: Part): v.GenericSchema => withValues(inner) as unknown as v.GenericSchema
  if (part.type === 'number') return orValues(part as never)
  if (part.wrapped !== undefined) return v.optional(schemaOf(part.wrapped), part.default as never)
  if (part.type === 'record') return piped(v.record(part.key as never, schemaOf(part.value as Part)))
  if (part.entries === undefined) return part
  const entries = Object.entries(part.entries).map(([key, inner]) => [key, schemaOf(inner)] as const)
  return piped(v.strictObject(Object.fromEntries(entries)))
}

/** Neurons that share an activation share its numbers. */
const lagrangianSpecs = LAGRANGIAN_KINDS.map((kind) => {
  const { schema, isPerNeuron } = LAGRANGIANS[kind]
  return isPerNeuron ? withValues(schema) : schema
})

export const lagrangianSchema = v.pipe(
  v.variant('kind', lagrangianSpecs as never) as unknown as v.GenericSchema<LagrangianInput, LagrangianSpec>,
  v.title('lagrangian'),
  v.description(
    'Convex function L(x) of a layer; its activation is dL/dx. Where L is a sum over neurons, each number may be a value for each neuron.',
  ),
)

// -------------------------------------------------------------------------------------------------- variables

const layerSize = positiveInteger('size', 'Number of neurons.', 2 ** 28)
const height = positiveInteger('height', 'Rows of a layer drawn as an image.', 2 ** 15)
const width = positiveInteger('width', 'Columns of a layer drawn as an image.', 2 ** 15)
const channels = positiveInteger('channels', 'Number of images in a layer.', 2 ** 15)

const tauText = 'Time constant in model time.'
const tauControl = { min: 0.01, max: 1000, log: true } as const

const layerSchema = v.pipe(
  v.strictObject({
    size: v.pipe(
      v.union([layerSize, v.strictTuple([height, width]), v.strictTuple([channels, height, width])]),
      v.title('size'),
      v.description(
        'Number of neurons N, [height, width] of a layer that is an image, or [channels, height, width] of several.',
      ),
    ),
    lagrangian: lagrangianSchema,
    tau: v.optional(
      orValues(
        number(
          'tau',
          `${tauText} 0 = adiabatic: x = b + I at every tick. Or a value for each neuron, all above 0.`,
          {
            min: 0,
            control: { min: 0, max: 100, step: 0.1 },
          },
        ),
      ),
      1,
    ),
    every,
    bias: v.optional(
      v.pipe(
        v.union([
          number('bias', 'One value for all neurons.', { control: { min: -2, max: 2 } }),
          patternsSchema,
        ]),
        v.title('bias'),
        v.description('b: one number, one row, or several rows that are assigned to the replicas in turn.'),
      ),
      0,
    ),
    init: v.exactOptional(
      patternsAs(
        'init',
        'x(0): rows that are assigned to the replicas in turn. Default: zeros, or g(0) with `leak` "output".',
      ),
    ),
    update: v.optional(
      v.pipe(
        v.union(updateOptions),
        v.title('update'),
        v.description(
          `Neurons that move in a step; the others keep their state. ${UPDATE_KINDS.map((kind) => `${kind}: ${UPDATES[kind].text}`).join(' ')} Not on an adiabatic layer.`,
        ),
      ),
      USUAL_UPDATE,
    ),
    temperature: v.optional(
      orValues(
        number(
          'temperature',
          'T of the noise: the variance of an uncoupled linear layer; 0 = no noise. Or a value for each neuron. Not on an adiabatic layer.',
          {
            min: 0,
            control: { min: 0, max: 1, step: 0.01 },
          },
        ),
      ),
      0,
    ),
    noise: v.optional(
      choice(
        'noise',
        `Noise that a temperature above 0 adds. ${NOISE_KINDS.map((kind) => `${kind}: ${NOISES[kind].text}`).join(' ')}`,
        NOISE_KINDS,
      ),
      USUAL_NOISE,
    ),
    leak: v.optional(
      choice(
        'leak',
        `The leaking variable. ${LEAK_KINDS.map((kind) => `${kind}: ${LEAKS[kind].text}`).join(' ')} On an adiabatic layer only input.`,
        LEAK_KINDS,
      ),
      USUAL_LEAK,
    ),
  }),
  v.description('A layer of neurons x: tau dx/dt = -x + b + I.'),
)

const synapseSchema = v.pipe(
  v.strictObject({
    kind: v.optional(
      choice(
        'kind',
        `Entries of W that are stored, updated and read. ${SYNAPSE_FORMS.map((form) => `${form}: ${SYNAPSES[form].text}.`).join(' ')}`,
        SYNAPSE_FORMS,
      ),
      USUAL_SYNAPSE,
    ),
    layer: named('layer', 'The layer of the coupled neurons; not an adiabatic one.', 'moving-layer'),
    tau: v.exactOptional(
      number('tau', `${tauText} Without it W stays at J, and strength must be 0.`, {
        above: 0,
        control: tauControl,
      }),
    ),
    every,
    strength: v.optional(
      number('strength', 'kappa N of the plasticity tau dW/dt = -(W - J) + kappa g g^T.', {
        min: 0,
        control: { min: 0, max: 5, step: 0.01 },
      }),
      0,
    ),
    base: v.optional(
      v.pipe(
        baseSchema,
        v.title('base'),
        v.description('J: 0, a coupling made of patterns, or patterns that are the N x N matrix itself.'),
      ),
      0,
    ),
    init: v.exactOptional(
      v.pipe(
        baseSchema,
        v.title('init'),
        v.description('W(0) of plastic synapses, in the form of a base. Default: the base.'),
      ),
    ),
    zeroDiagonal: v.optional(
      flag('zeroDiagonal', 'Removes the diagonal of J, of W(0) and of the learnt changes: W_ii stays 0.'),
      false,
    ),
    symmetric: v.optional(
      flag(
        'symmetric',
        'false: a base that is a matrix may differ from its transpose. Synapses that are not symmetric have no energy.',
      ),
      true,
    ),
  }),
  v.description('Lateral coupling W of one layer, started at J.'),
)

const memoryTau = v.exactOptional(
  number('tau', `${tauText} Required by every rule except fixed, which has none.`, {
    above: 0,
    control: { min: 0.1, max: 100000, log: true },
  }),
)

/** The common keys of all memories between two layers. */
const memory = {
  from: named('from', 'The layer of its columns.', 'layer'),
  to: named('to', 'The layer of its rows; must differ from `from`.', 'layer'),
  direction: v.optional(
    choice(
      'direction',
      'both: each layer gets what the other sends. forward: only `to` gets an input, backward: only `from`; such a memory has no energy.',
      DIRECTIONS,
    ),
    'both',
  ),
  init: patternsAs(
    'init',
    'Xi(0): one row for each neuron of the layer `to`, one column for each neuron of the layer `from`. For a convolution: one ' +
      'row for each filter, with C kh kw weights, the channel slowest.',
  ),
  scale: v.optional(
    number('scale', 'Multiplies init (not bias).', { control: { min: 0.01, max: 10, log: true } }),
    1,
  ),
  rule: v.optional(
    v.pipe(
      v.union([v.picklist(RULE_WORDS), v.variant('kind', [customRule])]),
      v.title('rule'),
      v.description(RULE_KINDS.map((kind) => `${kind}: ${RULES[kind].text}`).join(' ')),
    ),
    'fixed',
  ),
  ...RULE_KEYS,
  tau: memoryTau,
  every,
  bias: v.exactOptional(
    patternsAs(
      'bias',
      `Lambda, of the shape of Xi. Default: init (${restingAt('init')}) or 0 (${restingAt('zero')}).`,
    ),
  ),
}

type KindSchema<K extends MemoryKind> = K extends typeof USUAL_MEMORY
  ? v.OptionalSchema<v.LiteralSchema<K, undefined>, K>
  : v.LiteralSchema<K, undefined>

/** Keys of a kind override the common keys. */
type MemoryEntries<K extends MemoryKind> = { readonly kind: KindSchema<K> } & Omit<
  typeof memory,
  keyof KeysOf<K>
> &
  KeysOf<K>

type MemoryOption<K extends MemoryKind> =
  MemoryEntries<K> extends infer E extends v.ObjectEntries ? v.StrictObjectSchema<E, undefined> : never

/** The schema of a kind of memory. TypeScript cannot follow the keys through the table. */
function memoryOption(kind: MemoryKind): v.GenericSchema {
  const { keys, description } = memoryFacts({ kind })
  const literal = v.literal(kind)
  const entries = { kind: kind === USUAL_MEMORY ? v.optional(literal, kind) : literal, ...memory, ...keys }
  return v.pipe(v.strictObject(entries), v.description(description))
}

/** The schemas of hyperedges. */
const others = {
  product: v.pipe(
    v.strictObject({
      kind: v.literal('product'),
      between: v.pipe(
        v.record(name, patternsSchema),
        v.title('between'),
        v.description(
          `Patterns by layer, of ${FEWEST_FACTORS} to ${MOST_FACTORS} layers: the rows of the same number belong together.`,
        ),
        keysName('layer'),
      ),
      scale: v.optional(
        number('scale', 'Multiplies the input of every layer.', {
          control: { min: 0.01, max: 10, log: true },
        }),
        1,
      ),
      rule: v.optional(
        choice(
          'rule',
          'fixed: the patterns A stay. hebbian: tau dA/dt = -(A - A(0)) + scale p g^T, where p is the product of the overlaps of all ' +
            'other layers and g is the activation of the layer of A.',
          ['fixed', 'hebbian'],
        ),
        'fixed',
      ),
      tau: memoryTau,
      every,
    }),
    v.description(
      'A hyperedge: for every pattern each layer gets its part of it times the overlaps of all other layers with theirs.',
    ),
  ),
  attention: v.pipe(
    v.strictObject({
      kind: v.literal('attention'),
      layer: named(
        'layer',
        'The layer of size [T, D]: its T rows are the tokens; not an adiabatic one.',
        'moving-layer',
      ),
      heads: v.optional(positiveInteger('heads', 'Heads h, each with its own W_Q and W_K.', 2 ** 12), 1),
      size: positiveInteger('size', 'Rows of a head: the length of its queries and keys.', 2 ** 15),
      beta: number('beta', 'Inverse temperature of the softmax over the other tokens.', {
        above: 0,
        control: { min: 0.01, max: 10, log: true },
      }),
      init: v.pipe(
        v.strictObject({
          query: patternsAs('query', 'W_Q, head by head: heads size rows of D.'),
          key: patternsAs('key', 'W_K, head by head: heads size rows of D.'),
        }),
        v.title('init'),
        v.description('The projections of the tokens.'),
      ),
    }),
    v.description(
      'Attention among the tokens of one layer: energy -(1/beta) sum_h sum_q log sum_(k != q) exp(beta (W_K g_k) . (W_Q g_q)).',
    ),
  ),
} as const satisfies Readonly<Record<OtherKind, v.GenericSchema>>

const memorySchema = v.variant('kind', [
  ...(MEMORY_KINDS.map(memoryOption) as unknown as { [K in MemoryKind]: MemoryOption<K> }[MemoryKind][]),
  ...Object.values(others),
])

// --------------------------------------------------------------------------------------------------- scenario

/**
 * A schema as its input and output types only: with all options, the type of a scenario exceeds the limit of a
 * declaration.
 */
function brief<S extends v.GenericSchema>(schema: S): v.GenericSchema<v.InferInput<S>, v.InferOutput<S>> {
  return schema
}

const untilSchema = v.pipe(
  v.strictObject({
    layer: named('layer', 'The layer that has to come to rest; not an adiabatic one.', 'moving-layer'),
    below: number('below', 'The layer is at rest if max |dx/dt| over its neurons is below this value.', {
      above: 0,
      control: { min: 1e-7, max: 0.1, log: true },
    }),
    every: positiveInteger('every', 'Ticks between two checks of the speed.'),
  }),
  v.title('until'),
  v.description(
    'Ends the run before `ticks` when a layer is at rest in all replicas at the same time. The run ends a fixed number of ticks ' +
      'after that check: the smallest multiple of `every` that is at least 128.',
  ),
)

export const scenarioSchema = v.pipe(
  v.strictObject({
    $schema: v.exactOptional(text('$schema', 'Address of this schema, for editors; ignored.')),
    version: v.pipe(v.literal(1), v.title('version'), v.description('Version of the scenario schema.')),
    name: v.optional(text('name', 'Short name, shown in menus.'), ''),
    description: v.optional(text('description', 'Purpose of the scenario and what to look for.'), ''),
    seed: v.optional(
      number('seed', 'Seed of every random number of the run.', { integer: true, min: 0, max: 2 ** 32 - 1 }),
      1,
    ),
    time: v.pipe(
      v.strictObject({
        dt: number('dt', 'Model time of one tick.', { above: 0, control: { min: 0.001, max: 1, log: true } }),
        ticks: number('ticks', 'Length of the run.', tick),
        integrator: v.optional(
          choice(
            'integrator',
            'Method that advances the leak dz/dt = (target - z) / tau by a step.',
            INTEGRATOR_KINDS,
          ),
          'exponential-euler',
        ),
        until: v.exactOptional(untilSchema),
      }),
      v.title('time'),
      v.description('The clock: integer ticks of dt.'),
    ),
    neurons: v.pipe(
      v.record(name, brief(layerSchema)),
      v.minEntries(1),
      v.title('neurons'),
      v.description('Layers of neurons by name.'),
    ),
    synapses: v.optional(
      v.pipe(
        v.record(name, brief(synapseSchema)),
        v.title('synapses'),
        v.description('Lateral couplings by name.'),
      ),
      {},
    ),
    memories: v.optional(
      v.pipe(v.record(name, brief(memorySchema)), v.title('memories'), v.description('Memories by name.')),
      {},
    ),
    stimulus: v.optional(
      v.pipe(
        v.array(brief(stimulusSchema)),
        v.title('stimulus'),
        v.description(
          'Patterns that are shown to the network. Where several clamps overlap, the later one wins.',
        ),
      ),
      [],
    ),
    probes: v.optional(
      v.pipe(
        v.record(name, brief(probeSchema)),
        v.title('probes'),
        v.description('Recorded quantities by name.'),
      ),
      {},
    ),
    expect: v.exactOptional(
      v.pipe(
        v.array(brief(claimSchema)),
        v.minLength(1),
        v.title('expect'),
        v.description('Claims about a run of the scenario, which `engram test` and the page judge.'),
      ),
    ),
    replicas: v.optional(
      v.pipe(
        replicasSchema,
        v.title('replicas'),
        v.description(
          'Independent copies of the network, run side by side: their number, or how their parameters vary. With `vary`, every ' +
            'point of the grid has the same number of replicas, and the first path varies slowest. The replicas of a point ' +
            'equal those of a separate run with its values.',
        ),
      ),
      1,
    ),
    lesson: v.exactOptional(
      v.pipe(
        brief(lessonSchema),
        v.title('lesson'),
        v.description(
          'Text, things to try and questions, which the page shows next to the network. A run does not depend on them.',
        ),
      ),
    ),
  }),
  v.title('engram scenario'),
  v.description('A network of neurons, synapses and memories, with its stimulus and its probes.'),
)

/** A scenario with every default filled in, as `parseScenario` returns it. */
export type Scenario = v.InferOutput<typeof scenarioSchema>
/** A scenario as written: defaults may be missing. */
export type ScenarioInput = v.InferInput<typeof scenarioSchema>
export type LayerSpec = Scenario['neurons'][string]
export type SynapseSpec = Scenario['synapses'][string]
/** The entries of `memories`: memories between two layers, and hyperedges. */
export type CouplingSpec = Scenario['memories'][string]
export type MemorySpec = Extract<CouplingSpec, { readonly kind: MemoryKind }>
export type HyperedgeSpec = Extract<CouplingSpec, { readonly kind: OtherKind }>
export type StimulusSpec = Scenario['stimulus'][number]
export type AxisSpec = Extract<Scenario['replicas'], object>['vary'][string]
export type ProbeSpec = Scenario['probes'][string]
export type ClaimSpec = NonNullable<Scenario['expect']>[number]
export type Lesson = NonNullable<Scenario['lesson']>
/** A try of a lesson: a button that starts the scenario again with other values. */
export type Try = Lesson['tries'][number]
export type Question = NonNullable<Lesson['questions']>[number]
