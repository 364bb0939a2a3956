/** The schema of the base of synapses: one option for each entry of the table of bases. */
import * as v from 'valibot'
import { STORING_KINDS, storingFacts, type StoringKind } from '../kinds/bases/table.ts'
import { file, flag } from '../kinds/fields.ts'
import { patternOptions, patternsSchema } from './patterns/schema.ts'

const stored = {
  patterns: patternsSchema,
  zeroDiagonal: v.optional(flag('zeroDiagonal', 'Sets the diagonal of J to 0.'), true),
}

type StoredOption<K extends StoringKind> = v.StrictObjectSchema<
  { readonly kind: v.LiteralSchema<K, undefined> } & typeof stored,
  undefined
>

/** The schema of a base that is computed from patterns. TypeScript cannot follow the kinds through the loop. */
function storedOption(kind: StoringKind): v.GenericSchema {
  return v.pipe(
    v.strictObject({ kind: v.literal(kind), ...stored }),
    v.description(storingFacts(kind).description),
  )
}

/** Couplings that are computed from patterns. */
export const storedOptions = STORING_KINDS.map(storedOption) as unknown as {
  [K in StoringKind]: StoredOption<K>
}[StoringKind][]

export const baseSchema = v.union([
  v.literal(0),
  v.variant('kind', [
    ...storedOptions,
    v.pipe(
      v.strictObject({
        kind: v.literal('csr'),
        path: file('path', 'A .npz file, as scipy.sparse.save_npz writes an N x N matrix in CSR format.'),
      }),
      v.description(
        'J from a file of a sparse matrix. Synapses of kind "sparse" store only its entries; dense synapses store the full matrix.',
      ),
    ),
    ...patternOptions,
  ]),
])
