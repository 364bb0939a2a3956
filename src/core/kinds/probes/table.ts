/** The quantities that a run records (docs/scenario.md, "Probes"). */
import {
  copy,
  type Copy,
  type Key,
  measure,
  type Measure,
  type Patterns,
  type Resolved,
} from './definition.ts'
import { distance, errors, overlap, signOverlap, similarity, speed } from './values.ts'

/** Adding a kind: docs/extending.md. src/core/plan/probes.ts has the computation on the GPU. */
export const PROBES = {
  energy: measure(
    {},
    {
      description: 'The total energy and each of its terms.',
      text: () => 'energy',
      exact: (_, network) => network.energy().map(({ terms }) => Object.values(terms)),
      columns: (_, terms) => ['total', ...terms],
      plot: {
        note: '',
        bandNote: '',
        ofReplica: 'mean',
        label: 'total',
        isShare: false,
        leads: false,
        reading: 'It never rises while the inputs and the parameters stay the same.',
      },
      guard: () => 'descent',
      target: () => undefined,
    },
  ),

  overlap: measure(
    { layer: { names: 'layer', description: 'A layer.' }, patterns: { patternsFor: 'layer' } },
    {
      description: 'xi.g / N for each pattern xi, g the activation of the layer.',
      text: ({ layer, patterns }) => `overlap of ${layer} with ${counted(patterns)}`,
      exact: ({ layer, patterns }, network) => network.activations(layer).map((g) => overlap(g, patterns)),
      columns: (count) => numbered('pattern', count),
      plot: {
        note: '',
        bandNote: 'largest of each replica, with any pattern',
        ofReplica: 'largest',
        label: '',
        isShare: true,
        leads: true,
        reading:
          '1 where the activation is the pattern, 0 where they are unrelated, -1 at its negative. Above 1 where the activation is larger than the pattern. With several replicas the largest of each is drawn, with any pattern; a second line has the overlap with the pattern of its cue, where that is known.',
      },
      guard: () => 'nothing',
      target: ({ layer }) => layer,
    },
  ),

  errors: measure(
    { layer: { names: 'layer', description: 'A layer.' }, patterns: { patternsFor: 'layer' } },
    {
      description:
        'Number of neurons whose activation has another sign than the pattern, for each pattern: entries of 0 in a pattern are not ' +
        'counted, and an activation of 0 is half an error.',
      text: ({ layer, patterns }) => `errors of ${layer} against ${counted(patterns)}`,
      exact: ({ layer, patterns }, network) => network.activations(layer).map((g) => errors(g, patterns)),
      columns: (count) => numbered('pattern', count),
      plot: {
        note: 'neurons of another sign',
        bandNote: 'fewest of each replica',
        ofReplica: 'smallest',
        label: '',
        isShare: false,
        leads: false,
        formula: 'errors',
        reading: '0 where all signs are those of the pattern, half of the neurons where they are unrelated.',
      },
      guard: () => 'nothing',
      target: () => undefined,
    },
  ),

  'sign-overlap': measure(
    { layer: { names: 'layer', description: 'A layer.' }, patterns: { patternsFor: 'layer' } },
    {
      description:
        'The overlap of signs, sum of sign(xi) sign(g) / N for each pattern xi, g the activation of the layer; the sign of 0 is 0.',
      text: ({ layer, patterns }) => `overlap of the signs of ${layer} with ${counted(patterns)}`,
      exact: ({ layer, patterns }, network) =>
        network.activations(layer).map((g) => signOverlap(g, patterns)),
      columns: (count) => numbered('pattern', count),
      plot: {
        note: 'signs',
        bandNote: 'signs, largest of each replica',
        ofReplica: 'largest',
        label: '',
        isShare: true,
        leads: true,
        formula: 'overlap of signs',
        reading:
          '1 where all signs are those of the pattern, 0 where they are unrelated, -1 at its negative.',
      },
      guard: () => 'nothing',
      target: ({ layer }) => layer,
    },
  ),

  kept: measure(
    {
      layer: { names: 'layer', description: 'A layer.' },
      patterns: { patternsFor: 'layer' },
      threshold: { number: 0.9, usual: [-1, 1], description: 'Smallest overlap of a pattern that counts.' },
    },
    {
      description: 'Number of patterns whose overlap xi.g / N with the layer is at least a threshold.',
      text: ({ layer, patterns, threshold }) =>
        `number of ${counted(patterns)} with an overlap of ${threshold} or more with ${layer}`,
      exact: ({ layer, patterns, threshold }, network) =>
        network
          .activations(layer)
          .map((g) => [overlap(g, patterns).filter((value) => value >= threshold).length]),
      columns: () => ['value'],
      plot: {
        note: 'above the threshold',
        bandNote: 'above the threshold',
        ofReplica: 'mean',
        label: '',
        isShare: false,
        leads: false,
        formula: 'patterns',
        reading:
          'With one replica for each pattern, started there, the mean over the replicas is the share of patterns that are kept.',
      },
      guard: () => 'nothing',
      target: () => undefined,
    },
  ),

  similarity: measure(
    { memory: { names: 'memory', description: 'A memory.' }, patterns: { patternsFor: 'memory' } },
    {
      description: 'Cosine between each row of a memory and the pattern of the same number.',
      text: ({ memory, patterns }) => `similarity of ${memory} with ${counted(patterns)}`,
      exact: ({ memory, patterns }, network) =>
        copiesOf(network.read(memory), patterns.rows * patterns.columns).map((xi) =>
          similarity(xi, patterns),
        ),
      columns: (count) => numbered('row', count),
      plot: {
        note: 'cosine of each row',
        bandNote: 'cosine, all rows',
        ofReplica: 'mean',
        label: '',
        isShare: true,
        leads: false,
        formula: 'cosine',
        reading: '1 where a row is parallel to its pattern, 0 where they are unrelated.',
      },
      guard: () => 'nothing',
      target: () => undefined,
    },
  ),

  speed: measure(
    { layer: { names: 'moving-layer', description: 'A layer, not an adiabatic one.' } },
    {
      description: 'max |dx/dt| over the neurons of a layer.',
      text: ({ layer }) => `speed of ${layer}`,
      exact: ({ layer }, network) => network.velocity(layer).map((velocity) => [speed(velocity)]),
      columns: () => ['value'],
      plot: {
        note: 'max |dx/dt|',
        bandNote: 'max |dx/dt|',
        ofReplica: 'mean',
        label: '',
        isShare: false,
        leads: false,
        formula: 'max |dx/dt|',
        reading: 'How fast the layer changes; 0 at rest.',
      },
      guard: ({ layer }) => ({ speedOf: layer }),
      target: () => undefined,
    },
  ),

  distance: measure(
    {
      of: { names: 'matrix', description: 'A memory or a synapse.' },
      target: {
        targetFor: 'of',
        description:
          'The matrix to compare with: the rows of a memory, or patterns from which a coupling is computed as for a base.',
      },
      scale: { number: 1, description: 'Multiplies the target.' },
    },
    {
      description:
        'Mean square of the difference between a memory or a synapse and scale times a target: over all entries of a memory, and those ' +
        'off the diagonal of a synapse.',
      text: ({ of }) => `distance of ${of} from a target`,
      exact: ({ of, target, scale }, network) =>
        copiesOf(network.read(of), target.matrix.rows * target.matrix.columns).map((matrix) => [
          distance(matrix, target, scale),
        ]),
      columns: () => ['value'],
      plot: {
        note: 'mean square of the difference',
        bandNote: 'mean square of the difference',
        ofReplica: 'mean',
        label: '',
        isShare: false,
        leads: false,
        formula: 'mean square',
        reading: '0 where the matrix is its target.',
      },
      guard: () => 'nothing',
      target: () => undefined,
    },
  ),

  snapshot: copy(
    { of: { names: 'any', description: 'A layer (its state), a memory or a synapse.' } },
    {
      description: 'A copy of a state.',
      text: ({ of }) => `snapshot of ${of}`,
      of: ({ of }) => of,
    },
  ),
} as const

type Table = typeof PROBES

export type ProbeKind = keyof Table

/** Kinds whose samples are numbers that a kernel computes. */
export type MeasuredKind = {
  [K in ProbeKind]: Table[K]['isMeasured'] extends true ? K : never
}[ProbeKind]

/** In the order of the menu. */
export const PROBE_KINDS = Object.keys(PROBES) as [ProbeKind, ...ProbeKind[]]

/** The keys of a kind next to `kind` and `every`. */
export type ProbeKeys<K extends ProbeKind> = Table[K]['keys']

/** A probe of one kind, with patterns of some type. */
export type ProbeOf<K extends ProbeKind, R extends Patterns = Patterns> = Resolved<K, ProbeKeys<K>, R>

/** Any probe. */
type AnyProbe = { [K in ProbeKind]: ProbeOf<K> }[ProbeKind]

/** The facts of a kind whose samples are numbers; undefined for a kind that copies. */
export function measureOf(kind: ProbeKind): Measure<AnyProbe> | undefined {
  // TypeScript cannot see that the entry under `kind` takes a probe of that kind.
  const entry = PROBES[kind]
  return entry.isMeasured ? (entry as unknown as Measure<AnyProbe>) : undefined
}

/** The layer, memory or synapse that a probe copies; undefined for other probes. */
export function copiedBy(probe: AnyProbe): string | undefined {
  const entry = PROBES[probe.kind]
  return entry.isMeasured ? undefined : (entry as unknown as Copy<AnyProbe>).of(probe)
}

/** The memory or synapse whose entries a probe compares, and which must be stored as a matrix; undefined for other probes. */
export function entriesReadBy(probe: AnyProbe): string | undefined {
  const values: Readonly<Record<string, unknown>> = probe
  const found = Object.entries<Key>(PROBES[probe.kind].keys).find(
    ([, about]) => 'names' in about && about.names === 'matrix',
  )
  return found === undefined ? undefined : (values[found[0]] as string)
}

/** Description of a probe for people. */
export function probeText(probe: AnyProbe): string {
  const text = (PROBES[probe.kind] as unknown as Pick<Copy<AnyProbe>, 'text'>).text(probe)
  const mean = meanText(probe)
  return mean === undefined ? text : `${text}, ${mean}`
}

/** The running mean of a probe for people; undefined for samples as they are. */
export function meanText({ averageOver, averageSince }: Pick<AnyProbe, 'averageOver' | 'averageSince'>) {
  if (averageOver !== undefined) return `mean over ${averageOver} ticks`
  return averageSince === undefined ? undefined : `mean since tick ${averageSince}`
}

function counted({ rows }: Patterns): string {
  return `${rows} pattern${rows === 1 ? '' : 's'}`
}

function numbered(word: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${word}.${index}`)
}

/** Splits a concatenation into arrays of one length. */
function copiesOf(all: Float64Array, length: number): Float64Array[] {
  return Array.from({ length: all.length / length }, (_, r) => all.subarray(r * length, (r + 1) * length))
}
