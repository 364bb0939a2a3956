/** `npm run bench:scaling`. Vite runs the TypeScript. */
import { importTypeScript } from '../scripts/typescript.mjs'

const module = await importTypeScript(new URL('scaling.ts', import.meta.url))
await module.benchScaling(process.argv.slice(2))
