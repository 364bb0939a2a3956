/** `npm run bench:peers`: installs the peers beside this file, then measures. Vite runs the TypeScript. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { importTypeScript } from '../scripts/typescript.mjs'

const folder = fileURLToPath(new URL('.', import.meta.url))
if (!existsSync(`${folder}node_modules/@jax-js/jax`)) {
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}
const module = await importTypeScript(pathToFileURL(`${folder}peers.ts`))
await module.benchPeers(process.argv.slice(2))
