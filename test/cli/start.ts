/** The built program as a process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const PROGRAM = resolve('bin/engram.js')

/** Ends the program with an exit code of its own where something is thrown, or rejects, that no one waits for. */
const UNCAUGHT = `--import=data:text/javascript,${encodeURIComponent(
  `process.on('uncaughtExceptionMonitor', (error) => { process._rawDebug('uncaught:', error); process.exit(99) })`,
)}`

/** Starts `engram` with its arguments, on the software adapter on Linux unless ENGRAM_ADAPTER says otherwise. */
export function start(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): { readonly child: ChildProcess; readonly end: Promise<Outcome> } {
  const adapter = process.env.ENGRAM_ADAPTER ?? (process.platform === 'linux' ? 'software' : 'auto')
  const options = [UNCAUGHT, env.NODE_OPTIONS ?? process.env.NODE_OPTIONS ?? ''].join(' ').trim()
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd,
    // Results are not to depend on what was tuned on a machine.
    env: { ...process.env, ENGRAM_ADAPTER: adapter, ENGRAM_AUTOTUNE: 'off', ...env, NODE_OPTIONS: options },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const end = new Promise<Outcome>((settle) => {
    child.on('close', (code) => settle({ code, stdout, stderr }))
  })
  return { child, end }
}

/** Runs `engram` to its end. */
export function engram(args: readonly string[], cwd: string): Promise<Outcome> {
  return start(args, cwd).end
}
