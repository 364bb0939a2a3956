/** The choice of a memory or coupling that stores patterns, and of one of its rows. */
import { ModelError } from '../../core/errors.ts'
import { readNumber } from '../controls/number.ts'
import type { Store } from './places.ts'
import type { Strip } from './strip.ts'

export interface StoreChoice {
  /** Offers stores; the chosen store stays if it is among them. */
  offer(stores: readonly Store[]): void
  /**
   * The chosen store, else the first.
   * @throws ModelError if there is none
   */
  of(stores: readonly Store[]): Store
  /** Chooses one of the offered stores, and one of its rows. */
  choose(name: string, row: number): void
  /**
   * The row that the reader has chosen.
   * @throws ModelError if the store has no such row
   */
  rowOf(store: Store): number
  /** Shows a row, or none. */
  showRow(row: number | undefined): void
}

/** Buttons that need a store. */
const NEEDY = ['keep', 'images', 'replace', 'forget', 'show']

export function createStoreChoice(strip: Strip): StoreChoice {
  const select = strip.part('store') as HTMLSelectElement
  const input = strip.part('row') as HTMLInputElement
  return {
    offer(stores) {
      const before = select.value
      select.replaceChildren(...stores.map(({ name }) => new Option(name, name)))
      if (stores.some(({ name }) => name === before)) select.value = before
      strip.part('store-label').hidden = stores.length < 2
      for (const name of NEEDY) {
        const button = strip.part(name) as HTMLButtonElement
        button.disabled = stores.length === 0
      }
    },
    of(stores) {
      const chosen = stores.find(({ name }) => name === select.value) ?? stores[0]
      if (chosen === undefined)
        throw new ModelError('this network stores no patterns of that layer; add a memory')
      return chosen
    },
    choose(name, row) {
      select.value = name
      input.value = String(row)
    },
    rowOf(store) {
      const { rows } = store.rows
      const reading = readNumber(input.value, { integer: true, min: 0, max: rows - 1 })
      if ('value' in reading) return reading.value
      throw new ModelError(`row: give a number from 0 to ${rows - 1}, or click a memory with Pick`)
    },
    showRow(row) {
      input.value = row === undefined ? '' : String(row)
    },
  }
}
