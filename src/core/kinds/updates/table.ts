/**
 * Which neurons of a layer move in a step; the others keep their state (docs/theory.md, "Updates"). A scenario writes the name
 * of a kind, or {KIND: number} for one that has a number.
 */
import * as v from 'valibot'
import { number } from '../fields.ts'

/** What an update is told of a step of one layer in one replica. */
export interface Choice {
  /** Neurons of the layer. */
  readonly size: number
  /** Steps that the layer has taken before. */
  readonly step: number
  /** `word` of the update. */
  readonly word: number
  /** 32 random bits, independent for each counter, step, layer and replica. */
  readonly draw: (counter: number) => number
}

interface Definition {
  /** What happens, for the schema. */
  readonly text: string
  /** Tells of each neuron whether it moves. Its WGSL is shaders/update/KIND.wgsl, but for one that moves all. */
  readonly chooser: (choice: Choice) => (index: number) => boolean
  /** All neurons move in every step: there is nothing to choose. */
  readonly movesAll: boolean
  /** At most one neuron of a layer moves in a step: what it is sent cannot change with it. */
  readonly movesOne: boolean
  /** As TeX, of its number as TeX; absent = there is nothing to say. */
  readonly formula?: (of: string) => string
  /** The number of a kind that has one: its schema, what a user begins with, and the 32 bits that the kernel gets of it. */
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

/** The default: what a layer has where its scenario names none. */
export const USUAL_UPDATE = 'all' satisfies Update

function definitionOf(kind: UpdateKind): Definition {
  return UPDATES[kind]
}

/** The kind of an update. */
export function updateKind(update: Update): UpdateKind {
  return typeof update === 'string' ? update : (Object.keys(update)[0] as UpdateKind)
}

/** All that other floors know of an update. */
export function updateFacts(update: Update): Definition {
  return definitionOf(updateKind(update))
}

/** The number of an update as the kernel gets it; 0 where there is none. */
export function updateWord(update: Update): number {
  const { number: own } = updateFacts(update)
  if (own === undefined || typeof update === 'string') return 0
  return own.word(Object.values<number>(update)[0] as number)
}

/** An update of a kind, with the number that a user begins with. */
export function updateOf(kind: UpdateKind): Update {
  const { number: own } = definitionOf(kind)
  return (own === undefined ? kind : { [kind]: own.start }) as Update
}

/** What a scenario may write. TypeScript cannot follow the kinds through the loop. */
export const updateOptions = [
  v.picklist(UPDATE_KINDS.filter((kind) => definitionOf(kind).number === undefined)),
  ...UPDATE_KINDS.flatMap((kind) => {
    const { number: own } = definitionOf(kind)
    return own === undefined ? [] : [v.strictObject({ [kind]: own.schema })]
  }),
] as unknown as [v.GenericSchema<Update>]

/** The integer below `bound` that a word stands for, floor(word bound / 2^32). */
function partOf(word: number, bound: number): number {
  return Number((BigInt(word) * BigInt(bound)) >> 32n)
}
