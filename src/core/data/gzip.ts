import { gunzipSync } from 'fflate'
import { ModelError } from '../model/errors.ts'

/**
 * Unpacks gzip; other bytes are returned as they are.
 * @throws ModelError if the gzip data is damaged or truncated
 */
export function gunzip(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes)
  } catch (error) {
    throw new ModelError(
      `is not a readable gzip file (${error instanceof Error ? error.message : String(error)}); copy it again`,
    )
  }
}
