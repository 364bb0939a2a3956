/** What an entry of the browser's history kept comes back as it was, or is refused. */
import { strToU8 } from 'fflate'
import { expect, test } from 'vitest'
import { parseRecord, recordText } from '../../../src/app/session/record.ts'
import { crc32 } from '../../../src/core/data/crc32.ts'
import { encodeCheckpoint } from '../../../src/core/run/checkpoint.ts'
import { loadShipped } from '../../scenario.ts'

const shipped = await loadShipped('softmax-synapses')
const scenario = { ...shipped.scenario, probes: {} }
const home = { ...scenario, seed: 3 }
const checkpoint = {
  tick: 7,
  origin: { tick: 0, time: 0 },
  seed: 1,
  arrays: { xi: { shape: [2], data: Float32Array.of(1e-30, -0.1) } },
  series: [],
  warnings: [],
  scenario,
}
const { tick, arrays } = checkpoint
const kept = { entry: 'own', playing: true, home, scenario }
const text = recordText(kept, encodeCheckpoint(checkpoint))

/** The same record with other contents, and the checksum of these. */
function resealed(change: object): string {
  const json = JSON.stringify({
    ...(JSON.parse(text.slice(text.indexOf(' ') + 1)) as object),
    ...change,
  })
  return `${crc32(strToU8(json))} ${json}`
}

test('a record comes back as it was kept, with its run or without', async () => {
  expect(await parseRecord(recordText(kept), 'own')).toEqual(kept)
  expect(await parseRecord(text, 'own')).toMatchObject({ ...kept, checkpoint: { tick, arrays } })
  expect(await parseRecord(resealed({}), 'own')).toMatchObject({ ...kept, checkpoint: { tick, arrays } })
})

test.each([
  ['cut', text.slice(0, text.length / 2), 'is damaged'],
  ['changed in one character', text.replace('"playing":true', '"playing":tru3'), 'is damaged'],
  ['no record', '{}', 'is damaged'],
  ['of another version', resealed({ version: 2 }), 'is of another version'],
  ['of another entry', resealed({ entry: 'other' }), 'is of another version'],
  ['of a run that is none', resealed({ run: 'AAAA' }), 'npz archive'],
  ['of a scenario that is not valid', resealed({ scenario: { version: 1 } }), 'time'],
])('a record that is %s is refused', async (_, damaged, reason) => {
  expect(damaged).not.toBe(text)
  await expect(parseRecord(damaged, 'own')).rejects.toThrow(reason)
})
