/** `npm run bench:scheduler`. Vite runs the TypeScript. */
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('scheduler.ts', import.meta.url)))
await module.bench(process.argv.slice(2))
