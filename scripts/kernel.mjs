/** Runs one kernel on small arrays: `npm run kernel -- --help`. Vite runs the TypeScript. */
import { importTypeScript } from './typescript.mjs'

const module = await importTypeScript(new URL('kernel.ts', import.meta.url))
process.exitCode = await module.kernelCommand(process.argv.slice(2))
