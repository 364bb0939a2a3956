/** Arrays of numbers from files, by the ending of their names. */
import { ModelError } from '../errors.ts'
import { decodeCsv } from './csv.ts'
import { decodeMat, matNames } from './mat.ts'
import { type NpyArray, decodeNpy } from './npy.ts'
import { arrayNames, decodeNpzArray } from './npz.ts'
import { decodeSafetensors, tensorNames } from './safetensors.ts'

/** A file of an array, and which of its arrays. */
export interface ArrayFile {
  readonly file: string
  readonly name: string | undefined
  /**
   * @param header - of a table: whether its first line has names
   * @throws ModelError if the bytes are not what the ending says
   */
  readonly decode: (bytes: Uint8Array, header?: boolean) => NpyArray
  /**
   * The names of its arrays; absent for a file of one array.
   * @throws as `decode`
   */
  readonly names?: (bytes: Uint8Array) => string[]
}

type Decode = (bytes: Uint8Array, name: string | undefined, header: boolean | undefined) => NpyArray

/** Files of several arrays, each with a name behind a #. */
const NAMED: Readonly<
  Record<string, { readonly decode: Decode; readonly names: (bytes: Uint8Array) => string[] }>
> = {
  npz: { decode: decodeNpzArray, names: arrayNames },
  mat: { decode: decodeMat, names: matNames },
  safetensors: { decode: decodeSafetensors, names: tensorNames },
}

const table: Decode = (bytes, _, header) => decodeCsv(bytes, header)

const PLAIN: Readonly<Record<string, Decode>> = {
  npy: (bytes) => decodeNpy(bytes),
  csv: table,
  tsv: table,
  txt: table,
}

const ENDINGS = [...Object.keys(PLAIN), ...Object.keys(NAMED)]

/** @returns undefined for names of other endings */
export function arrayFile(path: string): ArrayFile | undefined {
  const [, archive, kind = '', name] = /^(.*\.(npz|mat|safetensors)(?:\.gz)?)(?:#(.*))?$/is.exec(path) ?? []
  const named = NAMED[kind.toLowerCase()]
  if (archive !== undefined && named !== undefined)
    return {
      file: archive,
      name,
      decode: (bytes, header) => named.decode(bytes, name, header),
      names: named.names,
    }
  const ending = /\.(npy|csv|tsv|txt)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase() ?? ''
  const plain = PLAIN[ending]
  return plain && { file: path, name: undefined, decode: (bytes, header) => plain(bytes, undefined, header) }
}

/** @throws ModelError for names of other endings */
export function requireArrayFile(path: string): ArrayFile {
  const found = arrayFile(path)
  if (found !== undefined) return found
  throw new ModelError(
    `${path} has no ending of an array; the endings are ${ENDINGS.map((one) => `.${one}`).join(', ')}`,
  )
}
