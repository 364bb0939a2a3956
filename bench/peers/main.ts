/** The page in which all libraries compute: bench/peers.ts calls it. */
import { adapterTitle } from '../../src/core/gpu/adapter.ts'
import { differenceOf } from '../../src/core/measure/difference.ts'
import { engramPeer } from './engram.ts'
import { jaxWasm, jaxWebgpu } from './jax.ts'
import { plain } from './plain.ts'
import { tensorflowWasm, tensorflowWebgpu } from './tensorflow.ts'
import { type Inputs, type Peer, type Runner, WORKS, type Work, inputsOf } from './work.ts'

interface Bench {
  readonly peers: readonly { id: string; title: string; on: string }[]
  readonly adapter: string
  /** Makes the inputs of a work, and what they must become, by plain loops. */
  open(work: string): Promise<void>
  /**
   * Prepares a library, runs it for the ticks after which results are compared.
   * @returns the largest difference to plain JavaScript as a part of the largest entry, and the ms for uploads, compiling and
   *   the first tick; undefined when it cannot
   */
  check(peer: string): Promise<{ readonly difference: number; readonly prepared: number } | undefined>
  /** Milliseconds for some ticks, until the device is done. */
  time(peer: string, ticks: number): Promise<number>
  /** Ends one library, or all and the work. */
  close(peer?: string): void
}

declare global {
  interface Window {
    bench: Bench
  }
}

const peers: readonly Peer[] = [
  await engramPeer(),
  jaxWebgpu,
  tensorflowWebgpu,
  jaxWasm,
  tensorflowWasm,
  plain,
]
const runners = new Map<string, Runner>()
let work: Work | undefined
let inputs: Inputs | undefined
let expected: Float32Array | undefined

const runnerOf = (id: string): Runner => {
  const runner = runners.get(id)
  if (runner === undefined) throw new Error(`${id} is not prepared`)
  return runner
}

window.bench = {
  peers: peers.map(({ id, title, on }) => ({ id, title, on })),
  adapter: await adapterName(),
  async open(id) {
    work = WORKS.find((one) => one.id === id)
    if (work === undefined) throw new Error(`no work ${id}`)
    inputs = inputsOf(work)
    const reference = (await plain.prepare(work, inputs)) as Runner
    await reference.run(work.checkTicks)
    expected = await reference.result()
  },
  async check(id) {
    const peer = peers.find((one) => one.id === id)
    if (peer === undefined || work === undefined || inputs === undefined || expected === undefined)
      throw new Error(`nothing to check for ${id}`)
    const start = performance.now()
    const runner = await peer.prepare(work, inputs)
    if (runner === undefined) return undefined
    runners.set(id, runner)
    await runner.run(1)
    const prepared = performance.now() - start
    await runner.run(work.checkTicks - 1)
    return { difference: differenceOf(await runner.result(), expected), prepared }
  },
  async time(id, ticks) {
    const runner = runnerOf(id)
    const start = performance.now()
    await runner.run(ticks)
    return performance.now() - start
  },
  close(id) {
    for (const [key, runner] of runners) {
      if (id !== undefined && key !== id) continue
      runner.destroy()
      runners.delete(key)
    }
  },
}

async function adapterName(): Promise<string> {
  const adapter = await navigator.gpu.requestAdapter()
  return adapter === null ? 'none' : adapterTitle(adapter.info)
}
