/** What joins the neurons of layers (docs/theory.md, "Dynamics"). */
import type * as v from 'valibot'
import { attention, writtenAttention } from './attention.ts'
import { convolution } from './convolution.ts'
import type { Facts, HyperedgeFacts, MatrixFacts, MemoryFacts, Written } from './definition.ts'
import { dense, lateral } from './dense.ts'
import { product, writtenProduct } from './product.ts'
import { sparse, sparseLateral } from './sparse.ts'

/** Adding a kind: docs/extending.md. How it is computed on the GPU stands in src/core/plan/couplings. */
export const COUPLINGS = {
  dense,
  convolution,
  sparse,
  product,
  attention,
  lateral,
  'sparse-lateral': sparseLateral,
} as const

type Table = typeof COUPLINGS

export type CouplingKind = keyof Table

/** Kinds that stand under a key of the scenario. */
export type KindUnder<U extends Facts<never>['under']> = {
  [K in CouplingKind]: Table[K]['under'] extends U ? K : never
}[CouplingKind]

/** Kinds of memories: they have two layers. */
export type MemoryKind = {
  [K in CouplingKind]: Table[K] extends { readonly isBetweenTwo: true } ? K : never
}[CouplingKind]

/** Kinds that stand among the memories of a scenario and join layers in a way of their own. */
export type OtherKind = Exclude<KindUnder<'memories'>, MemoryKind>

/** What a scenario says of the kinds that join layers in a way of their own, with patterns of type P. */
export function writtenOf<S extends { readonly kind: OtherKind }, P>({ kind }: S): Written<S, P> {
  const table = { product: writtenProduct<P>(), attention: writtenAttention<P>() } satisfies Readonly<
    Record<OtherKind, Written<never, P>>
  >
  // TypeScript cannot see that the entry under `kind` takes a spec of that kind.
  return table[kind] as unknown as Written<S, P>
}

/** True for kinds that join layers in a way of their own. */
export function isOther(kind: CouplingKind): kind is OtherKind {
  return COUPLINGS[kind].under === 'memories' && !('isBetweenTwo' in COUPLINGS[kind])
}

/** The kind of a memory that says none. */
export const USUAL_MEMORY = 'dense' satisfies MemoryKind

/** What a scenario says of how synapses are stored: their kind, what of W there is, and whether a sparse matrix alone makes one. */
export const SYNAPSES = {
  dense: { kind: 'lateral', text: 'all entries of W', ofEntries: false },
  sparse: {
    kind: 'sparse-lateral',
    text: 'only the entries of its base, a sparse matrix from a file',
    ofEntries: true,
  },
} as const satisfies Readonly<
  Record<string, { readonly kind: KindUnder<'synapses'>; readonly text: string; readonly ofEntries: boolean }>
>

/** In the order of the menu. */
export const SYNAPSE_FORMS = Object.keys(SYNAPSES) as [keyof typeof SYNAPSES, ...(keyof typeof SYNAPSES)[]]

/** That of synapses that say none. */
export const USUAL_SYNAPSE = 'dense' satisfies keyof typeof SYNAPSES

/** Kinds of memories, in the order of the menu. */
export const MEMORY_KINDS = Object.entries(COUPLINGS).flatMap(([kind, facts]) =>
  'isBetweenTwo' in facts ? [kind] : [],
) as [MemoryKind, ...MemoryKind[]]

/** The fields of one kind of memory in a model, and its keys in a scenario, besides those that every memory has. */
export type OwnOf<K extends MemoryKind> = ReturnType<Table[K]['own']>
export type KeysOf<K extends MemoryKind> = Table[K]['keys']

/** What is known of the kind of a coupling. */
export function couplingFacts<C extends { readonly kind: CouplingKind }>({ kind }: C): Facts<C> {
  // TypeScript cannot see that the entry under `kind` takes a coupling of that kind.
  return COUPLINGS[kind] as unknown as Facts<C>
}

/** The same of one that is a matrix. */
export function matrixFacts<C extends { readonly kind: MemoryKind | KindUnder<'synapses'> }>({
  kind,
}: C): MatrixFacts<C> {
  return COUPLINGS[kind] as unknown as MatrixFacts<C>
}

/** The same of one that joins layers in a way of its own. */
export function hyperedgeFacts<C extends { readonly kind: OtherKind }>({ kind }: C): HyperedgeFacts<C> {
  return COUPLINGS[kind] as unknown as HyperedgeFacts<C>
}

/** The same of a memory. */
export function memoryFacts({
  kind,
}: {
  readonly kind: MemoryKind
}): MemoryFacts<v.ObjectEntries, OwnOf<MemoryKind>> {
  return COUPLINGS[kind] as unknown as MemoryFacts<v.ObjectEntries, OwnOf<MemoryKind>>
}

/** The layers that a coupling joins. */
export function layersOf(coupling: { readonly kind: CouplingKind }): readonly string[] {
  return couplingFacts(coupling).layers(coupling)
}

/** The arrays of a coupling, as they are read and written. */
export function arraysOf(coupling: {
  readonly kind: CouplingKind
  readonly name: string
}): readonly string[] {
  const { arrays } = couplingFacts(coupling)
  return arrays?.(coupling).map(({ name }) => name) ?? [coupling.name]
}

/** The layers that it sends to. */
export function targetsOf(coupling: { readonly kind: CouplingKind }): readonly string[] {
  return couplingFacts(coupling).targets(coupling)
}

/** True for a coupling whose inputs are the derivatives of an energy. */
export function hasEnergy(coupling: { readonly kind: CouplingKind }): boolean {
  return couplingFacts(coupling).withoutEnergy(coupling) === undefined
}
