/** The built program as a process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const PROGRAM = resolve('bin/engram.js')

/** Starts `engram` with its arguments, on the software adapter on Linux unless ENGRAM_ADAPTER says otherwise. */
export function start(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): { readonly child: ChildProcess; readonly end: Promise<Outcome> } {
  const adapter = process.env.ENGRAM_ADAPTER ?? (process.platform === 'linux' ? 'software' : 'auto')
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd,
    // Results are not to depend on what was tuned on a machine.
    env: { ...process.env, ENGRAM_ADAPTER: adapter, ENGRAM_AUTOTUNE: 'off', ...env },
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
