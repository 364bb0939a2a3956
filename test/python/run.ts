/** The tests of the Python package, in a Python that has NumPy; where there is none, Debian's is unpacked. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { cacheFolder } from '../../src/node/cache.ts'
import { unpackPackages } from '../wgpu/debian.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Python {
  readonly program: string
  readonly env: Readonly<Record<string, string>>
}

/**
 * Builds the command line and runs the tests.
 * @param args - `--report FILE` writes a report for scripts/tally.mjs; others are for unittest, such as `-k seed`
 * @returns the exit code; a skipped test counts as failed
 */
export async function runTests(args: readonly string[]): Promise<number> {
  const at = args.indexOf('--report')
  const report = at < 0 ? undefined : args[at + 1]
  const rest = at < 0 ? args : args.toSpliced(at, 2)
  try {
    const { program, env } = await findPython()
    await build({ root, mode: 'node', logLevel: 'warn' })
    const { code, output } = await run(
      [
        program,
        '-W',
        'error',
        '-m',
        'unittest',
        'discover',
        '-v',
        '-s',
        'python/tests',
        '-t',
        'python',
        ...rest,
      ],
      { ...environment(), ...env },
    )
    const total = Number(/^Ran (\d+) tests?/m.exec(output)?.[1] ?? 0)
    const wrong = /^(?:FAILED|OK) \((.*)\)/m.exec(output)?.[1] ?? ''
    const bad = [...wrong.matchAll(/=(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0)
    const failed = code === 0 ? bad : Math.max(bad, 1)
    if (report !== undefined) {
      const success = failed === 0 && total > 0
      const counts = { numTotalTests: total, numPassedTests: Math.max(0, total - failed) }
      writeFileSync(report, JSON.stringify({ success, ...counts, testResults: [] }))
    }
    return failed > 0 || total === 0 ? 1 : 0
  } catch (error) {
    console.error((error as Error).message)
    return 1
  }
}

/** As the tests of the command line have it. */
function environment(): Record<string, string> {
  const adapter = process.platform === 'linux' ? 'software' : 'auto'
  return {
    ENGRAM_ADAPTER: adapter,
    ENGRAM_AUTOTUNE: 'off',
    ...(process.env as Record<string, string>),
    ENGRAM: join(root, 'bin/engram.js'),
    PYTHONPATH: join(root, 'python/src'),
    PYTHONDONTWRITEBYTECODE: '1',
  }
}

/**
 * A Python with NumPy: that of ENGRAM_PYTHON, of the PATH or of the system; else Debian's packages, unpacked into the cache
 * without root; where there is no apt, a virtual environment.
 */
async function findPython(): Promise<Python> {
  const given = process.env.ENGRAM_PYTHON
  const found = (given === undefined ? ['/usr/bin/python3', 'python3', 'python'] : [given]).find((program) =>
    hasNumpy({ program, env: {} }),
  )
  if (found !== undefined) return { program: found, env: {} }
  if (given !== undefined) throw new Error(`ENGRAM_PYTHON is ${given}, which has no NumPy; install it there`)
  return existsSync('/usr/bin/apt-get') ? debianPython() : virtualPython()
}

async function debianPython(): Promise<Python> {
  const folder = await unpackPackages('python', ['python3', 'python3-numpy'])
  const isInstalled = existsSync('/usr/bin/python3')
  const lib = join(folder, 'usr/lib')
  const machine = readdirSync(lib).find((name) => name.endsWith('-linux-gnu')) ?? ''
  const libraries = ['', 'blas', 'lapack', 'openblas-pthread'].map((name) => join(lib, machine, name))
  const python: Python = {
    program: isInstalled ? '/usr/bin/python3' : join(folder, 'usr/bin/python3'),
    env: {
      LD_LIBRARY_PATH: [...libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
      PYTHONPATH: [join(lib, 'python3/dist-packages'), join(root, 'python/src')].join(':'),
      ...(isInstalled ? {} : { PYTHONHOME: join(folder, 'usr') }),
    },
  }
  if (!hasNumpy(python))
    throw new Error(`${folder} has no NumPy that can be loaded; remove the folder, and try again`)
  return python
}

async function virtualPython(): Promise<Python> {
  const folder = join(await cacheFolder(), 'python-venv')
  const program = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  const python: Python = { program, env: {} }
  if (hasNumpy(python)) return python
  mkdirSync(folder, { recursive: true })
  const made = [
    ['python3', '-m', 'venv', folder],
    [program, '-m', 'pip', 'install', '--quiet', 'numpy'],
  ].every(([command, ...words]) => spawnSync(command as string, words, { stdio: 'inherit' }).status === 0)
  if (!made)
    throw new Error('there is no Python with NumPy; install both, or set ENGRAM_PYTHON to such a Python')
  return python
}

function hasNumpy({ program, env }: Python): boolean {
  return spawnSync(program, ['-c', 'import numpy'], { env: { ...process.env, ...env } }).status === 0
}

/** Runs a command; what it prints on standard error is shown, and returned. */
function run(command: readonly string[], env: NodeJS.ProcessEnv): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0] as string, command.slice(1), {
      cwd: root,
      env,
      stdio: ['ignore', 'inherit', 'pipe'],
    })
    let output = ''
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      process.stderr.write(chunk)
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
