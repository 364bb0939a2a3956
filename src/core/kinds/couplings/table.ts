/** The couplings between neurons of layers (docs/theory.md, "Dynamics"). */
import type * as v from 'valibot'
import { attention, writtenAttention } from './attention.ts'
import { convolution } from './convolution.ts'
import type { Facts, HyperedgeFacts, MatrixFacts, MemoryFacts, Written } from './definition.ts'
import { dense, lateral } from './dense.ts'
import { product, writtenProduct } from './product.ts'
import { sparse, sparseLateral } from './sparse.ts'

/** Adding a kind: docs/extending.md. src/core/plan/couplings has the computation on the GPU. */
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

/** Kinds under a key of the scenario. */
export type KindUnder<U extends Facts<never>['under']> = {
  [K in CouplingKind]: Table[K]['under'] extends U ? K : never
}[CouplingKind]

/** Kinds of memories: they have two layers. */
export type MemoryKind = {
  [K in CouplingKind]: Table[K] extends { readonly isBetweenTwo: true } ? K : never
}[CouplingKind]

/** Kinds of hyperedges, which a scenario lists among its memories. */
export type OtherKind = Exclude<KindUnder<'memories'>, MemoryKind>

/** Hyperedges in a scenario, by kind, with patterns of type P. */
export function writtenOf<S extends { readonly kind: OtherKind }, P>({ kind }: S): Written<S, P> {
  const table = { product: writtenProduct<P>(), attention: writtenAttention<P>() } satisfies Readonly<
    Record<OtherKind, Written<never, P>>
  >
  // TypeScript cannot see that the entry under `kind` takes a spec of that kind.
  return table[kind] as unknown as Written<S, P>
}

/** True for kinds of hyperedges. */
export function isOther(kind: CouplingKind): kind is OtherKind {
  return COUPLINGS[kind].under === 'memories' && !('isBetweenTwo' in COUPLINGS[kind])
}

/** The default kind of a memory. */
export const USUAL_MEMORY = 'dense' satisfies MemoryKind

/** How synapses are stored: their kind, the stored entries of W, and whether the base must be a sparse matrix. */
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

/** The default kind of synapses. */
export const USUAL_SYNAPSE = 'dense' satisfies keyof typeof SYNAPSES

/** Kinds of memories, in the order of the menu. */
export const MEMORY_KINDS = Object.entries(COUPLINGS).flatMap(([kind, facts]) =>
  'isBetweenTwo' in facts ? [kind] : [],
) as [MemoryKind, ...MemoryKind[]]

/**
 * The fields of one kind of memory in a model, and its keys in a scenario, in addition to those of every memory.
 */
export type OwnOf<K extends MemoryKind> = ReturnType<Table[K]['own']>
export type KeysOf<K extends MemoryKind> = Table[K]['keys']

/** The facts of the kind of a coupling. */
export function couplingFacts<C extends { readonly kind: CouplingKind }>({ kind }: C): Facts<C> {
  // TypeScript cannot see that the entry under `kind` takes a coupling of that kind.
  return COUPLINGS[kind] as unknown as Facts<C>
}

/** The facts of a coupling that is a matrix. */
export function matrixFacts<C extends { readonly kind: MemoryKind | KindUnder<'synapses'> }>({
  kind,
}: C): MatrixFacts<C> {
  return COUPLINGS[kind] as unknown as MatrixFacts<C>
}

/** The facts of a hyperedge. */
export function hyperedgeFacts<C extends { readonly kind: OtherKind }>({ kind }: C): HyperedgeFacts<C> {
  return COUPLINGS[kind] as unknown as HyperedgeFacts<C>
}

/** The facts of a memory. */
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

/** The layers that receive input from a coupling. */
export function targetsOf(coupling: { readonly kind: CouplingKind }): readonly string[] {
  return couplingFacts(coupling).targets(coupling)
}

/** True for a coupling whose inputs are the derivatives of an energy. */
export function hasEnergy(coupling: { readonly kind: CouplingKind }): boolean {
  return couplingFacts(coupling).withoutEnergy(coupling) === undefined
}
