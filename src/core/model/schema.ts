/**
 * The scenario, schema version 1: the one source of the TypeScript types, the validation, the published JSON Schema
 * (`schema/scenario.schema.json`, written by `npm run schema`) and the controls of the page.
 */
import * as v from 'valibot'
import { choice, flag, number, positiveInteger, text } from '../kinds/fields.ts'
import { BOUNDARIES } from '../kinds/couplings/convolution.ts'
import type { KindUnder } from '../kinds/couplings/table.ts'
import { INTEGRATOR_KINDS } from '../kinds/integrators/table.ts'
import { lagrangianOptions } from '../kinds/lagrangians/table.ts'
import type { Key } from '../kinds/probes/definition.ts'
import { PROBE_KINDS, type ProbeKeys, type ProbeKind, PROBES } from '../kinds/probes/table.ts'
import { RULE_KINDS, RULES } from '../kinds/rules/table.ts'

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
    'Rate divider: updated on every k-th tick, then by k dt, its inputs held at their current values.',
    { integer: true, min: 1, max: 2 ** 31, control: { min: 1, max: 100, step: 1 } },
  ),
  1,
)

// ------------------------------------------------------------------------------------------------ Lagrangians

export const lagrangianSchema = v.pipe(
  v.variant('kind', lagrangianOptions),
  v.title('lagrangian'),
  v.description('Convex function L(x) of a layer; its activation is dL/dx.'),
)

// --------------------------------------------------------------------------------------------------- patterns

const norm = (description: string) =>
  number('norm', description, { above: 0, control: { min: 0.1, max: 100, log: true } })

const fraction = number('fraction', 'Part of the entries of a row; exactly round(fraction N) of them.', {
  min: 0,
  max: 1,
  control: { min: 0, max: 1, step: 0.01 },
})

export const transformSchema = v.variant('op', [
  v.pipe(
    v.strictObject({ op: v.literal('mean') }),
    v.description('Puts the mean of all rows in place of each of the rows that the place needs.'),
  ),
  v.pipe(v.strictObject({ op: v.literal('center') }), v.description('Subtracts from each row its mean.')),
  v.pipe(
    v.strictObject({
      op: v.literal('normalize'),
      norm: v.optional(norm('L2 norm that each row gets.'), 1),
    }),
    v.description('Scales each row to an L2 norm.'),
  ),
  v.pipe(
    v.strictObject({
      op: v.literal('binarize'),
      threshold: v.optional(
        number('threshold', 'Entries above it become +1, the others -1; both are compared in float32.', {
          control: { min: -1, max: 1, step: 0.01 },
        }),
        0,
      ),
    }),
    v.description('Turns each entry into -1 or +1.'),
  ),
  v.pipe(
    v.strictObject({
      op: v.literal('scale'),
      factor: number('factor', 'Multiplies every entry.', { control: { min: -10, max: 10 } }),
    }),
    v.description('Multiplies every entry by a factor.'),
  ),
])

export const corruptSchema = v.pipe(
  v.variant('op', [
    v.pipe(
      v.strictObject({ op: v.literal('flip'), fraction }),
      v.description('Changes the sign of exactly round(fraction N) random entries of each row.'),
    ),
    v.pipe(
      v.strictObject({
        op: v.literal('gaussian'),
        sigma: number('sigma', 'Standard deviation of the added noise.', {
          min: 0,
          control: { min: 0, max: 2, step: 0.01 },
        }),
      }),
      v.description('Adds independent normal noise to every entry.'),
    ),
    v.pipe(
      v.strictObject({
        op: v.literal('occlude'),
        fraction: v.exactOptional(fraction),
        side: v.exactOptional(
          choice('side', 'Where the covered part lies; bottom when not given.', [
            'bottom',
            'top',
            'left',
            'right',
          ]),
        ),
        rectangle: v.exactOptional(
          v.pipe(
            v.strictTuple([
              number('row', 'First row, from 0.', { integer: true, min: 0 }),
              number('column', 'First column, from 0.', { integer: true, min: 0 }),
              number('height', 'Rows covered.', { integer: true, min: 1 }),
              number('width', 'Columns covered.', { integer: true, min: 1 }),
            ]),
            v.title('rectangle'),
            v.description('[row, column, height, width] of the covered part, instead of fraction and side.'),
          ),
        ),
      }),
      v.description(
        'Sets a part of each row to 0: the side of an image (round(fraction height) lines or round(fraction width) columns) ' +
          'or a rectangle. The image is that of the file, else the [height, width] of the layer, else one line in which ' +
          'top and left mean its first part, bottom and right its last.',
      ),
    ),
    v.pipe(
      v.strictObject({ op: v.literal('mask'), fraction }),
      v.description(
        'Leaves exactly round(fraction N) random entries of each row free: not clamped, not set, without current. ' +
          'Only in the patterns of a stimulus.',
      ),
    ),
  ]),
  v.title('corrupt'),
  v.description(
    'Damage done after the transforms, with random numbers that belong to the seed and the place.',
  ),
)

const editedRow = number('row', 'Row number, from 0.', { integer: true, min: 0, max: 2 ** 30 })

export const editSchema = v.variant('op', [
  v.pipe(
    v.strictObject({
      op: v.literal('row'),
      row: editedRow,
      values: v.pipe(
        v.array(number('value', 'An entry.')),
        v.minLength(1),
        v.title('values'),
        v.description('The row, one value a column.'),
      ),
    }),
    v.description(
      'Puts a row in place of another, or behind the last one where `row` is how many there are.',
    ),
  ),
  v.pipe(
    v.strictObject({
      op: v.literal('paint'),
      row: editedRow,
      columns: v.pipe(
        v.array(number('column', 'Column number, from 0.', { integer: true, min: 0, max: 2 ** 30 })),
        v.minLength(1),
        v.title('columns'),
        v.description('The entries that are set.'),
      ),
      value: number('value', 'What they are set to.'),
    }),
    v.description('Sets entries of a row to one value.'),
  ),
  v.pipe(
    v.strictObject({ op: v.literal('clear'), row: editedRow }),
    v.description('Sets every entry of a row to 0.'),
  ),
])

/** What every source takes besides its own keys. */
const treatment = {
  transform: v.exactOptional(
    v.pipe(
      v.array(transformSchema),
      v.title('transform'),
      v.description('Steps applied to each row, in order.'),
    ),
  ),
  corrupt: v.exactOptional(corruptSchema),
  edits: v.exactOptional(
    v.pipe(
      v.array(editSchema),
      v.title('edits'),
      v.description('What a hand has changed: rows and entries, set in order after everything else.'),
    ),
  ),
}

const path = (title: string, description: string) =>
  v.pipe(
    v.string(),
    v.minLength(1),
    v.title(title),
    v.description(`${description} Relative to the scenario file and inside its folder.`),
  )

const pixels = (title: string, side: string) =>
  positiveInteger(
    title,
    `Resized to this ${side} by averaging areas; the ${side} of the first image when not given.`,
    65536,
  )

export const patternOptions = [
  v.pipe(
    v.strictObject({
      kind: v.literal('npy'),
      path: path(
        'path',
        'A .npy file, or one array of an archive as data.npz#name: float32, float64, int8, int16, int32, uint8 or ' +
          'bool, little endian, C order, [rows, ...columns] or [columns]. Values are taken as they are.',
      ),
      ...treatment,
    }),
    v.description('Rows of a NumPy array.'),
  ),
  v.pipe(
    v.strictObject({
      kind: v.literal('idx'),
      path: path('path', 'Images in IDX format, plain or gzip.'),
      skip: v.optional(
        number('skip', 'Images left out at the beginning; with perLabel, of each label.', {
          integer: true,
          min: 0,
          max: 2 ** 31,
        }),
        0,
      ),
      count: v.exactOptional(positiveInteger('count', 'Images taken; all when not given.')),
      perLabel: v.exactOptional(
        positiveInteger('perLabel', 'Images taken of each label, in the order of the file.'),
      ),
      labels: v.exactOptional(
        path('labels', 'Labels in IDX format, plain or gzip; needed for perLabel and classes.'),
      ),
      classes: v.exactOptional(
        v.pipe(
          v.array(number('class', 'A label.', { integer: true, min: 0, max: 255 })),
          v.minLength(1),
          v.title('classes'),
          v.description('Only images with one of these labels; all when not given.'),
        ),
      ),
      ...treatment,
    }),
    v.description(
      'Images of an IDX file such as MNIST, one a row; bytes are scaled to [0, 1], other numbers are as they are.',
    ),
  ),
  v.pipe(
    v.strictObject({
      kind: v.literal('png'),
      paths: v.pipe(
        v.array(path('path', 'A PNG image.')),
        v.minLength(1),
        v.title('paths'),
        v.description('PNG images, one a row.'),
      ),
      width: v.exactOptional(pixels('width', 'width')),
      height: v.exactOptional(pixels('height', 'height')),
      ...treatment,
    }),
    v.description(
      'PNG images as luminance in [0, 1] (0.299 R + 0.587 G + 0.114 B, on black where transparent).',
    ),
  ),
  v.pipe(
    v.strictObject({
      kind: v.literal('random'),
      count: v.exactOptional(
        positiveInteger(
          'count',
          'Rows; as many as the place needs when not given, 1 where any number will do.',
        ),
      ),
      distribution: choice(
        'distribution',
        'binary: -1 or +1. normal: N(0, 1). orthogonal: mutually orthogonal rows. sphere: uniform on a sphere.',
        ['binary', 'normal', 'orthogonal', 'sphere'],
      ),
      norm: v.exactOptional(
        norm('L2 norm of each row; sqrt(N) for orthogonal and sphere, otherwise as drawn when not given.'),
      ),
      sparsity: v.exactOptional(
        number(
          'sparsity',
          'Part of the entries that are 0: exactly round(sparsity N) of a row. Not with orthogonal.',
          {
            min: 0,
            below: 1,
            control: { min: 0, max: 0.99, step: 0.01 },
          },
        ),
      ),
      ...treatment,
    }),
    v.description('Rows drawn with random numbers that belong to the seed and the place in the scenario.'),
  ),
  v.pipe(
    v.strictObject({
      kind: v.literal('rows'),
      of: text(
        'of',
        'A memory (its initial value, after its scale), a synapse with a hebbian base (its patterns), or a stimulus by its ' +
          'number, such as stimulus.0.',
      ),
      select: v.exactOptional(
        v.pipe(
          v.array(number('row', 'Row number, from 0.', { integer: true, min: 0 })),
          v.minLength(1),
          v.title('select'),
          v.description('Rows taken, in this order; all when not given.'),
        ),
      ),
      ...treatment,
    }),
    v.description('Rows that stand elsewhere in the scenario; transform and corrupt apply to the copy.'),
  ),
  v.pipe(
    v.strictObject({
      kind: v.literal('values'),
      values: v.pipe(
        v.array(v.pipe(v.array(number('value', 'An entry.')), v.minLength(1))),
        v.minLength(1),
        v.title('values'),
        v.description('The rows, all of one length.'),
      ),
      ...treatment,
    }),
    v.description('Rows written out.'),
  ),
  v.pipe(
    v.strictObject({
      kind: v.literal('zeros'),
      count: v.exactOptional(positiveInteger('count', 'Rows; as many as the place needs when not given.')),
      ...treatment,
    }),
    v.description('As many rows of zeros as the place needs, 1 where any number will do.'),
  ),
] as const

export const patternsSchema = v.pipe(
  v.variant('kind', patternOptions),
  v.title('patterns'),
  v.description('Rows of numbers from a file, a generator or the scenario itself.'),
)

/** Patterns with the meaning of their place. A union of one stays a reference in the JSON Schema. */
const patternsAs = (title: string, description: string) =>
  v.pipe(v.union([patternsSchema]), v.title(title), v.description(description))

// -------------------------------------------------------------------------------------------------- variables

const layerSize = positiveInteger('size', 'Number of neurons.', 2 ** 30)
const side = positiveInteger('side', 'Height or width of a layer drawn as an image.', 2 ** 15)
const channels = positiveInteger('channels', 'Images that a layer is made of.', 2 ** 15)

const tauText = 'Time constant in model time.'
const tauControl = { min: 0.01, max: 1000, log: true } as const

const layerSchema = v.pipe(
  v.strictObject({
    size: v.pipe(
      v.union([layerSize, v.strictTuple([side, side]), v.strictTuple([channels, side, side])]),
      v.title('size'),
      v.description(
        'Number of neurons N, [height, width] of a layer that is an image, or [channels, height, width] of several.',
      ),
    ),
    lagrangian: lagrangianSchema,
    tau: v.optional(
      number('tau', `${tauText} 0 = adiabatic: x = b + I at every tick.`, {
        min: 0,
        control: { min: 0, max: 100, step: 0.1 },
      }),
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
        v.description('b: one number, one row, or rows dealt to the replicas in turn.'),
      ),
      0,
    ),
    init: v.exactOptional(
      patternsAs('init', 'x(0): rows dealt to the replicas in turn; zeros when not given.'),
    ),
    temperature: v.optional(
      number(
        'temperature',
        'T of the noise, the variance of a linear layer by itself; 0 = none. Not on an adiabatic layer.',
        {
          min: 0,
          control: { min: 0, max: 1, step: 0.01 },
        },
      ),
      0,
    ),
  }),
  v.description('A layer of neurons x: tau dx/dt = -x + b + I.'),
)

const baseSchema = v.union([
  v.literal(0),
  v.variant('kind', [
    v.pipe(
      v.strictObject({
        kind: v.literal('hebbian'),
        patterns: patternsSchema,
        zeroDiagonal: v.optional(flag('zeroDiagonal', 'Sets the diagonal of J to 0.'), true),
      }),
      v.description('J = P^T P / N with the patterns P as rows.'),
    ),
    ...patternOptions,
  ]),
])

const synapseSchema = v.pipe(
  v.strictObject({
    layer: text('layer', 'The layer whose neurons it couples; not an adiabatic one.'),
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
        v.description('J: 0, a hebbian coupling, or patterns that are the symmetric N x N matrix itself.'),
      ),
      0,
    ),
  }),
  v.description('Lateral coupling W of one layer, started at J.'),
)

/** What every kind of memory takes. */
const memory = {
  from: text('from', 'The layer its columns belong to.'),
  to: text('to', 'The layer its rows belong to; another one than `from`.'),
  init: patternsAs(
    'init',
    'Xi(0): one row for each neuron of the layer `to`, one column for each of the layer `from`; of a convolution one row for ' +
      'each filter, its C kh kw weights with the channel slowest.',
  ),
  scale: v.optional(
    number('scale', 'Multiplies init (not bias).', { control: { min: 0.01, max: 10, log: true } }),
    1,
  ),
  rule: v.optional(
    choice('rule', RULE_KINDS.map((kind) => `${kind}: ${RULES[kind].text}`).join(' '), RULE_KINDS),
    'fixed',
  ),
  tau: v.exactOptional(
    number('tau', `${tauText} Needed for every rule but fixed, meaningless for that.`, {
      above: 0,
      control: { min: 0.1, max: 100000, log: true },
    }),
  ),
  every,
  bias: v.exactOptional(
    patternsAs('bias', 'Lambda, shaped like Xi; init when not given (hebbian), 0 when not given (gated).'),
  ),
}

/** What one kind of memory takes besides. */
const memoryKeys = {
  dense: {
    inputOffset: v.optional(
      choice('inputOffset', 'half-norm: the input to row mu of the layer `to` gets -|Xi_mu|^2 / 2.', [
        'none',
        'half-norm',
      ]),
      'none',
    ),
    format: v.optional(
      choice(
        'format',
        'How Xi is stored. f16 (half precision) and binary (one bit an entry) only with rule fixed; binary needs init ' +
          'values of -1 and +1 before scale.',
        ['f32', 'f16', 'binary'],
      ),
      'f32',
    ),
  },
  convolution: {
    kernel: v.pipe(
      v.strictTuple([
        positiveInteger('height', 'Rows of a filter.', 2 ** 12),
        positiveInteger('width', 'Columns of a filter.', 2 ** 12),
      ]),
      v.title('kernel'),
      v.description('[height, width] of a filter.'),
    ),
    stride: v.optional(
      positiveInteger('stride', 'Entries from one place to the next, along both sides.', 2 ** 12),
      1,
    ),
    boundary: v.optional(
      choice(
        'boundary',
        'valid: only places at which the whole filter lies in the image. zero, periodic: every place, beyond the edge 0 or what ' +
          'stands at the other side.',
        BOUNDARIES,
      ),
      'valid',
    ),
  },
} as const satisfies Readonly<Record<KindUnder<'memories'>, v.ObjectEntries>>

const memorySchema = v.variant('kind', [
  v.pipe(
    v.strictObject({ kind: v.optional(v.literal('dense'), 'dense'), ...memory, ...memoryKeys.dense }),
    v.description(
      'Memories Xi between two layers, one a row: input Xi g_from to one, Xi^T g_to to the other.',
    ),
  ),
  v.pipe(
    v.strictObject({ kind: v.literal('convolution'), ...memory, ...memoryKeys.convolution }),
    v.description(
      'Filters K between two layers that are images: feature f at a place gets the sum of K[f] times what it covers there, and ' +
        'the image gets each feature back through its filter.',
    ),
  ),
])

// --------------------------------------------------------------------------------------------------- stimulus

const tick = { integer: true, min: 0, max: 2 ** 31 } as const

const shown = {
  layer: text('layer', 'The layer it acts on.'),
  patterns: patternsSchema,
  start: v.optional(number('start', 'First tick.', tick), 0),
}

const sequence = {
  ...shown,
  stop: v.exactOptional(number('stop', 'First tick at which it is off again; never when not given.', tick)),
  dwell: v.optional(positiveInteger('dwell', 'Ticks for which each pattern is shown.'), 1),
  gap: v.optional(number('gap', 'Ticks without a pattern after each.', tick), 0),
  order: v.optional(
    choice(
      'order',
      'cycle: again and again. shuffle: each pass in a new seeded order. once: a single pass.',
      ['cycle', 'shuffle', 'once'],
    ),
    'cycle',
  ),
}

const stimulusSchema = v.variant('kind', [
  v.pipe(
    v.strictObject({ kind: v.literal('initial'), ...shown }),
    v.description(
      'Sets the state once, at tick start; rows are dealt to the replicas in turn. Not on an adiabatic layer.',
    ),
  ),
  v.pipe(
    v.strictObject({ kind: v.literal('clamp'), ...sequence }),
    v.description('Holds the state at a pattern, the same in all replicas.'),
  ),
  v.pipe(
    v.strictObject({ kind: v.literal('current'), ...sequence }),
    v.description('Adds a pattern to the bias, the same in all replicas.'),
  ),
])

// ----------------------------------------------------------------------------------------------------- probes

const sampled = {
  every: v.optional(
    positiveInteger('every', 'Ticks between samples; the first is taken before the first tick.'),
    1,
  ),
}

type KeySchema<D> = D extends { readonly patternsFor: string }
  ? typeof patternsSchema
  : ReturnType<typeof text>

type ProbeOption<K extends ProbeKind> = v.StrictObjectSchema<
  { readonly kind: v.LiteralSchema<K, undefined> } & {
    readonly [N in keyof ProbeKeys<K>]: KeySchema<ProbeKeys<K>[N]>
  } & typeof sampled,
  undefined
>

/** What a scenario writes for a kind of probe. TypeScript cannot follow the keys through the loop. */
function probeOption(kind: ProbeKind): v.GenericSchema {
  const { keys, description } = PROBES[kind]
  const own = Object.entries<Key>(keys).map(([key, about]): [string, v.GenericSchema] => [
    key,
    'patternsFor' in about ? patternsSchema : text(key, about.description),
  ])
  const entries = { kind: v.literal(kind), ...Object.fromEntries(own), ...sampled }
  return v.pipe(v.strictObject(entries), v.description(description))
}

const probeSchema = v.variant(
  'kind',
  PROBE_KINDS.map(probeOption) as unknown as { [K in ProbeKind]: ProbeOption<K> }[ProbeKind][],
)

// --------------------------------------------------------------------------------------------------- replicas

const replicaCount = (title: string, description: string) => positiveInteger(title, description, 65535)

const axisSchema = v.pipe(
  v.strictObject({
    from: v.exactOptional(number('from', 'First value.')),
    to: v.exactOptional(number('to', 'Last value.')),
    steps: v.exactOptional(replicaCount('steps', 'How many values, the first and the last included.')),
    scale: v.exactOptional(
      choice('scale', 'Equal differences (linear) or equal ratios (log); linear when not given.', [
        'linear',
        'log',
      ]),
    ),
    values: v.exactOptional(
      v.pipe(
        v.array(number('value', 'A value.')),
        v.minLength(1),
        v.title('values'),
        v.description('The values one by one, instead of from, to and steps.'),
      ),
    ),
  }),
  v.description('The values that one parameter takes: from, to and steps, or values.'),
)

const replicasSchema = v.union([
  replicaCount('replicas', 'Independent copies of the network, run side by side.'),
  v.strictObject({
    count: v.exactOptional(
      replicaCount(
        'count',
        'Replicas in all: a multiple of the number of points; as many as points when not given.',
      ),
    ),
    vary: v.pipe(
      v.record(v.string(), axisSchema),
      v.minEntries(1),
      v.title('vary'),
      v.description(
        'Values by the path of a parameter that may change while a network runs, such as neurons.hidden.lagrangian.beta, ' +
          'of seed, or of what damages cues, such as stimulus.0.patterns.corrupt.fraction. Several make a grid.',
      ),
    ),
  }),
])

// --------------------------------------------------------------------------------------------------- scenario

export const scenarioSchema = v.pipe(
  v.strictObject({
    $schema: v.exactOptional(text('$schema', 'Where an editor finds this schema; not read.')),
    version: v.pipe(v.literal(1), v.title('version'), v.description('Version of the scenario schema.')),
    name: v.optional(text('name', 'Short name, shown in menus.'), ''),
    description: v.optional(text('description', 'What the scenario shows and what to look for.'), ''),
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
            'How the leak dz/dt = (target - z) / tau is advanced by a step.',
            INTEGRATOR_KINDS,
          ),
          'exponential-euler',
        ),
      }),
      v.title('time'),
      v.description('The clock: integer ticks of dt.'),
    ),
    neurons: v.pipe(
      v.record(name, layerSchema),
      v.minEntries(1),
      v.title('neurons'),
      v.description('Layers of neurons by name.'),
    ),
    synapses: v.optional(
      v.pipe(v.record(name, synapseSchema), v.title('synapses'), v.description('Lateral couplings by name.')),
      {},
    ),
    memories: v.optional(
      v.pipe(v.record(name, memorySchema), v.title('memories'), v.description('Memories by name.')),
      {},
    ),
    stimulus: v.optional(
      v.pipe(
        v.array(stimulusSchema),
        v.title('stimulus'),
        v.description('What is shown to the network; where several clamps meet, the later one wins.'),
      ),
      [],
    ),
    probes: v.optional(
      v.pipe(v.record(name, probeSchema), v.title('probes'), v.description('What is recorded, by name.')),
      {},
    ),
    replicas: v.optional(
      v.pipe(
        replicasSchema,
        v.title('replicas'),
        v.description(
          'Independent copies of the network, run side by side: how many, or how their parameters vary. With `vary` every ' +
            'point of the grid, the first path slowest, has the same number of replicas, and these are what a run of their own ' +
            'with its values would be.',
        ),
      ),
      1,
    ),
  }),
  v.title('engram scenario'),
  v.description('A network of neurons, synapses and memories, what is shown to it and what is recorded.'),
)

/** A scenario with every default filled in; `parseScenario` makes it. */
export type Scenario = v.InferOutput<typeof scenarioSchema>
/** A scenario as a person writes it, defaults left out. */
export type ScenarioInput = v.InferInput<typeof scenarioSchema>
export type LayerSpec = Scenario['neurons'][string]
export type SynapseSpec = Scenario['synapses'][string]
export type MemorySpec = Scenario['memories'][string]
export type StimulusSpec = Scenario['stimulus'][number]
export type AxisSpec = Extract<Scenario['replicas'], object>['vary'][string]
export type ProbeSpec = Scenario['probes'][string]
export type Patterns = v.InferOutput<typeof patternsSchema>
export type Transform = v.InferOutput<typeof transformSchema>
export type Corrupt = v.InferOutput<typeof corruptSchema>
export type Edit = v.InferOutput<typeof editSchema>
