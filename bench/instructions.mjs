/** `npm run bench:instructions`. Vite runs the TypeScript. */
import { importTypeScript } from '../scripts/typescript.mjs'

const module = await importTypeScript(new URL('instructions.ts', import.meta.url))
await module.bench(process.argv.slice(2))
