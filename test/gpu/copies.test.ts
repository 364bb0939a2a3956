/** How often a large array is on the host: what is allocated for it is counted, at each way it takes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { loadModel } from '../../src/core/model/load.ts'
import type { Model } from '../../src/core/model/model.ts'
import { encodeNpz } from '../../src/core/data/npz.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../../src/core/run/checkpoint.ts'
import type { Checkpoint } from '../../src/core/run/simulation.ts'
import { readInRanges } from '../../src/node/ranges.ts'
import { loadScenario } from '../../src/node/scenario.ts'
import { withSimulation } from './helpers/compare.ts'

const [ROWS, COLUMNS] = [512, 1024]
const BYTES = ROWS * COLUMNS * 4

/** A memory of 2 MiB that learns: the largest array by far. */
function learning(): Promise<Model> {
  const scenario = {
    version: 1,
    time: { dt: 0.5, ticks: 10 },
    neurons: {
      v: { size: COLUMNS, lagrangian: { kind: 'linear' } },
      h: { size: ROWS, lagrangian: { kind: 'softmax' }, tau: 0 },
    },
    memories: {
      xi: {
        from: 'v',
        to: 'h',
        init: { kind: 'random', distribution: 'normal' },
        rule: 'gated',
        tau: 10,
      },
    },
  }
  const read = (path: string): Promise<never> => Promise.reject(new Error(path))
  return loadModel(JSON.stringify(scenario), { read })
}

const NAMES = [
  'Float32Array',
  'Float64Array',
  'Uint8Array',
  'Uint16Array',
  'Uint32Array',
  'ArrayBuffer',
] as const

/** Bytes of arrays of at least half the memory that `act` allocates, in memories; views count nothing. */
async function copies(act: () => unknown): Promise<number> {
  let bytes = 0
  const note = <T extends { readonly byteLength: number }>(made: T, isNew: boolean): T => {
    if (isNew && made.byteLength >= BYTES / 2) bytes += made.byteLength
    return made
  }
  for (const name of NAMES) {
    const construct = (target: (typeof globalThis)[typeof name], args: unknown[]): object => {
      const made = Reflect.construct(target, args) as Float32Array
      return note(made, !(made.buffer instanceof ArrayBuffer && made.buffer === args[0]))
    }
    vi.stubGlobal(name, new Proxy(globalThis[name], { construct }))
  }
  const shared = Object.getPrototypeOf(Float32Array) as Record<'from', (...args: unknown[]) => Float32Array>
  const spies = [
    vi.spyOn(shared, 'from'),
    vi.spyOn(Object.getPrototypeOf(Float32Array.prototype) as Float32Array, 'slice'),
  ]
  try {
    await act()
    for (const spy of spies) for (const { value } of spy.mock.results) note(value as Float32Array, true)
    // Headers and directory of the file: less than a hundredth of its bytes.
    return Number((bytes / BYTES).toFixed(2))
  } finally {
    for (const spy of spies) spy.mockRestore()
    vi.unstubAllGlobals()
  }
}

/** `toEqual` takes seconds for so many numbers. */
function isSame(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index])
}

test('a memory is on the host once when it is uploaded, read, written, saved and restored', async () => {
  const model = await learning()
  const folder = mkdtempSync(join(tmpdir(), 'engram-copies-'))
  try {
    await withSimulation(model, async (simulation) => {
      await simulation.step(2)
      await simulation.flush()
      let data!: Float32Array
      expect(await copies(async () => ({ data } = await simulation.read('xi')))).toBe(1)
      let saved!: Checkpoint
      expect(await copies(async () => (saved = await simulation.checkpoint()))).toBe(1)
      expect(isSame(saved.arrays.xi!.data, data)).toBe(true)
      expect(await copies(() => simulation.write('xi', data))).toBe(0)

      const file = join(folder, 'checkpoint.npz')
      writeFileSync(file, encodeCheckpoint(saved))
      let found!: Checkpoint
      expect(await copies(async () => (found = await readInRanges(file, decodeCheckpoint)))).toBe(1)
      expect(await copies(() => simulation.restore(found))).toBe(0)
      expect(isSame((await simulation.read('xi')).data, data)).toBe(true)
    })
    expect(await copies(() => withSimulation(model, () => Promise.resolve()))).toBe(0)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('an array of a large archive is used where it is in the bytes of the file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'engram-copies-'))
  try {
    const [rows, columns] = [4100, 1024]
    const data = Float32Array.from({ length: rows * columns }, (_, index) => index % 1000)
    // By the length of the name it stands at no multiple of four.
    for (const name of ['x', 'xi', 'xi1', 'xi12'])
      writeFileSync(join(folder, `${name}.npz`), encodeNpz({ [name]: { shape: [rows, columns], data } }))
    for (const name of ['x', 'xi', 'xi1', 'xi12']) {
      const path = join(folder, 'scenario.json')
      const layer = { lagrangian: { kind: 'linear' } }
      const scenario = {
        version: 1,
        time: { dt: 0.5, ticks: 1 },
        neurons: { v: { size: columns, ...layer }, h: { size: rows, ...layer } },
        memories: { xi: { from: 'v', to: 'h', init: { kind: 'npy', path: `${name}.npz#${name}` } } },
      }
      writeFileSync(path, JSON.stringify(scenario))
      let model!: Model
      expect(await copies(async () => (model = await loadScenario(path)))).toBe(0)
      expect(isSame(model.memories[0]!.init.data, data)).toBe(true)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})
