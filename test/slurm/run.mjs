/** `npm run test:slurm`. Vite runs the TypeScript. */
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('run.ts', import.meta.url)))
process.exitCode = await module.runTests(process.argv.slice(2))
