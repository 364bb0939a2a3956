import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { encodeNpy } from '../../../src/core/data/npy.ts'
import { decodeBundle, encodeBundle, isBundle } from '../../../src/core/model/bundle.ts'
import { filesNamed } from '../../../src/core/model/files.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { loadScenario } from '../../../src/node/scenario.ts'

const scenario = parseScenario({
  version: 1,
  name: 'own',
  time: { dt: 0.1, ticks: 10 },
  neurons: {
    a: { size: 4, lagrangian: { kind: 'linear' }, tau: 1 },
    b: { size: 2, lagrangian: { kind: 'softmax', beta: 1 }, tau: 0 },
  },
  memories: { xi: { from: 'a', to: 'b', init: { kind: 'array', path: 'data/rows.npy' } } },
})
const rows = encodeNpy({ shape: [2, 4], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) })
const encoded = (): Promise<Uint8Array> => encodeBundle(scenario, () => Promise.resolve(rows))

test('an .engram file has the scenario and the files that it names, and the command line runs it', async () => {
  const bytes = await encoded()
  expect(Object.keys(unzipSync(bytes))).toEqual(['scenario.json', 'data/rows.npy'])
  expect(await encoded()).toEqual(bytes)
  expect(isBundle(bytes)).toBe(true)
  expect(isBundle(zipSync({ 'a.npy': rows }))).toBe(false)
  expect(isBundle(rows)).toBe(false)
  const folder = await mkdtemp(join(tmpdir(), 'engram-bundle-'))
  try {
    const file = join(folder, 'own.engram')
    await writeFile(file, bytes)
    const { memories } = await loadScenario(file)
    expect([...(memories[0]?.init.data ?? [])]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    const { 'data/rows.npy': _, ...rest } = unzipSync(bytes)
    await writeFile(file, zipSync(rest))
    await expect(loadScenario(file)).rejects.toThrow(
      `${file} has no member "data/rows.npy"; add the file that the scenario names`,
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('an error of an .engram file names the file and the member', async () => {
  expect(() => decodeBundle(zipSync({ 'a.npy': rows }), 'my.engram')).toThrow(
    'my.engram has no scenario.json; save the network with its data again',
  )
  const bytes = await encoded()
  // A byte of the contents of the member, which is not the last in its compressed stream.
  const at = new TextDecoder('latin1').decode(bytes).indexOf('data/rows.npy') + 40
  bytes[at] = bytes[at]! ^ 0xff
  const damaged = decodeBundle(bytes, 'my.engram')
  await expect(damaged.read('./data/rows.npy')).rejects.toThrow('data/rows.npy in my.engram')
  const outside = JSON.parse(
    JSON.stringify(scenario).replace('data/rows.npy', '../rows.npy'),
  ) as typeof scenario
  await expect(encodeBundle(outside, () => Promise.resolve(rows))).rejects.toThrow(
    '"../rows.npy" cannot be a member',
  )
})

test('the files of a scenario are paths, lists of paths and labels; an array of an archive is its archive', () => {
  expect(
    filesNamed({
      a: { path: 'x.npz#one', labels: 'l.gz' },
      b: { paths: ['p#1.png', 'q.png'] },
      c: [{ path: 'x.npz#two' }],
    }),
  ).toEqual(['x.npz', 'l.gz', 'p#1.png', 'q.png'])
})
