/** The schema of a probe: one option for each entry of the table of probes. */
import * as v from 'valibot'
import { named, number, positiveInteger } from '../kinds/fields.ts'
import type { Key } from '../kinds/probes/definition.ts'
import { PROBE_KINDS, type ProbeKeys, type ProbeKind, PROBES } from '../kinds/probes/table.ts'
import { storedOptions } from './base-schema.ts'
import { tick } from './stimulus-schema.ts'
import { patternOptions, patternsSchema } from './patterns/schema.ts'

const sampled = {
  every: v.optional(
    positiveInteger('every', 'Ticks between samples; the first is taken before the first tick.'),
    1,
  ),
  averageOver: v.exactOptional(
    positiveInteger(
      'averageOver',
      'Ticks of a running mean: a sample is then the mean of the samples of the last ticks, as many as this.',
    ),
  ),
  averageSince: v.exactOptional(
    number(
      'averageSince',
      'First tick of a running mean: from this tick on, a sample is the mean of the samples since then.',
      tick,
    ),
  ),
}

const targetSchema = v.variant('kind', [...storedOptions, ...patternOptions])

/** The schema of the target of a probe. */
export type TargetSpec = v.InferOutput<typeof targetSchema>

type KeySchema<D> = D extends { readonly patternsFor: string }
  ? typeof patternsSchema
  : D extends { readonly targetFor: string }
    ? typeof targetSchema
    : D extends { readonly number: number }
      ? v.OptionalSchema<v.GenericSchema<number>, number>
      : ReturnType<typeof named>

function keySchema(key: string, about: Key): v.GenericSchema {
  if ('patternsFor' in about) return patternsSchema
  if ('targetFor' in about) return v.pipe(targetSchema, v.title(key), v.description(about.description))
  if ('number' in about) return v.optional(number(key, about.description), about.number)
  return named(key, about.description, about.names)
}

type ProbeOption<K extends ProbeKind> = v.StrictObjectSchema<
  { readonly kind: v.LiteralSchema<K, undefined> } & {
    readonly [N in keyof ProbeKeys<K>]: KeySchema<ProbeKeys<K>[N]>
  } & typeof sampled,
  undefined
>

/** The schema of a kind of probe. TypeScript cannot follow the keys through the loop. */
function probeOption(kind: ProbeKind): v.GenericSchema {
  const { keys, description } = PROBES[kind]
  const own = Object.entries<Key>(keys).map(([key, about]): [string, v.GenericSchema] => [
    key,
    keySchema(key, about),
  ])
  const entries = { kind: v.literal(kind), ...Object.fromEntries(own), ...sampled }
  return v.pipe(v.strictObject(entries), v.description(description))
}

export const probeSchema = v.variant(
  'kind',
  PROBE_KINDS.map(probeOption) as unknown as { [K in ProbeKind]: ProbeOption<K> }[ProbeKind][],
)
