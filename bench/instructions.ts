/**
 * `npm run bench:instructions`: what SwiftShader compiles the kernels of engram to, on x64 Linux. For each work, with checks of
 * bounds and without, the two hottest loops: the machine instructions of one pass, the loads of single lanes among them, and the
 * products, four to a vector multiplication. `perf` tells where the time goes, `objdump` what stands there. Counts do not depend
 * on what else the machine does.
 */
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadModel } from '../src/core/model/load.ts'
import { aligned } from '../src/core/plan/print.ts'
import { createSimulation, type Simulation } from '../src/core/run/simulation.ts'
import { requestDevice } from '../src/node/device.ts'
import { argumentsOf } from './arguments.ts'
import { advance, warm } from './own.ts'
import { fileOf, residentFor, scenarioOf } from './peers/scenario.ts'
import { WORKS, inputsOf } from './peers/work.ts'

/** Seconds that `perf` looks. */
const WATCHED = 3
/** Loops that are shown of each work. */
const LOOPS = 2

interface Instruction {
  readonly address: bigint
  readonly text: string
}

/** What one pass of a loop executes where all lanes are active. */
interface Loop {
  /** Of the time of the whole process. */
  readonly share: number
  readonly instructions: number
  readonly laneLoads: number
  /** Vector multiplications, of four lanes each. */
  readonly multiplications: number
}

const HELP = `npm run bench:instructions -- [words]

Shows what SwiftShader compiles the works whose id contains one of the words to; without a word all of them. Works are
  ${WORKS.map(({ id }) => id).join('\n  ')}`

/** Measures the works whose id contains one of the arguments (all when there are none), and prints a table. */
export async function bench(args: readonly string[]): Promise<void> {
  const given = argumentsOf(args, { help: HELP, names: WORKS.map(({ id }) => id) })
  if (given === undefined) return
  const only = given.words
  for (const program of ['perf', 'objdump'])
    if (spawnSync(program, ['--version']).status !== 0)
      throw new Error(`${program} is needed: install linux-perf and binutils`)
  const lines: string[][] = []
  for (const work of WORKS) {
    if (only.length > 0 && !only.some((part) => work.id.includes(part))) continue
    const inputs = inputsOf(work)
    for (const unchecked of [false, true]) {
      const { device, release } = await requestDevice({ unchecked })
      const model = await loadModel(JSON.stringify(scenarioOf(work, 'f32')), {
        read: (path) => fileOf(path, inputs, work),
      })
      const simulation = await createSimulation(device, model, { resident: residentFor(work) })
      if (work.kind === 'learning') simulation.write('xi', inputs.matrix)
      for (const loop of await hottest(simulation)) {
        const products = 4 * loop.multiplications
        lines.push([
          work.title,
          unchecked ? 'no' : 'yes',
          `${(100 * loop.share).toFixed(0)} %`,
          String(loop.instructions),
          String(loop.laneLoads),
          String(products),
          products === 0 ? '-' : (loop.instructions / products).toFixed(1),
        ])
      }
      simulation.destroy()
      release()
    }
  }
  const head = ['work', 'checked', 'time', 'instructions', 'loads of a lane', 'products', 'a product']
  process.stdout.write(`${aligned([head, ...lines], [2, 3, 4, 5, 6]).join('\n')}\n`)
}

async function hottest(simulation: Simulation): Promise<Loop[]> {
  const ticks = await warm(simulation)
  const folder = mkdtempSync(join(tmpdir(), 'engram-instructions-'))
  try {
    const data = join(folder, 'perf.data')
    const watcher = spawn('perf', [
      ...['record', '-e', 'cpu-clock', '-F', '2000', '-o', data],
      ...['-p', String(process.pid), 'sleep', String(WATCHED)],
    ])
    do await advance(simulation, ticks)
    while (watcher.exitCode === null)
    const samples = samplesOf(data)
    const total = [...samples.values()].reduce((sum, count) => sum + count, 0)
    return compiledCode()
      .flatMap(({ from, bytes }) => loopsOf(disassembled(from, bytes, folder), samples, total))
      .sort((a, b) => b.share - a.share)
      .slice(0, LOOPS)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** How often each address was met. */
function samplesOf(data: string): Map<bigint, number> {
  const { stdout } = spawnSync('perf', ['script', '-i', data, '-F', 'ip'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  })
  const samples = new Map<bigint, number>()
  for (const [word] of stdout.matchAll(/[\da-f]+/g)) {
    const address = BigInt(`0x${word}`)
    samples.set(address, (samples.get(address) ?? 0) + 1)
  }
  return samples
}

/** The routines that SwiftShader has compiled in this process. */
function compiledCode(): { readonly from: bigint; readonly bytes: Buffer }[] {
  const memory = openSync('/proc/self/mem', 'r')
  try {
    return [
      ...readFileSync('/proc/self/maps', 'utf8').matchAll(/^([\da-f]+)-([\da-f]+) r-xp .*swiftshader_jit/gm),
    ].map(([, first, end]) => {
      const from = BigInt(`0x${first ?? ''}`)
      const bytes = Buffer.alloc(Number(BigInt(`0x${end ?? ''}`) - from))
      readSync(memory, bytes, 0, bytes.length, Number(from))
      return { from, bytes }
    })
  } finally {
    closeSync(memory)
  }
}

function disassembled(from: bigint, bytes: Buffer, folder: string): Instruction[] {
  const file = join(folder, 'code')
  writeFileSync(file, bytes)
  const { stdout } = spawnSync(
    'objdump',
    [
      ...['-D', '-b', 'binary', '-m', 'i386:x86-64', '--no-show-raw-insn'],
      `--adjust-vma=0x${from.toString(16)}`,
      file,
    ],
    { encoding: 'utf8', maxBuffer: 2 ** 30 },
  )
  return [...stdout.matchAll(/^\s*([\da-f]+):\t(.*\S)/gm)].map(([, address = '', text = '']) => ({
    address: BigInt(`0x${address}`),
    text,
  }))
}

/** The smallest loop that has more than half of the samples of its code; none where there is no such loop. */
function loopsOf(code: readonly Instruction[], samples: ReadonlyMap<bigint, number>, total: number): Loop[] {
  const index = new Map(code.map(({ address }, at) => [address, at]))
  const upTo = [0]
  for (const { address } of code) upTo.push((upTo.at(-1) ?? 0) + (samples.get(address) ?? 0))
  const within = (from: number, to: number): number => (upTo[to + 1] ?? 0) - (upTo[from] ?? 0)
  const all = within(0, code.length - 1)
  let best: readonly [from: number, to: number] | undefined
  for (const [at, { text }] of code.entries()) {
    const [, target] = /^j\w+\s+0x([\da-f]+)/.exec(text) ?? []
    const from = target === undefined ? undefined : index.get(BigInt(`0x${target}`))
    if (from === undefined || from >= at || 2 * within(from, at) <= all) continue
    if (best === undefined || at - from < best[1] - best[0]) best = [from, at]
  }
  if (best === undefined) return []
  const body = code.slice(best[0], best[1] + 1).map(({ text }) => text)
  const count = (pattern: RegExp): number => body.filter((text) => pattern.test(text)).length
  // A lane that is off, or beyond the buffer, is set to 0 by five instructions at another place.
  const cold = body.filter(
    (text, at) => /^xorps\s+(%xmm\d+),\1$/.test(text) && body[at + 1]?.startsWith('insertps'),
  ).length
  return [
    {
      share: within(...best) / total,
      instructions: body.length - 5 * cold,
      laneLoads: count(/^movss\s+\(%r\w+,%r\w+,1\)/),
      multiplications: body.filter((text) => text.startsWith('mulps')).length,
    },
  ]
}
