/** Prints expected numbers of reproductions from float64 runs: `npm run expected -- capacity`. Vite runs the TypeScript. */
import { importTypeScript } from './typescript.mjs'

const module = await importTypeScript(new URL('expected.ts', import.meta.url))
process.exitCode = module.expectedCommand(process.argv.slice(2))
