/**
 * Everything a fresh clone needs before `npm start` or `npm test`: a recent enough Node, and the dependencies of
 * package-lock.json. Uses Node's own modules only, and takes no time when there is nothing to do.
 * An argument names a folder that has dependencies of its own, such as `test/wgpu`.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('..', import.meta.url)
const folder = process.argv[2] === undefined ? root : new URL(`${process.argv[2]}/`, root)
const readJson = (name, from = folder) => JSON.parse(readFileSync(new URL(name, from), 'utf8'))

const required = readJson('package.json', root).engines.node
if (!isAtLeast(process.versions.node, required.replace('>=', ''))) {
  fail(
    `engram needs Node ${required}, this is ${process.versions.node}: install a newer one from https://nodejs.org`,
  )
}
if (!isInstalled()) install()

function isAtLeast(version, minimum) {
  const [major, minor] = version.split('.').map(Number)
  const [minimumMajor, minimumMinor] = minimum.split('.').map(Number)
  return major > minimumMajor || (major === minimumMajor && minor >= minimumMinor)
}

/** Compares the lock with npm's own record of what is in node_modules. */
function isInstalled() {
  const wanted = readJson('package-lock.json').packages
  let present
  try {
    present = readJson('node_modules/.package-lock.json').packages
  } catch {
    return false
  }
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true
    // Optional packages for other systems are never installed.
    return path in present ? present[path].version === version : optional === true
  })
}

function install() {
  process.stderr.write('installing dependencies ...\n')
  const { status, stdout, stderr, error } = spawnSync(
    'npm',
    ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: fileURLToPath(folder),
      encoding: 'utf8',
      // npm is a batch file on Windows.
      shell: process.platform === 'win32',
    },
  )
  if (status !== 0) fail(`npm ci failed:\n${error?.message ?? stdout + stderr}`)
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
