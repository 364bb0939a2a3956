/** Prints expected numbers of reproductions from float64 runs: `npm run expected -- capacity`. Vite runs the TypeScript. */
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('expected.ts', import.meta.url)))
process.exitCode = module.expectedCommand(process.argv.slice(2))
