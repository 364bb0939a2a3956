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
  let signal: NodeJS.Signals | undefined
  let tests: ChildProcess | undefined
  const listener = (received: NodeJS.Signals): void => {
    signal ??= received
    if (tests?.pid !== undefined && tests.exitCode === null) process.kill(-tests.pid, received)
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, listener)
  let cluster: Cluster | undefined
  try {
    await build({ root, mode: 'node', logLevel: 'warn' })
    if (signal === undefined) cluster = await startCluster(() => signal !== undefined)
    if (cluster === undefined || signal !== undefined) return codeOf(signal)
    const config = `--config=${fileURLToPath(new URL('vite.config.ts', import.meta.url))}`
    // In a group of its own: Ctrl-C is for this process, which tells it on.
    tests = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', config, ...args], {
      cwd: root,
      env: cluster.environment,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    })
    const [code] = (await once(tests, 'exit')) as [number | null]
    return signal === undefined ? (code ?? 1) : codeOf(signal)
  } catch (error) {
    if (signal !== undefined) return codeOf(signal)
    console.error((error as Error).message)
    return 1
  } finally {
    await cluster?.stop()
  }
}

function codeOf(signal: NodeJS.Signals | undefined): number {
  return signal === undefined ? 1 : 128 + constants.signals[signal]
}
