/** The arrays that claims compare with (`equals`). */
import { decodeNpy, type NpyArray } from '../data/npy.ts'
import { arrayNames, decodeNpzArray } from '../data/npz.ts'
import { ModelError } from '../errors.ts'
import { createReader } from './files.ts'
import { list } from './path.ts'
import type { ResolveOptions } from './resolve.ts'
import type { ClaimSpec, Scenario } from './schema.ts'

/** Expected arrays by the index of their claims. */
export type Expected = ReadonlyMap<number, NpyArray>

/**
 * Reads the arrays of all claims that compare with one.
 * @throws ModelError for a file that is not there or not readable, or has no such array
 */
export async function loadExpected(
  { expect = [] }: Scenario,
  { file, read, allowOutside = false }: ResolveOptions,
): Promise<Expected> {
  const reader = createReader(read, allowOutside)
  const found = new Map<number, NpyArray>()
  for (const [index, { equals, probe }] of expect.entries()) {
    if (equals === undefined) continue
    const path = `expect.${index}.equals`
    try {
      found.set(index, arrayOf(await reader(equals.file), equals, probe, path))
    } catch (error) {
      if (!(error instanceof ModelError)) throw error
      const { place, reason } = error
      throw new ModelError(reason, { path, ...place, ...(file === undefined ? {} : { file }) })
    }
  }
  return found
}

function arrayOf(
  bytes: Uint8Array,
  { file, array }: NonNullable<ClaimSpec['equals']>,
  probe: string,
  path: string,
): NpyArray {
  // Every .npz is a zip archive.
  const isArchive = bytes[0] === 0x50 && bytes[1] === 0x4b
  if (!isArchive && array !== undefined)
    throw new ModelError(`${file} is no .npz and has one array; leave array out`, { path: `${path}.array` })
  if (!isArchive) return decodeNpy(bytes)
  const name = array ?? `${probe}.value`
  const names = arrayNames(bytes)
  if (names.includes(name)) return decodeNpzArray(bytes, name)
  throw new ModelError(`${file} holds no array \`${name}\`; give ${list(names)}`, { path: `${path}.array` })
}
