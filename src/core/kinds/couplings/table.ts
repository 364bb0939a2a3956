/** What joins the neurons of layers (docs/scenario.md, "Synapses" and "Memories"). */

interface Facts {
  /** The key of the scenario that it stands under. */
  readonly under: 'memories' | 'synapses'
}

/** Adding a kind: docs/extending.md. How it is computed on the GPU stands in src/core/plan/couplings. */
export const COUPLINGS = {
  dense: { under: 'memories' },
  lateral: { under: 'synapses' },
} as const satisfies Readonly<Record<string, Facts>>

export type CouplingKind = keyof typeof COUPLINGS

/** Kinds that stand under a key of the scenario. */
export type KindUnder<U extends Facts['under']> = {
  [K in CouplingKind]: (typeof COUPLINGS)[K]['under'] extends U ? K : never
}[CouplingKind]
