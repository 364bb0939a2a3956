/** Checks the English of all texts: `npm run prose`, or `npm run prose -- FILE...`. Vite runs the TypeScript. */
import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

const { module } = await runnerImport(fileURLToPath(new URL('prose/main.ts', import.meta.url)))
process.exitCode = await module.proseCommand(process.argv.slice(2))
