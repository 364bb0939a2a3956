/** Arrays of numbers from files, by the ending of their names. */
import { ModelError } from '../errors.ts'
import type { LabelledTable } from './csv.ts'
import { type NpyArray, decodeNpy } from './npy.ts'
import { arrayNames, decodeNpzArray } from './npz.ts'

/** A file of an array, and which of its arrays. */
export interface ArrayFile {
  readonly file: string
  readonly name: string | undefined
  /** The reader of files of this ending. */
  readonly load: () => Promise<ArrayReader>
}

export interface ArrayReader {
  /**
   * @param name - of one of several arrays
   * @param header - of a table: whether its first line has names
   * @throws ModelError if the bytes are not what the ending says
   */
  readonly decode: (bytes: Uint8Array, name?: string, header?: boolean) => NpyArray
  /**
   * The names of its arrays; absent for a file of one array.
   * @throws as `decode`
   */
  readonly names?: (bytes: Uint8Array) => string[]
  /** Of a table: its numbers and a column of labels; undefined for one without such a column. */
  readonly labelled?: (bytes: Uint8Array) => LabelledTable | undefined
}

type Load = () => Promise<ArrayReader>

/** Files of several arrays, each with a name behind a #. */
const NAMED: Readonly<Record<string, Load>> = {
  npz: () => Promise.resolve({ decode: decodeNpzArray, names: arrayNames }),
  mat: async () => {
    const { decodeMat, matNames } = await import('./mat.ts')
    return { decode: decodeMat, names: matNames }
  },
  safetensors: async () => {
    const { decodeSafetensors, tensorNames } = await import('./safetensors.ts')
    return { decode: decodeSafetensors, names: tensorNames }
  },
}

const table: Load = async () => {
  const { decodeCsv, decodeLabelled } = await import('./csv.ts')
  return { decode: (bytes, _, header) => decodeCsv(bytes, header), labelled: decodeLabelled }
}

const PLAIN: Readonly<Record<string, Load>> = {
  npy: () => Promise.resolve({ decode: (bytes) => decodeNpy(bytes) }),
  csv: table,
  tsv: table,
  txt: table,
}

const ENDINGS = [...Object.keys(PLAIN), ...Object.keys(NAMED)]

/** @returns undefined for names of other endings */
export function arrayFile(path: string): ArrayFile | undefined {
  const [, archive, kind = '', name] = /^(.*\.(npz|mat|safetensors)(?:\.gz)?)(?:#(.*))?$/is.exec(path) ?? []
  const named = NAMED[kind.toLowerCase()]
  if (archive !== undefined && named !== undefined) return { file: archive, name, load: named }
  const load = PLAIN[/\.(npy|csv|tsv|txt)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase() ?? '']
  return load && { file: path, name: undefined, load }
}

/** @throws ModelError for names of other endings */
export function requireArrayFile(path: string): ArrayFile {
  const found = arrayFile(path)
  if (found !== undefined) return found
  throw new ModelError(
    `${path} has no ending of an array; the endings are ${ENDINGS.map((one) => `.${one}`).join(', ')}`,
  )
}
