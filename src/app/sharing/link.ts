/** A scenario in the hash of an address, `#s1=...`: a checksum and its deflated JSON, in base64url. Pure. */
import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate'
import { crc32 } from '../../core/data/crc32.ts'
import { ModelError } from '../../core/errors.ts'
import { parseScenario } from '../../core/model/parse.ts'
import type { Scenario } from '../../core/model/schema.ts'

/** The number is the version of the format. */
const PREFIX = '#s1='

/** The changes of a shipped scenario, which QR codes have: `short.ts`. */
export const SHORT = '#s2='

/** The most characters of a link; mail programs and chats cut longer ones. */
export const LONGEST_LINK = 8000

/** A first byte that no deflated text has (block type 3 is reserved): a CRC-32 and the text follow. */
const CHECKED = 0xff
const CRC_BYTES = 4

/** A longer hash counts as a scenario, even if its first characters are damaged. */
const LONGEST_OTHER = 32

/**
 * The address that opens a scenario. If it is longer than `LONGEST_LINK`, do not share it.
 * @param page - address of the page; its query and hash are ignored
 * @param scenario - of the schema, or what the format of the prefix has
 * @param search - the query of the link
 */
export function linkTo(page: string, scenario: unknown, search = '', prefix = PREFIX): string {
  const url = new URL(page)
  url.search = search
  const text = deflateSync(strToU8(JSON.stringify(scenario)), { level: 9 })
  const packed = new Uint8Array(1 + CRC_BYTES + text.length)
  packed[0] = CHECKED
  new DataView(packed.buffer).setUint32(1, crc32(text))
  packed.set(text, 1 + CRC_BYTES)
  url.hash = prefix + base64url(packed)
  return url.href
}

/**
 * A scenario without the lesson of the shipped one of its name: that comes with the shipped scenario, and makes no link longer.
 * @param shipped - the shipped scenario that it is or was made from
 */
export function linkedScenario(scenario: Scenario, shipped: Scenario | undefined): Scenario {
  const { lesson, ...rest } = scenario
  const isShipped = rest.name === shipped?.name && JSON.stringify(lesson) === JSON.stringify(shipped.lesson)
  return lesson === undefined || isShipped ? rest : { ...rest, lesson }
}

/** True if a hash is a shared scenario of any version, whole or damaged. */
export function isShared(hash: string): boolean {
  const plain = cleaned(hash)
  return plain.length > LONGEST_OTHER || /^#?s\d+(=|$)/.test(plain)
}

interface AddressParts {
  readonly hash: string
  readonly pathname: string
  readonly search: string
}

/** The hash of an address, also if another program replaced its `#` by `%23` or `?`. */
export function hashOf({ hash, pathname, search }: AddressParts): string {
  if (isShared(hash)) return hash
  const [, found] = /(?:%(?:25)*23|[?&])(s\d+(?:=|%(?:25)*3d).*)$/i.exec(pathname + search) ?? []
  return found === undefined ? hash : `#${found}`
}

/**
 * False for older links without a checksum, in which a changed character may go unnoticed.
 * @param hash - of a link that `scenarioOf` opens
 */
export function hasChecksum(hash: string): boolean {
  return bytesOf(cleaned(hash).slice(PREFIX.length))[0] === CHECKED
}

/**
 * The scenario of a hash from `linkTo`. Changes by mail programs and chats are undone: percent-encoding, white
 * space inside, punctuation at the end. A link of an earlier version without a checksum opens if its scenario is
 * valid.
 * @throws ModelError if it is cut short, changed, too long, of another version, or if its scenario is not valid
 */
export function scenarioOf(hash: string): Scenario {
  return parseScenario(contentOf(hash))
}

/** True for a link with the changes of a shipped scenario. */
export function isShort(hash: string): boolean {
  return cleaned(hash).startsWith(SHORT)
}

/**
 * The JSON of a hash, of a format.
 * @throws ModelError as `scenarioOf`
 */
export function contentOf(hash: string, prefix = PREFIX): unknown {
  const plain = cleaned(hash)
  const [, version] = /^#(s\d+)=/.exec(plain) ?? []
  if (version !== undefined && `#${version}=` !== prefix) {
    throw new ModelError(
      `the link has the format ${version}, this page reads s1; copy it again, or open it with a newer engram`,
    )
  }
  if (plain.length > LONGEST_LINK) {
    throw new ModelError(
      `the link has ${plain.length} characters, there may be at most ${LONGEST_LINK}; ask for the scenario as a file`,
    )
  }
  if (version === undefined) throw damaged()
  return unpack(bytesOf(plain.slice(prefix.length)))
}

/** Removes additions by other programs. */
function cleaned(hash: string): string {
  let plain = hash
  // An encoded link may be encoded again.
  for (let before = ''; before !== plain;) {
    before = plain
    plain = plain.replace(/(%[\da-f]{2})+/gi, decoded)
  }
  return plain
    .replace(/[\s\u00ad\u200b-\u200f\u2060\ufeff]+/g, '')
    .replace(/(&(gt|lt|quot|apos|amp|#\d+);|[^\w-])+$/i, '')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function bytesOf(text: string): Uint8Array {
  // Padding, and the soft line breaks of mails.
  const plain = text.replaceAll('=', '')
  if (!/^[\w-]+$/.test(plain)) throw damaged()
  try {
    return strToU8(atob(plain.replaceAll('-', '+').replaceAll('_', '/')), true)
  } catch {
    throw damaged()
  }
}

function unpack(bytes: Uint8Array): unknown {
  const isChecked = bytes[0] === CHECKED
  const text = isChecked ? bytes.subarray(1 + CRC_BYTES) : bytes
  if (isChecked) {
    const isWhole = bytes.length > 1 + CRC_BYTES
    const { buffer, byteOffset } = bytes
    if (!isWhole || new DataView(buffer, byteOffset).getUint32(1) !== crc32(text)) throw damaged()
  }
  try {
    return JSON.parse(strFromU8(inflateSync(text)))
  } catch {
    throw damaged()
  }
}

function damaged(): ModelError {
  return new ModelError('the link is damaged or not whole; copy it again, from its start to its end')
}

function base64url(bytes: Uint8Array): string {
  return btoa(strFromU8(bytes, true)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
