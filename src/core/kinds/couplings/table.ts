/** What joins the neurons of layers (docs/scenario.md, "Synapses" and "Memories"). */

interface Facts<C> {
  /** The key of the scenario that it stands under. */
  readonly under: 'memories' | 'synapses'
  /** The layers that it joins. */
  readonly layers: (coupling: C) => readonly string[]
}

/** Ends of a coupling of two layers. */
interface TwoEnds {
  readonly from: string
  readonly to: string
}

/** Adding a kind: docs/extending.md. How it is computed on the GPU stands in src/core/plan/couplings. */
export const COUPLINGS = {
  dense: {
    under: 'memories',
    layers: ({ from, to }: TwoEnds) => [from, to],
  },
  lateral: {
    under: 'synapses',
    layers: ({ layer }: { readonly layer: string }) => [layer],
  },
} as const satisfies Readonly<Record<string, Facts<never>>>

export type CouplingKind = keyof typeof COUPLINGS

/** Kinds that stand under a key of the scenario. */
export type KindUnder<U extends 'memories' | 'synapses'> = {
  [K in CouplingKind]: (typeof COUPLINGS)[K]['under'] extends U ? K : never
}[CouplingKind]

/** The layers that a coupling joins. */
export function layersOf(coupling: { readonly kind: CouplingKind }): readonly string[] {
  // TypeScript cannot see that the entry under `kind` takes a coupling of that kind.
  return (COUPLINGS[coupling.kind] as Facts<unknown>).layers(coupling)
}
