/** Damaged data files: whatever a file holds, it gives the values that were written, or is refused in one line. */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { encode as encodePng } from 'fast-png'
import { decodeImage as decodeAny } from '../../src/core/data/image.ts'
import { encodeNpy } from '../../src/core/data/npy.ts'
import { encodeNpz } from '../../src/core/data/npz.ts'
import { ModelError } from '../../src/core/errors.ts'
import { loadModel } from '../../src/core/model/load.ts'
import type { RandomStream } from '../../src/core/model/random.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../../src/core/run/checkpoint.ts'
import { decodeImage } from '../../src/node/images.ts'
import type { Part } from './campaign.ts'
import { hasControls, pick } from './random.ts'

const ROWS = 6
const COLUMNS = 12
const VALUES = Float32Array.from({ length: ROWS * COLUMNS }, (_, k) => ((k * 37) % 256) / 255)
const BYTES = Uint8Array.from(VALUES, (value) => Math.round(value * 255))

interface Kind {
  readonly file: string
  /** How a scenario names it. */
  readonly kind: 'array' | 'idx' | 'image' | 'npy' | 'png'
  readonly bytes: Uint8Array
  /** True = the format has a checksum over all values, so that a damaged file never gives others. */
  readonly checked: boolean
  /** Values, row-major; VALUES, if not given. */
  readonly values?: ArrayLike<number>
  readonly rows?: number
  /** Of a layer that takes a row; COLUMNS, if not given. */
  readonly size?: number | readonly number[]
}

function idx(type: number, shape: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + BYTES.length)
  bytes.set([0, 0, type, shape.length])
  shape.forEach((length, axis) => new DataView(bytes.buffer).setUint32(4 + 4 * axis, length))
  bytes.set(BYTES, 4 + 4 * shape.length)
  return bytes
}

function table(separator: string): Uint8Array {
  const rows = Array.from({ length: ROWS }, (_, row) => VALUES.subarray(row * COLUMNS, (row + 1) * COLUMNS))
  return Buffer.from(rows.map((row) => `${row.join(separator)}\n`).join(''))
}

function safetensors(): Uint8Array {
  const { buffer, byteLength } = VALUES
  const header = JSON.stringify({
    x: { dtype: 'F32', shape: [ROWS, COLUMNS], data_offsets: [0, byteLength] },
  }).padEnd(120)
  const length = Buffer.alloc(8)
  length.writeUInt32LE(header.length)
  return Buffer.concat([length, Buffer.from(header), Buffer.from(buffer)])
}

const caseOf = (name: string): Uint8Array =>
  Uint8Array.from(readFileSync(new URL(`../cases/${name}`, import.meta.url)))

/** A file of another program, and the values that it has when it is whole. */
async function imageKind(file: string, name: string): Promise<Kind> {
  const bytes = caseOf(name)
  const { width, height, data } = await decodeAny(bytes, decodeImage)
  return { file, kind: 'image', bytes, checked: false, values: data, rows: 1, size: [height, width] }
}

const npy = encodeNpy({ shape: [ROWS, COLUMNS], data: VALUES })
const matlab = {
  kind: 'array',
  checked: false,
  values: [-1.5, -0.5, 0.5, 1.5, 2.5, 3.5],
  rows: 2,
  size: 3,
} as const
const KINDS: readonly Kind[] = [
  { file: 'x.npy', kind: 'npy', bytes: npy, checked: false },
  { file: 'x.npy.gz', kind: 'npy', bytes: gzipSync(npy), checked: true },
  {
    file: 'x.npz',
    kind: 'npy',
    bytes: encodeNpz({ x: { shape: [ROWS, COLUMNS], data: VALUES } }),
    checked: true,
  },
  { file: 'x.idx', kind: 'idx', bytes: idx(8, [ROWS, 3, 4]), checked: false, size: [3, 4] },
  { file: 'x.idx.gz', kind: 'idx', bytes: gzipSync(idx(8, [ROWS, 3, 4])), checked: true, size: [3, 4] },
  {
    file: 'x.png',
    kind: 'png',
    bytes: encodePng({ width: COLUMNS, height: 1, data: BYTES.slice(0, COLUMNS), channels: 1 }),
    checked: true,
    values: VALUES.subarray(0, COLUMNS),
    rows: 1,
    size: [1, COLUMNS],
  },
  { file: 'x.csv', kind: 'array', bytes: table(','), checked: false },
  { file: 'x.tsv.gz', kind: 'array', bytes: gzipSync(table('\t')), checked: true },
  { file: 'x.safetensors', kind: 'array', bytes: safetensors(), checked: false },
  { file: 'x.mat', bytes: caseOf('arrays/one.mat'), ...matlab },
  // Compressed, with names.
  { file: 'x.mat#double', bytes: caseOf('arrays/v7.mat'), ...matlab },
  await imageKind('x.jpg', 'images/photo.jpg'),
  await imageKind('x.webp', 'images/photo.webp'),
]

/** Files that were once a fault; each is refused. */
const SEEDS: readonly (readonly [kind: Kind, bytes: () => Uint8Array])[] = [
  // A shape with a 0 in it, and lengths that no memory holds.
  [KINDS[3] as Kind, () => Uint8Array.from([0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 3])],
  [KINDS[1] as Kind, () => gzipSync(new Uint8Array(2 ** 20)).subarray(0, -4)],
  [KINDS[0] as Kind, () => new Uint8Array(0)],
  // An archive of no arrays.
  [KINDS[2] as Kind, () => Uint8Array.from([80, 75, 5, 6, ...new Array<number>(18).fill(0)])],
  // A scan of a component that the JPEG does not have.
  [
    KINDS.find(({ file }) => file === 'x.jpg') as Kind,
    () => {
      const bytes = caseOf('images/photo.jpg')
      return bytes.with(Buffer.from(bytes).indexOf(Buffer.from([0xff, 0xda])) + 5, 99)
    },
  ],
]

export const damagedFiles: Part = {
  short: 1200,
  long: 20_000,
  seeds: SEEDS.length,
  start() {
    const checkpoint = encodeCheckpoint(CHECKPOINT)
    return Promise.resolve({
      async run(trial, random) {
        const seed = SEEDS[trial]
        if (seed !== undefined) {
          const outcome = await read(seed[0], seed[1]())
          if (outcome !== 'refused') throw new Error('is accepted, though it was a fault')
          return outcome
        }
        if (random.integer(5) === 0) return refusing(() => restored(damaged(checkpoint, random)))
        const kind = pick(random, KINDS)
        return read(kind, damaged(kind.bytes, random))
      },
      end: () => undefined,
    })
  },
}

async function read(kind: Kind, bytes: Uint8Array): Promise<string> {
  const { file, values = VALUES, rows = ROWS, size = COLUMNS } = kind
  const isImage = kind.kind === 'png' || kind.kind === 'image'
  const scenario = {
    version: 1,
    time: { dt: 0.1, ticks: 1 },
    neurons: {
      v: {
        size,
        lagrangian: { kind: 'linear' },
        init: { kind: kind.kind, ...(isImage ? { paths: [file] } : { path: file }) },
      },
    },
    replicas: rows,
  }
  return refusing(async () => {
    const model = await loadModel(JSON.stringify(scenario), {
      file: 's.json',
      read: () => Promise.resolve(bytes),
      decode: decodeImage,
    })
    const { data } = model.layers[0]?.init as { data: ArrayLike<number> }
    const isSame =
      data.length === values.length &&
      Array.from(values).every((value, k) => Math.abs(value - data[k]!) < 1e-6)
    if (kind.checked && !isSame)
      throw new Error(`${file} is damaged and gives other values: ${Array.from(data).join(' ')}`)
    return isSame ? 'the same values' : 'other values, without a checksum'
  })
}

/** What a body gives; or that it was refused, in one line. */
async function refusing(body: () => string | Promise<string>): Promise<string> {
  try {
    return await body()
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    const { message } = error
    if (hasControls(message))
      throw new Error(`control characters in: ${JSON.stringify(message)}`, { cause: error })
    if (/undefined|object Object|stack|Invalid .* length/.test(message))
      throw new Error(`not for people: ${message}`, { cause: error })
    return 'refused'
  }
}

/** Flipped bits, bytes of choice, pieces left out, doubled or cut off. */
function damaged(bytes: Uint8Array, random: RandomStream): Uint8Array {
  const at = random.integer(bytes.length)
  const copy = bytes.slice()
  switch (random.integer(5)) {
    case 0:
      copy[at] = (copy[at] as number) ^ (1 << random.integer(8))
      return copy
    case 1:
      for (let k = 0; k < 4 && at + k < copy.length; k++)
        copy[at + k] = pick(random, [0, 255, 127, 128, random.word()])
      return copy
    case 2:
      return bytes.slice(0, at)
    case 3: {
      const length = 1 + random.integer(64)
      return Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(at + length)])
    }
    default: {
      const length = 1 + random.integer(64)
      return Uint8Array.from([...bytes.slice(0, at + length), ...bytes.slice(at)])
    }
  }
}

const STATE = { shape: [COLUMNS], data: VALUES.slice(0, COLUMNS) }

const CHECKPOINT: Parameters<typeof encodeCheckpoint>[0] = {
  tick: 4,
  origin: { tick: 0, time: 0 },
  seed: 1,
  arrays: { v: STATE },
  series: [],
  warnings: [],
  scenario: (
    await loadModel(
      JSON.stringify({
        version: 1,
        time: { dt: 0.1, ticks: 9 },
        neurons: { v: { size: COLUMNS, lagrangian: { kind: 'linear' } } },
      }),
      { file: 's.json', read: () => Promise.reject(new Error('reads nothing')) },
    )
  ).scenario,
}

function restored(bytes: Uint8Array): string {
  const { tick, arrays } = decodeCheckpoint(bytes)
  const isSame =
    tick === CHECKPOINT.tick && arrays.v?.data.every((value, k) => value === STATE.data[k]) === true
  if (!isSame) throw new Error(`a damaged checkpoint is restored: tick ${tick}, ${String(arrays.v?.data)}`)
  return 'the same values'
}
