/** What an entry of the table of couplings says, in float64. */

/** g by layer. */
export type Activations = ReadonlyMap<string, Float64Array>

/** What of a rule belongs to an entry: of the activations `to` of its row and `from` of its column. */
type Drive = (to: number, from: number) => number

export interface Facts<C> {
  /** The key of the scenario that it stands under. */
  readonly under: 'memories' | 'synapses'
  /** The layers that it joins. */
  readonly layers: (coupling: C) => readonly string[]
  /** Its energy, without what pulls it back to its bias. */
  readonly energy: (coupling: C, tensor: Float64Array, g: Activations) => number
  /** What it sends to one of its layers: minus the derivative of its energy by the activation of that layer. [N] */
  readonly input: (coupling: C, tensor: Float64Array, g: Activations, layer: string) => Float64Array
  /**
   * What drives its entries by a rule. With `drive` the product of `to` and `from` it is minus the derivative of its energy by
   * its tensor, or twice that where an entry counts for both sides (lateral). [like the tensor]
   */
  readonly drive: (coupling: C, g: Activations, drive: Drive) => Float64Array
  /** It as a matrix between its layers: [N_to, N_from]. */
  readonly matrix: (coupling: C, tensor: Float64Array) => Float64Array
  /** The tensor is that matrix, so that its rows are patterns of a layer. */
  readonly isMatrix: boolean
  /** Rules whose gate or decay differ from row to row can move it. */
  readonly takesGates: boolean
}

/** What a memory, of two layers, says besides. */
export interface MemoryFacts<C> extends Facts<C> {
  readonly under: 'memories'
  /** The shape in which a row of it is drawn; undefined = that of the layer `from`. */
  readonly rowShape: (coupling: C) => readonly number[] | undefined
  /** In TeX, of the symbols of Xi and of activations. */
  readonly tex: {
    /** What the layer `to` gets of the activation of `from`, and the other way. */
    readonly forward: (xi: string, from: string) => string
    readonly backward: (xi: string, to: string) => string
    /** Its energy. */
    readonly energy: (xi: string, to: string, from: string) => string
    /** The activations as a rule sees them. */
    readonly learnt: (to: string, from: string) => readonly [string, string]
  }
}

/** The activation of a layer. */
export function of(g: Activations, layer: string): Float64Array {
  const values = g.get(layer)
  if (values === undefined) throw new Error(`there is no activation of \`${layer}\``)
  return values
}
