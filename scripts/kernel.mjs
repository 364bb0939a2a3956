/** Runs one kernel on small arrays: `npm run kernel -- --help`. Vite runs the TypeScript. */
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('kernel.ts', import.meta.url)))
process.exitCode = await module.kernelCommand(process.argv.slice(2))
