/** What a scenario writes for a probe: one option for each entry of the table of probes. */
import * as v from 'valibot'
import { positiveInteger, text } from '../kinds/fields.ts'
import type { Key } from '../kinds/probes/definition.ts'
import { PROBE_KINDS, type ProbeKeys, type ProbeKind, PROBES } from '../kinds/probes/table.ts'
import { patternsSchema } from './patterns/schema.ts'

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

export const probeSchema = v.variant(
  'kind',
  PROBE_KINDS.map(probeOption) as unknown as { [K in ProbeKind]: ProbeOption<K> }[ProbeKind][],
)
