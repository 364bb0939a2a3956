/**
 * Which neurons of a layer move in a step; the others keep their state (docs/theory.md, "Updates"). A scenario
 * writes the name of a kind, or {KIND: number} for a kind with a number.
 */
import * as v from 'valibot'
import { number } from '../fields.ts'

/** The arguments of an update: a step of one layer in one replica. */
export interface Choice {
  /** Neurons of the layer. */
  readonly size: number
  /** Number of earlier steps of the layer. */
  readonly step: number
  /** `word` of the update. */
  readonly word: number
  /** 32 random bits, independent for each counter, step, layer and replica. */
  readonly draw: (counter: number) => number
}

interface Definition {
  /** Description for the schema. */
  readonly text: string
  /** Whether a neuron moves. The WGSL is shaders/update/KIND.wgsl, except for the kind that moves all. */
  readonly chooser: (choice: Choice) => (index: number) => boolean
  /** True if all neurons move in every step. */
  readonly movesAll: boolean
  /**
   * True if at most one neuron of a layer moves in a step: its input from the layer is then constant during the
   * step.
   */
  readonly movesOne: boolean
  /** As TeX, from its number as TeX; absent = no text. */
  readonly formula?: (of: string) => string
  /** The number of a kind: its schema, its initial value on the page, and its 32 bits for the kernel. */
  readonly number?: {
    readonly schema: v.GenericSchema<number>
    readonly start: number
    readonly word: (value: number) => number
  }
}

/** Adding a kind: docs/extending.md. */
export const UPDATES = {
  all: {
    text: 'all neurons in every step.',
    chooser: () => () => true,
    movesAll: true,
    movesOne: false,
  },

  probability: {
    text: 'each neuron independently, with this probability in each step.',
    chooser:
      ({ word, draw }) =>
      (index) =>
        draw(index) <= word,
    movesAll: false,
    movesOne: false,
    formula: (of) => `\\text{each neuron with probability } p = ${of}`,
    number: {
      schema: number('probability', 'Probability with which a neuron moves in a step.', {
        above: 0,
        max: 1,
        control: { min: 0.01, max: 1, step: 0.01 },
      }),
      start: 0.5,
      // The largest of the 32-bit words that move a neuron.
      word: (value) => Math.ceil(value * 2 ** 32) - 1,
    },
  },

  one: {
    text: 'one random neuron in each step, drawn for each replica.',
    chooser({ size, draw }) {
      const chosen = partOf(draw(0), size)
      return (index) => index === chosen
    },
    movesAll: false,
    movesOne: true,
    formula: () => '\\text{one neuron a step, at random}',
  },

  cycle: {
    text: 'neuron number step mod N in each step, one after the other.',
    chooser:
      ({ size, step }) =>
      (index) =>
        index === step % size,
    movesAll: false,
    movesOne: true,
    formula: () => '\\text{one neuron a step, in turn}',
  },
} as const satisfies Readonly<Record<string, Definition>>

type Table = typeof UPDATES

export type UpdateKind = keyof Table

/** Which neurons of a layer move in a step, as a scenario writes it. */
export type Update = {
  readonly [K in UpdateKind]: Table[K] extends { readonly number: unknown } ? Readonly<Record<K, number>> : K
}[UpdateKind]

/** In the order of the menu. */
export const UPDATE_KINDS = Object.keys(UPDATES) as [UpdateKind, ...UpdateKind[]]

/** The default update of a layer. */
export const USUAL_UPDATE = 'all' satisfies Update

function definitionOf(kind: UpdateKind): Definition {
  return UPDATES[kind]
}

/** The kind of an update. */
export function updateKind(update: Update): UpdateKind {
  return typeof update === 'string' ? update : (Object.keys(update)[0] as UpdateKind)
}

/** All facts of an update that other folders read. */
export function updateFacts(update: Update): Definition {
  return definitionOf(updateKind(update))
}

/** The number of an update as the kernel reads it; 0 without a number. */
export function updateWord(update: Update): number {
  const { number: own } = updateFacts(update)
  if (own === undefined || typeof update === 'string') return 0
  return own.word(Object.values<number>(update)[0] as number)
}

/** An update of a kind, with its initial number. */
export function updateOf(kind: UpdateKind): Update {
  const { number: own } = definitionOf(kind)
  return (own === undefined ? kind : { [kind]: own.start }) as Update
}

/** The schema of an update in a scenario. TypeScript cannot follow the kinds through the loop. */
export const updateOptions = [
  v.picklist(UPDATE_KINDS.filter((kind) => definitionOf(kind).number === undefined)),
  ...UPDATE_KINDS.flatMap((kind) => {
    const { number: own } = definitionOf(kind)
    return own === undefined ? [] : [v.strictObject({ [kind]: own.schema })]
  }),
] as unknown as [v.GenericSchema<Update>]

/** Maps a word to an integer below `bound`, floor(word bound / 2^32). */
function partOf(word: number, bound: number): number {
  return Number((BigInt(word) * BigInt(bound)) >> 32n)
}
