/**
 * Choices between kernels that compute the same within rounding: what there is, how it is written (the same in the library,
 * on the command line, in summary.json and in checkpoints), and which one an operation takes.
 */
import { ModelError } from '../errors.ts'
import { type Format, type Product, type Reduction, TILES, type Tile, tileText } from './kernels.ts'

/** How a product is computed: its tile, and invocations in a workgroup. */
export interface Form extends Tile {
  readonly workgroup: number
}

/**
 * Chosen by name; what is not there is chosen by the shape and the adapter.
 *
 *     { recall: '8x1', 'project:xi': '4x4/32', fuse: 'off', reduce: 'tree' }
 *
 * `recall` is A x, `project` is A^T x. A form is a tile, ROWSxSTATES of `recall`, and for `project` groups of four columns x
 * states, of one invocation, or xLANES of so many that share it, or with a `q` of one whose loads of the states a quad shares;
 * and after a slash the invocations in a workgroup.
 */
export interface Variants {
  /** Of all products of this kind, those of probes too; a tile of several states is cut where there are fewer. */
  readonly recall?: string
  readonly project?: string
  /** The product of one memory or synapse in a tick, whatever is said of all. */
  readonly [product: `${Product}:${string}`]: string
  /** off = every product is written down before its layer moves. */
  readonly fuse?: 'on' | 'off'
  /** How a workgroup adds up: with barriers, or within one subgroup. */
  readonly reduce?: Reduction
  /** Symmetric couplings that each replica has for itself: loaded once, folded at the diagonal, or as `project`. */
  readonly fold?: 'on' | 'off'
  /** Recall by a softmax layer reads its memory once, for the layer and for what it sends back (matrix/attend). */
  readonly attend?: 'on' | 'off'
  /** Synapses as one matrix W, or as J + U with a ring of activations (couplings/factors.ts). */
  readonly synapses?: 'whole' | 'factored'
  /** Of a resident network: the lanes of a subgroup share a replica, or each replica is one invocation. */
  readonly resident?: 'shared' | 'lone'
}

/** Why an operation has the form that it has. */
export type Why = 'default' | 'tuned' | 'forced'

/** What a form is chosen for. Everything that its time depends on, besides the adapter. */
export interface ProductShape {
  readonly product: Product
  readonly format: Format
  readonly rows: number
  readonly columns: number
  /** Replicas that share the matrix. */
  readonly states: number
  /** Copies of the matrix, one a replica, where they do not share it. */
  readonly copies: number
}

/** Forms that were found to be the fastest, by `shapeKey`. */
export type Tuned = Readonly<Record<string, string>>

/** Such as `recall f32 1000x784 states 1 copies 1`. */
export function shapeKey({
  product,
  format,
  rows,
  columns,
  states,
  copies,
}: Omit<ProductShape, 'product'> & { readonly product: Product | 'attend' }): string {
  return `${product} ${format} ${rows}x${columns} states ${states} copies ${copies}`
}

/** Sizes of workgroups that every adapter can run. */
export const WORKGROUPS: readonly number[] = [8, 16, 32, 64, 128, 256]

/** Such as `8x1/64`; without the slash where nothing is said of the workgroup. */
export function formText({ workgroup, ...tile }: Tile & { readonly workgroup?: number }): string {
  return `${tileText(tile)}${workgroup === undefined ? '' : `/${workgroup}`}`
}

/**
 * Reads a form.
 * @param workgroup - where the text says nothing of it; a tile of more lanes takes so many
 * @returns undefined where there is no such form
 */
export function readForm(product: Product, text: string, workgroup: number): Form | undefined {
  const [size, invocations] = text.split('/', 2) as [string, string?]
  const tile = TILES[product].find((one) => formText(one) === size)
  if (tile === undefined) return undefined
  if (invocations === undefined)
    return text.includes('/')
      ? undefined
      : { ...tile, workgroup: Math.max(tile.lanes, tile.sharing, workgroup) }
  const found = WORKGROUPS.find((one) => String(one) === invocations)
  if (found === undefined || found < tile.lanes || text !== `${size}/${invocations}`) return undefined
  return { ...tile, workgroup: found }
}

/**
 * Refuses names and values that there are not; which matrices there are is for `planNetwork` to say.
 * @throws ModelError
 */
export function checkVariants(variants: Variants, path = 'variants'): void {
  for (const [name, value] of Object.entries(variants) as [string, unknown][]) {
    const refuse = (there: string): never => {
      throw new ModelError(`there is no ${name}=${String(value)}; ${there}`, { path })
    }
    const [product, matrix] = splitName(name)
    if (product === 'recall' || product === 'project') {
      if (matrix === '') refuse(`name a memory or a synapse, as in ${product}:xi, or leave the colon out`)
      if (typeof value !== 'string' || readForm(product, value, 64) === undefined) {
        const tiles = TILES[product].map(formText).join(', ')
        refuse(
          `${product} has the tiles ${tiles}, and workgroups of ${WORKGROUPS.join(', ')}, as in 1x1/32; a workgroup holds all lanes of a tile`,
        )
      }
    } else if (name === 'fuse' || name === 'fold' || name === 'attend') {
      if (value !== 'on' && value !== 'off') refuse(`${name} is on or off`)
    } else if (name === 'reduce') {
      if (value !== 'tree' && value !== 'subgroup') refuse('reduce is tree or subgroup')
    } else if (name === 'synapses') {
      if (value !== 'whole' && value !== 'factored') refuse('synapses is whole or factored')
    } else if (name === 'resident') {
      if (value !== 'shared' && value !== 'lone') refuse('resident is shared or lone')
    } else {
      refuse(
        'there are recall, project (of one matrix alone as in recall:xi), fuse, fold, attend, reduce, synapses and resident',
      )
    }
  }
}

/** `recall:xi` as `recall` and `xi`; without a colon there is no matrix. */
function splitName(name: string): [string, string?] {
  const colon = name.indexOf(':')
  return colon < 0 ? [name] : [name.slice(0, colon), name.slice(colon + 1)]
}

/**
 * The variants of a command line, in the order in which they are given; the last of a name counts.
 * @param assignments - each NAME=VALUE
 * @throws ModelError
 */
export function parseVariants(assignments: readonly string[], path: string): Variants {
  const variants = Object.fromEntries(
    assignments.map((assignment) => {
      const at = assignment.indexOf('=')
      if (at < 0)
        throw new ModelError(`must be NAME=VALUE, such as recall=4x4 or fuse=off, not "${assignment}"`, {
          path,
        })
      return [assignment.slice(0, at), assignment.slice(at + 1)]
    }),
  ) as Variants
  checkVariants(variants, path)
  return variants
}

/** As a command line takes them: NAME=VALUE, with blanks between. */
export function variantsText(variants: Variants): string {
  return Object.entries(variants)
    .map(([name, value]) => `${name}=${value as string}`)
    .join(' ')
}

/** The product of a matrix in a tick, and the form that it has. */
export interface ProductPlan extends ProductShape {
  /** Such as `recall:xi`: what forces it. */
  readonly name: `${Product}:${string}`
  readonly form: Form
  readonly why: Why
  /** Ticks between two of it. */
  readonly every: number
}

/** What may be on or off: that recall by a softmax layer reads its memory once (`attend`), of the shape of the memory. */
export interface SwitchPlan extends Omit<ProductShape, 'product'> {
  readonly product: 'attend'
  readonly name: 'attend'
  readonly form: 'on' | 'off'
  readonly why: Why
  readonly every: number
  /** True = the adapter may find either the faster. */
  readonly isOpen: boolean
}

/** What there is to choose for the ticks of a network on an adapter. */
export type Choice = ProductPlan | SwitchPlan

/** The form of a choice, as variants take it. */
export function choiceText({ form }: Choice): string {
  return typeof form === 'string' ? form : formText(form)
}

/**
 * The form of a product.
 * @param forms - from the highest rank down: what is said of the product itself, what it was in another plan, what is
 *   said of all of its kind, what was tuned, the default
 * @param lanes - of the smallest subgroup; 1 = there are no subgroups
 * @throws ModelError if it is forced to treat more states at once than there are
 */
export function chooseForm(
  { product, states }: Pick<ProductShape, 'product' | 'states'>,
  forms: {
    readonly own?: { readonly name: string; readonly form: string | undefined }
    readonly kept?: string | undefined
    readonly all: string | undefined
    readonly tuned: string | undefined
    readonly standard: Form
  },
  lanes: number,
): { readonly form: Form; readonly why: Why } {
  const { own, kept, all, tuned, standard } = forms
  const { workgroup } = standard
  /** A cache or a checkpoint may hold what is not possible here. */
  const possible = (text: string | undefined): Form | undefined => {
    const form = text === undefined ? undefined : readForm(product, text, workgroup)
    return form !== undefined && form.states <= states && form.sharing <= lanes ? form : undefined
  }
  if (own?.form !== undefined) {
    const form = readForm(product, own.form, workgroup)
    if (form !== undefined && form.states > states) {
      const few = TILES[product].filter((tile) => tile.states <= states && tile.sharing <= lanes)
      throw new ModelError(
        `${own.name}=${own.form} takes ${form.states} states at once, of ${states} that share the matrix; ` +
          `take ${few.map(formText).join(', ')}`,
        { path: 'variants' },
      )
    }
    if (form !== undefined) return { form, why: 'forced' }
  }
  const before = possible(kept)
  if (before !== undefined) return { form: before, why: 'forced' }
  const forced = all === undefined ? undefined : readForm(product, all, workgroup)
  if (forced !== undefined)
    return { form: states < forced.states ? { ...forced, states: 1, sharing: 1 } : forced, why: 'forced' }
  const found = possible(tuned)
  if (found !== undefined) return { form: found, why: 'tuned' }
  return { form: standard, why: 'default' }
}

/**
 * Everything that has been chosen for a plan, so that it can be chosen again, whatever is tuned there: the same plan, but for
 * how workgroups add up on another kind of adapter.
 */
export function pinned(choices: readonly Choice[], variants: Variants): Variants {
  return {
    ...Object.fromEntries(choices.map((choice) => [choice.name, choiceText(choice)])),
    fuse: 'on',
    ...generalOf(variants),
  }
}

/** True for a variant that there is only where invocations can share a subgroup. */
export function needsSubgroups(value: string): boolean {
  return value === 'subgroup' || value === 'shared' || /q(\/|$)/.test(value)
}

/**
 * What is said of no product in particular.
 * @param lanes - 1 = there are no subgroups to reduce within, or to share a replica
 */
export function generalOf(variants: Variants, lanes = Infinity): Variants {
  const isGeneral = ([name, value]: [string, unknown]): boolean =>
    !name.includes(':') && !(lanes === 1 && needsSubgroups(value as string))
  return Object.fromEntries(Object.entries(variants).filter(isGeneral))
}
