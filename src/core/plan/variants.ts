/**
 * Choices between kernels that compute the same within rounding: what there is, how it is written (the same in the library,
 * on the command line, in summary.json and in checkpoints), and which one an operation takes.
 */
import { ModelError } from '../errors.ts'
import { currentName, currentValue } from './aliases.ts'
import { type Format, type Product, type Reduction, TILES, type Tile, tileText } from './kernels.ts'

/** How a product is computed: its tile, and invocations in a workgroup. */
export interface Form extends Tile {
  readonly workgroup: number
}

/**
 * Chosen by name; what is not there is chosen by the shape and the adapter.
 *
 *     { matvec: '8x1', 'matvec-transposed:xi': '4x4/32', fuse: 'off', reduce: 'tree' }
 *
 * `matvec` is A x, `matvec-transposed` is A^T x, of as many states x as share A. A form is a tile, ROWSxSTATES of `matvec`, and
 * for `matvec-transposed` groups of four columns x states, of one invocation, or xLANES of so many that share it, or with a `q` of one whose loads of the states a quad shares;
 * and after a slash the invocations in a workgroup.
 */
export interface Variants {
  /** Of all products of this kind, those of probes too; a tile of several states is cut where there are fewer. */
  readonly matvec?: string
  readonly 'matvec-transposed'?: string
  /** The product of one memory or synapse in a tick, whatever is said of all. */
  readonly [product: `${Product}:${string}`]: string
  /** off = every product is written down before its layer moves. */
  readonly fuse?: 'on' | 'off'
  /** How a workgroup adds up: with barriers, or within one subgroup. */
  readonly reduce?: Reduction
  /**
   * Products of symmetric couplings that each replica has for itself load what is on and above the diagonal
   * (synapse/symv); off = as `matvec-transposed`.
   */
  readonly symv?: 'on' | 'off'
  /** Recall by a softmax layer reads its memory once, for the layer and for what it sends back (memory/attention). */
  readonly attention?: 'on' | 'off'
  /** Synapses as one matrix W, or as J + U with a ring of activations (couplings/factors.ts). */
  readonly synapses?: 'whole' | 'factored'
  /** Of a resident network: the lanes of a subgroup share a replica, or each replica is one invocation. */
  readonly resident?: 'subgroup' | 'invocation'
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

/** Variants that are one of a few words. */
const SETTINGS: {
  readonly [Name in Exclude<keyof Variants, Product | `${Product}:${string}`>]: readonly NonNullable<
    Variants[Name]
  >[]
} = {
  fuse: ['on', 'off'],
  symv: ['on', 'off'],
  attention: ['on', 'off'],
  reduce: ['tree', 'subgroup'],
  synapses: ['whole', 'factored'],
  resident: ['subgroup', 'invocation'],
}

const PRODUCTS = Object.keys(TILES) as Product[]

/** What `--variant` takes, in one line. */
export const VARIANTS_HELP = [
  `${PRODUCTS.join('|')}=TILE (such as 4x4 or 8x1/32; ${PRODUCTS[0]}:xi=TILE for one matrix)`,
  ...Object.entries(SETTINGS).map(([name, values]) => `${name}=${values.join('|')}`),
].join(', ')

/** Such as `a, b or c`. */
function listText(words: readonly string[], last: string): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

/**
 * Refuses names and values that there are not; which matrices there are is for `planNetwork` to say.
 * @returns the same, names of earlier versions replaced by those of today
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

/** `matvec:xi` as `matvec` and `xi`; without a colon there is no matrix. */
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

/** As a command line takes them: NAME=VALUE, with blanks between. */
export function variantsText(variants: Variants): string {
  return Object.entries(variants)
    .map(([name, value]) => `${name}=${value as string}`)
    .join(' ')
}

/** The product of a matrix in a tick, and the form that it has. */
export interface ProductPlan extends ProductShape {
  /** Such as `matvec:xi`: what forces it. */
  readonly name: `${Product}:${string}`
  readonly form: Form
  readonly why: Why
  /** Ticks between two of it. */
  readonly every: number
}

/** What may be on or off: that recall by a softmax layer reads its memory once (`attention`), of the shape of the memory. */
export interface SwitchPlan extends Omit<ProductShape, 'product'> {
  readonly product: 'attention'
  readonly name: 'attention'
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
  return value === 'subgroup' || /q(\/|$)/.test(value)
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
