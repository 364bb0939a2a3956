/**
 * engram beside other array libraries: the same work, the same browser, the same adapter, one run, in turn.
 * Results are compared with plain loops before any time is taken.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { createServer } from 'vite'
import { aligned } from '../src/core/plan/print.ts'
import { launchBrowser } from '../test/browser/browser.ts'
import { argumentsOf } from './arguments.ts'
import { NUMPY, measureNumpy } from './numpy.ts'
import { TOLERANCE, WORKS } from './peers/work.ts'

const HELP = `npm run bench:peers -- [WORD...]

Measures the works whose id contains one of the words, by every library; without a word all of them. Writes
bench/results/peers.json. Works are
  ${WORKS.map(({ id }) => id).join('\n  ')}`

/** Rounds in which every library is timed once. */
const ROUNDS = 5

/** Milliseconds that one timing should take, and the most ticks in it. */
const TIMED = 400
const MOST_TICKS = 2000

/** A library whose tick takes longer than this is timed once. */
const SLOW = 4000

export interface PeerResult {
  readonly peer: string
  /** ms per tick of each round. */
  readonly rounds: readonly number[]
  /** Largest difference to plain loops, as a part of the largest entry. */
  readonly difference: number
  /** ms for uploads, compiling and the first tick; no part of the rounds. */
  readonly prepared?: number
  /** Why there are no times. */
  readonly refused?: string
}

export interface WorkResult {
  readonly work: string
  readonly title: string
  /** Load of the machine over the minute before: 1 is one busy core. */
  readonly load: number
  readonly results: readonly PeerResult[]
}

/**
 * Runs the works whose id contains one of the arguments (all when there are none); their results take the place of those that
 * bench/results/peers.json has of them.
 */
export async function benchPeers(args: readonly string[]): Promise<void> {
  const given = argumentsOf(args, { help: HELP, names: WORKS.map(({ id }) => id) })
  if (given === undefined) return
  const only = given.words
  const folder = fileURLToPath(new URL('.', import.meta.url))
  const server = await createServer({
    root: `${folder}peers`,
    configFile: false,
    logLevel: 'error',
    server: {
      port: 0,
      host: '127.0.0.1',
      hmr: false,
      watch: null,
      fs: { allow: [`${folder}..`] },
      // What threads of WebAssembly need.
      headers: {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      },
    },
    optimizeDeps: { exclude: ['@jax-js/jax'] },
    build: { target: 'es2023' },
  })
  await server.listen()
  const browser = await launchBrowser()
  const page = await browser.newPage()
  page.on('pageerror', (error) => process.stderr.write(`${error.message}\n`))
  await page.goto(server.resolvedUrls?.local[0] ?? '')
  await page.waitForFunction('window.bench !== undefined', undefined, { timeout: 120_000 })
  const adapter = await page.evaluate(() => window.bench.adapter)
  const peers = await page.evaluate(() => window.bench.peers)
  const works: WorkResult[] = []
  const versions = { node: process.version, browser: browser.version() }
  const file = `${folder}results/peers.json`
  const save = async (): Promise<void> => {
    await mkdir(`${folder}results`, { recursive: true })
    const before = await readFile(file, 'utf8').then(
      (text) => (JSON.parse(text) as { works: WorkResult[] }).works,
      () => [],
    )
    const all = WORKS.flatMap(({ id }) => [...works, ...before].find(({ work }) => work === id) ?? [])
    const json = { adapter, versions, rounds: ROUNDS, peers: [...peers, NUMPY], works: all }
    await writeFile(file, `${JSON.stringify(json, null, 2)}\n`)
  }
  for (const { id, title } of WORKS) {
    if (only.length > 0 && !only.some((part) => id.includes(part))) continue
    const [load = NaN] = loadavg()
    const browser = await measure(page, id, peers)
    const numpy = await measureNumpy(id)
    const results = [...browser, ...(numpy === undefined ? [] : [numpy])]
    works.push({ work: id, title, load, results })
    print(title, results, [...peers, NUMPY])
    await save()
  }
  await browser.close()
  await server.close()
}

async function measure(page: Page, work: string, peers: readonly { id: string }[]): Promise<PeerResult[]> {
  await page.evaluate((id) => window.bench.open(id), work)
  const ready: { id: string; ticks: number; difference: number; prepared: number; rounds: number[] }[] = []
  const results: PeerResult[] = []
  for (const { id } of peers) {
    const checked = await attempt(page, id)
    if (typeof checked === 'string' || checked.difference > TOLERANCE) {
      const refused =
        typeof checked === 'string' ? checked : `differs by ${checked.difference.toExponential(1)}`
      results.push({ peer: id, rounds: [], difference: NaN, refused })
      await page.evaluate((one) => window.bench.close(one), id)
      continue
    }
    await page.evaluate((one) => window.bench.time(one, 2), id)
    const once = (await page.evaluate((one) => window.bench.time(one, 2), id)) / 2
    const ticks = Math.max(1, Math.min(MOST_TICKS, Math.round(TIMED / once)))
    ready.push({ id, ticks, ...checked, rounds: [] })
  }
  for (let round = 0; round < ROUNDS; round++)
    for (const one of ready) {
      const last = one.rounds.at(-1)
      if (last !== undefined && last > SLOW) continue
      const { id, ticks } = one
      one.rounds.push(
        (await page.evaluate(([peer, n]) => window.bench.time(peer, n), [id, ticks] as const)) / ticks,
      )
    }
  await page.evaluate(() => window.bench.close())
  return [
    ...ready.map(({ id, rounds, difference, prepared }) => ({ peer: id, rounds, difference, prepared })),
    ...results,
  ]
}

type Checked = NonNullable<Awaited<ReturnType<Window['bench']['check']>>>

async function attempt(page: Page, id: string): Promise<Checked | string> {
  try {
    return (await page.evaluate((one) => window.bench.check(one), id)) ?? 'cannot'
  } catch (error) {
    return (error as Error).message.split('\n')[0] ?? 'failed'
  }
}

function print(
  title: string,
  results: readonly PeerResult[],
  peers: readonly { id: string; title: string }[],
): void {
  const own = median(results.find(({ peer }) => peer === 'engram')?.rounds ?? [])
  const lines = results.map(({ peer, rounds, difference, refused }) => {
    const name = peers.find(({ id }) => id === peer)?.title ?? peer
    if (rounds.length === 0) return [name, refused ?? '', '', '', '']
    const middle = median(rounds)
    const spread = `${Math.min(...rounds).toPrecision(3)} to ${Math.max(...rounds).toPrecision(3)}`
    return [name, middle.toPrecision(3), spread, (middle / own).toFixed(1), difference.toExponential(0)]
  })
  const head = ['', 'ms per tick', 'lowest to highest', 'engram is faster by', 'difference']
  process.stdout.write(`\n${title}\n${aligned([head, ...lines], [1, 2, 3, 4]).join('\n')}\n`)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
