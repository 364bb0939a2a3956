/** `npm run bench:jobs`. Vite runs the TypeScript. */
import { importTypeScript } from '../scripts/typescript.mjs'

const module = await importTypeScript(new URL('jobs/main.ts', import.meta.url))
await module.benchJobs(process.argv.slice(2))
