/** Looks for inputs and faults that engram does not bear: `npm run fuzz -- --help`. Vite runs the TypeScript. */
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('../test/fuzz/campaign.ts', import.meta.url)))
process.exitCode = await module.campaign(process.argv.slice(2))
