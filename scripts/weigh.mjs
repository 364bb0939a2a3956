/**
 * Requests, bytes and times of a first visit of the page and of the site: `npm run weigh`. Vite runs the TypeScript.
 *   --built       takes dist/site as it is, in place of a build of its own
 *   --json FILE   the same numbers as JSON
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { importTypeScript } from './typescript.mjs'

const { values } = parseArgs({
  options: { built: { type: 'boolean', default: false }, json: { type: 'string' } },
})
const path = (name) => fileURLToPath(new URL(name, import.meta.url))
const folder = values.built ? path('../dist/site') : mkdtempSync(join(tmpdir(), 'engram-site-'))
try {
  if (values.built) {
    if (!existsSync(join(folder, 'run/index.html')))
      fail('dist/site is not there, or not whole; build it by npm run site, or leave --built out')
  } else {
    const { status, stderr } = spawnSync(process.execPath, [path('../site/build.mjs'), '--out', folder], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    })
    if (status !== 0) fail(`the site cannot be built: ${stderr}`)
  }
  if (process.exitCode === undefined) {
    const module = await importTypeScript(pathToFileURL(path('weigh.ts')))
    await module.weigh(folder, values.json)
  }
} finally {
  if (!values.built) rmSync(folder, { recursive: true, force: true })
}

function fail(line) {
  process.stderr.write(`${line}\n`)
  process.exitCode = 1
}
