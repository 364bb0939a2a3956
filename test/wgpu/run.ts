/**
 * The tests on wgpu, the other implementation of WebGPU: in Deno, and in Firefox. What they need is fetched the first time, and
 * Dawn's results, with which theirs are compared, are made.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { runOnDawn } from './dawn.ts'
import { mesaEnvironment, unpackPackages } from './debian.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = join(here, '../..')

/** Programs that run vitest, and its arguments. */
const RUNS = {
  deno: {
    command: [join(here, 'node_modules/.bin/deno'), 'run', '--allow-all', '--unstable-webgpu'],
    projects: ['vulkan', 'opengl'],
  },
  firefox: { command: [process.execPath], projects: ['firefox'] },
} as const

type Target = keyof typeof RUNS

/**
 * Runs the tests in `deno`, in `firefox` or in both.
 * @param args - which of them, then arguments for vitest, in which TARGET stands for its name
 * @returns the exit code
 */
export async function runTests(args: readonly string[]): Promise<number> {
  const isTarget = (arg: string): arg is Target => arg in RUNS
  const targets = args.filter(isTarget)
  const results = mkdtempSync(join(tmpdir(), 'engram-dawn-'))
  try {
    const env = { ...process.env, ...(await environment(targets)), ENGRAM_DAWN: results }
    await build({ root, mode: 'node', logLevel: 'warn' })
    if (targets.includes('firefox')) await build({ root, logLevel: 'warn' })
    await runOnDawn(results)
    let failed = 0
    for (const target of targets) {
      const { command, projects } = RUNS[target]
      const status = await exitCodeOf(
        [
          ...command,
          join(root, 'node_modules/vitest/vitest.mjs'),
          'run',
          `--config=${join(here, 'vite.config.ts')}`,
          ...projects.map((project) => `--project=${project}`),
          // Reporters of the command line replace those of the configuration.
          ...(args.some((arg) => arg.startsWith('--reporter')) ? [] : ['--reporter=default']),
          `--reporter=${join(here, 'reporter.ts')}`,
          ...args.filter((arg) => !isTarget(arg)).map((arg) => arg.replace('TARGET', target)),
        ],
        env,
      )
      failed ||= status
    }
    return failed
  } catch (error) {
    console.error((error as Error).message)
    return 1
  } finally {
    rmSync(results, { recursive: true })
  }
}

/** Mesa's drivers, and a Firefox: that of ENGRAM_FIREFOX or of the PATH, else Debian's. */
async function environment(targets: readonly Target[]): Promise<Record<string, string>> {
  const installed = process.env.ENGRAM_FIREFOX ?? onPath(['firefox-esr', 'firefox'])
  const isLacking = targets.includes('firefox') && installed === undefined
  if (process.platform !== 'linux') {
    if (isLacking) throw new Error('no Firefox found: install it, or set ENGRAM_FIREFOX to its program')
    return { ENGRAM_FIREFOX: installed ?? '' }
  }
  const drivers = ['mesa-vulkan-drivers', 'libegl1', 'libgl1-mesa-dri']
  const folder = isLacking
    ? await unpackPackages('mesa-firefox', [...drivers, 'firefox-esr'])
    : await unpackPackages('mesa', drivers)
  const ENGRAM_FIREFOX = installed ?? join(folder, 'usr/lib/firefox-esr/firefox-esr')
  return { ...(await mesaEnvironment(folder)), ENGRAM_FIREFOX }
}

function onPath(names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync)
}

function exitCodeOf(command: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0]!, command.slice(1), { cwd: root, env, stdio: 'inherit' })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
