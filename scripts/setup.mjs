/**
 * Everything a fresh clone needs before `npm start` or `npm test`: a recent enough Node, and the dependencies of
 * package-lock.json; `setup.mjs FOLDER` does the same for a folder with a package of its own, such as `site`. Uses Node's own
 * modules only, in syntax that Node 12 reads, and takes no time when there is nothing to do.
 */
import { spawnSync } from 'child_process'
import { readFileSync } from 'fs'
import { fileURLToPath } from 'url'
import { requireNode } from '../bin/require-node.js'

const folder = process.argv[2]
const root = new URL(folder === undefined ? '..' : `../${folder}/`, import.meta.url)
const readJson = (name) => JSON.parse(readFileSync(new URL(name, root), 'utf8'))

/** Causes of a failed npm, by its output, and their remedies. */
const REASONS = [
  [
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/,
    'the npm registry cannot be reached; check the network, or set a proxy (npm config set proxy URL), and run it again',
  ],
  [/\b(ENOSPC|EDQUOT)\b/, 'the disk is full; make room and run it again'],
  [
    /\b(EACCES|EPERM|EROFS)\b/,
    'this folder or the cache of npm (npm config get cache) cannot be written; change its permissions',
  ],
  [
    /CERT_|_CERT|UNABLE_TO_VERIFY/,
    'the certificate of the npm registry is not trusted; set NODE_EXTRA_CA_CERTS to that of your proxy',
  ],
]

requireNode(new URL('../package.json', import.meta.url))
if (!isInstalled()) install()

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
  process.stderr.write(`installing dependencies${folder === undefined ? '' : ` of ${folder}`} ...\n`)
  const { status, stdout, stderr, error } = spawnSync(
    'npm',
    ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: fileURLToPath(root),
      encoding: 'utf8',
      // npm is a batch file on Windows.
      shell: process.platform === 'win32',
    },
  )
  if (status === 0) return
  process.stderr.write(`${error ? missing(error) : reasonOf(stdout + stderr)}\n`)
  process.exit(1)
}

function missing(error) {
  return error.code === 'ENOENT'
    ? 'npm is not on the PATH: install Node with npm from https://nodejs.org'
    : `npm cannot be started: ${error.message}`
}

/** The error of a failed `npm ci` in one line. */
function reasonOf(output) {
  const found = REASONS.find(([pattern]) => pattern.test(output))
  if (found !== undefined) return `dependencies are not installed: ${found[1]}`
  const lines = output.split('\n').map((line) => line.replace(/^npm (error|ERR!)\s*(code\s+)?/, '').trim())
  const text = lines.filter((line) => line !== '').slice(0, 3)
  return `dependencies are not installed, npm ci says: ${text.join('; ')}; run npm ci to see all of it`
}
