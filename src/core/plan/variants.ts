/**
 * Choices between kernels that compute the same within rounding: the possible variants, their notation (the same
 * in the library, on the command line, in summary.json and in checkpoints), and the choice for an operation.
 */
import { ModelError } from '../errors.ts'
import { currentName, currentValue } from './aliases.ts'
import { type Format, type Product, type Reduction, TILES, type Tile, tileText } from './kernels.ts'

/** The form of a product: its tile, and the invocations in a workgroup. */
export interface Form extends Tile {
  readonly workgroup: number
}

/**
 * Variants by name; missing ones are chosen by shape and adapter.
 *
 *     { matvec: '8x1', 'matvec-transposed:xi': '4x4/32', fuse: 'off', reduce: 'tree' }
 *
 * `matvec` is A x, `matvec-transposed` is A^T x, for all states x that share A. A form is a tile and, after a
 * slash, the invocations in a workgroup. A tile is ROWSxSTATES for `matvec`, and groups of four columns x states
 * for `matvec-transposed`. It belongs to one invocation, with xLANES to several, and with `q` a quad shares the
 * loads of the states.
 */
export interface Variants {
  /** For all products of this kind, also those of probes; a tile of several states is cut if there are fewer. */
  readonly matvec?: string
  readonly 'matvec-transposed'?: string
  /** For the product of one memory or synapse in a tick; overrides the form for all products. */
  readonly [product: `${Product}:${string}`]: string
  /** off = every product is stored before its layer moves. */
  readonly fuse?: 'on' | 'off'
  /** The reduction in a workgroup: with barriers, or within one subgroup. */
  readonly reduce?: Reduction
  /**
   * Products of symmetric couplings with a copy for each replica load only the diagonal and the entries above
   * (synapse/symv); off = as `matvec-transposed`.
   */
  readonly symv?: 'on' | 'off'
  /** Recall by a softmax layer reads its memory once for both products (memory/attention). */
  readonly attention?: 'on' | 'off'
  /** Convolutions compute a tile of neighbouring pixels and features at once, or each number for itself. */
  readonly convolution?: 'tiled' | 'plain'
  /** Synapses as one matrix W, or as J + U with a ring of activations (couplings/factors.ts). */
  readonly synapses?: 'whole' | 'factored'
  /** For a resident network: the lanes of a subgroup share a replica, or each replica is one invocation. */
  readonly resident?: 'subgroup' | 'invocation'
}

/** The reason for the form of an operation. */
export type Why = 'default' | 'tuned' | 'forced'

/** The key of a choice: all that its time depends on, except the adapter. */
export interface ProductShape {
  readonly product: Product
  readonly format: Format
  readonly rows: number
  readonly columns: number
  /** Replicas that share the matrix. */
  readonly states: number
  /** Copies of the matrix, one for each replica, if they do not share it. */
  readonly copies: number
}

/** The fastest forms, by `shapeKey`. */
export type Tuned = Readonly<Record<string, string>>

/** Such as `matvec f32 1000x784 states 1 copies 1`. */
export function shapeKey({
  product,
  format,
  rows,
  columns,
  states,
  copies,
}: Omit<ProductShape, 'product'> & { readonly product: Product | 'attention' }): string {
  return `${product} ${format} ${rows}x${columns} states ${states} copies ${copies}`
}

/** Sizes of workgroups that every adapter can run. */
export const WORKGROUPS: readonly number[] = [8, 16, 32, 64, 128, 256]

/** Such as `8x1/64`; without the slash for the default workgroup. */
export function formText({ workgroup, ...tile }: Tile & { readonly workgroup?: number }): string {
  return `${tileText(tile)}${workgroup === undefined ? '' : `/${workgroup}`}`
}

/**
 * Reads a form.
 * @param workgroup - default size; a tile with more lanes uses their number
 * @returns undefined for an unknown form
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

/** Variants whose value is one of a few words. */
const SETTINGS: {
  readonly [Name in Exclude<keyof Variants, Product | `${Product}:${string}`>]: readonly NonNullable<
    Variants[Name]
  >[]
} = {
  fuse: ['on', 'off'],
  symv: ['on', 'off'],
  attention: ['on', 'off'],
  convolution: ['tiled', 'plain'],
  reduce: ['tree', 'subgroup'],
  synapses: ['whole', 'factored'],
  resident: ['subgroup', 'invocation'],
}

const PRODUCTS = Object.keys(TILES) as Product[]

/** The values of `--variant`, in one line. */
export const VARIANTS_HELP = [
  `${PRODUCTS.join('|')}=TILE (such as 4x4 or 8x1/32; ${PRODUCTS[0]}:xi=TILE for one matrix)`,
  ...Object.entries(SETTINGS).map(([name, values]) => `${name}=${values.join('|')}`),
].join(', ')

/** Such as `a, b or c`. */
function listText(words: readonly string[], last: string): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

/**
 * Refuses unknown names and values; `planNetwork` checks the names of matrices.
 * @returns the same, with earlier names replaced by present ones
 * @throws ModelError
 */
export function readVariants(variants: object, path = 'variants'): Variants {
  return Object.fromEntries(
    Object.entries(variants).map(([given, from]: [string, unknown]) => {
      const refuse = (there: string): never => {
        throw new ModelError(`there is no ${given}=${String(from)}; ${there}`, { path })
      }
      const name = currentName(given)
      const value = currentValue(name, from)
      const [before, matrix] = splitName(name)
      const product = PRODUCTS.find((one) => one === before)
      if (product !== undefined) {
        if (matrix === '') refuse(`name a memory or a synapse, as in ${product}:xi, or leave the colon out`)
        if (typeof value !== 'string' || readForm(product, value, 64) === undefined) {
          const tiles = TILES[product].map(formText).join(', ')
          refuse(
            `${product} has the tiles ${tiles}, and workgroups of ${WORKGROUPS.join(', ')}, as in 1x1/32; a workgroup holds all lanes of a tile`,
          )
        }
      } else if (Object.hasOwn(SETTINGS, name)) {
        const words: readonly unknown[] = SETTINGS[name as keyof typeof SETTINGS]
        if (!words.includes(value)) refuse(`${name} is ${listText(words as string[], 'or')}`)
      } else {
        refuse(
          `there are ${PRODUCTS.join(', ')} (of one matrix alone as in ${PRODUCTS[0]}:xi), ${listText(Object.keys(SETTINGS), 'and')}`,
        )
      }
      return [name, value]
    }),
  ) as Variants
}

/** Splits `matvec:xi` into `matvec` and `xi`; without a colon there is no matrix. */
function splitName(name: string): [string, string?] {
  const colon = name.indexOf(':')
  return colon < 0 ? [name] : [name.slice(0, colon), name.slice(colon + 1)]
}

/**
 * The variants of a command line, in the given order; the last one of a name counts.
 * @param assignments - each NAME=VALUE
 * @throws ModelError
 */
export function parseVariants(assignments: readonly string[], path: string): Variants {
  const entries = assignments.map((assignment) => {
    const at = assignment.indexOf('=')
    if (at < 0)
      throw new ModelError(`must be NAME=VALUE, such as matvec=4x4 or fuse=off, not "${assignment}"`, {
        path,
      })
    return [assignment.slice(0, at), assignment.slice(at + 1)]
  })
  return readVariants(Object.fromEntries(entries) as Record<string, string>, path)
}

/** Variants as on a command line: NAME=VALUE, separated by spaces. */
export function variantsText(variants: Variants): string {
  return Object.entries(variants)
    .map(([name, value]) => `${name}=${value as string}`)
    .join(' ')
}

/** The product of a matrix in a tick, and its form. */
export interface ProductPlan extends ProductShape {
  /** The name of the variant that forces it, such as `matvec:xi`. */
  readonly name: `${Product}:${string}`
  readonly form: Form
  readonly why: Why
  /** Ticks between two executions. */
  readonly every: number
}

/** An on/off choice: whether recall by a softmax layer reads its memory once (`attention`), with the shape of the memory. */
export interface SwitchPlan extends Omit<ProductShape, 'product'> {
  readonly product: 'attention'
  readonly name: 'attention'
  readonly form: 'on' | 'off'
  readonly why: Why
  readonly every: number
  /** True = either way may be faster on the adapter. */
  readonly isOpen: boolean
}

/** A choice for the ticks of a network on an adapter. */
export type Choice = ProductPlan | SwitchPlan

/** The form of a choice, as the value of a variant. */
export function choiceText({ form }: Choice): string {
  return typeof form === 'string' ? form : formText(form)
}

/**
 * The form of a product.
 * @param forms - by falling priority: forced for the product, from another plan, forced for all of its kind,
 *   tuned, default
 * @param lanes - size of the smallest subgroup; 1 = no subgroups
 * @throws ModelError if a forced tile has more states than share the matrix
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
  /** A cache or a checkpoint may contain forms that are not possible here. */
  const possible = (text: string | undefined): Form | undefined => {
    const form = text === undefined ? undefined : readForm(product, text, workgroup)
    return form !== undefined && form.states <= states && form.sharing <= lanes ? form : undefined
  }
  if (own?.form !== undefined) {
    const form = readForm(product, own.form, workgroup)
    if (form !== undefined && form.states > states) {
      const few = TILES[product].filter((tile) => tile.states <= states && tile.sharing <= lanes)
      throw new ModelError(
        `${own.name}=${own.form} computes ${form.states} states at once, but only ${states} share the matrix; ` +
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
 * All choices of a plan, to repeat them independently of tuning: the plan is then the same, except for
 * reductions on another kind of adapter.
 */
export function pinned(choices: readonly Choice[], variants: Variants): Variants {
  return {
    ...Object.fromEntries(choices.map((choice) => [choice.name, choiceText(choice)])),
    fuse: 'on',
    ...generalOf(variants),
  }
}

/** True for a variant that needs subgroups. */
export function needsSubgroups(value: string): boolean {
  return value === 'subgroup' || /q(\/|$)/.test(value)
}

/**
 * The variants that do not belong to one product.
 * @param lanes - 1 = no subgroups for reductions or to share a replica
 */
export function generalOf(variants: Variants, lanes = Infinity): Variants {
  const isGeneral = ([name, value]: [string, unknown]): boolean =>
    !name.includes(':') && !(lanes === 1 && needsSubgroups(value as string))
  return Object.fromEntries(Object.entries(variants).filter(isGeneral))
}
