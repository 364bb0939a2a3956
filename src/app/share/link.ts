/** A scenario in the hash of an address, `#s1=...`: its JSON, deflated, in base64url. Pure. */
import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate'
import { ModelError } from '../../core/model/errors.ts'
import { parseScenario } from '../../core/model/parse.ts'
import type { Scenario } from '../../core/model/schema.ts'

/** The number is the version of the format. */
const PREFIX = '#s1='

/** Characters that a link may have; mail programs and chats cut longer ones. */
export const LONGEST_LINK = 8000

/**
 * The address that opens a scenario. It may be longer than `LONGEST_LINK`, and is then not to be given away.
 * @param page - address of the page; its query and hash are left out
 */
export function linkTo(page: string, scenario: Scenario): string {
  const url = new URL(page)
  url.search = ''
  const packed = deflateSync(strToU8(JSON.stringify(scenario)), { level: 9 })
  url.hash = PREFIX + base64url(packed)
  return url.href
}

/** True when a hash is meant as a shared scenario, of whatever version. */
export function isShared(hash: string): boolean {
  return /^#s\d+=/.test(hash)
}

/**
 * The scenario of a hash that `linkTo` made.
 * @throws ModelError if it is cut short, changed, too long, of another version, or if its scenario is not valid
 */
export function scenarioOf(hash: string): Scenario {
  if (!hash.startsWith(PREFIX)) {
    const [version] = hash.slice(1).split('=')
    throw new ModelError(
      `the link has the format ${version}, this page reads s1; open it with a newer engram`,
    )
  }
  if (hash.length > LONGEST_LINK) {
    throw new ModelError(
      `the link has ${hash.length} characters, there may be at most ${LONGEST_LINK}; ask for the scenario as a file`,
    )
  }
  return parseScenario(unpack(hash.slice(PREFIX.length)))
}

function unpack(text: string): unknown {
  try {
    const base64 = text.replaceAll('-', '+').replaceAll('_', '/')
    return JSON.parse(strFromU8(inflateSync(strToU8(atob(base64), true))))
  } catch {
    throw new ModelError('the link is damaged or not whole; copy it again, from its start to its end')
  }
}

function base64url(bytes: Uint8Array): string {
  return btoa(strFromU8(bytes, true)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
