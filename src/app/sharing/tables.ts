/** Tables as files of any length. */
import { Zip, ZipDeflate, strToU8 } from 'fflate'

/** A table in pieces, because one string or array may be too small. */
export interface Table {
  readonly name: string
  readonly pieces: Iterable<string>
}

/** One table as a file, several tables in a zip. */
export function tablesFile(tables: readonly Table[]): { readonly name: string; readonly content: Blob } {
  const [only] = tables
  if (only !== undefined && tables.length === 1)
    return { name: only.name, content: new Blob(Array.from(only.pieces, (piece) => new Blob([piece]))) }
  const parts: Blob[] = []
  const zip = new Zip((error, bytes) => {
    if (error !== null) throw error
    parts.push(new Blob([bytes]))
  })
  for (const { name, pieces } of tables) {
    const entry = new ZipDeflate(name)
    zip.add(entry)
    for (const piece of pieces) entry.push(strToU8(piece))
    entry.push(new Uint8Array(0), true)
  }
  zip.end()
  return { name: 'csv.zip', content: new Blob(parts) }
}
