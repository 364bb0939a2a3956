/**
 * CRC-32 of bytes, as zip, gzip and PNG have it: polynomial 0xEDB88320, reflected; four bytes at a time.
 * @param before - CRC-32 of the bytes that stand before them
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  const [first, second, third, fourth] = TABLES
  const { length } = bytes
  let crc = ~before
  let at = 0
  for (; at + 4 <= length; at += 4) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    crc = fourth[crc & 0xff]! ^ third[(crc >>> 8) & 0xff]! ^ second[(crc >>> 16) & 0xff]! ^ first[crc >>> 24]!
  }
  for (; at < length; at++) crc = first[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8)
  return ~crc >>> 0
}

/** What a byte adds, followed by 0, 1, 2 or 3 zeros. */
const TABLES = tables()

function tables(): [Int32Array, Int32Array, Int32Array, Int32Array] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
    return crc
  })
  const behind = (table: Int32Array): Int32Array => table.map((crc) => first[crc & 0xff]! ^ (crc >>> 8))
  const second = behind(first)
  const third = behind(second)
  return [first, second, third, behind(third)]
}
