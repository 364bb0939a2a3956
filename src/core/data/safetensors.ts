/**
 * Tensors of Hugging Face: 8 bytes with the length of a header, the header in JSON, the numbers, little endian and row-major.
 * @see https://github.com/huggingface/safetensors, "Format"
 */
import { strFromU8 } from 'fflate'
import * as v from 'valibot'
import { ModelError } from '../errors.ts'
import { type NpyArray, type NpyType, decodeNumbers } from './npy.ts'

/** The types that are read, as NumPy calls them. */
const TYPES: Readonly<Record<string, NpyType>> = {
  BOOL: 'b1',
  U8: 'u1',
  I8: 'i1',
  U16: 'u2',
  I16: 'i2',
  F16: 'f2',
  BF16: 'bf2',
  U32: 'u4',
  I32: 'i4',
  F32: 'f4',
  U64: 'u8',
  I64: 'i8',
  F64: 'f8',
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const headerSchema = v.record(
  v.string(),
  v.object({ dtype: v.string(), shape: v.array(count), data_offsets: v.tuple([count, count]) }),
)

/** Most bytes of a header, as the format says. */
const MOST_HEADER = 100_000_000

/**
 * Reads one tensor.
 * @param name - may be left out where there is one alone
 * @throws ModelError if the file is damaged, or has no such tensor, naming those there are
 */
export function decodeSafetensors(bytes: Uint8Array, name?: string): NpyArray {
  const { header, data } = partsOf(bytes)
  const names = Object.keys(header)
  const wanted = name ?? (names.length === 1 ? names[0] : undefined)
  const tensor = wanted !== undefined && Object.hasOwn(header, wanted) ? header[wanted] : undefined
  if (tensor === undefined) throw unnamed('tensor', name, names)
  const { dtype, shape } = tensor
  const [from, to] = tensor.data_offsets
  const type = Object.hasOwn(TYPES, dtype) ? TYPES[dtype] : undefined
  if (type === undefined)
    throw new ModelError(`has dtype ${dtype} in \`${wanted}\`, which is not read; save it as F32`)
  return decodeNumbers(data.subarray(from, to), type, shape, `\`${wanted}\``)
}

/**
 * The names of the tensors.
 * @throws ModelError if the file is damaged
 */
export function tensorNames(bytes: Uint8Array): string[] {
  return Object.keys(partsOf(bytes).header)
}

function partsOf(bytes: Uint8Array) {
  if (bytes.length < 8) throw damaged('it is cut off')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = Number(view.getBigUint64(0, true))
  if (length > MOST_HEADER || 8 + length > bytes.length) throw damaged('its header is longer than the file')
  const header = headerOf(bytes.subarray(8, 8 + length))
  const data = bytes.subarray(8 + length)
  checkPlaces(header, data.length)
  return { header, data }
}

function headerOf(bytes: Uint8Array): v.InferOutput<typeof headerSchema> {
  try {
    const { __metadata__: _, ...tensors } = JSON.parse(strFromU8(bytes)) as Record<string, unknown>
    return v.parse(headerSchema, tensors)
  } catch {
    throw damaged('its header is not that of tensors')
  }
}

/** The numbers of the tensors follow each other without gaps, to the end of the file. */
function checkPlaces(header: v.InferOutput<typeof headerSchema>, bytes: number): void {
  const places = Object.values(header).map((one) => one.data_offsets)
  let end = 0
  for (const [from, to] of places.sort(([a, b], [c, d]) => a - c || b - d)) {
    if (from !== end || to < from) throw damaged('its tensors overlap or leave gaps')
    end = to
  }
  if (end !== bytes) throw damaged(`its tensors have ${end} bytes, behind the header there are ${bytes}`)
}

/** The error for an array that is not named, or not there. */
export function unnamed(what: string, name: string | undefined, names: readonly string[]): ModelError {
  if (names.length === 0) return new ModelError(`holds no ${what}s; write one at least`)
  const lack = name === undefined ? `holds several ${what}s` : `holds no ${what} \`${name}\``
  return new ModelError(`${lack}; name one of ${names.join(', ')} after a #`)
}

function damaged(what: string): ModelError {
  return new ModelError(`is not a readable .safetensors file (${what}); write or copy it again`)
}
