/** `npm run bench:jobs`. Vite runs the TypeScript. */
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('jobs/main.ts', import.meta.url)))
await module.benchJobs(process.argv.slice(2))
