/** The built program as a process. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
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

function environment(env: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const adapter = process.env.ENGRAM_ADAPTER ?? (process.platform === 'linux' ? 'software' : 'auto')
  const options = [UNCAUGHT, env.NODE_OPTIONS ?? process.env.NODE_OPTIONS ?? ''].join(' ').trim()
  // Results are not to depend on what was tuned on a machine.
  return { ...process.env, ENGRAM_ADAPTER: adapter, ENGRAM_AUTOTUNE: 'off', ...env, NODE_OPTIONS: options }
}

/** Starts `engram` with its arguments, on the software adapter on Linux unless ENGRAM_ADAPTER says otherwise. */
export function start(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): { readonly child: ChildProcess; readonly end: Promise<Outcome> } {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env: environment(env) })
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

let standing: ChildProcess | undefined

/**
 * What `engram` does, in a process that runs one command after the other and keeps the device: a start of Node and the compilation
 * of the kernels are most of a short run. A process of its own is for what is about processes: signals, streams, what is read at
 * the start, and that it ends.
 * @param env - variables for this command
 */
export async function ask(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const child = (standing ??= stand())
  const ended = new AbortController()
  const answer = once(child, 'message', ended) as Promise<[Outcome]>
  const end = once(child, 'exit', ended).then(([code, signal]) => {
    throw new Error(`engram ${args.join(' ')} has ended its process, with ${signal ?? `code ${code}`}`)
  })
  child.send({ args, cwd, env })
  try {
    return (await Promise.race([answer, end]))[0]
  } finally {
    end.catch(() => undefined)
    ended.abort()
  }
}

/** It ends with the worker. If it ends before, the next command has another. */
function stand(): ChildProcess {
  const child = fork(resolve('test/cli/standing.mjs'), {
    env: environment(),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  child.once('exit', () => (standing = undefined))
  child.unref()
  child.channel?.unref()
  return child
}
