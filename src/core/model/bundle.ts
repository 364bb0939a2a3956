/** A scenario and the files that it names, in one file: NAME.engram, a zip with `scenario.json`. */
import { strToU8, zipSync } from 'fflate'
import { readZip } from '../data/zip.ts'
import { ModelError } from '../errors.ts'
import { type Read, filesNamed, naming } from './files.ts'
import { imageData } from './lesson-parts.ts'
import type { Scenario } from './schema.ts'

/** The member with the scenario. */
export const SCENARIO_MEMBER = 'scenario.json'

/** A fixed date, so that equal contents give equal bytes. Zip has no dates before 1980. */
const MTIME = new Date(1980, 0, 1)

/** Endings of files that do not become smaller. */
const PACKED = /\.(gz|npz|png|jpe?g|webp)$/i

/**
 * The scenario with the files that it names, as a zip archive.
 * @throws ModelError for a file that cannot be read, or lies outside the folder
 */
export async function encodeBundle(scenario: Scenario, read: Read): Promise<Uint8Array> {
  const members: Record<string, [Uint8Array, { level: 0 | 6; mtime: Date }]> = {
    [SCENARIO_MEMBER]: [strToU8(`${JSON.stringify(scenario, null, 2)}\n`), { level: 6, mtime: MTIME }],
  }
  const figures = (scenario.lesson?.figures ?? []).map(({ src }) => src)
  const shown = figures.filter((src) => imageData(src) === undefined)
  for (const path of new Set([...filesNamed(scenario), ...shown])) {
    const name = memberOf(path)
    if (name === undefined || name === SCENARIO_MEMBER)
      throw new ModelError(
        `"${path}" cannot be a member of an .engram file; give the file another name, in the folder of the scenario`,
      )
    members[name] = [await read(path), { level: PACKED.test(name) ? 0 : 6, mtime: MTIME }]
  }
  return zipSync(members)
}

/** The members of an .engram file. */
export interface Bundle {
  /** The bytes of `scenario.json`. */
  readonly scenario: Uint8Array
  /** Reads a file that the scenario names. */
  readonly read: Read
}

/** Whether bytes are a zip archive with a scenario; a checkpoint and results are other archives. */
export function isBundle(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return false
  try {
    return readZip(bytes).some(({ name }) => name === SCENARIO_MEMBER)
  } catch {
    return false
  }
}

/**
 * Reads an .engram file.
 * @param file - its name in errors
 * @throws ModelError if it is damaged or has no scenario; the reader, for a member that is missing or damaged
 */
export function decodeBundle(bytes: Uint8Array, file: string): Bundle {
  const members = new Map(naming(file, () => readZip(bytes)).map((member) => [member.name, member]))
  const unpacked = (name: string): Uint8Array | undefined => {
    const member = members.get(name)
    return member && naming(`${name} in ${file}`, () => member.read())
  }
  const scenario = unpacked(SCENARIO_MEMBER)
  if (scenario === undefined)
    throw new ModelError(`${file} has no ${SCENARIO_MEMBER}; save the network with its data again`)
  return {
    scenario,
    // eslint-disable-next-line @typescript-eslint/require-await -- errors reject
    read: async (path) => {
      const content = unpacked(memberOf(path) ?? path)
      if (content !== undefined) return content
      throw new ModelError(`${file} has no member "${path}"; add the file that the scenario names`)
    },
  }
}

/** The name of a member: parts divided by /, none of them . or ..; undefined for a path outside the folder. */
function memberOf(path: string): string | undefined {
  const parts = path.split(/[/\\]/).filter((part) => part !== '' && part !== '.')
  const isOutside = /^([/\\]|[A-Za-z]:[/\\])/.test(path) || parts.includes('..') || parts.length === 0
  return isOutside ? undefined : parts.join('/')
}
