/**
 * engram alone, at the works that it is compared at (peers/work.ts) and at some of them with packed memories, on an adapter of
 * Node: ms, dispatches, submits and bytes of a tick, and the share that these bytes have of what a copy moves in that time.
 * Medians of several rounds.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { copyBandwidth } from '../src/core/measure/bandwidth.ts'
import { loadModel } from '../src/core/model/load.ts'
import { aligned, planRows } from '../src/core/plan/print.ts'
import { createSimulation, type Simulation } from '../src/core/run/simulation.ts'
import { requestDevice } from '../src/node/device.ts'
import type { Memory } from '../src/core/model/model.ts'
import { argumentsOf } from './arguments.ts'
import { fileOf, residentFor, scenarioOf } from './peers/scenario.ts'
import { type Work, WORKS, inputsOf } from './peers/work.ts'

const HELP = `npm run bench -- [WORD...]

Measures the works whose id contains one of the words; without a word all of them, into bench/results. Works are
  ${[...new Set(WORKS.map(({ id }) => id))].join('\n  ')}`

const ROUNDS = 5

/** All works, and those that tell what packed memories cost. */
const MEASURED: readonly { readonly work: Work; readonly format: Memory['format'] }[] = [
  ...WORKS.map((work) => ({ work, format: 'f32' }) as const),
  ...WORKS.filter(({ id }) => id.startsWith('recall-1024x4096-')).flatMap((work) =>
    (['f16', 'binary'] as const).map((format) => ({ work, format })),
  ),
]

/** Milliseconds that one round should take, and the most ticks in it. */
const TIMED = 400
const MOST_TICKS = 2000

interface Row {
  readonly network: string
  /** Of each round, per tick. */
  readonly ms: readonly number[]
  readonly dispatches: number
  readonly submits: number
  /** Of all buffers bound, once a dispatch. */
  readonly bytes: number
  /** Of the bandwidth of a copy. */
  readonly share: number
}

/** Measures the works whose id contains one of the arguments (all when there are none), writes bench/results/own-ADAPTER.json. */
export async function bench(args: readonly string[]): Promise<void> {
  const given = argumentsOf(args, { help: HELP, names: WORKS.map(({ id }) => id) })
  if (given === undefined) return
  const only = given.words
  const { device, info, release } = await requestDevice()
  // Bytes a millisecond.
  const bandwidth = (await copyBandwidth(device)) / 1000
  const [load = NaN] = loadavg()
  const rows: Row[] = []
  for (const { work, format } of MEASURED) {
    if (only.length > 0 && !only.some((part) => work.id.includes(part))) continue
    const inputs = inputsOf(work)
    const model = await loadModel(JSON.stringify(scenarioOf(work, format)), {
      read: (path) => fileOf(path, inputs, work),
    })
    const simulation = await createSimulation(device, model, { resident: residentFor(work) })
    if (work.kind === 'learning') simulation.write('xi', inputs.matrix)
    const ticks = await warm(simulation)
    const before = simulation.counts
    const ms = await timed(simulation, ticks)
    const after = simulation.counts
    const dispatches = (after.dispatches - before.dispatches) / (ROUNDS * ticks)
    const submits = (after.submits - before.submits) / (ROUNDS * ticks)
    const bytes = Math.round(bytesPerTick(simulation, dispatches))
    const network = format === 'f32' ? work.title : `${work.title}, ${format}`
    rows.push({ network, ms, dispatches, submits, bytes, share: bytes / median(ms) / bandwidth })
    simulation.destroy()
    process.stderr.write(`${network}: ${median(ms).toPrecision(3)} ms\n`)
  }
  release()
  const head = ['work', 'ms per tick', 'lowest to highest', 'dispatches', 'submits', 'bytes bound', 'share']
  const lines = rows.map(({ network, ms, dispatches, submits, bytes, share }) => [
    network,
    median(ms).toPrecision(3),
    `${Math.min(...ms).toPrecision(3)} to ${Math.max(...ms).toPrecision(3)}`,
    String(Number(dispatches.toFixed(4))),
    String(Number(submits.toFixed(4))),
    bytes.toLocaleString('en'),
    `${(100 * share).toFixed(0)} %`,
  ])
  const gigabytes = (bandwidth / 1e6).toPrecision(3)
  process.stdout.write(
    `${info.name} (${info.type}, ${info.driver}), medians of ${ROUNDS} rounds; a copy moves ${gigabytes} GB/s\n\n` +
      `${aligned([head, ...lines], [1, 2, 3, 4, 5, 6]).join('\n')}\n`,
  )
  if (only.length > 0) return
  const folder = new URL('results/', import.meta.url)
  await mkdir(folder, { recursive: true })
  const adapter = info.name.split('-')[0] ?? info.name
  const json = { adapter: info, versions: { node: process.version }, rounds: ROUNDS, load, bandwidth, rows }
  await writeFile(new URL(`own-${adapter}.json`, folder), `${JSON.stringify(json, null, 2)}\n`)
}

/** Bytes of all buffers that the dispatches of a tick bind; of a resident network those of a dispatch, as often as there is one. */
function bytesPerTick({ plan, model }: Simulation, dispatches: number): number {
  const rows = planRows(plan, model).filter(({ stage, every }) => stage !== 'probe' && every !== 'once')
  const resident = rows.find(({ stage }) => stage === 'resident')
  if (resident !== undefined) return resident.bytes * dispatches
  return rows.reduce((sum, { bytes, every }) => sum + (typeof every === 'number' ? bytes / every : 0), 0)
}

/** Ticks of a round, once everything is compiled and submits have found their length. */
export async function warm(simulation: Simulation): Promise<number> {
  await advance(simulation, 2)
  const start = performance.now()
  await advance(simulation, 2)
  const once = (performance.now() - start) / 2
  const ticks = Math.max(1, Math.min(MOST_TICKS, Math.round(TIMED / once)))
  await advance(simulation, ticks)
  return ticks
}

/** ms per tick of each round. */
export async function timed(simulation: Simulation, ticks: number): Promise<number[]> {
  const ms: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const begin = performance.now()
    await advance(simulation, ticks)
    ms.push((performance.now() - begin) / ticks)
  }
  return ms
}

export async function advance(simulation: Simulation, ticks: number): Promise<void> {
  await simulation.step(ticks)
  await simulation.flush()
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
