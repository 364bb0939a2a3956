import { inflate } from './inflate.ts'

/**
 * Unpacks gzip, of one member or several; other bytes are returned as they are.
 * @throws ModelError if the gzip data is damaged, truncated, or unpacks to more than 1 GiB
 */
export function gunzip(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? inflate(bytes) : bytes
}
