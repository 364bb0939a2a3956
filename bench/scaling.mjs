/** `npm run bench:scaling`. Vite runs the TypeScript. */
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('scaling.ts', import.meta.url)))
await module.benchScaling()
