/** Files of the reader in the database of the browser, so that a reload has them. */
import type { Read } from '../../core/model/files.ts'
import { lost, outdated } from './lost.ts'
import { OWN } from './own.ts'

const STORE = 'files'

interface Row {
  /** Time in ms when it was stored. */
  readonly at: number
  readonly file: Blob
}

/** Files are known by their entry of the history and their path; those of the sheet of data by their path, which has their checksum. */
const keyOf = (entry: string, path: string): string => (OWN.test(path) ? path : `${entry} ${path}`)

/** Stores files that a reader has. Those that cannot be read or stored are left out. @returns the stored paths */
export async function keepFiles(entry: string, paths: readonly string[], read: Read): Promise<string[]> {
  const database = await opened()
  const kept: string[] = []
  for (const path of paths) {
    try {
      const file = new Blob([(await read(path)) as Uint8Array<ArrayBuffer>])
      const row: Row = { at: Date.now(), file }
      const transaction = database.transaction(STORE, 'readwrite')
      transaction.objectStore(STORE).put(row, keyOf(entry, path))
      // A page that goes away before this may take the file with it.
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve()
        transaction.onabort = () => reject(transaction.error ?? new Error('aborted'))
      })
      kept.push(path)
    } catch {
      // The reload tells what is missing.
    }
  }
  const gone = await prune(database)
  return kept.filter((path) => !gone.includes(keyOf(entry, path)))
}

/** A reader of the files of an entry. @param others - reads what is not stored */
export function readerOf(entry: string, others: Read): Read {
  const known = new Map<string, Promise<Uint8Array>>()
  const read: Read = async (path) => {
    const file = await stored(keyOf(entry, path))
    if (file !== undefined) return file
    try {
      return await others(path)
    } catch {
      throw lost(path)
    }
  }
  return (path) => {
    const bytes = known.get(path) ?? read(path)
    known.set(path, bytes)
    return bytes
  }
}

/**
 * A file of own data.
 * @throws ModelError if it is no longer there
 */
export async function readOwn(path: string): Promise<Uint8Array> {
  const bytes = await stored(path)
  if (bytes === undefined) throw lost(path)
  return bytes
}

async function stored(key: string): Promise<Uint8Array | undefined> {
  try {
    const store = (await opened()).transaction(STORE).objectStore(STORE)
    const row = (await done(store.get(key))) as Row | undefined
    return row && new Uint8Array(await row.file.arrayBuffer())
  } catch {
    // Blocked or damaged; the caller tells that the file is missing.
    return undefined
  }
}

let database: Promise<IDBDatabase> | undefined

function opened(): Promise<IDBDatabase> {
  database ??= Promise.resolve().then(() => {
    const request = indexedDB.open('engram', 1)
    request.onupgradeneeded = () => void request.result.createObjectStore(STORE)
    return done(request)
  })
  return database
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the database of the browser cannot be used'))
  })
}

async function prune(from: IDBDatabase): Promise<string[]> {
  const store = from.transaction(STORE, 'readwrite').objectStore(STORE)
  const [keys, rows] = await Promise.all([
    done(store.getAllKeys()),
    done(store.getAll() as IDBRequest<Row[]>),
  ])
  const files = rows.map(({ at, file }, index) => ({ key: keys[index] as string, at, bytes: file.size }))
  const gone = outdated(files, Date.now())
  await Promise.all(gone.map((key) => done(store.delete(key))))
  return gone
}
