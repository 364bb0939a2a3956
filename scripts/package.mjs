/**
 * The tarball as a stranger has it: packs it, runs the workflow of the README in a folder that has the tarball and models alone,
 * without install scripts, and there the library example of the README and a shipped scenario, on the software adapter on Linux.
 * Checks types and entries.
 *   --nodes 20,22   the same with these versions of Node, from npm; and old ones say that they are too old
 *   --built         takes dist as it is
 */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'

/** Too old, but able to say so. */
const OLD = ['12', '16', '18']

/** Characters of what a program prints that are shown where it fails. */
const MOST = 4000

/** Folders that the tarball leaves out; documents for developers link their files. */
const SOURCES = /^(src|shaders|test|bench|python)\b/

/** Source of a project that depends on engram. */
const CONSUMER = `
import { type Model, type Sample, createSimulation, loadScenario } from 'engram'
import type { EngramNetworkEvents } from 'engram/element'
import 'engram/element'

export async function finalState(device: GPUDevice): Promise<Float32Array> {
  const model: Model = await loadScenario('hopfield', { set: ['time.dt=0.5'] })
  const simulation = await createSimulation(device, model)
  simulation.onSample(({ probe, tick }: Sample) => console.log(probe.toUpperCase(), tick.toFixed()))
  await simulation.step(40)
  // @ts-expect-error: a state has a name
  await simulation.read(40)
  return (await simulation.read('visible')).data
}

export type Ready = EngramNetworkEvents
`

const args = process.argv.slice(2)
const at = args.indexOf('--nodes')
const versions = at < 0 ? [] : (args[at + 1] ?? '').split(',')
const folder = mkdtempSync(join(tmpdir(), 'engram-package-'))
const project = join(folder, 'project')
const env = {
  ...process.env,
  // A machine without drivers, and a cache that is empty.
  ...(process.platform === 'linux' ? { VK_DRIVER_FILES: join(folder, 'none.json') } : {}),
  XDG_CACHE_HOME: join(folder, 'cache'),
}
try {
  check()
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true })
}

function check() {
  const tarball = pack()
  const tools = 'test/package/node_modules'
  node(['publint', tarball, '--strict'], `${tools}/publint/src/cli.js`)
  // Only modules can import engram; a schema has no types.
  const rules = [
    '--profile',
    'esm-only',
    '--exclude-entrypoints',
    'scenario.schema.json',
    '--format',
    'ascii',
  ]
  node(['attw', tarball, ...rules], `${tools}/@arethetypeswrong/cli/dist/index.js`)
  work(tarball)
  links()
  types()
  use(process.execPath)
  for (const version of versions) use(nodeOf(version))
  if (versions.length > 0) for (const version of OLD) refuse(nodeOf(version))
}

function pack() {
  const built = args.includes('--built') ? ['--ignore-scripts'] : []
  const out = run('npm', ['pack', '--json', '--loglevel=error', '--pack-destination', folder, ...built])
  // The output of scripts stands before the JSON.
  const [packed] = JSON.parse(out.slice(out.search(/^\[$/m)))
  report(
    'tarball',
    `${megabytes(packed.size)} MB, ${megabytes(packed.unpackedSize)} MB unpacked, ${packed.entryCount} files`,
  )
  return join(folder, packed.filename)
}

/** Runs the workflow of the README: installs the tarball, and judges the claims of models. */
function work(tarball) {
  const workflow = /```yaml\n(.*?)```/s.exec(readFileSync('README.md', 'utf8'))[1]
  const commands = [...workflow.matchAll(/\{ run: (.*?) \}/g)].map(([, command]) => command)
  mkdirSync(join(project, 'models'), { recursive: true })
  copyFileSync(tarball, join(project, basename(tarball)))
  for (const name of ['softmax-synapses.json', 'hopfield.json'])
    copyFileSync(join('scenarios', name), join(project, 'models', name))
  const quiet = {
    ignore_scripts: 'true',
    prefer_offline: 'true',
    audit: 'false',
    fund: 'false',
    loglevel: 'error',
  }
  const settings = Object.entries(quiet).map(([name, value]) => [`npm_config_${name}`, value])
  const options = { cwd: project, env: { ...env, ...Object.fromEntries(settings) }, shell: true }
  const printed = commands.map((command) => run(command, [], options)).join('')
  if (!/^14 of 14 claims hold in 2 scenarios$/m.test(printed))
    throw new Error(`the workflow of the README prints ${printed}`)
  report('workflow', commands.join('; '))
  const { dependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies }),
  )
  const sizes = Object.fromEntries(
    ['.', 'engram', 'webgpu', '@sparticuz/chromium'].map((name) => [
      name,
      sizeOf(join(project, 'node_modules', name)),
    ]),
  )
  const largest = ['engram', 'webgpu', '@sparticuz/chromium'].map(
    (name) => `${name} ${megabytes(sizes[name])}`,
  )
  report('installs', `${megabytes(sizes['.'])} MB: ${largest.join(', ')}`)
}

/** Documents of the tarball: what they show and link is in it, except for sources. */
function links() {
  const root = join(project, 'node_modules/engram')
  const pages = readdirSync(root, { recursive: true }).filter(
    (name) => name.endsWith('.md') && !name.startsWith('node_modules'),
  )
  let count = 0
  for (const page of pages) {
    const prose = readFileSync(join(root, page), 'utf8').replace(/```.*?```|`[^`\n]*`/gs, '')
    for (const [, link, source] of prose.matchAll(/\]\(([^)\s]+)[^)]*\)|(?:src|srcset|href)="([^"]+)"/g)) {
      const [path] = (link ?? source).split(/[#?]/)
      if (path === '' || /^[a-z]+:/.test(path)) continue
      const target = join(dirname(page), decodeURI(path))
      if (SOURCES.test(target)) continue
      if (!existsSync(join(root, target))) throw new Error(`${page} links ${path}, which the tarball lacks`)
      count++
    }
  }
  report('links', `${count} in ${pages.length} documents`)
}

/** As TypeScript finds them for Node and for bundlers. */
function types() {
  writeFileSync(join(project, 'consumer.ts'), CONSUMER)
  for (const module of ['node16', 'esnext']) {
    const resolution = module === 'esnext' ? 'bundler' : module
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--target',
      'es2023',
      '--module',
      module,
      '--moduleResolution',
      resolution,
    ]
    run(process.execPath, [resolve('node_modules/typescript/bin/tsc'), ...options, 'consumer.ts'], {
      cwd: project,
    })
    report('types', resolution)
  }
}

/** The library example of the README, and a scenario by its name. */
function use(program) {
  const example = /```js\n(.*?)```/s.exec(readFileSync('README.md', 'utf8'))[1]
  writeFileSync(join(project, 'example.js'), example)
  const printed = run(program, ['example.js'], { cwd: project, env })
  if (!printed.includes('[ 1500 ]')) throw new Error(`the example of the README prints ${printed}`)
  const args = ['run', 'digits', '--ticks', '20', '--set', 'replicas=2', '--no-autotune']
  // npx runs the Node that it is started by.
  const results =
    program === process.execPath
      ? run('npx', ['--no-install', 'engram', ...args], { cwd: project, env })
      : run(program, [join('node_modules', 'engram', 'bin', 'engram.js'), ...args], { cwd: project, env })
  if (!/^results\.npz\tout/m.test(results)) throw new Error(`engram run digits prints ${results}`)
  report('runs', `library and engram run digits, Node ${versionOf(program)}`)
}

function refuse(program) {
  for (const script of [join(project, 'node_modules/engram/bin/engram.js'), resolve('scripts/setup.mjs')]) {
    const { status, stderr } = spawnSync(program, [script, '--version'], { encoding: 'utf8' })
    const said = /^engram needs Node \S+ or newer, this is [\d.]+: install a newer one from \S+\n$/
    // Old versions warn that modules are experimental.
    const lines = stderr.replace(/^\(node.*\n|^\(Use.*\n/gm, '')
    if (status !== 1 || !said.test(lines))
      throw new Error(`Node ${versionOf(program)}, ${script}: ${status} ${stderr}`)
  }
  report('refuses', `Node ${versionOf(program)}`)
}

/** Node of a version, from the npm package for this system. */
function nodeOf(version) {
  const system = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${system === 'darwin' && process.arch === 'arm64' ? 'bin-' : ''}${system}-${process.arch}`
  const place = join(folder, `node-${version}`)
  mkdirSync(place)
  run('npm', [
    'install',
    '--prefix',
    place,
    '--ignore-scripts',
    '--no-save',
    '--loglevel=error',
    `${name}@${version}`,
  ])
  return join(place, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

function versionOf(program) {
  return run(program, ['--version']).trim().slice(1)
}

function node([name, ...rest], script) {
  run(process.execPath, [resolve(script), ...rest])
  report('checks', name)
}

/** Runs a program, and returns its output. An error has the output of both streams. */
function run(program, words, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    encoding: 'utf8',
    // npm is a batch file on Windows.
    shell: process.platform === 'win32' && !program.endsWith('.exe'),
    ...options,
  })
  if (status !== 0)
    throw new Error(
      `${program} ${words.join(' ')} fails: ${error?.message ?? ''}\n${(stdout + stderr).slice(0, MOST)}`,
    )
  return stdout
}

function sizeOf(path) {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1)
}

function report(what, text) {
  process.stdout.write(`${what.padEnd(9)} ${text}\n`)
}
