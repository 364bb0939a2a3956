import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dependencies } from '../../package.json'
import type { ListedAdapter } from '../../src/node/devices.ts'
import { smallScenario, writeScenario } from './program.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engram-test-'))
})

afterAll(() => rm(folder, { recursive: true }))

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs Node on its arguments; with no ENGRAM_ADAPTER but the one given. */
async function node(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const child = spawn(process.execPath, args, { env: { ...process.env, ENGRAM_ADAPTER: undefined, ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const code = await new Promise<number | null>((settle) => child.on('close', settle))
  return { code, stdout, stderr }
}

test('engram devices prints every adapter and marks the default', async () => {
  const { code, stdout } = await node(['bin/engram.js', 'devices'])
  expect(code).toBe(0)
  expect(stdout.match(/\(default\)$/gm)).toHaveLength(1)
  expect(stdout).toMatch(/^ {2}type +(hardware|software)$/m)
  expect(stdout).toMatch(/^ {2}workgroup +\d+ invocations, \d+ KiB shared$/m)
})

test('engram devices --json has all features and limits', async () => {
  const { code, stdout } = await node(['bin/engram.js', 'devices', '--json'])
  expect(code).toBe(0)
  const adapters = JSON.parse(stdout) as ListedAdapter[]
  for (const adapter of adapters) {
    expect(adapter.features).toContain('core-features-and-limits')
    expect(adapter.limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(128 * 2 ** 20)
  }
})

test('ENGRAM_ADAPTER chooses the default', async () => {
  const { stdout } = await node(['bin/engram.js', 'devices', '--json'], { ENGRAM_ADAPTER: 'No Such' })
  expect((JSON.parse(stdout) as ListedAdapter[]).some((adapter) => adapter.default)).toBe(false)
})

test.runIf(process.platform === 'linux')(
  'no adapter at all is one line that says what to install',
  async () => {
    // A copy of the program beside its dependencies, without the npm bundle.
    await cp('dist/node', join(folder, 'dist'), { recursive: true })
    for (const name of Object.keys(dependencies)) {
      const place = join(folder, 'node_modules', name)
      await mkdir(dirname(place), { recursive: true })
      await symlink(resolve('node_modules', name), place)
    }
    const args = [join(folder, 'dist/engram.js'), 'devices']
    const { code, stdout, stderr } = await node(args, { VK_DRIVER_FILES: join(folder, 'none.json') })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(
      /no GPU adapter found: install a Vulkan driver .* or run npm install @sparticuz\/chromium\n$/,
    )

    // A plan needs none: then it is for the limits that every adapter has.
    const scenario = join(folder, writeScenario(folder, 'small.json', smallScenario()))
    const plan = await node([join(folder, 'dist/engram.js'), 'plan', scenario], {
      VK_DRIVER_FILES: join(folder, 'none.json'),
    })
    expect(plan).toMatchObject({ code: 0, stderr: '' })
    expect(plan.stdout).toMatch(/ for WebGPU's default limits, there is no adapter here\n/)
  },
)

test('an unknown command is one line with the nearest one, and exit code 2', async () => {
  expect(await node(['bin/engram.js', 'devises'])).toEqual({
    code: 2,
    stdout: '',
    stderr: "unknown command 'devises' (Did you mean devices?)\n",
  })
})

test('a program that releases its device survives garbage collection and ends by itself', async () => {
  const program = `
    import { requestDevice } from './dist/node/index.js'
    const kept = await requestDevice()
    const { release } = await requestDevice()
    release()
    for (let k = 0; k < 5; k++) {
      gc()
      await new Promise((done) => setTimeout(done, 10))
    }
    const buffer = kept.device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
    await buffer.mapAsync(GPUMapMode.READ)
    kept.release()
    process.stdout.write('done')`
  const { code, stdout } = await node(['--expose-gc', '--input-type=module', '--eval', program])
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'done' })
})

test('an error right after a device is there leaves no poll that reads a collected instance', async () => {
  const program = `
    import { requestDevice } from './dist/node/index.js'
    const { device, release } = await requestDevice()
    release()
    await device.lost
    await undefined
    for (let k = 0; k < 3; k++) gc()
    process.exitCode = 2`
  const { code } = await node(['--expose-gc', '--input-type=module', '--eval', program])
  expect(code).toBe(2)
})

test.each([
  [['--out', 'report.json'], '--out: is an option of a measurement; add --measure, or leave it out\n'],
  [['--seconds', '3'], '--seconds: is an option of a measurement; add --measure, or leave it out\n'],
  [['--work', 'recall-1'], '--work: is an option of a measurement; add --measure, or leave it out\n'],
  [['--measure', '--out', 'src'], '--out: src is a folder; give a file, such as src/report.json\n'],
  [
    ['--measure', '--out', 'none/such/a.json'],
    `--out: there is no folder ${resolve('none/such')}; make it, or give another file\n`,
  ],
])('engram devices %j is refused before anything is measured', async (args, stderr) => {
  expect(await node(['bin/engram.js', 'devices', ...args])).toEqual({ code: 2, stdout: '', stderr })
})
