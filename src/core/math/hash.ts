/** FNV-1a, 32 bits [Fowler, Noll, Vo 1991]: to compare texts and arrays; not cryptographic. */

/** Initial value of a hash. */
export const HASH = 0x811c9dc5

/**
 * The hash of a text, over its UTF-16 code units.
 * @param from - the hash of the preceding text; HASH = none
 * @param factor - another factor gives another hash
 * @returns 0 to 2^32 - 1
 */
export function hashText(text: string, from = HASH, factor = 0x01000193): number {
  let hash = from
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), factor)
  return hash >>> 0
}

/** The hash of the bytes of an array, in words of 32 bits, then the remaining bytes. */
export function hashBytes({ buffer, byteOffset, byteLength }: ArrayBufferView): number {
  const isWhole = byteOffset % 4 === 0 && byteLength % 4 === 0
  const parts = isWhole
    ? new Uint32Array(buffer, byteOffset, byteLength / 4)
    : new Uint8Array(buffer, byteOffset, byteLength)
  let hash = HASH
  // The shift mixes the high bits of a word, because a product only moves bits up.
  for (const part of parts) hash = Math.imul(hash ^ part, 0x01000193) ^ (hash >>> 15)
  return hash >>> 0
}
