/** What strangers give as scenarios and beside them: each is read, or refused in one line that says what it is. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode as encodePng } from 'fast-png'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeNpy } from '../../../src/core/data/npy.ts'
import { ModelError } from '../../../src/core/errors.ts'
import type { Model } from '../../../src/core/model/model.ts'
import { loadScenario } from '../../../src/node/scenario.ts'

const CASES = 'test/cases'
let root: string
let folder: string

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'engram-test-'))
  folder = join(root, 'inner')
  mkdirSync(folder)
})
afterAll(() => rmSync(root, { recursive: true }))

const layer = (init: unknown, size: unknown = 4) => ({
  version: 1,
  name: 'small',
  time: { dt: 0.1, ticks: 1 },
  neurons: { v: { size, lagrangian: { kind: 'linear' }, init } },
})

async function load(scenario: unknown, options: { readonly allowOutside?: boolean } = {}): Promise<Model> {
  const file = join(folder, 's.json')
  writeFileSync(
    file,
    typeof scenario === 'string' || scenario instanceof Uint8Array ? scenario : JSON.stringify(scenario),
  )
  return loadScenario(file, options)
}

async function refusal(scenario: unknown): Promise<string> {
  try {
    await load(scenario)
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError)
    expect((error as Error).message).toMatch(/^[^\n]+$/)
    return (error as Error).message.replace(`${join(folder, 's.json')}: `, '')
  }
  throw new Error('it is accepted')
}

const row = encodeNpy({ shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) })

describe('the text of a scenario', () => {
  const text = JSON.stringify(layer({ kind: 'zeros' }))

  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16, little end first', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16, big end first', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
  ])('is read as %s', async (_, bytes) => {
    expect((await load(bytes)).layers[0]?.size).toBe(4)
  })

  test('is read as a shell of Windows writes it', async () => {
    copyFileSync(join(CASES, 'utf16le.json'), join(folder, 'utf16le.json'))
    expect((await loadScenario(join(folder, 'utf16le.json'))).layers).toHaveLength(1)
  })

  test('in another encoding is named', async () => {
    expect(await refusal(Buffer.from(text.replace('small', 'klein\u00e4'), 'latin1'))).toBe(
      'is not text in UTF-8; save it as UTF-8',
    )
  })

  test.each([
    ['little end first', Buffer.from(text, 'utf16le')],
    ['big end first', Buffer.from(text, 'utf16le').swap16()],
    ['with a letter that UTF-8 has not', Buffer.from(text.replace('small', 'klein\u00e4'), 'utf16le')],
  ])('in UTF-16 without a mark, %s, is refused by it', async (_, bytes) => {
    expect(await refusal(bytes)).toBe('is UTF-16 without a byte order mark, or not a text; save it as UTF-8')
  })

  test.each([
    ['[]', 'is a JSON list of 0 entries, not a scenario'],
    ['[{"version": 1}]', 'is a JSON list of 1 entry, not a scenario'],
    ['"digits"', 'is the JSON string "digits", not a scenario'],
    [' 1\n', 'is the JSON number 1, not a scenario'],
    ['false', 'is the JSON boolean false, not a scenario'],
    ['null', 'is the JSON value null, not a scenario'],
    [' \n', 'is empty'],
    ['\uFEFF', 'is empty'],
  ])('%j is told what it is, and what a scenario is', async (content, what) => {
    const line = `${what}; a scenario is a JSON object, such as {"version": 1, "time": {...}, "neurons": {...}}`
    expect(await refusal(content)).toBe(line)
    // Before an assignment finds no keys in it.
    await expect(loadScenario(join(folder, 's.json'), { set: ['seed=1'] })).rejects.toThrow(line)
  })

  test('of 0 bytes is empty', async () => {
    await expect(load('')).rejects.toThrow(
      /s.json is empty \(0 bytes, as the system tells\); a scenario is a JSON object, such as /,
    )
  })

  test.each([
    ['arrays', '['.repeat(9000)],
    ['closed arrays', '['.repeat(5000) + ']'.repeat(5000)],
    ['objects', '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000)],
  ])('with %s too deep is refused', async (_, deep) => {
    expect(await refusal(deep)).toMatch(
      /^is not a scenario: its brackets are more than 100 deep at line 1, column \d+/,
    )
  })

  test('brackets in a text are none', async () => {
    expect((await load({ ...layer({ kind: 'zeros' }), description: '[{"'.repeat(200) })).layers).toHaveLength(
      1,
    )
  })

  test.each(['neurons', 'probes', 'replicas', 'time', 'synapses', 'memories'])(
    'a reserved name in %s is refused',
    async (group) => {
      for (const name of ['__proto__', 'constructor', 'prototype']) {
        const own = JSON.stringify({ ...layer({ kind: 'zeros' }), [group]: { inner: { HERE: 1 } } }).replace(
          'HERE',
          name,
        )
        expect(await refusal(own)).toContain(`${group}.inner.${name}: the name \`${name}\` is reserved`)
      }
    },
  )

  test('a kind of a million letters is refused without a guess at what it means', async () => {
    expect(await refusal(layer({ kind: 'x'.repeat(1_000_000) }))).not.toContain('did you mean')
  })
})

describe('a scenario that comes with engram', () => {
  test('is found by its name, with its files, from any folder', async () => {
    expect(existsSync('digits')).toBe(false)
    const { files, ...model } = await loadScenario('digits')
    const { files: same, ...wanted } = await loadScenario('scenarios/digits.json')
    expect(model).toEqual(wanted)
    expect(files).toEqual(same)
    await expect(loadScenario('digits', { set: ['neurons.hidden.size=90'] })).rejects.toThrow(
      /^digits: memories\.xi/,
    )
  })

  test.each(['digits', './digits', 'constructor'])(
    'is not taken where %s is a file or a path',
    async (name) => {
      const before = process.cwd()
      process.chdir(folder)
      try {
        if (name === 'digits') writeFileSync(name, JSON.stringify(layer({ kind: 'zeros' })))
        const loaded = loadScenario(name)
        if (name === 'constructor') await expect(loaded).rejects.toThrow('does not exist')
        else expect((await loaded).layers[0]?.name).toBe('v')
      } finally {
        process.chdir(before)
      }
    },
  )

  test.each([
    [
      'digit',
      'digit does not exist; check the name and the folder, or give a scenario that comes with engram; did you mean `digits`?',
    ],
    [
      'else/digits.json',
      'else/digits.json does not exist; check the name and the folder; `digits` alone is the scenario that comes with engram',
    ],
    ['model.json', 'model.json does not exist; check the name and the folder'],
  ])('%s is told how it is given', async (name, line) => {
    await expect(loadScenario(name)).rejects.toThrow(line)
  })
})

describe('files beside a scenario', () => {
  test('a damaged archive is named', async () => {
    copyFileSync(join(CASES, 'flip.npz'), join(folder, 'flip.npz'))
    expect(await refusal(layer({ kind: 'npy', path: 'flip.npz#a' }))).toMatch(
      /flip.npz is not a readable .npz archive \(`a.npy` does not fit its checksum\)/,
    )
    copyFileSync(join(CASES, 'emptyz.npz'), join(folder, 'emptyz.npz'))
    expect(await refusal(layer({ kind: 'npy', path: 'emptyz.npz' }))).toContain('emptyz.npz holds no arrays')
  })

  test('gzip of several members is one file', async () => {
    for (const name of ['img_multi.gz', 'img_multi2.gz']) {
      copyFileSync(join(CASES, name), join(folder, name))
      const { layers } = await load(layer({ kind: 'idx', path: name }, [2, 3]))
      expect(layers[0]?.init.rows).toBe(5)
    }
  })

  test('a colon may stand in a name', async () => {
    writeFileSync(
      join(folder, 'run:1.png'),
      encodePng({ width: 4, height: 1, data: new Uint8Array(4), channels: 1 }),
    )
    await load(layer({ kind: 'png', paths: ['run:1.png'] }, [1, 4]))
    for (const path of [
      'c:/x.png',
      'C:x.png',
      'https://example.org/x.png',
      'file:///x.png',
      '/x.png',
      '\\x.png',
    ])
      expect(await refusal(layer({ kind: 'png', paths: [path] }, [1, 4]))).toContain('is outside the folder')
  })

  test('a symbolic link may lead anywhere within the folder, and out of it with --allow-outside alone', async () => {
    writeFileSync(join(root, 'secret.npy'), row)
    writeFileSync(join(folder, 'own.npy'), row)
    mkdirSync(join(root, 'other'))
    writeFileSync(join(root, 'other', 'x.npy'), row)
    symlinkSync('own.npy', join(folder, 'near.npy'))
    symlinkSync('../secret.npy', join(folder, 'link.npy'))
    symlinkSync(join(root, 'other'), join(folder, 'linkdir'))
    symlinkSync('loop.npy', join(folder, 'loop.npy'))
    expect((await load(layer({ kind: 'npy', path: 'near.npy' }))).layers[0]?.init.data).toHaveLength(4)
    for (const path of ['link.npy', 'linkdir/x.npy']) {
      expect(await refusal(layer({ kind: 'npy', path }))).toContain(
        `"${path}" is outside the folder of the scenario`,
      )
      expect(
        (await load(layer({ kind: 'npy', path }), { allowOutside: true })).layers[0]?.init.data,
      ).toHaveLength(4)
    }
    expect(await refusal(layer({ kind: 'npy', path: 'loop.npy' }))).toContain(
      'loop.npy is a symbolic link that leads to itself',
    )
  })

  test('a pipe, a device or a folder is no file', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.npy')])
    expect(await refusal(layer({ kind: 'npy', path: 'pipe.npy' }))).toContain(
      'pipe.npy is a pipe or a device, not a file',
    )
    mkdirSync(join(folder, 'folder.npy'))
    expect(await refusal(layer({ kind: 'npy', path: 'folder.npy' }))).toContain('folder.npy is a folder')
    await expect(loadScenario('/dev/zero')).rejects.toThrow('/dev/zero is a pipe or a device, not a file')
    await expect(load(layer({ kind: 'npy', path: '/dev/zero' }), { allowOutside: true })).rejects.toThrow(
      '/dev/zero is a pipe or a device',
    )
  })
})

test.runIf(process.platform === 'linux')(
  'a file that the system makes up while it is read is not read: it may block, or never end',
  async () => {
    await expect(loadScenario('/proc/version')).rejects.toThrow(
      '/proc/version is empty (0 bytes, as the system tells); a scenario is a JSON object',
    )
    await expect(load(layer({ kind: 'npy', path: '/proc/version' }), { allowOutside: true })).rejects.toThrow(
      '/proc/version is empty (0 bytes, as the system tells); write it again, or copy it',
    )
    // In some containers a device stands in its place.
    await expect(loadScenario('/proc/kmsg')).rejects.toThrow(/^\/proc\/kmsg is (empty|a pipe or a device)/)
  },
)

describe('numbers of data beside numbers of a scenario', () => {
  test('an entry that equals the threshold is not above it', async () => {
    const values = Array.from({ length: 9 }, (_, k) => (k + 1) / 10)
    for (const data of [Float64Array.from(values), Float32Array.from(values)]) {
      writeFileSync(join(folder, 'ties.npy'), encodeNpy({ shape: [1, 9], data }))
      for (const [k, threshold] of values.entries()) {
        const init = { kind: 'npy', path: 'ties.npy', transform: [{ op: 'binarize', threshold }] }
        const { layers } = await load(layer(init, 9))
        expect(Array.from(layers[0]?.init.data ?? [])).toEqual(values.map((_value, at) => (at > k ? 1 : -1)))
      }
    }
  })

  test('so is a pixel, of every level', async () => {
    const levels = Uint8Array.from({ length: 256 }, (_, level) => level)
    writeFileSync(
      join(folder, 'ramp.idx'),
      Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, ...levels]),
    )
    for (const level of [0, 51, 102, 128, 153, 204, 254]) {
      const init = { kind: 'idx', path: 'ramp.idx', transform: [{ op: 'binarize', threshold: level / 255 }] }
      const { layers } = await load(layer(init, [1, 256]))
      expect(layers[0]?.init.data.indexOf(1)).toBe(level + 1)
    }
  })
})

describe('images in layers', () => {
  test('with other lines than the layer are refused with both shapes, however they come', async () => {
    const data = new Uint8Array(35)
    writeFileSync(join(folder, 'g8.png'), encodePng({ width: 7, height: 5, data, channels: 1 }))
    writeFileSync(
      join(folder, 'g8.idx'),
      Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 7, ...data]),
    )
    writeFileSync(join(folder, 'g8.npy'), encodeNpy({ shape: [1, 5, 7], data: new Float32Array(35) }))
    for (const init of [
      { kind: 'png', paths: ['g8.png'] },
      { kind: 'idx', path: 'g8.idx' },
      { kind: 'npy', path: 'g8.npy' },
    ]) {
      expect((await load(layer(init, [5, 7]))).layers[0]?.init.data).toHaveLength(35)
      expect((await load(layer(init, 35))).layers[0]?.init.data).toHaveLength(35)
      expect(await refusal(layer(init, [7, 5]))).toContain(
        'the images are [5, 7] (height, width), layer `v` is [7, 5]; set neurons.v.size to [5, 7], or turn the images',
      )
    }
    const resized = { kind: 'png', paths: ['g8.png'], width: 5, height: 7 }
    expect((await load(layer(resized, [7, 5]))).layers[0]?.init.data).toHaveLength(35)
  })
})
