/**
 * Requests, bytes and times of a first visit of the page and of the site: `npm run weigh`. Vite runs the TypeScript.
 *   --built       takes dist/site as it is
 *   --json FILE   the same numbers as JSON
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'

const { values } = parseArgs({
  options: { built: { type: 'boolean', default: false }, json: { type: 'string' } },
})
if (!values.built) {
  const build = fileURLToPath(new URL('../site/build.mjs', import.meta.url))
  const { status } = spawnSync(process.execPath, [build], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
}
const { module } = await runnerImport(fileURLToPath(new URL('weigh.ts', import.meta.url)))
await module.weigh(fileURLToPath(new URL('../dist/site', import.meta.url)), values.json)
