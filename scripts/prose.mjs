/** Checks the English of all texts: `npm run prose`, or `npm run prose -- FILE...`. Vite runs the TypeScript. */
import { importTypeScript } from './typescript.mjs'

const module = await importTypeScript(new URL('prose/main.ts', import.meta.url))
process.exitCode = await module.proseCommand(process.argv.slice(2))
