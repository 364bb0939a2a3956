/** Looks for inputs and faults that engram does not bear: `npm run fuzz -- --help`. Vite runs the TypeScript. */
import { importTypeScript } from './typescript.mjs'

const module = await importTypeScript(new URL('../test/fuzz/campaign.ts', import.meta.url))
process.exitCode = await module.campaign(process.argv.slice(2))
