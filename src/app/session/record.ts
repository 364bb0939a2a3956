/** The record of an entry of the browser's history, as text after a checksum. Pure. */
import { strFromU8, strToU8 } from 'fflate'
import * as v from 'valibot'
import { crc32 } from '../../core/data/crc32.ts'
import { ModelError } from '../../core/errors.ts'
import { parseScenario } from '../../core/model/parse.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { Checkpoint } from '../../core/run/simulation.ts'

const VERSION = 1

const recordSchema = v.object({
  version: v.literal(VERSION),
  entry: v.string(),
  playing: v.boolean(),
  /** The scenario when it was opened. */
  home: v.unknown(),
  /** The present scenario. */
  scenario: v.unknown(),
  /** A checkpoint in base64. */
  run: v.optional(v.string()),
})

export interface Kept {
  readonly entry: string
  readonly playing: boolean
  readonly home: Scenario
  readonly scenario: Scenario
}

/** @param run - the bytes of a checkpoint */
export function recordText(kept: Kept, run?: Uint8Array): string {
  const { entry, playing, home, scenario } = kept
  const text = JSON.stringify({
    version: VERSION,
    entry,
    playing,
    home,
    scenario,
    ...(run === undefined ? {} : { run: btoa(strFromU8(run, true)) }),
  })
  return `${crc32(strToU8(text))} ${text}`
}

/**
 * The inverse of `recordText`.
 * @throws ModelError or another error if the text is damaged, of another version or of another entry
 */
export async function parseRecord(
  text: string,
  entry: string,
): Promise<Kept & { readonly checkpoint?: Checkpoint }> {
  const [, sum, json] = /^(\d+) (.*)$/s.exec(text) ?? []
  if (json === undefined || Number(sum) !== crc32(strToU8(json)))
    throw new ModelError('the state stored in the browser is damaged')
  const { success, output } = v.safeParse(recordSchema, JSON.parse(json))
  if (!success || output.entry !== entry)
    throw new ModelError('the state stored in the browser is of another version')
  const { playing, run } = output
  const kept = { entry, playing, home: parseScenario(output.home), scenario: parseScenario(output.scenario) }
  if (run === undefined) return kept
  const { decodeCheckpoint } = await import('../../core/run/checkpoint.ts')
  return { ...kept, checkpoint: decodeCheckpoint(strToU8(atob(run), true)) }
}
