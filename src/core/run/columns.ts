/** Rows of equal length that grow without an object for each: flat typed arrays, and lists that read from them. */

type Numbers = Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>

/** Bytes of the room that is made at once. */
const CHUNK_BYTES = 2 ** 16

export interface Column<A extends Numbers> {
  /** Numbers of a row. */
  readonly width: number
  /** Rows so far. */
  readonly length: number
  /** Bytes that are allocated. */
  readonly bytes: number
  push(row: ArrayLike<number>): void
  /** A view of a row. */
  row(index: number): A
  /** A copy of the first rows, one behind the other. */
  whole(count: number): A
}

/** @param width - numbers of a row */
export function createColumn<A extends Numbers>(Type: new (length: number) => A, width: number): Column<A> {
  const perChunk = Math.max(1, Math.floor(CHUNK_BYTES / (8 * Math.max(1, width))))
  const chunks: A[] = []
  let length = 0
  const start = (index: number): number => (index % perChunk) * width
  const chunkOf = (index: number): A => chunks[Math.floor(index / perChunk)] as A
  return {
    width,
    get length() {
      return length
    },
    get bytes() {
      return chunks.reduce((sum, { byteLength }) => sum + byteLength, 0)
    },
    push(row) {
      if (length === chunks.length * perChunk) chunks.push(new Type(perChunk * width))
      chunkOf(length).set(row, start(length))
      length++
    },
    row(index) {
      return chunkOf(index).subarray(start(index), start(index) + width) as A
    },
    whole(count) {
      const all = new Type(count * width)
      for (let from = 0; from < count; from += perChunk)
        all.set(chunkOf(from).subarray(0, Math.min(perChunk, count - from) * width), from * width)
      return all
    },
  }
}

const sources = new WeakMap<object, () => Numbers>()

/** The rows of a column as a list that is read only: all there are when it is read, or the first ones. */
export function rowsOf<A extends Numbers>(column: Column<A>, count?: number): readonly A[] {
  return listOf(column, (index) => column.row(index), count)
}

/** The numbers of a column whose rows have one, as such a list. */
export function numbersOf(column: Column<Numbers>, count?: number): readonly number[] {
  return listOf(column, (index) => column.row(index)[0] as number, count)
}

/** The numbers behind a list of a column, in one piece; undefined for any other list. */
export function wholeOf(list: readonly unknown[]): Numbers | undefined {
  return sources.get(list)?.()
}

/** A list of a column as a plain array, which can be cloned; its rows lie in one buffer of their own. */
export function plainOf<T>(list: readonly T[]): readonly T[] {
  const whole = sources.get(list)?.()
  if (whole === undefined) return list
  if (typeof list[0] === 'number') return Array.from(whole) as T[]
  const width = whole.length / Math.max(1, list.length)
  return Array.from({ length: list.length }, (_, row) => whole.subarray(row * width, (row + 1) * width) as T)
}

function listOf<T>(
  column: Column<Numbers>,
  at: (index: number) => T,
  count: number | undefined,
): readonly T[] {
  const length = (): number => count ?? column.length
  const entry = (key: string | symbol): number | undefined => {
    const index = typeof key === 'string' && /^\d+$/.test(key) ? Number(key) : undefined
    return index !== undefined && index < length() ? index : undefined
  }
  // An array of its own would have an object for each row.
  const list = new Proxy<T[]>([], {
    get(target, key) {
      if (key === 'length') return length()
      const index = entry(key)
      return index === undefined ? (Reflect.get(target, key) as unknown) : at(index)
    },
    has: (target, key) => entry(key) !== undefined || Reflect.has(target, key),
    ownKeys: () => [...Array.from({ length: length() }, (_, index) => String(index)), 'length'],
    getOwnPropertyDescriptor(target, key) {
      if (key === 'length') return { value: length(), writable: true, enumerable: false, configurable: false }
      const index = entry(key)
      return index === undefined
        ? Reflect.getOwnPropertyDescriptor(target, key)
        : { value: at(index), writable: false, enumerable: true, configurable: true }
    },
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  })
  sources.set(list, () => column.whole(length()))
  return list
}
