/** Unpacking with a limit: a few bytes may say that they hold more than there is memory. */
import { Inflate } from 'pako'
import { ModelError } from '../errors.ts'

/** Most bytes that compressed data may unpack to, 1 GiB. What is larger is given without compression. */
export const MOST_UNPACKED = 2 ** 30

/** Bytes that are unpacked at once. */
const CHUNK = 2 ** 18

/**
 * Unpacks as `inflate` does, by means of the platform; undefined where anything is unusual or wrong.
 * @throws ModelError if there are more bytes than `most`
 */
export type NativeInflate = (
  bytes: Uint8Array,
  options: { readonly raw: boolean; readonly most: number },
) => Uint8Array<ArrayBuffer> | undefined

let native: NativeInflate | undefined

/** Lets a platform unpack what it can; undefined = none. */
export function useNativeInflate(unpack: NativeInflate | undefined): void {
  native = unpack
}

/**
 * Unpacks gzip data, of one member or several, each against its checksum and length; or a raw deflate stream.
 * @param most - most bytes of the result; where there are more, unpacking ends there
 * @throws ModelError if the data is damaged, truncated or too much
 */
export function inflate(
  bytes: Uint8Array,
  { raw = false, most = MOST_UNPACKED }: { readonly raw?: boolean; readonly most?: number } = {},
): Uint8Array<ArrayBuffer> {
  const unpacked = native?.(bytes, { raw, most })
  if (unpacked !== undefined) return unpacked
  const chunks: Uint8Array[] = []
  let size = 0
  const take = (chunk: Uint8Array): void => {
    size += chunk.length
    if (size > most) throw tooLarge(most)
    chunks.push(chunk)
  }
  let rest = unpackOne(bytes, raw, take)
  // pako stops where a member ends with a piece of its input, and at zeros, which may stand between members.
  while (!raw && rest.length > 0) {
    const next = rest.findIndex((byte) => byte !== 0)
    if (next < 0) break
    rest = unpackOne(rest.subarray(next), raw, take)
  }
  const whole = new Uint8Array(size)
  let place = 0
  for (const chunk of chunks) {
    whole.set(chunk, place)
    place += chunk.length
  }
  return whole
}

/** Unpacks until the stream ends; gives what stands behind it. */
function unpackOne(bytes: Uint8Array, raw: boolean, take: (chunk: Uint8Array) => void): Uint8Array {
  const stream = new Inflate({ raw, chunkSize: CHUNK })
  let left = 0
  stream.onStart = (state) => {
    stream.onEnd = () => void (left = state.avail_in)
  }
  stream.onData = take
  let end = 0
  // Not all at once: what is refused is refused early.
  do {
    const at = end
    end = Math.min(bytes.length, at + CHUNK)
    stream.push(bytes.subarray(at, end), end === bytes.length)
  } while (!stream.ended && end < bytes.length)
  if (stream.err !== 0)
    throw new ModelError(REASONS[stream.msg] ?? `is damaged (${stream.msg}); copy it again`)
  return bytes.subarray(end - left)
}

/** By the messages of zlib. */
const REASONS: Readonly<Record<string, string>> = {
  'buffer error': 'is truncated; copy it again',
  'incorrect data check': 'is damaged: its checksum does not fit its contents; copy it again',
  'incorrect length check': 'is damaged: its length does not fit its contents; copy it again',
  'incorrect header check':
    'holds something else behind its gzip data; copy it again, or unpack it beforehand',
}

export function tooLarge(most: number): ModelError {
  return new ModelError(
    `unpacks to more than ${most} bytes, the most for compressed data; give it uncompressed`,
  )
}
