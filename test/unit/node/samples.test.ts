/** Samples that go to files as they come: cut off at any moment, gone on with, read along. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import * as zarr from 'zarrita'
import { decodeNpz } from '../../../src/core/data/npz.ts'
import { planNetwork } from '../../../src/core/plan/plan.ts'
import type { Checkpoint } from '../../../src/core/run/restorable.ts'
import { type Sample, type Series, createSeries } from '../../../src/core/run/series.ts'
import { seriesArrays } from '../../../src/core/run/results.ts'
import { DEFAULT_LIMITS } from '../../../src/node/limits.ts'
import { createOutput, type Output } from '../../../src/node/output.ts'
import { FORMATS, type Format, type Stream, openStream, stays } from '../../../src/node/samples/stream.ts'
import { buildModel } from '../../build.ts'

const model = buildModel({
  replicas: 2,
  layers: [{ name: 'v', size: 3, lagrangian: { kind: 'tanh', gain: 1 } }],
  probes: [
    { kind: 'energy', name: 'e', every: 1 },
    { kind: 'snapshot', name: 'x', every: 4, of: 'v' },
  ],
})
const plan = planNetwork(model, DEFAULT_LIMITS)
const terms = createSeries(plan, model)[0]?.termNames?.length ?? 0

/** The samples of a tick; other ticks have other numbers. */
function samplesAt(tick: number): Sample[] {
  const base = { tick, time: tick * 0.1 }
  const energy = {
    ...base,
    probe: 'e',
    value: Float64Array.of(1 / (tick + 1), -tick),
    terms: Float32Array.from({ length: 2 * terms }, (_, k) => Math.sin(tick + k)),
  }
  const state = {
    ...base,
    probe: 'x',
    value: Float32Array.from({ length: 6 }, (_, k) => Math.cos(tick * 7 + k)),
  }
  return tick % 4 === 0 ? [energy, state] : [energy]
}

/** The same in memory. */
function kept(from: number, to: number): Series[] {
  const samples = Array.from({ length: to - from + 1 }, (_, index) => samplesAt(from + index)).flat()
  return createSeries(plan, model).map((series) => {
    const own = samples.filter(({ probe }) => probe === series.name)
    return {
      ...series,
      tick: own.map(({ tick }) => tick),
      time: own.map(({ time }) => time),
      value: own.map(({ value }) => value),
      ...(series.terms && { terms: own.flatMap((one) => one.terms ?? []) }),
    }
  })
}

const STATES = { 'state.v': { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 1 / 3) } }

const home = mkdtempSync(join(tmpdir(), 'engram-samples-'))
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})

type Saved = Pick<Checkpoint, 'tick' | 'series' | 'streamed'>

interface Opened {
  readonly stream: Stream
  readonly output: Output
}

async function open(
  format: Format,
  name: string,
  resumed?: { checkpoint: Saved; folder: string },
): Promise<Opened> {
  const folder = join(home, name)
  const from = resumed && { checkpoint: resumed.checkpoint as Checkpoint, folder: join(home, resumed.folder) }
  const staying = stays(format, model, folder, from)
  const earlier = ['results.npz', 'results.zarr', 'results.parts', 'e.csv', 'x.csv']
  const output = await createOutput(folder, {
    earlier: () => Promise.resolve(earlier.filter((one) => !staying.includes(one))),
  })
  try {
    return { output, stream: await openStream({ plan, model, format, output, resumed: from }) }
  } catch (error) {
    output.close()
    throw error
  }
}

function push({ stream }: Opened, from: number, to: number): void {
  for (let tick = from; tick <= to; tick++) for (const sample of samplesAt(tick)) stream.push(sample)
}

/** As a process that is killed leaves it: what is not on the disk is lost. */
function kill({ stream, output }: Opened): void {
  stream.close()
  output.close()
}

async function finish(opened: Opened): Promise<void> {
  await opened.stream.finish({ axes: {}, states: STATES })
  kill(opened)
}

async function whole(format: Format, name: string, to: number): Promise<void> {
  const opened = await open(format, name)
  push(opened, 0, to)
  await finish(opened)
}

/** All files of a folder with their contents. */
function contents(name: string): Record<string, string> {
  const folder = join(home, name)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return Object.fromEntries(
    files
      .filter((file) => statSync(join(folder, file)).isFile())
      .sort()
      .map((file) => [file, readFileSync(join(folder, file)).toString('latin1')]),
  )
}

/** More than a chunk of Zarr, which has 8192 samples, and some pieces of the other formats. */
const END = 8200

describe.each(FORMATS)('%s', (format) => {
  test('a run cut off anywhere and gone on with has the bytes of one that was not', async () => {
    await whole(format, `${format}-whole`, END)
    const expected = contents(`${format}-whole`)
    for (const [at, lost] of [
      [3, 5],
      [8190, 8200],
      [8191, 8192],
    ] as const) {
      const name = `${format}-${at}`
      const first = await open(format, name)
      push(first, 0, at)
      const checkpoint = { tick: at, ...first.stream.save() }
      push(first, at + 1, lost)
      kill(first)
      const second = await open(format, name, { checkpoint, folder: name })
      expect(second.stream.series.map(({ tick }) => tick)).toEqual(checkpoint.series.map(({ tick }) => tick))
      push(second, at + 1, END)
      await finish(second)
      expect(contents(name)).toEqual(expected)
    }
  })

  test('goes on in another folder, behind the end of its run, and behind samples in memory', async () => {
    const first = await open(format, `${format}-first`)
    push(first, 0, 20)
    const checkpoint = { tick: 20, ...first.stream.save() }
    push(first, 21, 30)
    await finish(first)
    const before = contents(`${format}-first`)
    const expected = `${format}-forty`
    await whole(format, expected, 40)

    const other = await open(format, `${format}-other`, { checkpoint, folder: `${format}-first` })
    push(other, 21, 40)
    await finish(other)
    expect(contents(`${format}-other`)).toEqual(contents(expected))
    expect(contents(`${format}-first`)).toEqual(before)

    const same = await open(format, `${format}-first`, { checkpoint, folder: `${format}-first` })
    push(same, 21, 40)
    await finish(same)
    expect(contents(`${format}-first`)).toEqual(contents(expected))

    const memory = { tick: 20, series: kept(0, 20) }
    const from = await open(format, `${format}-memory`, { checkpoint: memory, folder: 'nowhere' })
    push(from, 21, 40)
    await finish(from)
    expect(contents(`${format}-memory`)).toEqual(contents(expected))
  })

  test('refuses samples that are missing, fewer, or those of others', async () => {
    const first = await open(format, `${format}-wrong`)
    push(first, 0, 20)
    const checkpoint = { tick: 20, ...first.stream.save() }
    kill(first)
    const resume = (saved: Saved): Promise<Opened> =>
      open(format, `${format}-wrong`, { checkpoint: saved, folder: `${format}-wrong` })
    await expect(resume({ ...checkpoint, streamed: { format, samples: { e: 22, x: 6 } } })).rejects.toThrow(
      /goes on behind .*(21|5) samples.*, the checkpoint (22|6); put/,
    )
    const broken = { npz: 'results.parts/e.value.parts', csv: 'e.csv', zarr: 'results.zarr/e.value/c.0.0' }
    rmSync(join(home, `${format}-wrong`, broken[format]))
    await expect(resume(checkpoint)).rejects.toThrow(/goes on behind .* is (not there|missing); put/)
  })
})

test('an archive has the bytes of one whose samples stayed in memory', async () => {
  await whole('npz', 'bytes', 50)
  const found = decodeNpz(readFileSync(join(home, 'bytes/results.npz')))
  expect(found).toEqual({ ...seriesArrays(kept(0, 50)), ...STATES })
})

test('an archive that has lost a byte is not gone on with', async () => {
  const first = await open('npz', 'lost')
  push(first, 0, 20)
  const checkpoint = { tick: 20, ...first.stream.save() }
  await finish(first)
  const path = join(home, 'lost/results.npz')
  const bytes = readFileSync(path)
  // Within the ticks.
  bytes[200] = (bytes[200] as number) ^ 1
  writeFileSync(path, bytes)
  await expect(open('npz', 'lost', { checkpoint, folder: 'lost' })).rejects.toThrow(/there is damaged/)
})

describe('Zarr as another reads it', () => {
  const opening = async (name: string, array: string) => {
    const get = (key: string): Promise<Uint8Array | undefined> =>
      readFile(join(home, name, 'results.zarr', key)).catch(() => undefined)
    const group = await zarr.open.v3({ get }, { kind: 'group' })
    return zarr.open.v3(group.resolve(array), { kind: 'array' })
  }
  const read = async (name: string, array: string): Promise<{ data: unknown; shape: number[] }> => {
    const { data, shape } = await zarr.get(await opening(name, array))
    return { data, shape }
  }

  test('every sample that a shape announces is there while the run goes on', async () => {
    const opened = await open('zarr', 'along')
    push(opened, 0, 99)
    expect((await opening('along', 'e.value')).shape).toEqual([0, 2])
    opened.stream.save()
    push(opened, 100, 8300)
    expect(await read('along', 'e.tick')).toEqual({
      shape: [100],
      data: Int32Array.from({ length: 100 }, (_, tick) => tick),
    })
    kill(opened)
  })

  test('is what the archive has, in its types, with its states', async () => {
    await whole('zarr', 'zarr', 8300)
    await whole('npz', 'npz', 8300)
    const arrays = decodeNpz(readFileSync(join(home, 'npz/results.npz')))
    const metadata = JSON.parse(readFileSync(join(home, 'zarr/results.zarr/zarr.json'), 'utf8')) as {
      consolidated_metadata: { metadata: Record<string, { dimension_names: string[] }> }
    }
    const consolidated = metadata.consolidated_metadata.metadata
    expect(Object.keys(consolidated)).toEqual(Object.keys(arrays))
    for (const [name, array] of Object.entries(arrays)) expect(await read('zarr', name)).toEqual(array)
    for (const [name, found] of Object.entries(consolidated))
      expect(JSON.parse(readFileSync(join(home, 'zarr/results.zarr', name, 'zarr.json'), 'utf8'))).toEqual(
        found,
      )
    expect(consolidated['e.terms']?.dimension_names).toEqual(['e.sample', 'replica', 'e.term'])
  })
})
