/** Starts a Slurm of its own, runs the tests in it, and stops what was started. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { type Cluster, startCluster } from './cluster.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * @param args - for vitest
 * @returns the exit code; 130 or 143 after a signal
 */
export async function runTests(args: readonly string[]): Promise<number> {
  const signals: NodeJS.Signals[] = []
  let tests: ChildProcess | undefined
  const listener = (received: NodeJS.Signals): void => {
    signals.push(received)
    if (tests?.pid !== undefined && tests.exitCode === null) process.kill(-tests.pid, received)
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, listener)
  let cluster: Cluster | undefined
  try {
    await build({ root, mode: 'node', logLevel: 'warn' })
    cluster = await startCluster(() => signals.length > 0)
    if (signals.length > 0) return codeOf(signals)
    const config = `--config=${fileURLToPath(new URL('vite.config.ts', import.meta.url))}`
    // In a group of its own: Ctrl-C is for this process, which tells it on.
    tests = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', config, ...args], {
      cwd: root,
      env: cluster.environment,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    })
    const [code] = (await once(tests, 'exit')) as [number | null]
    return signals.length === 0 ? (code ?? 1) : codeOf(signals)
  } catch (error) {
    if (signals.length > 0) return codeOf(signals)
    console.error((error as Error).message)
    return 1
  } finally {
    await cluster?.stop()
  }
}

/** As shells count: 128 and the number of the first signal. */
function codeOf([first]: readonly NodeJS.Signals[]): number {
  return first === undefined ? 1 : 128 + constants.signals[first]
}
