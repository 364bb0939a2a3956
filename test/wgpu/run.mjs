/** `npm run test:wgpu` and `npm run test:firefox`. Vite runs the TypeScript. */
import { importTypeScript } from '../../scripts/typescript.mjs'

const module = await importTypeScript(new URL('run.ts', import.meta.url))
process.exitCode = await module.runTests(process.argv.slice(2))
